/** One request on an agent's sockets, and its answer with the whole body. Must never hold more of a body than is permitted, nor write after it gave up. */
import type {Dispatcher} from 'undici';
import {after} from '../values/time.ts';
import type {Progress} from './wire-fault.ts';

export interface Talk {
  readonly method: string;
  readonly address: URL;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string | undefined;
  readonly timeoutMs: number;
  /** Bytes as they come over the wire. */
  readonly maxBytes: number;
  readonly progress: Progress;
  readonly tooLarge: () => Error;
}

export interface Heard {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

export function talk(agent: Dispatcher, {method, address, headers, body, ...rules}: Talk): Promise<Heard> {
  const {origin, pathname, search} = address;
  return new Promise((resolve, reject) => {
    const listener = listen({method, ...rules}, {resolve, reject});
    rules.progress.stage = 'waiting';
    agent.dispatch(
      {origin, path: pathname + search, method: method as Dispatcher.HttpMethod, headers, body: body ?? null},
      listener,
    );
  });
}

interface Ends {
  resolve(heard: Heard): void;
  reject(reason: unknown): void;
}

type Rules = Omit<Talk, 'address' | 'headers' | 'body'>;

/** Ends once: with the answer, with what broke, or because we gave up, also while the request waits for a connection. */
function listen({method, timeoutMs, maxBytes, progress, tooLarge}: Rules, ends: Ends): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let size = 0;
  let head: Omit<Heard, 'body'> | undefined;
  let control: Dispatcher.DispatchController | undefined;
  let gaveUp: Error | undefined;
  const giveUp = (reason: Error): void => {
    gaveUp = reason;
    stopTimer();
    ends.reject(reason);
    // Not from within the parser, which may be calling us.
    queueMicrotask(() => control?.abort(reason));
  };
  const stopTimer = after(timeoutMs, () => giveUp(new DOMException('there was no answer in time', 'TimeoutError')));
  return {
    onRequestStart(controller) {
      control = controller;
      if (gaveUp) controller.abort(gaveUp);
      else progress.stage = 'started';
    },
    onResponseStart(_controller, status, fields) {
      head = {status, ...readFields(fields)};
      if (method !== 'HEAD' && Number(head.headers['content-length'] ?? 0) > maxBytes) giveUp(tooLarge());
    },
    onResponseData(_controller, chunk) {
      size += chunk.byteLength;
      if (size <= maxBytes) chunks.push(chunk);
      else if (!gaveUp) giveUp(tooLarge());
    },
    onResponseEnd() {
      stopTimer();
      if (head && !gaveUp) ends.resolve({...head, body: joined(chunks, size)});
    },
    onResponseError(_controller, error) {
      stopTimer();
      ends.reject(error);
    },
  };
}

function joined(chunks: readonly Buffer[], size: number): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
}

/** Repeated fields joined as HTTP says, but for Set-Cookie, which cannot be. */
function readFields(fields: Readonly<Record<string, string | string[] | undefined>>): Omit<Heard, 'status' | 'body'> {
  const headers = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  const cookies = fields['set-cookie'] ?? [];
  return {headers, cookies: typeof cookies === 'string' ? [cookies] : cookies};
}
