/** Polls and subscriptions as text. Never a secret of a subscription. */
import type {Issue} from '../errors/jobwire-error.ts';
import type {Polled} from '../ingest/poll.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import {shorten, table, when} from './text.ts';

export function listPolled({events}: Polled): string {
  return table(
    ['event', 'type', 'id', 'outcome', 'runs'],
    events.map(({uid, type, id, outcome, runs}) => [uid, type, shorten(id, 48), outcome, runs.join(' ')]),
  );
}

/** One sentence: what came, and where the next poll goes on. */
export function summarisePoll({rows, known, events, unchanged, skipped, more, before, after}: Polled): string {
  const counts = (['new', 'duplicate', 'ignored', 'dead'] as const)
    .map((outcome) => [events.filter((event) => event.outcome === outcome).length, outcome] as const)
    .flatMap(([n, outcome]) => (n > 0 ? [`${n} ${outcome}`] : []));
  const came = unchanged
    ? 'nothing has changed'
    : skipped
      ? `first poll: ${rows} rows were there before`
      : `${rows} rows, ${known} known${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`;
  const place = before === undefined && after === undefined ? '' : `; cursor ${show(before)} → ${show(after)}`;
  return `${came}${place}${more ? '; there is more, the next poll goes on there' : ''}`;
}

function show(cursor: Json | undefined): string {
  if (cursor === undefined) return 'none';
  return shorten(typeof cursor === 'string' ? cursor : stringifyJson(cursor), 80);
}

/** A subscription as anybody may see it. */
export interface SubscriptionView {
  readonly connection: string;
  readonly feed: string;
  readonly state: 'none' | 'active' | 'unclear' | 'expired';
  readonly id?: Json;
  readonly url?: string;
  readonly createdAt?: string;
  readonly expiresAt?: string;
  readonly problem?: Issue;
}

export function listSubscriptions(views: readonly SubscriptionView[]): string {
  return table(
    ['connection', 'feed', 'state', 'id', 'expires', 'url', 'problem'],
    views.map(({connection, feed, state, id, expiresAt, url = '', problem}) => [
      connection,
      feed,
      state,
      id === undefined ? '' : shorten(typeof id === 'string' ? id : stringifyJson(id), 40),
      expiresAt === undefined ? '' : when(Date.parse(expiresAt)),
      url,
      problem?.code ?? '',
    ]),
  );
}
