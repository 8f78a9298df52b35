/** Public keys of senders: fetched when asked for, kept for a while, never more often than allowed. Must never say whom to trust. */
import {fail, type JobwireError} from '../errors/jobwire-error.ts';
import type {Transport} from '../http/send.ts';
import {decodeUtf8} from '../values/json.ts';
import type {Clock} from '../values/time.ts';

/** One GET without redirects or credentials, through the door that decides what may be reached. */
export type Get = (url: string) => Promise<{readonly status: number; readonly body: Uint8Array}>;

/** A file of keys: where it is, how it reads, how long it holds. */
export interface KeyDocument<T> {
  readonly url: string;
  /** Throws for a text that is no such document. */
  parse(text: string): T;
  readonly freshMs: number;
  /** While it cannot be fetched again, it serves on until it is this old. */
  readonly keptMs: number;
}

export interface KeySource {
  /** JW4014 when none is held and none can be fetched. */
  read<T>(document: KeyDocument<T>): Promise<T>;
  /** Once more, because a key was missing in it: at most once a minute, else what is held. JW4014 when that fails. */
  reread<T>(document: KeyDocument<T>): Promise<T>;
}

const rereadMs = 60_000;
/** For so long a failure is not tried again: deliveries must not become requests one by one. */
const failedMs = 30_000;
/** Documents that are kept, and failures that are remembered. */
const most = 64;
/** Addresses a minute that never answered before: where the sender names the address, it could name thousands. */
const strangersPerMinute = 20;
const longestUrl = 2048;

export function getThrough(transport: Transport): Get {
  return (url) =>
    transport.send({
      method: 'GET',
      url,
      headers: {},
      timeoutMs: 5000,
      maxBytes: 256 * 1024,
      redirect: 'error',
      secretHeaders: [],
    });
}

interface Held {
  readonly value: unknown;
  readonly at: number;
}

interface Failure {
  readonly error: JobwireError;
  readonly until: number;
}

export function createKeySource(get: Get, clock: Clock): KeySource {
  const held = new Map<string, Held>();
  const failures = new Map<string, Failure>();
  const pending = new Map<string, Promise<Held>>();
  const mayMeet = limitStrangers(clock);

  /** All who ask at the same time get the answer of one request. */
  const fetchOnce = <T>(document: KeyDocument<T>): Promise<Held> => {
    const {url} = document;
    const running = pending.get(url);
    if (running) return running;
    const failure = failures.get(url);
    if (failure && clock.now() < failure.until) return Promise.reject(failure.error);
    if (!held.has(url) && !mayMeet()) return Promise.reject(unavailable(url, 'too many unknown addresses were named'));
    const started = fetchDocument(document, get)
      .then(
        (value) => {
          failures.delete(url);
          return remember(held, url, {value, at: clock.now()});
        },
        (thrown: unknown) => {
          const error = unavailable(url, (thrown as Error).message, thrown);
          remember(failures, url, {error, until: clock.now() + failedMs});
          throw error;
        },
      )
      .finally(() => pending.delete(url));
    pending.set(url, started);
    return started;
  };

  return {
    async read<T>(document: KeyDocument<T>) {
      const known = held.get(document.url);
      const age = known ? clock.now() - known.at : Number.POSITIVE_INFINITY;
      if (known && age < document.freshMs) return known.value as T;
      const fetched = await fetchOnce(document).catch((error: unknown) => {
        if (known && age < document.keptMs) return known;
        throw error;
      });
      return fetched.value as T;
    },
    async reread<T>(document: KeyDocument<T>) {
      const known = held.get(document.url);
      if (known && clock.now() - known.at < rereadMs) return known.value as T;
      return (await fetchOnce(document)).value as T;
    },
  };
}

async function fetchDocument<T>({url, parse}: KeyDocument<T>, get: Get): Promise<T> {
  const address = URL.parse(url);
  if (address?.protocol !== 'https:' || address.username !== '' || address.password !== '' || url.length > longestUrl)
    throw fail('JW3010', {host: address?.hostname ?? 'the address', problem: 'keys are fetched over https only'});
  const {status, body} = await get(url);
  if (status !== 200) throw new Error(`it answered ${status}`);
  return parse(decodeUtf8(body));
}

function unavailable(url: string, problem: string, cause?: unknown): JobwireError {
  return fail('JW4014', {url, problem}, cause === undefined ? {} : {cause});
}

/** The newest stay. */
function remember<V>(map: Map<string, V>, key: string, value: V): V {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
  return value;
}

function limitStrangers(clock: Clock): () => boolean {
  let met = 0;
  let since = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.now() - since >= 60_000) [met, since] = [0, clock.now()];
    return ++met <= strangersPerMinute;
  };
}
