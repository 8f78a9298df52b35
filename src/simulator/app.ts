/** Starts a simulator: one connector's target, made of data, on a loopback port. */
import type {Connector, Simulator} from '../generated/types.ts';
import type {JsonObject} from '../values/json.ts';
import {type Clock, iso, ms} from '../values/time.ts';
import {createWorld} from './build.ts';
import {type Controlled, changeSettings, control, controlPath} from './control.ts';
import {exchange, type OnTheWire} from './exchange.ts';
import {FaultList} from './faults.ts';
import type {Fault} from './format.ts';
import {type Entry, Journal} from './journal.ts';
import {type Listener, listen} from './listen.ts';
import type {GivenSecrets} from './pattern.ts';
import type {State} from './state.ts';
import {createRouter} from './targets.ts';
import {TokenStore} from './token.ts';

export interface SimulatorOptions {
  readonly connector: Connector;
  readonly simulator: Simulator;
  readonly clock: Clock;
  /** Any free one by default. */
  readonly port?: number;
  /** Loopback, whatever is asked for. */
  readonly host?: '127.0.0.1';
  readonly settings?: JsonObject;
  /** Armed from the start, by name: for how many requests. */
  readonly faults?: Readonly<Record<string, number>>;
  /** Records by collection, in place of those of the manifest. */
  readonly seedFile?: string;
  /** Exactly these are accepted; a secret that is not given may be anything. */
  readonly secrets?: GivenSecrets;
}

export interface RunningSimulator {
  readonly url: string;
  readonly port: number;
  /** Up to date with the clock. */
  readonly state: State;
  readonly requests: readonly Entry[];
  /** For so many requests; 0 disarms. JW1004. */
  arm(fault: string, times?: number): void;
  /** JW1004. */
  set(settings: JsonObject): void;
  close(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const {connector, simulator, clock, port = 0} = options;
  const closing = new AbortController();
  const world = createWorld(options);
  const faults = new FaultList(simulator.faults ?? {});
  const journal = new Journal();
  const wait = (delayMs: number) => clock.sleep(delayMs, closing.signal).catch(() => undefined);
  let listener: Listener | undefined;

  const arm = (name: string, times?: number): void => {
    const fault = faults.arm(name, times);
    if (fault.fault !== 'refused' || !listener) return;
    refuse(fault, times ?? 1, {listener, wait, signal: closing.signal}).catch((error: Error) =>
      journal.add({at: iso(clock.now()), method: 'LISTEN', path: `:${port}`, fault: name, problem: error.message}),
    );
  };
  const controlled: Controlled = {
    name: connector.id,
    world,
    simulator,
    router: createRouter(connector, simulator),
    faults,
    journal,
    tokens: new TokenStore(),
    secrets: options.secrets ?? {},
    arm,
  };
  listener = await listen(port, {
    wait,
    respond: (delivery): OnTheWire =>
      delivery.path === controlPath || delivery.path.startsWith(`${controlPath}/`)
        ? {kind: 'answer', answer: control(delivery, controlled), delayMs: 0}
        : exchange(delivery, controlled),
  });
  for (const [name, times] of Object.entries(options.faults ?? {})) arm(name, times);

  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    get state() {
      world.due.run(clock.now());
      return world.state;
    },
    get requests() {
      return journal.list();
    },
    arm,
    set: (settings) => changeSettings(world.settings, settings),
    async close() {
      closing.abort();
      await listener.close();
    },
  };
}

/** Nothing listens for the time the fault names, else until it is disarmed. */
async function refuse(
  fault: Fault,
  times: number,
  {listener, wait, signal}: {listener: Listener; wait: (delayMs: number) => Promise<void>; signal: AbortSignal},
): Promise<void> {
  if (times > 0) {
    listener.pause();
    if (fault.for === undefined) return;
    await wait(ms(fault.for));
  }
  if (!signal.aborted) await listener.resume();
}
