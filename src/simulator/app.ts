/** Starts a simulator: one connector's target, made of data, on a loopback port. */
import type {Connector, Simulator} from '../generated/types.ts';
import type {Delivery} from '../ingest/request.ts';
import type {JsonObject} from '../values/json.ts';
import {type Clock, iso, ms, systemClock} from '../values/time.ts';
import {Alarm} from './alarm.ts';
import {createWorld} from './build.ts';
import {type Controlled, changeSettings, control, controlPath} from './control.ts';
import {exchange, type OnTheWire} from './exchange.ts';
import {FaultList} from './faults.ts';
import type {Fault} from './format.ts';
import {type Entry, Journal} from './journal.ts';
import {type Listener, listen} from './listen.ts';
import type {Sent} from './outbox.ts';
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
  /** What receivers were told. */
  readonly deliveries: readonly Sent[];
  /** For so many requests; 0 disarms. JW1004. */
  arm(fault: string, times?: number): void;
  /** JW1004. */
  set(settings: JsonObject): void;
  /** When everything due by now has happened and every delivery was answered or given up. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const {connector, simulator, clock, port = 0} = options;
  const closing = new AbortController();
  const world = createWorld(options);
  const faults = new FaultList(simulator.faults ?? {});
  const journal = new Journal();
  const wait = (delayMs: number) => clock.sleep(delayMs, closing.signal).catch(() => undefined);
  const alarm = clock === systemClock ? new Alarm(clock, world.due) : undefined;
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
    respond: (delivery) => {
      const sent = respond(delivery, controlled);
      alarm?.set();
      return sent;
    },
  });
  for (const [name, times] of Object.entries(options.faults ?? {})) arm(name, times);

  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    get state() {
      world.due.run(clock.now());
      return world.state;
    },
    get deliveries() {
      return world.outbox.list();
    },
    get requests() {
      return journal.list();
    },
    arm,
    set: (settings) => changeSettings(world.settings, settings),
    async settled() {
      world.due.run(clock.now());
      await world.outbox.settled();
    },
    async close() {
      closing.abort();
      alarm?.clear();
      await listener.close();
      await world.outbox.close();
    },
  };
}

function respond(delivery: Delivery, controlled: Controlled): OnTheWire {
  const isControl = delivery.path === controlPath || delivery.path.startsWith(`${controlPath}/`);
  return isControl
    ? {kind: 'answer', answer: control(delivery, controlled), delayMs: 0}
    : exchange(delivery, controlled);
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
