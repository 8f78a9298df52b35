/** Builds and connects one Jobwire process: manifests, connections, engine, hooks. The only place where rooms meet. */
import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {createHolder} from './auth/held.ts';
import {type Config, readSecret} from './config.ts';
import type {Engine, Worker} from './engine/engine.ts';
import {createStep} from './engine/step.ts';
import type {Tools} from './engine/task.ts';
import {openEngine} from './engines/index.ts';
import {fail, nearest} from './errors/jobwire-error.ts';
import type {Hook} from './ingest/hook.ts';
import {type Library, loadLibrary} from './manifest/library.ts';
import {type ConnectionTools, type LiveConnection, openConnection} from './operations/connection.ts';
import {packageRoot} from './project.ts';
import {Redactor} from './values/secret.ts';
import {type Clock, chance, systemClock} from './values/time.ts';

export interface Runtime {
  readonly config: Config;
  readonly library: Library;
  readonly engine: Engine;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly tools: Tools;
  connection(id: string): LiveConnection;
  /** The webhook feed a path means; undefined when there is none that may receive. */
  hook(connection: string, feed?: string): Hook | undefined;
  /** Claims and works runs until stopped. */
  work(onFault: (error: unknown) => void): Worker;
  /** Works what is due now, once; gives the number of runs. */
  tick(): Promise<number>;
  close(): Promise<void>;
}

/** Reads the project; JW7102 for a folder without one. Faults of single files are in `library.issues`. */
export function readProject(config: Config): Library {
  return loadLibrary({project: config.project, shipped: packageRoot});
}

export async function openRuntime(
  config: Config,
  onFault: (error: unknown) => void = () => undefined,
): Promise<Runtime> {
  const library = readProject(config);
  refuseBroken(library);
  const clock = systemClock;
  const redactor = new Redactor();
  const connections = openConnections(library, connectionTools(clock, redactor));
  const engine = await openEngine(config.store, {clock, dir: config.project, onFault});
  const tools: Tools = {library, clock, chance, connection: connections.get, event: (uid) => eventOf(engine, uid)};
  const step = createStep(tools);
  const work = {
    worker: `${hostname()}:${process.pid}:${randomUUID()}`,
    leaseMs: config.leaseMs,
    limit: config.concurrency,
  };
  return {
    config,
    library,
    engine,
    redactor,
    clock,
    tools,
    connection: connections.get,
    hook: hookFinder(library, connections.get, config.publicUrl),
    work: (report) => engine.work(step, {...work, onFault: report}),
    tick: () => engine.tick(step, {...work, onFault}),
    async close() {
      await engine.close();
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

function connectionTools(clock: Clock, redactor: Redactor): ConnectionTools {
  return {
    clock,
    chance,
    redactor,
    tokens: createHolder<string>(clock),
    secret: readSecret,
    readFile: (path) => readFileSync(path, 'utf8'),
    sharedBudgets: new Map(),
  };
}

interface Connections {
  get(id: string): LiveConnection;
  close(): Promise<void>;
}

function openConnections(library: Library, tools: ConnectionTools): Connections {
  const open = new Map<string, LiveConnection>();
  return {
    get(id) {
      const live = open.get(id) ?? openOne(library, id, tools);
      open.set(id, live);
      return live;
    },
    async close() {
      await Promise.all([...open.values()].map((live) => live.close()));
    },
  };
}

function openOne(library: Library, id: string, tools: ConnectionTools): LiveConnection {
  const unit = library.connection(id);
  if (!unit) throw fail('JW7102', {what: 'connection', id}, {suggestions: nearest(id, library.connections.keys())});
  return openConnection(unit, library.connector(unit.manifest.connector).manifest, tools);
}

async function eventOf(engine: Engine, uid: string): ReturnType<Tools['event']> {
  const event = await engine.events.get(uid);
  if (!event) throw fail('JW7102', {what: 'event', id: uid});
  return event;
}

function hookFinder(
  library: Library,
  open: (id: string) => LiveConnection,
  publicUrl: string | undefined,
): Runtime['hook'] {
  const hooks = new Map<string, Hook | undefined>();
  return (connection, feed) => {
    const key = `${connection}/${feed ?? ''}`;
    if (!hooks.has(key) && library.connection(connection))
      hooks.set(key, findHook({library, open, publicUrl}, connection, feed));
    return hooks.get(key);
  };
}

interface Finder {
  readonly library: Library;
  readonly open: (id: string) => LiveConnection;
  readonly publicUrl: string | undefined;
}

/** A feed the connection file switches off does not receive; without a name, the only webhook feed is meant. */
function findHook({library, open, publicUrl}: Finder, id: string, name: string | undefined): Hook | undefined {
  const unit = library.connection(id);
  if (!unit) return undefined;
  const {connector, config, secrets} = open(id);
  const names = Object.entries(connector.feeds ?? {})
    .filter(([feed, {webhook}]) => webhook && unit.manifest.feeds?.[feed]?.enabled !== false)
    .map(([feed]) => feed);
  const feedName = name ?? (names.length === 1 ? names[0] : undefined);
  const feed = feedName !== undefined && names.includes(feedName) ? connector.feeds?.[feedName] : undefined;
  if (feedName === undefined || !feed) return undefined;
  return {connection: id, feedName, feed, connector, config, secrets, ...(publicUrl !== undefined && {publicUrl})};
}
