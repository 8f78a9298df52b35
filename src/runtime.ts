/** Builds and connects one Jobwire process: manifests, connections, engine, hooks. The only place where rooms meet. */
import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import type {Config} from './config.ts';
import {openConnections} from './connections.ts';
import type {Engine, Worker} from './engine/engine.ts';
import {createStep} from './engine/step.ts';
import type {Tools} from './engine/task.ts';
import {openEngine} from './engines/index.ts';
import {fail} from './errors/jobwire-error.ts';
import {createHookFinder, type HookFinder} from './hooks.ts';
import {createSubscriptionStore, type SubscriptionStore} from './ingest/subscription-store.ts';
import {type Library, loadLibrary} from './manifest/library.ts';
import type {LiveConnection} from './operations/connection.ts';
import {packageRoot} from './project.ts';
import {Redactor} from './values/secret.ts';
import {type Clock, chance, systemClock} from './values/time.ts';
import {openVault} from './vault.ts';

export interface Runtime {
  readonly config: Config;
  readonly library: Library;
  readonly engine: Engine;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly tools: Tools;
  connection(id: string): LiveConnection;
  /** The webhook feed a path means; undefined when there is none that may receive. */
  readonly hook: HookFinder;
  readonly subscriptions: SubscriptionStore;
  /** Claims and works runs until stopped. */
  work(): Worker;
  close(): Promise<void>;
}

/** A project with the connectors it refers to, with the named ones, or with all there are. */
export function readProject(config: Config, only: 'used' | 'all' | readonly string[] = 'used'): Library {
  return loadLibrary({project: config.project, shipped: packageRoot, ...(only !== 'all' && {only})});
}

/** Errors: the first finding of a project that `jobwire check` refuses, JW7103. `onFault` hears what no request or run can tell. */
export async function openRuntime(
  config: Config,
  onFault: (error: unknown) => void = () => undefined,
): Promise<Runtime> {
  const library = readProject(config);
  refuseBroken(library);
  const clock = systemClock;
  const redactor = new Redactor();
  const engine = await openEngine(config.store, {clock, dir: config.project, onFault});
  const vault = openVault(config, {engine, clock});
  const connections = openConnections({library, clock, redactor, refreshTokens: vault.refreshTokens});
  const subscriptions = createSubscriptionStore(vault, redactor);
  const tools: Tools = {library, clock, chance, connection: connections.get, event: (uid) => eventOf(engine, uid)};
  const worker = `${hostname()}:${process.pid}:${randomUUID()}`;
  return {
    config,
    library,
    engine,
    redactor,
    clock,
    tools,
    connection: connections.get,
    subscriptions,
    hook: createHookFinder({
      library,
      connection: connections.get,
      publicUrl: config.publicUrl,
      subscriptions,
      clock,
    }),
    work: () => engine.work(createStep(tools), {worker, leaseMs: config.leaseMs, limit: config.concurrency, onFault}),
    async close() {
      await engine.close();
      await vault.close();
      await connections.close();
    },
  };
}

/** Nothing runs on manifests that `jobwire check` refuses. */
function refuseBroken({issues}: Library): void {
  const errors = issues.filter(({severity}) => severity === 'error');
  const [first] = errors;
  if (!first) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw fail(
    first.jobwireCode,
    {},
    {
      detail: `${first.detail}${more}`,
      hint: `${first.hint}; jobwire check lists everything`,
      ...(first.at && {at: first.at}),
      ...(first.suggestions && {suggestions: first.suggestions}),
    },
  );
}

async function eventOf(engine: Engine, uid: string): ReturnType<Tools['event']> {
  const event = await engine.events.get(uid);
  if (!event) throw fail('JW7102', {what: 'event', id: uid});
  return event;
}
