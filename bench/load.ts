/** Sends signed incidents as a source app would and reports acknowledgement times. Bounded in count. */
import {createHmac} from 'node:crypto';
import {Pool} from 'undici';

export interface Load {
  readonly url: string;
  readonly key: string;
  readonly events: number;
  readonly concurrency: number;
}

export interface Acks {
  /** Milliseconds per acknowledged delivery, sorted. */
  readonly times: readonly number[];
  readonly refused: number;
}

export async function sendIncidents({url, key, events, concurrency}: Load): Promise<Acks> {
  const {origin, pathname} = new URL(url);
  const pool = new Pool(origin, {connections: concurrency, pipelining: 1});
  const times: number[] = [];
  let next = 0;
  let refused = 0;
  const lane = async (): Promise<void> => {
    while (next < events) {
      const {body, headers} = incident(next++, key);
      const before = performance.now();
      const answer = await pool.request({method: 'POST', path: pathname, headers, body});
      await answer.body.dump();
      if (answer.statusCode === 202) times.push(performance.now() - before);
      else refused++;
    }
  };
  await Promise.all(Array.from({length: concurrency}, lane));
  await pool.close();
  return {times: times.sort((a, b) => a - b), refused};
}

export function incident(n: number, key: string): {body: string; headers: Record<string, string>} {
  const id = n.toString(16).padStart(32, '0');
  const body = JSON.stringify({
    id: `${id}:created`,
    type: 'incident.created',
    time: '2026-01-12 08:15:30',
    data: {
      sys_id: id,
      number: `INC${String(n).padStart(7, '0')}`,
      short_description: 'Payments API answers 502',
      priority: '1',
      state: '1',
      category: 'software',
      assignment_group: '',
      sys_created_on: '2026-01-12 08:15:30',
      sys_updated_on: '2026-01-12 08:15:30',
    },
  });
  const stamp = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', key).update(`${stamp}.${body}`).digest('base64');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-jobwire-timestamp': String(stamp),
      'x-jobwire-signature': signature,
    },
  };
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
