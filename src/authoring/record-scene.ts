/** The scene of a recording: real connections and a real wire, and a clock that moves only where a case's clock will move. */
import {readFileSync} from 'node:fs';
import type {RefreshTokens} from '../auth/context.ts';
import {createHolder} from '../auth/held.ts';
import {counting, evenChance, type Scene} from '../cases/stage.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Connection, Connector} from '../generated/types.ts';
import type {EgressPolicy} from '../http/egress.ts';
import {createTransport, type Transport} from '../http/send.ts';
import {WireFault} from '../http/wire-fault.ts';
import type {Library, Unit} from '../manifest/library.ts';
import {type ConnectionTools, type LiveConnection, openConnection} from '../operations/connection.ts';
import {Redactor} from '../values/secret.ts';
import {type Clock, durationMs, systemClock} from '../values/time.ts';
import type {Disguise} from './record-disguise.ts';
import type {Taken} from './record-exchange.ts';

export interface SceneOptions {
  readonly library: Library;
  /** By the id the case will use. */
  readonly connections: ReadonlyMap<string, Unit<Connection>>;
  readonly disguise: Disguise;
  /** `90s`: how long all waiting together may take. */
  readonly timeout: string;
  readonly secret: ConnectionTools['secret'];
  readonly refreshTokens?: RefreshTokens | undefined;
}

export interface RecordingScene extends Scene {
  /** What went over the wire, in the order of sending. */
  readonly taken: readonly Taken[];
  close(): Promise<void>;
}

/** Real time passes, but the clock says what a case's clock will say: the start, and every wait. So the same requests are made again. */
class PacedClock implements Clock {
  #now: number;
  readonly #end: number;
  readonly #timeout: string;

  constructor(start: number, timeout: string) {
    this.#now = start;
    this.#timeout = timeout;
    this.#end = start + (durationMs(timeout) ?? 0);
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#now + ms > this.#end)
      throw fail(
        'JW5005',
        {timeout: this.#timeout},
        {
          hint: 'what was started goes on at the target; record again with a longer --timeout',
        },
      );
    await systemClock.sleep(ms, signal);
    this.#now += ms;
  }
}

/** Of a whole second, so that every form of writing it is exact. */
export function openScene({
  library,
  connections,
  disguise,
  timeout,
  secret,
  refreshTokens,
}: SceneOptions): RecordingScene {
  const clock = new PacedClock(Math.floor(systemClock.now() / 1000) * 1000, timeout);
  const taken: Taken[] = [];
  const tally = {writes: 0};
  const open = new Map<string, LiveConnection>();
  const tools = {
    clock,
    chance: evenChance,
    redactor: new Watcher(disguise),
    tokens: createHolder<string>(clock),
    readFile: (path: string) => readFileSync(path, 'utf8'),
    sharedBudgets: new Map(),
    ...(refreshTokens && {refreshTokens}),
  };
  return {
    library,
    clock,
    chance: evenChance,
    taken,
    writes: () => tally.writes,
    waitUntil: (time) => clock.sleep(Math.max(0, time - clock.now())),
    connection(id) {
      const known = open.get(id);
      if (known) return known;
      const unit = connections.get(id);
      if (!unit) throw fail('JW7102', {what: 'connection', id});
      const connector = library.connector(unit.manifest.connector).manifest;
      const live = openConnection({manifest: {...unit.manifest, id}, dir: unit.dir}, connector, {
        ...tools,
        secret: naming(unit.manifest, {secret, disguise}),
        openTransport: (policy) => taking(policy, connector, taken),
      });
      const counted = counting(live, tally);
      open.set(id, counted);
      return counted;
    },
    async close() {
      await Promise.all([...open.values()].map((live) => live.close()));
    },
  };
}

/** Whatever becomes a secret while it runs, tokens for example. */
class Watcher extends Redactor {
  readonly #disguise: Disguise;
  constructor(disguise: Disguise) {
    super();
    this.#disguise = disguise;
  }
  override add(secret: string): void {
    this.#disguise.add(secret);
    super.add(secret);
  }
}

/** A secret of the connection is called after its name, as in the connection of the case. */
function naming(
  {secrets = {}}: Connection,
  {secret, disguise}: Pick<SceneOptions, 'secret' | 'disguise'>,
): ConnectionTools['secret'] {
  return (reference, dir) => {
    const text = secret(reference, dir);
    for (const [name, references] of Object.entries(secrets))
      for (const [i, one] of [references].flat().entries())
        if (one === reference) disguise.add(text, standFor(name, i));
    return text;
  };
}

export function standFor(name: string, i: number): string {
  return `test-${name}${i === 0 ? '' : `-${i + 1}`}`;
}

/** The real transport; a request that is refused before it leaves is none. */
function taking(policy: EgressPolicy, connector: Connector, taken: Taken[]): Transport {
  const wire = createTransport(policy);
  return {
    async send(request) {
      const exchange: Taken = {connector, request};
      taken.push(exchange);
      try {
        exchange.response = await wire.send(request);
        return exchange.response;
      } catch (error) {
        if (error instanceof WireFault) exchange.fault = error;
        else taken.splice(taken.indexOf(exchange), 1);
        throw error;
      }
    },
    close: () => wire.close(),
  };
}
