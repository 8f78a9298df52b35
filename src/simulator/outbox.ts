/** Sends what a simulator tells its receivers, to this machine only. Must never repeat a message or reach another machine. */
import {JobwireError} from '../errors/jobwire-error.ts';
import {createTransport, type Transport} from '../http/send.ts';
import {type Clock, iso} from '../values/time.ts';

export interface Message {
  /** For the list of what was sent. */
  readonly type: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Uint8Array;
  /** Told when the receiver did not answer with 2xx. */
  readonly failed: (problem: string) => void;
}

/** What became of one message. */
export interface Sent {
  /** ISO time. */
  readonly at: string;
  readonly type: string;
  readonly url: string;
  /** Absent when there was no answer. */
  readonly status?: number;
  readonly problem?: string;
}

/** Longest wait for an answer. */
const timeoutMs = 10_000;
const mostKept = 1000;
const thisMachine: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export class Outbox {
  readonly #clock: Clock;
  readonly #sent: Sent[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #transports = new Map<string, Transport>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Leaves at once; nobody waits for it. */
  post(message: Message): void {
    if (this.#closed) return;
    const sending = this.#send(message).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** The latest, oldest first. */
  list(): readonly Sent[] {
    return this.#sent;
  }

  /** When everything that has left so far was answered or given up. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** What is under way is still waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
    await Promise.all([...this.#transports.values()].map((transport) => transport.close()));
  }

  async #send(message: Message): Promise<void> {
    const {type, url, failed} = message;
    const outcome = await this.#exchange(message);
    this.#sent.push({at: iso(this.#clock.now()), type, url, ...outcome});
    if (this.#sent.length > mostKept) this.#sent.shift();
    const {status = 0, problem} = outcome;
    if (status < 200 || status > 299) failed(problem ?? `it answered ${status}`);
  }

  async #exchange({method, url, headers, raw}: Message): Promise<{status?: number; problem?: string}> {
    const address = URL.parse(url);
    if (!address || !thisMachine.has(address.hostname)) return {problem: 'only addresses of this machine are told'};
    try {
      const {status} = await this.#to(address).send({
        method,
        url,
        headers,
        body: raw,
        timeoutMs,
        maxBytes: 1024 * 1024,
        redirect: 'error',
        secretHeaders: [],
        accepts: () => true,
      });
      return {status};
    } catch (error) {
      return {problem: error instanceof JobwireError ? error.message : String(error)};
    }
  }

  #to({host, hostname}: URL): Transport {
    const name = hostname.replace(/^\[|\]$/g, '');
    const transport =
      this.#transports.get(host) ??
      createTransport({hosts: [host, hostname], allowPrivate: [name, '127.0.0.1', '::1']});
    this.#transports.set(host, transport);
    return transport;
  }
}
