/** Numbers for whoever watches over Jobwire, in the Prometheus format. Labels are ids of files and closed words, never what a sender says. */
import {Counter, collectDefaultMetrics, Gauge, Registry} from 'prom-client';

export interface Metrics {
  /** An event reached the store: new, known already, or kept without starting anything. */
  event(connection: string, outcome: 'accepted' | 'duplicate' | 'ignored' | 'dead'): void;
  /** A delivery was refused, by the code of its refusal. */
  refused(reason: string): void;
  startAttempt(outcome: StartOutcome): void;
  /** A start of which nobody knows whether it happened. */
  ambiguous(): void;
  ended(state: string): void;
  /** As they are now, in text. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** `unclear` may have been executed, `retry` and `refused` were not. */
export type StartOutcome = 'started' | 'retry' | 'refused' | 'unclear';

/** What is read anew for each question. */
export interface Readings {
  readonly runs: Readonly<Record<string, number>>;
  readonly due: number;
  /** Since when the run that waits longest has been due. */
  readonly oldestDue?: number;
  /** Of a store that several processes work. */
  readonly workers?: readonly unknown[];
}

export interface Gauges {
  /** May reject: the gauges of the store are left out then. */
  read(): Promise<Readings>;
  now(): number;
  /** Connections that are not asked at present. */
  closedConnections(): readonly string[];
  droppedLines(): number;
}

export function createMetrics(gauges: Gauges): Metrics {
  const registers = [new Registry()] as [Registry];
  const [register] = registers;
  const count = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({name: `jobwire_${name}_total`, help, labelNames, registers});
  const received = count('events_received', 'Events that arrived, also those that were known or refused', [
    'connection',
  ]);
  const accepted = count('events_accepted', 'Events that were stored as new', ['connection']);
  const rejected = count('events_rejected', 'Deliveries that were refused and events that started nothing', ['reason']);
  const attempts = count('start_attempts', 'Starts that were tried, by what came of them', ['outcome']);
  const unclear = count('ambiguous', 'Starts of which nobody knew whether they happened');
  const ended = count('runs_ended', 'Runs that ended or were held', ['state']);
  const refresh = addGauges(gauges, registers);
  collectDefaultMetrics({register});
  return {
    event(connection, outcome) {
      received.inc({connection});
      if (outcome === 'accepted') accepted.inc({connection});
      else rejected.inc({reason: outcome});
    },
    refused: (reason) => rejected.inc({reason}),
    startAttempt: (outcome) => attempts.inc({outcome}),
    ambiguous: () => unclear.inc(),
    ended: (state) => ended.inc({state}),
    async text() {
      await refresh();
      return register.metrics();
    },
    contentType: register.contentType,
  };
}

/** Gives the function that sets them all anew. */
function addGauges({read, now, closedConnections, droppedLines}: Gauges, registers: [Registry]): () => Promise<void> {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({name: `jobwire_${name}`, help, labelNames, registers});
  const runs = gauge('runs', 'Runs by state', ['state']);
  const depth = gauge('queue_depth', 'Runs that are due and not under way');
  const oldest = gauge('oldest_age_seconds', 'How long the run that waits longest has been due');
  const workers = gauge('workers', 'Workers that live, of a store that several processes work');
  const silent = gauge('connection_silent', 'Connections that do not answer and are not asked', ['connection']);
  const dropped = gauge('log_lines_dropped', 'Lines of the log that nobody could take in time');
  return async () => {
    runs.reset();
    silent.reset();
    depth.remove();
    oldest.remove();
    workers.remove();
    for (const connection of closedConnections()) silent.set({connection}, 1);
    dropped.set(droppedLines());
    const readings = await read().catch(() => undefined);
    if (!readings) return;
    for (const [state, n] of Object.entries(readings.runs)) runs.set({state}, n);
    depth.set(readings.due);
    if (readings.workers) workers.set(readings.workers.length);
    oldest.set(readings.oldestDue === undefined ? 0 : Math.max(0, now() - readings.oldestDue) / 1000);
  };
}
