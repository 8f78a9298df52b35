/** Time and chance as arguments: the only place that asks the machine for either. */
import {randomBytes} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';

/** Wall clock in milliseconds since 1970 and a wait. Tests and plans own theirs. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? {signal} : {});
  },
};

/** A clock that stands still until it is moved; waiting moves it at once. For cases, plans and tests. */
export class VirtualClock implements Clock {
  #now: number;
  constructor(start: number) {
    this.#now = start;
  }
  now(): number {
    return this.#now;
  }
  async sleep(ms: number): Promise<void> {
    this.advance(ms);
  }
  advance(ms: number): void {
    this.#now += ms;
  }
  jumpTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }
}

/** A number in [0, 1) for jitter. */
export type Chance = () => number;
export const chance: Chance = () => Math.random();

/** Runs after the input that is waiting now was read: callers of one turn of the event loop are served together. */
export function soon(run: () => void): void {
  setImmediate(run);
}

/** What a timer can hold; more would ring at once. */
const longestTimer = 2 ** 31 - 1;

/** Runs once after `ms` unless the function it gives is called before; keeps no process alive. For limits, not for waiting. */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(ms, longestTimer)).unref();
  return () => clearTimeout(timer);
}

/** Milliseconds that only ever grow, for measuring how long something took. */
export const elapsed = (): number => performance.now();

/** 26 characters of random lower-case base32, sortable by nothing: an internal id. */
export function randomId(): string {
  const from = entropy(idBytes);
  return base32(pool, from, from + idBytes).slice(0, 26);
}

/** The same length, beginning with the time: ids of one moment lie side by side in an index, which makes storing them cheap. */
export function timedId(now: number): string {
  const from = entropy(idBytes);
  pool.writeUIntBE(now, from, 6);
  return base32(pool, from, from + idBytes).slice(0, 26);
}

const idBytes = 17;
const poolBytes = 16 * 1024;
let pool = Buffer.alloc(0);
let used = 0;

/** So many random bytes, at most 64, in hex. */
export function randomHex(size: number): string {
  const from = entropy(size);
  return pool.toString('hex', from, from + size);
}

/** Where so many unused bytes begin in the pool. Each byte is used once; the system is asked for many at a time. */
function entropy(size: number): number {
  if (pool.length - used < size) {
    pool = randomBytes(poolBytes);
    used = 0;
  }
  used += size;
  return used - size;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** All texts of two characters: ten bits. */
const pairs = Array.from({length: 1024}, (_, bits) => `${alphabet[bits >>> 5]}${alphabet[bits & 31]}`);

/** RFC 4648 base32, lower case, no padding. */
export function base32(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let bits = 0;
  let value = 0;
  let out = '';
  for (let i = from; i < to; i++) {
    value = (value << 8) | (bytes[i] as number);
    bits += 8;
    if (bits < 10) continue;
    bits -= 10;
    out += pairs[(value >>> bits) & 1023];
  }
  if (bits >= 5) {
    bits -= 5;
    out += alphabet[(value >>> bits) & 31];
  }
  return bits > 0 ? out + alphabet[(value << (5 - bits)) & 31] : out;
}

const units = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** "90s" to 90000. Returns undefined when the text is not a duration. */
export function durationMs(text: string): number | undefined {
  let end = 0;
  while (text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
  const unit = end === 0 ? undefined : units.get(text.slice(end));
  return unit === undefined ? undefined : Number(text.slice(0, end)) * unit;
}

/** A duration that a schema has already checked. */
export function ms(text: string): number {
  const value = durationMs(text);
  if (value === undefined) throw new TypeError(`not a duration: ${text}`);
  return value;
}

/** "5MB" to bytes; 1 KB = 1024 B. A schema has already checked the text. */
export function bytes(text: string): number {
  const match = /^(\d+)(B|KB|MB)$/.exec(text);
  if (!match) throw new TypeError(`not a size: ${text}`);
  return Number(match[1]) * {B: 1, KB: 1024, MB: 1024 * 1024}[match[2] as 'B' | 'KB' | 'MB'];
}

const dayMs = 86_400_000;
/** `2026-01-12T` by the number of the day: the times that are written lie in few days. */
const days = new Map<number, string>();
const mostDays = 64;

function dayText(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  const text = new Date(day * dayMs).toISOString().slice(0, -13);
  if (days.size >= mostDays) days.clear();
  days.set(day, text);
  return text;
}

const twoDigits = Array.from({length: 60}, (_, n) => String(n).padStart(2, '0'));

/** RFC 3339 in UTC; without a fraction where it would be zero. */
export function iso(time: number): string {
  const whole = Math.trunc(time);
  const day = Math.floor(whole / dayMs);
  const rest = whole - day * dayMs;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  const text = `${dayText(day)}${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`;
  const fraction = rest - seconds * 1000;
  return fraction === 0 ? `${text}Z` : `${text}.${String(fraction).padStart(3, '0')}Z`;
}
