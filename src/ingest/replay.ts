/** A stored event once more, as the templates are now, with runs under new keys. Must never replay what is still under way or waits for a person. */
import type {Engine} from '../engine/engine.ts';
import type {Decision, Draft, EventRecord, Run} from '../engine/run.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Feed} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import type {LiveConnection} from '../operations/connection.ts';
import type {Redactor} from '../values/secret.ts';
import {type Clock, ms, randomId} from '../values/time.ts';
import {match} from './match.ts';
import {findMisfit, normalise, type Unmatched} from './normalise.ts';
import {windowMs} from './own-event.ts';

export interface Replaying {
  readonly event: EventRecord;
  readonly by: string;
  /** Which targets of which templates; all of them unless it is given. */
  readonly only?: ((target: Pick<Draft, 'template' | 'target'>) => boolean) | undefined;
}

export interface Replayed {
  /** Our id of the event that was stored anew; absent when nothing would be started. */
  readonly event?: string;
  readonly runs: readonly string[];
  readonly decisions: readonly Decision[];
}

export interface ReplayTools {
  readonly engine: Pick<Engine, 'accept' | 'runs'>;
  readonly library: Library;
  readonly clock: Clock;
  readonly redactor: Redactor;
  connection(id: string): LiveConnection;
}

/**
 * Errors: JW5011 while a run of it goes on or is held; JW7102 when nothing is kept of the event, or its feed is gone; JW4005, JW4004
 * for a dead letter that still cannot be mapped.
 */
export async function replay(replaying: Replaying, tools: ReplayTools): Promise<Replayed> {
  const {event, by, only = () => true} = replaying;
  const {engine, library, clock} = tools;
  await refuseUnfinished(replaying, engine);
  const now = clock.now();
  const again = anew(event, tools);
  const matched = match(again, library, now);
  const decisions = matched.decisions.filter(only);
  const line = {at: now, step: 'operator', what: `${by}: replay of event ${event.uid}`};
  const drafts = matched.drafts.filter(only).map((draft) => ({...draft, data: {...draft.data, log: [line]}}));
  if (drafts.length === 0) return {runs: [], decisions};
  const arrival = {event: {...again, decisions}, drafts, windowMs: windowOf(event, library), on: 'always'} as const;
  const [accepted] = await engine.accept({events: [arrival]});
  return {...(accepted && {event: accepted.uid}), runs: accepted?.runs ?? [], decisions};
}

async function refuseUnfinished({event, only}: Replaying, {runs}: Pick<Engine, 'runs'>): Promise<void> {
  const state = ['queued', 'starting', 'tracking', 'held'] as const;
  const {items} = await runs.list({event: event.uid, state}, {limit: 1000});
  const open = items.find((run) => only?.(run) ?? true);
  if (open) throw unfinished(open);
}

function unfinished({id, state}: Run): Error {
  return state === 'held'
    ? fail(
        'JW5011',
        {run: id, state, problem: 'it may have started something'},
        {hint: `jobwire runs decide ${id} … comes first`},
      )
    : fail('JW5011', {run: id, state, problem: 'it is under way'}, {hint: 'wait until it ends, or cancel it'});
}

/** The event with an id of ours of its own; a dead letter is looked at again. */
function anew(event: EventRecord, tools: ReplayTools): Unmatched {
  const fresh = {uid: randomId(), receivedAt: tools.clock.now(), deliveries: 1, conflicts: 0};
  if (event.state === 'accepted') return {...event, ...fresh};
  if (event.state === 'ignored') throw fail('JW7102', {what: 'content of the ignored event', id: event.uid});
  return event.error?.jobwireCode === 'JW4004' ? fitted({...event, ...fresh}, tools) : mapped(event, tools);
}

/** What was mapped but did not fit is kept as it was mapped. */
function fitted({error: _, ...event}: EventRecord, tools: ReplayTools): Unmatched {
  const misfit = findMisfit(tools.connection(event.connection), event.type, event.data);
  if (misfit) throw misfit;
  return {...event, state: 'accepted'};
}

/** What could not be mapped is kept as it came. */
function mapped(event: EventRecord, tools: ReplayTools): Unmatched {
  const receivedAt = tools.clock.now();
  const {connection, feedName, feed} = feedOf(event, tools);
  const {connector, config} = connection;
  const source = {connection: connection.id, feedName, feed, connector, config};
  const result = normalise(event.data, {feed: source, receivedAt, redactor: tools.redactor});
  const {traceparent} = event;
  if (result.state === 'accepted') return {...result, ...(traceparent !== undefined && {traceparent})};
  const {jobwireCode = 'JW4005', detail = 'it cannot be mapped', hint} = result.error ?? {};
  throw fail(jobwireCode, {}, {detail, ...(hint !== undefined && {hint})});
}

function feedOf({connection: id, feed: feedName}: EventRecord, {connection: open}: ReplayTools) {
  const connection = open(id);
  const {feeds = {}} = connection.connector;
  const feed = Object.hasOwn(feeds, feedName) ? feeds[feedName] : undefined;
  if (!feed) throw fail('JW7102', {what: `feed of connection ${id}`, id: feedName});
  return {connection, feedName, feed};
}

function windowOf({connection, feed: name}: EventRecord, library: Library): number {
  const reference = library.connection(connection)?.manifest.connector;
  const feeds: Readonly<Record<string, Feed>> = (reference && library.connector(reference).manifest.feeds) || {};
  const window = Object.hasOwn(feeds, name) ? feeds[name]?.dedupe?.window : undefined;
  return window === undefined ? windowMs : ms(window);
}
