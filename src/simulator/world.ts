/** What all parts of one running simulator share: records, settings, time; and the roots its expressions see. */
import {randomUUID} from 'node:crypto';
import {fail} from '../errors/jobwire-error.ts';
import type {Value} from '../expressions/evaluate.ts';
import {evaluate, evaluateJson, OMIT} from '../expressions/evaluate.ts';
import type {Feed} from '../generated/types.ts';
import {isObject, type JsonObject} from '../values/json.ts';
import {type Clock, durationMs, iso} from '../values/time.ts';
import type {DueList} from './due.ts';
import type {Limit, Sender} from './format.ts';
import type {Taken} from './limit.ts';
import type {Outbox} from './outbox.ts';
import type {Item, State} from './state.ts';

export interface World {
  readonly state: State;
  readonly due: DueList;
  readonly clock: Clock;
  /** Switches, changed while the simulator runs. */
  readonly settings: JsonObject;
  readonly limits: Readonly<Record<string, Limit>>;
  readonly taken: Taken;
  readonly senders: Readonly<Record<string, Sender>>;
  readonly outbox: Outbox;
  /** Feeds of the connector, whose rules say how notices are signed. */
  readonly feeds: Readonly<Record<string, Feed>>;
}

/** Roots by name. Written to while a request is answered: what a step finds is there for the next. */
export type Roots = Record<string, unknown> & {
  /** Another `id` and `key`: for the next record. */
  [renew]: () => void;
};

const renew = Symbol('renew');

/** `id` and `key` are made when first asked for and then stay the same until renewed. */
export function createRoots(world: World, more: Readonly<Record<string, unknown>>, at = world.clock.now()): Roots {
  let id: number | undefined;
  let key: string | undefined;
  const roots = Object.create(null) as Roots;
  Object.assign(roots, {settings: world.settings, now: iso(at), let: Object.create(null) as object}, more);
  Object.defineProperties(roots, {
    id: {enumerable: true, configurable: true, get: () => (id ??= world.state.takeId())},
    key: {enumerable: true, configurable: true, get: () => (key ??= randomUUID())},
    [renew]: {
      value: () => {
        id = undefined;
        key = undefined;
      },
    },
  });
  return roots;
}

export function renewRoots(roots: Roots): void {
  roots[renew]();
}

/** A record made of a value slot: its members evaluated, those that are left out absent. JW2107 when it is no object. */
export function evaluateItem(record: unknown, roots: Roots): Item {
  const item = evaluate(record, roots);
  if (item === OMIT || !isObject(item)) throw fail('JW2107', {problem: 'a record is an object'});
  return item as Item;
}

/** Milliseconds of a duration text or of an expression giving one. JW2107. */
export function evaluateDuration(value: unknown, roots: Roots): number {
  const text = evaluateJson(value, roots);
  const length = typeof text === 'string' ? durationMs(text) : undefined;
  if (length === undefined) throw fail('JW2107', {problem: `${JSON.stringify(text)} is not a duration`});
  return length;
}

/** A whole number from 0 to a limit. JW2107. */
export function evaluateCount(value: unknown, roots: Roots, most = Number.MAX_SAFE_INTEGER): number {
  const count = evaluateJson(value, roots);
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > most)
    throw fail('JW2107', {problem: `${JSON.stringify(count)} is not a whole number from 0 to ${most}`});
  return count;
}

/** A list; JW2107. */
export function evaluateList(value: unknown, roots: Roots): readonly Value[] {
  const list = evaluate(value, roots);
  if (!Array.isArray(list)) throw fail('JW2107', {problem: 'a list is needed here'});
  return list;
}
