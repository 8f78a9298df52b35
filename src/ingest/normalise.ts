/** One item of a delivery or a poll becomes one event record. Must never throw for what the item holds: that is a dead letter. */
import {hash} from 'node:crypto';
import type {EventRecord} from '../engine/run.ts';
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {evaluate, evaluateJson, evaluateTest, evaluateText, OMIT, type Scope} from '../expressions/evaluate.ts';
import type {Feed} from '../generated/types.ts';
import {validateAgainst} from '../manifest/validate.ts';
import {toUtc} from '../operations/date-times.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import type {Redactor} from '../values/secret.ts';
import {iso, timedId} from '../values/time.ts';
import type {Hook} from './hook.ts';
import {dataSchema} from './schemas.ts';

export interface Arrival {
  readonly feed: Pick<Hook, 'connection' | 'feedName' | 'feed' | 'connector' | 'config'>;
  /** Root `request`; polls have none. */
  readonly request?: object | undefined;
  readonly receivedAt: number;
  readonly redactor: Redactor;
  /** The bytes of the item, where it came alone. */
  readonly raw?: Uint8Array | undefined;
  /** What already went wrong: the item is kept as a dead letter. */
  readonly problem?: JobwireError | undefined;
}

/** An event without the decisions of templates. */
export type Unmatched = Omit<EventRecord, 'decisions'>;

const longestId = 500;

export function normalise(item: Json, arrival: Arrival): Unmatched {
  const {feed, request, raw} = arrival;
  const work: Work = {
    item,
    arrival,
    scope: {item, connection: feed.config, ...(request && {request})},
    mapping: feed.feed.event,
    bodyHash: hash('sha256', raw ?? stringifyJson(item)),
  };
  try {
    return arrival.problem ? dead(work, arrival.problem) : map(work);
  } catch (error) {
    return dead(work, asJobwireError(error));
  }
}

/** Type first: what the feed does not emit need not fit the rest of the mapping. */
function map(work: Work): Unmatched {
  const {mapping, arrival} = work;
  if (mapping.when !== undefined && !part('when', isWanted, work))
    return ignored(work, 'the feed leaves this item out (event.when)');
  const type = part('type', typeOf, work);
  if (!arrival.feed.feed.emits.includes(type)) return ignored(work, `the feed does not emit ${shorten(type)}`);
  const id = part('id', idOf, work);
  const time = part('time', timeOf, work);
  const subject = part('subject', subjectOf, work);
  const data = part('data', dataOf, work);
  const event = record(work, {type, id, time, subject, data});
  const misfit = findMisfit(arrival.feed, type, data);
  return misfit ? {...event, state: 'dead', error: misfit.issue()} : event;
}

function part<T>(name: string, read: (work: Work) => T, work: Work): T {
  try {
    return read(work);
  } catch (error) {
    throw fail('JW4005', {problem: `${name}: ${asJobwireError(error).message}`}, {cause: error});
  }
}

interface Work {
  readonly item: Json;
  readonly arrival: Arrival;
  readonly scope: Scope;
  readonly mapping: Feed['event'];
  readonly bodyHash: string;
}

interface Parts {
  readonly type: string;
  readonly id: string;
  readonly time?: string | undefined;
  readonly subject?: string | undefined;
  readonly data?: Json;
}

function record({arrival, bodyHash}: Work, {type, id, time, subject, data = null}: Parts): Unmatched {
  const {feed, receivedAt} = arrival;
  const event: Unmatched = {
    uid: timedId(receivedAt),
    connection: feed.connection,
    feed: feed.feedName,
    type,
    id,
    time: time ?? iso(receivedAt),
    data,
    receivedAt,
    state: 'accepted',
    deliveries: 1,
    bodyHash,
    conflicts: 0,
  };
  return subject === undefined ? event : {...event, subject};
}

function isWanted({mapping, scope}: Work): boolean {
  return evaluateTest(mapping.when, scope);
}

function typeOf({mapping, scope}: Work): string {
  const raw = evaluateText(mapping.type, scope);
  const {types = {}} = mapping;
  return Object.hasOwn(types, raw) ? (types[raw] ?? raw) : raw;
}

function idOf({mapping, scope}: Work): string {
  const id = evaluateText(mapping.id, scope);
  if (id.trim() === '') throw fail('JW2101', {path: 'text in the id'});
  if (id.length > longestId) throw fail('JW2107', {problem: `the id has more than ${longestId} characters`});
  // A database keeps neither half a character nor a zero: two ids could become one.
  if (!id.isWellFormed() || id.includes('\0'))
    throw fail('JW2107', {problem: 'the id holds characters that cannot be kept'});
  return id;
}

/** In UTC, so that stored times sort. JW2104 for a text that leaves the moment open. */
function timeOf({mapping, scope}: Work): string | undefined {
  const text = textOrNone(mapping.time, scope);
  if (text === undefined) return undefined;
  const time = toUtc(text);
  if (time === undefined)
    throw fail('JW2104', {
      helper: 'time',
      problem: 'it is not an ISO 8601 time with Z or an offset; the helper date makes one',
    });
  return time;
}

function subjectOf({mapping, scope}: Work): string | undefined {
  return textOrNone(mapping.subject, scope);
}

function dataOf({mapping, scope}: Work): Json {
  return evaluateJson(mapping.data, scope);
}

function textOrNone(value: unknown, scope: Scope): string | undefined {
  const result = evaluate(value, scope);
  if (result === OMIT || result === null) return undefined;
  return typeof result === 'string' ? result : evaluateText(value, scope);
}

/** JW4004 with the places that do not fit, never their values. */
export function findMisfit(
  {connector}: Pick<Arrival['feed'], 'connector'>,
  type: string,
  data: Json,
): JobwireError | undefined {
  const schema = dataSchema(connector, type);
  if (!schema) return fail('JW4004', {problem: `the connector has no event ${type}`});
  const problems = validateAgainst(schema, data);
  if (problems.length === 0) return undefined;
  const shown = problems.slice(0, 3).map(({pointer, message}) => `data${pointer} ${message}`);
  const more = problems.length > 3 ? `; and ${problems.length - 3} more` : '';
  return fail('JW4004', {problem: `${shown.join('; ')}${more}`});
}

/** Kept without its data: `why` can say that it came and why nothing follows. */
function ignored(work: Work, problem: string): Unmatched {
  return {...identified(work), state: 'ignored', error: fail('JW4006', {problem}).issue()};
}

/** Kept with the item as it came, so that it can be looked at and delivered again when the mapping is mended. */
function dead(work: Work, error: JobwireError): Unmatched {
  const data = work.arrival.redactor.json(work.item);
  return {...identified(work), data, state: 'dead', error: error.issue()};
}

/** With as much of its identity as can be told. */
function identified(work: Work): Unmatched {
  const type = attempt(() => typeOf(work)) ?? work.arrival.feed.feedName;
  return record(work, {type: shorten(type), id: attempt(() => idOf(work)) ?? work.bodyHash});
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.slice(0, 100).toWellFormed().replaceAll('\0', '');
}
