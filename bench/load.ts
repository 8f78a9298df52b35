/** Sends signed incidents as a source app would and reports acknowledgement times. Bounded in count. */
import {createHmac} from 'node:crypto';
import {Pool} from 'undici';

export interface Load {
  /** Where senders send to; several are served in turn, as behind a balancer. */
  readonly urls: readonly string[];
  readonly key: string;
  readonly events: number;
  readonly concurrency: number;
  /** Number of the first incident: the same number is the same event. */
  readonly from?: number;
}

export interface Acks {
  /** Milliseconds per acknowledged delivery, sorted. */
  readonly times: readonly number[];
  readonly refused: number;
}

export async function sendIncidents({urls, key, events, concurrency, from = 0}: Load): Promise<Acks> {
  const places = urls.map((url) => {
    const {origin, pathname} = new URL(url);
    return {pool: new Pool(origin, {connections: concurrency, pipelining: 1}), path: pathname};
  });
  const times: number[] = [];
  let next = 0;
  let refused = 0;
  const lane = async (number: number): Promise<void> => {
    const {pool, path} = places[number % places.length] as (typeof places)[number];
    while (next < events) {
      const {body, headers} = incident(from + next++, key);
      const before = performance.now();
      const answer = await pool.request({method: 'POST', path, headers, body});
      await answer.body.dump();
      if (answer.statusCode === 202) times.push(performance.now() - before);
      else refused++;
    }
  };
  await Promise.all(Array.from({length: concurrency}, (_, number) => lane(number)));
  await Promise.all(places.map(({pool}) => pool.close()));
  return {times: times.sort((a, b) => a - b), refused};
}

export interface Incident {
  /** Counts incidents: part of its number. */
  readonly n: number;
  /** Id of the event. */
  readonly id: string;
  readonly sysId: string;
  readonly category: string;
}

export function incident(n: number, key: string): Delivery {
  const sysId = n.toString(16).padStart(32, '0');
  return signedIncident({n, id: `${sysId}:created`, sysId, category: 'software'}, key);
}

export interface Delivery {
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** A delivery as the incident source signs it, now. */
export function signedIncident({n, id, sysId, category}: Incident, key: string): Delivery {
  const body = JSON.stringify({
    id,
    type: 'incident.created',
    time: '2026-01-12 08:15:30',
    data: {
      sys_id: sysId,
      number: `INC${String(n).padStart(7, '0')}`,
      short_description: 'Payments API answers 502',
      priority: '1',
      state: '1',
      category,
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
