/** Builds and connects one Jobwire process: manifests, connections, engine, hooks. The only place where rooms meet. */
import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import type {Config} from './config.ts';
import {openConnections} from './connections.ts';
import type {Circuit} from './engine/circuit.ts';
import {type Circuits, createCircuits} from './engine/circuits.ts';
import type {Engine, Worker} from './engine/engine.ts';
import {createOperations, type Operations} from './engine/operate.ts';
import {type RecentEvents, withRecentEvents} from './engine/recent-events.ts';
import {createStep, type StepOptions} from './engine/step.ts';
import {createSwitches, type Switches, withSwitches} from './engine/switches.ts';
import type {Tools} from './engine/task.ts';
import {createVersions} from './engine/versions.ts';
import {openEngine, secretsOfStore} from './engines/index.ts';
import {fail} from './errors/jobwire-error.ts';
import {createHookFinder, type HookFinder} from './hooks.ts';
import {createSubscriptionStore, type SubscriptionStore} from './ingest/subscription-store.ts';
import type {Library} from './manifest/library.ts';
import {refuseBroken} from './manifest/refuse.ts';
import type {LiveConnection} from './operations/connection.ts';
import {readProject} from './read-project.ts';
import {processSecrets, Redactor} from './values/secret.ts';
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
  /** Templates that are off; `engine` starts none of them. */
  readonly switches: Switches;
  /** What people decide about runs. */
  readonly operations: Operations;
  readonly circuits: Circuits;
  /** Claims and works runs until stopped. */
  work(onMoved?: StepOptions['onMoved']): Worker;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  /** Hears when a target does not answer any more, and when it does again. */
  readonly onSilence?: (connection: string, state: Circuit['state']) => void;
  /** Opens although the server of the store cannot be reached at the moment. */
  readonly patient?: boolean;
}

/**
 * Errors: the first finding of a project that `jobwire check` refuses, JW7103. `onFault` hears what no request or run can tell.
 */
export async function openRuntime(
  config: Config,
  onFault: (error: unknown) => void = () => undefined,
  {onSilence = () => undefined, patient = false}: RuntimeOptions = {},
): Promise<Runtime> {
  const library = readProject(config);
  refuseBroken(library);
  const clock = systemClock;
  const redactor = new Redactor(processSecrets);
  if (config.apiToken !== undefined) redactor.add(config.apiToken);
  for (const secret of secretsOfStore(config.store)) redactor.add(secret);
  const stored = await openEngine(config.store, {clock, dir: config.project, onFault, patient});
  const switches = createSwitches(stored.documents, clock);
  const recent = withRecentEvents(withSwitches(stored, switches));
  const {engine} = recent;
  const vault = openVault(config, {engine, clock});
  const circuits = createCircuits({clock, chance, onChange: onSilence});
  const {refreshTokens} = vault;
  const connections = openConnections({library, clock, redactor, refreshTokens, watch: circuits.watch});
  const connection = connections.get;
  const {publicUrl} = config;
  const subscriptions = createSubscriptionStore(vault, redactor);
  const versions = createVersions(stored.documents);
  const tools: Tools = {library, clock, chance, connection, versions, event: (uid) => eventOf(recent, uid)};
  const worker = `${hostname()}:${process.pid}:${randomUUID()}`;
  return {
    ...{config, library, engine, redactor, clock, tools, connection, subscriptions, switches, circuits},
    operations: createOperations({engine, tools}),
    hook: createHookFinder({library, connection, publicUrl, subscriptions, clock}),
    work(onMoved) {
      const step = createStep(tools, {circuits, ...(onMoved && {onMoved})});
      return engine.work(step, {worker, leaseMs: config.leaseMs, limit: config.concurrency, onFault});
    },
    async close() {
      await engine.close();
      await vault.close();
      await connections.close();
    },
  };
}

async function eventOf(recent: RecentEvents, uid: string): ReturnType<Tools['event']> {
  const event = await recent.event(uid);
  if (!event) throw fail('JW7102', {what: 'event', id: uid});
  return event;
}
