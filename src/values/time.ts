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
  return base32(entropy(idBytes)).slice(0, 26);
}

/** The same length, beginning with the time: ids of one moment lie side by side in an index, which makes storing them cheap. */
export function timedId(now: number): string {
  const bytes = entropy(idBytes);
  bytes.writeUIntBE(now, 0, 6);
  return base32(bytes).slice(0, 26);
}

const idBytes = 17;
let pool = Buffer.alloc(0);

/** So many random bytes, at most 64, in hex. */
export function randomHex(size: number): string {
  return entropy(size).toString('hex');
}

/** Each byte is used once; the system is asked for many at a time. */
function entropy(size: number): Buffer {
  if (pool.length < size) pool = randomBytes(idBytes * 64);
  const bytes = pool.subarray(0, size);
  pool = pool.subarray(size);
  return bytes;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lower case, no padding. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let out = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet[(value >>> bits) & 31];
    }
  }
  return bits > 0 ? out + alphabet[(value << (5 - bits)) & 31] : out;
}

const units = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000} as const;

/** "90s" to 90000. Returns undefined when the text is not a duration. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  return match ? Number(match[1]) * units[match[2] as keyof typeof units] : undefined;
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

/** The times of one moment are written many times over. */
let lastIso = {time: Number.NaN, text: ''};

export function iso(time: number): string {
  if (time === lastIso.time) return lastIso.text;
  const whole = new Date(time).toISOString();
  const text = whole.endsWith('.000Z') ? `${whole.slice(0, -5)}Z` : whole;
  lastIso = {time, text};
  return text;
}
