/** Everything a case runs on: virtual time, the scripted wire, open connections with the case's own secrets. Must never reach outside. */
import {createHolder} from '../auth/held.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {CaseConnection, Exchange} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {type ConnectionTools, type LiveConnection, openConnection} from '../operations/connection.ts';
import {Redactor} from '../values/secret.ts';
import {type Clock, VirtualClock} from '../values/time.ts';
import {Script, type Watch} from './exchange.ts';

/** What a case plays on. Recording one has a scene of its own, with a real wire. */
export interface Scene {
  readonly library: Library;
  readonly clock: Clock;
  /** Half of every jitter: the same in each run. */
  readonly chance: () => number;
  /** Requests of write operations that were sent since the stage was set. */
  writes(): number;
  /** The connection of the case, opened when first asked for; JW7102 for one the case does not have. */
  connection(id: string): LiveConnection;
  /** Until the clock says this time. */
  waitUntil(time: number): Promise<void>;
}

export interface Stage extends Scene {
  readonly clock: VirtualClock;
  readonly redactor: Redactor;
  readonly script: Script;
}

export const evenChance = (): number => 0.5;

export interface StageOptions {
  readonly library: Library;
  readonly now: number;
  readonly exchanges: readonly Exchange[];
  readonly watch?: Watch | undefined;
  /** By id, each with the connector it belongs to. */
  readonly connections: ReadonlyMap<string, {readonly connector: string; readonly given: CaseConnection}>;
}

export function setStage({library, now, exchanges, watch, connections}: StageOptions): Stage {
  const clock = new VirtualClock(now);
  const redactor = new Redactor();
  const script = new Script(exchanges, clock, watch);
  const vault = new Map<string, string>();
  const tools: ConnectionTools = {
    clock,
    chance: evenChance,
    redactor,
    tokens: createHolder<string>(clock),
    secret: (reference) => vault.get(reference) ?? '',
    readFile: (path) => {
      throw fail('JW1006', {path, problem: 'is not read by a case'});
    },
    openTransport: script.open,
    sharedBudgets: new Map(),
  };
  const tally = {writes: 0};
  const open = new Map<string, LiveConnection>();
  return {
    library,
    clock,
    redactor,
    script,
    chance: evenChance,
    writes: () => tally.writes,
    waitUntil: async (time) => clock.jumpTo(time),
    connection(id) {
      const known = open.get(id);
      if (known) return known;
      const declared = connections.get(id);
      if (!declared) throw fail('JW7102', {what: 'connection', id});
      const {connector, given} = declared;
      const secrets = store(id, given.secrets ?? {}, {vault, redactor});
      const manifest = {jobwire: '1', kind: 'connection', id, title: id, connector, ...given, secrets} as const;
      const live = counting(openConnection({manifest, dir: '/'}, library.connector(connector).manifest, tools), tally);
      open.set(id, live);
      return live;
    },
  };
}

type Given = NonNullable<CaseConnection['secrets']>;

/** References in place of the literal secrets that only a case may hold. */
function store(
  id: string,
  secrets: Given,
  {vault, redactor}: {vault: Map<string, string>; redactor: Redactor},
): {[name: string]: string[]} {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, texts]) => {
      const references = [texts].flat().map((text, i) => {
        const reference = `env:${id}/${name}/${i}`;
        vault.set(reference, text);
        redactor.add(text);
        return reference;
      });
      return [name, references];
    }),
  );
}

/** Counts what leaves for write operations. Credentials go another way, and the runs of a case are worked one at a time. */
export function counting(live: LiveConnection, tally: {writes: number}): LiveConnection {
  let latest: ReturnType<LiveConnection['operation']> | undefined;
  return {
    ...live,
    operation(name) {
      latest = live.operation(name);
      return latest;
    },
    transport: {
      send(request) {
        if (latest?.write && request.method !== 'GET') tally.writes++;
        return live.transport.send(request);
      },
      close: () => live.transport.close(),
    },
  };
}
