/** The source app: sends signed deliveries and repeats what got no 2xx, and has rows for whoever polls. Bounded by what is let go. */
import {createServer} from 'node:http';
import {setTimeout as wait} from 'node:timers/promises';
import {request} from 'undici';
import {type Delivery, signedIncident} from '../bench/load.ts';
import {dice} from './plan.ts';
import {delivered, eventOf, type Lane} from './project.ts';
import {listen} from './target.ts';

export interface Ledger {
  readonly url: string;
  readonly rows: readonly {readonly n: number; readonly id: string; readonly at: string}[];
  /** One more row. */
  add(n: number): void;
  close(): Promise<void>;
}

const mostRows = 50;

export async function openLedger(): Promise<Ledger> {
  const rows: {n: number; id: string; at: string}[] = [];
  let last = Date.now();
  const server = createServer((asked, response) => {
    const since = new URL(asked.url ?? '/', 'http://ledger').searchParams.get('since') ?? '';
    const page = rows.filter(({at}) => at >= since).slice(0, mostRows);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(page.map(({id, at}) => ({id, at}))));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    rows,
    add(n) {
      last = Math.max(last + 1, Date.now());
      rows.push({n, id: eventOf(n, 'polled').id, at: new Date(last).toISOString()});
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Sent {
  readonly n: number;
  readonly lane: Lane;
}

export interface Sender {
  /** So many more events are sent. */
  release(count: number): void;
  readonly acknowledged: readonly Sent[];
  /** Deliveries, also repeated ones, and those sent again although they had been acknowledged. */
  readonly tries: {sent: number; again: number};
  /** Resolves when everything released is acknowledged. */
  drained(): Promise<void>;
  /** Gives up; says of each event that is not acknowledged how it was answered last. */
  stop(): readonly string[];
}

export interface SenderOptions {
  /** Where servers listen, if they do. */
  readonly addresses: readonly string[];
  readonly key: string;
  readonly seed: number;
}

const pauseMs = 100;
const patienceMs = 5000;
/** Of what is acknowledged, so much is sent once more: as a sender whose own record was lost. */
const twice = 0.1;

export function startSender({addresses, key, seed}: SenderOptions): Sender {
  const random = dice(seed ^ 0x2545f491);
  const acknowledged: Sent[] = [];
  const tries = {sent: 0, again: 0};
  let next = 0;
  let stopped = false;
  /** What is not acknowledged, and the last answer to it. */
  const open = new Map<Sent, string>();
  const idle: (() => void)[] = [];

  const deliver = async (sent: Sent, way: number): Promise<boolean> => {
    tries.sent++;
    const {body, headers} = signed(sent, key);
    try {
      const url = `${addresses[way % addresses.length]}/hooks/servicenow-main/businessRule`;
      const timeouts = {headersTimeout: patienceMs, bodyTimeout: patienceMs};
      const answer = await request(url, {method: 'POST', headers, body, ...timeouts});
      const text = await answer.body.text();
      open.set(sent, `${answer.statusCode} ${text}`);
      return answer.statusCode >= 200 && answer.statusCode < 300;
    } catch (error) {
      open.set(sent, String(error));
      return false;
    }
  };
  const see = async (sent: Sent): Promise<void> => {
    let way = sent.n;
    while (!(await deliver(sent, way++))) {
      if (stopped) return;
      await wait(pauseMs);
    }
    acknowledged.push(sent);
    if (random() < twice) {
      tries.again++;
      await deliver(sent, way);
    }
    open.delete(sent);
    if (open.size === 0) for (const resolve of idle.splice(0)) resolve();
  };
  return {
    acknowledged,
    tries,
    release(count) {
      for (let i = 0; i < count; i++) {
        const n = next++;
        const sent = {n, lane: delivered[n % delivered.length] as Lane};
        open.set(sent, 'nothing');
        void see(sent);
      }
    },
    drained: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
    stop() {
      stopped = true;
      return [...open].map(([{n, lane}, answer]) => `event ${n} of ${lane} is not acknowledged: ${answer}`);
    },
  };
}

function signed({n, lane}: Sent, key: string): Delivery {
  const {id} = eventOf(n, lane);
  return signedIncident({n, id, sysId: id.slice(0, 32), category: lane}, key);
}
