/** One trial: an engine, a number of kills, and the verdict after everything came to rest. */
import {setTimeout as wait} from 'node:timers/promises';
import type {Engine} from '../src/engine/engine.ts';
import {openEngine} from '../src/engines/index.ts';
import {systemClock} from '../src/values/time.ts';
import {keepHistory} from './history.ts';
import type {Kill} from './plan.ts';
import {makeProject} from './project.ts';
import {type Death, findPort, type Place, startLife} from './server.ts';
import {openLedger, startSender} from './source.ts';
import {startTarget, type Target} from './target.ts';
import {judge, type Verdict} from './verdict.ts';

export interface TrialOptions {
  readonly engine: 'sqlite' | 'postgres';
  /** JOBWIRE_STORE; for sqlite relative to the project. */
  readonly store: string;
  readonly kills: readonly Kill[];
  readonly seed: number;
  /** Share of requests that meet a fault. */
  readonly faults: number;
  /** Deliveries let go in each life. */
  readonly perLife: number;
  /** Servers at the same time, on one store. */
  readonly servers: number;
  readonly tell?: (line: string) => void;
}

export interface Trial extends Verdict {
  readonly engine: string;
  readonly deaths: readonly Death[];
  readonly requests: number;
  readonly faults: Target['seen']['faults'];
  readonly sent: number;
  readonly again: number;
  /** Times the whole store was compared with what it had shown before. */
  readonly looks: number;
}

const lookEvery = 5;
/** A harness that is broken proves nothing. */
const mostSelfEnded = 3;
const restMs = 180_000;

export async function tryEngine(options: TrialOptions): Promise<Trial> {
  const {engine: name, seed, servers, perLife, tell = () => undefined} = options;
  const target = await startTarget(options.faults, seed);
  const ledger = await openLedger();
  const project = makeProject({target: target.url, source: ledger.url});
  const ports = await Promise.all(Array.from({length: servers}, findPort));
  const sender = startSender({
    addresses: ports.map((port) => `http://127.0.0.1:${port}`),
    key: project.signingKey,
    seed,
  });
  const history = keepHistory();
  const deaths: Death[] = [];
  const violations: string[] = [];
  const placeOf = (port: number): Place => {
    return {dir: project.dir, store: options.store, port, leaseMs: servers > 1 ? 2500 : 1500};
  };
  let looks = 0;
  const look = async (): Promise<void> => {
    await withStore(options.store, project.dir, (engine) => history.look(engine));
    looks++;
  };

  const liveAndDie = async (port: number, kills: readonly Kill[]): Promise<void> => {
    for (const kill of kills) {
      sender.release(perLife);
      ledger.add(ledger.rows.length);
      const death = await startLife(placeOf(port), kill).ended;
      deaths.push(death);
      if (death.how === 'itself') violations.push(`a server ended by itself with ${death.code}: ${death.said}`);
      if (violations.length >= mostSelfEnded) throw new Error(`servers do not stay: ${violations.join('\n')}`);
      if (deaths.length % lookEvery === 0) await look();
      if (deaths.length % 25 === 0) tell(`${name}: ${deaths.length} kills, ${sender.acknowledged.length} acknowledged`);
    }
  };
  try {
    await Promise.all(
      ports.map((port, i) =>
        liveAndDie(
          port,
          options.kills.filter((_, k) => k % servers === i),
        ),
      ),
    );
    target.calm();
    const last = startLife(placeOf(ports[0] ?? 0));
    if (!(await last.listening)) violations.push(`the last server does not begin: ${JSON.stringify(await last.ended)}`);
    else await comeToRest({...options, dir: project.dir, drained: sender.drained(), rows: ledger.rows.length});
    violations.push(...sender.stop());
    const code = await last.stop();
    if (code !== 0) violations.push(`the last server ended with ${code}`);
    await look();
    const facts = {acknowledged: sender.acknowledged, rows: ledger.rows, starts: target.starts()};
    const verdict = await withStore(options.store, project.dir, (engine) => judge(engine, facts));
    return {
      engine: name,
      rows: verdict.rows,
      held: verdict.held,
      violations: [...violations, ...verdict.violations, ...history.broken],
      deaths,
      requests: target.seen.requests,
      faults: target.seen.faults,
      sent: sender.tries.sent,
      again: sender.tries.again,
      looks,
    };
  } finally {
    sender.stop();
    await target.close();
    await ledger.close();
    project.remove();
  }
}

interface Resting extends TrialOptions {
  readonly dir: string;
  readonly drained: Promise<void>;
  readonly rows: number;
}

/** Until every event is in and no run is under way. What never rests is found by the verdict. */
async function comeToRest({store, dir, drained, rows}: Resting): Promise<void> {
  await Promise.race([drained, wait(restMs, undefined, {ref: false})]);
  await withStore(store, dir, async (engine) => {
    for (const until = Date.now() + restMs; Date.now() < until; await wait(250)) {
      const {runs} = await engine.stats();
      const polled = await engine.runs.count({template: 'polled'});
      const read = Object.values(polled).reduce((sum, count) => sum + count, 0);
      if (runs.queued + runs.starting + runs.tracking === 0 && read >= rows) return;
    }
  });
}

async function withStore<T>(store: string, dir: string, ask: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine(store, {clock: systemClock, dir});
  try {
    return await ask(engine);
  } finally {
    await engine.close();
  }
}
