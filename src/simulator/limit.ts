/** How many requests are taken in a time. Must never make a request wait: one too many is refused. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import {evaluate, evaluateText, OMIT} from '../expressions/evaluate.ts';
import {ms} from '../values/time.ts';
import type {Limit} from './format.ts';
import {type Answer, renderReply} from './reply.ts';
import {evaluateCount, type Roots, type World} from './world.ts';

/** Times of the requests that were taken, oldest first, by limit and key. */
export type Taken = Map<string, number[]>;

/** The refusal of a request that is one too many; root `retryAfter` says for how many seconds. JW1004. */
export function overLimit(name: string, roots: Roots, world: World): Answer | undefined {
  const limit = limitNamed(name, world.limits);
  const most = mostOf(limit, roots);
  if (most === undefined) return undefined;
  const now = world.clock.now();
  const windowMs = ms(limit.per);
  const times = timesOf(`${name} ${limit.key === undefined ? '' : evaluateText(limit.key, roots)}`, world.taken);
  while ((times[0] ?? now) <= now - windowMs) times.shift();
  if (times.length < most) {
    times.push(now);
    return undefined;
  }
  const oldest = times[times.length - most] ?? now;
  roots['retryAfter'] = Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
  return renderReply(limit.reply, roots, 429);
}

function limitNamed(name: string, limits: World['limits']): Limit {
  const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
  if (!limit) throw fail('JW1004', {what: 'limit', name}, {suggestions: nearest(name, Object.keys(limits))});
  return limit;
}

/** Null is no limit: a switch can turn it off. */
function mostOf({limit}: Limit, roots: Roots): number | undefined {
  const value = evaluate(limit, roots);
  return value === OMIT || value === null ? undefined : evaluateCount(limit, roots);
}

function timesOf(key: string, taken: Taken): number[] {
  const times = taken.get(key) ?? [];
  taken.set(key, times);
  return times;
}
