/** Which polls are due when: what feeds are needed, and how long to wait between two polls. Pure; must never wait itself. */
import type {Connection, Connector, Poll} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {type Chance, ms} from '../values/time.ts';
import type {Polled} from './poll.ts';

export interface PollPlan {
  readonly connection: string;
  readonly feed: string;
  readonly poll: Poll;
  /** Of the connection file, else of the feed. */
  readonly everyMs: number;
  /** No template needs its events, only jobs that are being followed: it is polled while there are some. */
  readonly forJobs: boolean;
}

/** Poll feeds that may be needed; those the connection file switches off are not among them. */
export function pollPlans(library: Library): PollPlan[] {
  return [...library.connections.values()].flatMap(({id, manifest}) => {
    const connector = connectorOf(library, manifest);
    const wanted = wantedEvents(library, id);
    const hinted = hintedEvents(connector);
    return Object.entries(connector?.feeds ?? {}).flatMap(([feed, {poll, emits}]): PollPlan[] => {
      const forTemplates = emits.some((event) => wanted.has(event));
      const needed = forTemplates || emits.some((event) => hinted.has(event));
      if (!poll || !needed || manifest.feeds?.[feed]?.enabled === false) return [];
      return [{connection: id, feed, poll, everyMs: everyMs(poll, manifest, feed), forJobs: !forTemplates}];
    });
  });
}

export function everyMs({every = '1m'}: Poll, {feeds}: Connection, feed: string): number {
  return ms(feeds?.[feed]?.every ?? every);
}

/** A file that names no connector we have is somebody else's error. */
function connectorOf(library: Library, {connector}: Connection): Connector | undefined {
  try {
    return library.connector(connector).manifest;
  } catch {
    return undefined;
  }
}

function wantedEvents(library: Library, connection: string): ReadonlySet<string> {
  const names = [...library.templates.values()].flatMap(({manifest: {on}}) =>
    'event' in on && on.connection === connection ? [on.event] : [],
  );
  return new Set(names);
}

function hintedEvents(connector: Connector | undefined): ReadonlySet<string> {
  const kinds = Object.values(connector?.jobs ?? {});
  return new Set(kinds.flatMap(({hints = []}) => hints.map(({event}) => event)));
}

/** No manifest makes us ask more often. */
const shortestMs = 1000;
const longestBackoffMs = 30 * 60_000;

/**
 * `every` with its jitter, never less than the target asks for. After failures twice as long each time, up to half an hour; a
 * feed that is polled more rarely keeps its own pace.
 */
export function waitAfter(
  {everyMs: every, poll}: Pick<PollPlan, 'everyMs' | 'poll'>,
  {atLeastMs = 0}: Pick<Polled, 'atLeastMs'>,
  {failures, chance}: {readonly failures: number; readonly chance: Chance},
): number {
  const grown = Math.min(every * 2 ** Math.min(failures, 30), Math.max(every, longestBackoffMs));
  const {jitter = 0.1} = poll;
  const spread = grown * (1 + jitter * (2 * chance() - 1));
  return Math.round(Math.max(shortestMs, spread, atLeastMs));
}
