/** One request on an agent's sockets, and its answer with the whole body. Must never hold more of a body than is permitted, nor write after it gave up. */
import type {Dispatcher} from 'undici';
import {after} from '../values/time.ts';
import type {Progress} from './wire-fault.ts';

export interface Talk {
  readonly method: string;
  readonly address: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
  readonly timeoutMs: number;
  /** Bytes as they come over the wire. */
  readonly maxBytes: number;
  readonly progress: Progress;
  readonly tooLarge: () => Error;
}

export interface Heard {
  /** For the client, which would take anything else for a failure. */
  readonly ok: true;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

export function talk(agent: Dispatcher, {address, headers, body, ...rules}: Talk): Promise<Heard> {
  const {origin, pathname, search} = address;
  const method = rules.method as Dispatcher.HttpMethod;
  return new Promise((resolve, reject) => {
    const listener = new Listener(rules, resolve, reject);
    rules.progress.stage = 'waiting';
    agent.dispatch({origin, path: pathname + search, method, headers, body: body ?? null}, listener);
  });
}

type Rules = Omit<Talk, 'address' | 'headers' | 'body'>;

/** Ends once: with the answer, with what broke, or because we gave up, also while the request waits for a connection. */
class Listener implements Dispatcher.DispatchHandler {
  readonly #rules: Rules;
  readonly #resolve: (heard: Heard) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #stopTimer: () => void;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #head: Omit<Heard, 'body'> | undefined;
  #control: Dispatcher.DispatchController | undefined;
  #gaveUp: Error | undefined;

  constructor(rules: Rules, resolve: (heard: Heard) => void, reject: (reason: unknown) => void) {
    this.#rules = rules;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#stopTimer = after(rules.timeoutMs, () =>
      this.#giveUp(new DOMException('there was no answer in time', 'TimeoutError')),
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#control = controller;
    if (this.#gaveUp) controller.abort(this.#gaveUp);
    else this.#rules.progress.stage = 'started';
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, fields: Fields): void {
    const head = readHead(status, fields);
    const {method, maxBytes, tooLarge} = this.#rules;
    this.#head = head;
    if (method !== 'HEAD' && Number(head.headers['content-length'] ?? 0) > maxBytes) this.#giveUp(tooLarge());
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.byteLength;
    if (this.#size <= this.#rules.maxBytes) this.#chunks.push(chunk);
    else if (!this.#gaveUp) this.#giveUp(this.#rules.tooLarge());
  }

  onResponseEnd(): void {
    this.#stopTimer();
    if (this.#head && !this.#gaveUp) this.#resolve({...this.#head, body: joined(this.#chunks, this.#size)});
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#stopTimer();
    this.#reject(error);
  }

  #giveUp(reason: Error): void {
    this.#gaveUp = reason;
    this.#stopTimer();
    this.#reject(reason);
    // Not from within the parser, which may be calling us.
    queueMicrotask(() => this.#control?.abort(reason));
  }
}

function joined(chunks: readonly Buffer[], size: number): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
}

type Fields = Readonly<Record<string, string | string[] | undefined>>;

/** Repeated fields joined as HTTP says, but for Set-Cookie, which cannot be. */
function readHead(status: number, fields: Fields): Omit<Heard, 'body'> {
  const headers = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  const cookies = fields['set-cookie'] ?? [];
  return {ok: true, status, headers, cookies: typeof cookies === 'string' ? [cookies] : cookies};
}
