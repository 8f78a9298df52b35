/** Cases of a poll feed: one poll from a stored cursor, its rows as events, and the cursor that would be stored. */
import {fail} from '../errors/jobwire-error.ts';
import {evaluate, evaluateText, OMIT, type Scope} from '../expressions/evaluate.ts';
import type {Feed, Poll} from '../generated/types.ts';
import {normalise, type Unmatched} from '../ingest/normalise.ts';
import {execute} from '../operations/execute.ts';
import {evaluateEach} from '../operations/lookup.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {iso, ms} from '../values/time.ts';
import {observe} from './call-case.ts';
import type {CaseUnit, Outcome} from './case-file.ts';
import {connectionId} from './connections.ts';
import type {Stage} from './stage.ts';

type Cursor = NonNullable<Poll['cursor']>;

export async function pollFeed(
  {feedName, feed}: {feedName: string; feed: Feed},
  {manifest}: CaseUnit,
  stage: Stage,
): Promise<Outcome> {
  const {poll} = feed;
  if (!poll) throw fail('JW1013', {problem: `feed ${feedName} is neither a webhook nor a poll`});
  const connection = stage.connection(connectionId);
  const {config} = connection;
  const now = stage.clock.now();
  const stored = poll.cursor && ((manifest.cursor as Json | undefined) ?? startOf(poll.cursor, now));
  const params = evaluateEach(poll.with, {cursor: cursorRoot(poll, stored, now), connection: config});
  const observed = await observe(stage, (log) => execute({connection, operation: poll.call, params, log}));
  const rows = Array.isArray(observed.output) ? observed.output : [];
  const arrival = {
    feed: {connection: connectionId, feedName, feed, connector: connection.connector, config},
    receivedAt: now,
    redactor: stage.redactor,
  };
  const records = rows.map((item) => normalise(item, arrival));
  const error = observed.error ?? records.find(({state}) => state === 'dead')?.error;
  const cursor =
    observed.outcome === 'succeeded' && poll.cursor ? laterOf(poll.cursor, rows, {stored, config}) : stored;
  return {
    outcome: error ? 'failed' : observed.outcome,
    ...(error && {error}),
    events: records.filter(({state}) => state === 'accepted').map(shown),
    warnings: [...new Set([...observed.warnings, ...records.flatMap(({error: issue}) => (issue ? [issue.code] : []))])],
    ...(cursor !== undefined && {cursor}),
    writes: stage.writes(),
  };
}

function shown({id, type, time, subject, data}: Unmatched): JsonObject {
  return {id, type, ...(time !== undefined && {time}), ...(subject !== undefined && {subject}), data};
}

/** Times are stored as ISO text, whatever format the target wants. */
function startOf({start = 'now', as = 'time'}: Cursor, now: number): Json | undefined {
  if (as !== 'time') return start === 'now' ? undefined : start;
  const shift = /^([+-])(.+)$/.exec(start);
  if (shift) return iso(now + (shift[1] === '-' ? -1 : 1) * ms(shift[2] as string));
  return start === 'now' ? iso(now) : start;
}

/** Root `cursor`: the stored value minus the overlap, and now minus the lag, as the target writes times. */
function cursorRoot({cursor, overlap = '0s', lag = '0s'}: Poll, stored: Json | undefined, now: number): JsonObject {
  const {as = 'time', format = 'iso'} = cursor ?? {};
  const write = (time: number): string => evaluateText(`{{date time '${format}'}}`, {time: iso(time)});
  const value = as === 'time' && typeof stored === 'string' ? write(Date.parse(stored) - ms(overlap)) : stored;
  return {...(value !== undefined && {value}), until: write(now - ms(lag))};
}

/** The greatest value of all rows; what was stored when there is none later. */
function laterOf(
  {from, as = 'time', format = 'iso'}: Cursor,
  rows: readonly Json[],
  {stored, config}: {stored: Json | undefined; config: JsonObject},
): Json | undefined {
  const values = rows.flatMap((item): Json[] => {
    const value = evaluate(from, {item, connection: config} satisfies Scope);
    if (value === OMIT || value === null) return [];
    return [as === 'time' ? evaluateText(`{{date value 'iso' '${format}'}}`, {value}) : (value as Json)];
  });
  return values.reduce<Json | undefined>((latest, value) => (isLater(value, latest) ? value : latest), stored);
}

function isLater(value: Json, than: Json | undefined): boolean {
  if (than === undefined) return true;
  if (typeof value === 'number' && typeof than === 'number') return value > than;
  return String(value) > String(than);
}
