/** The circuits of all connections of a process, fed by what their exchanges tell. Must never decide what an answer means for a run. */
import type {Transport, WireResponse} from '../http/send.ts';
import {WireFault} from '../http/wire-fault.ts';
import type {Chance, Clock} from '../values/time.ts';
import {
  type Admission,
  admit,
  type Circuit,
  type CircuitRule,
  circuitRule,
  closed,
  type Heard,
  hear,
  parkUntil,
} from './circuit.ts';

export interface Circuits {
  /** The same transport, listened to. */
  watch(connection: string, transport: Transport): Transport;
  stateOf(connection: string): Circuit['state'];
  /** Somebody looks, and the target has not been heard yet. */
  isProbing(connection: string): boolean;
  /** `go` and `probe` are followed by one `leave`. */
  enter(connection: string): Admission;
  leave(connection: string, admission: Admission): void;
  /** When a run that was told to wait comes again. */
  park(connection: string): number;
  /** Connections that are not asked at present. */
  open(): readonly string[];
}

export interface CircuitTools {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly rule?: CircuitRule;
  /** Told when a connection is not asked any more, and when it is asked again. */
  readonly onChange?: (connection: string, state: Circuit['state']) => void;
}

interface Line {
  circuit: Circuit;
  active: number;
  parked: number;
}

export function createCircuits({clock, chance, rule = circuitRule, onChange}: CircuitTools): Circuits {
  const lines = new Map<string, Line>();
  const lineOf = (connection: string): Line => {
    const line = lines.get(connection) ?? {circuit: closed, active: 0, parked: 0};
    lines.set(connection, line);
    return line;
  };
  const moment = () => ({now: clock.now(), chance});
  const listen = (connection: string, heard: Heard): void => {
    const line = lineOf(connection);
    const before = line.circuit;
    line.circuit = hear(before, heard, moment(), rule);
    if (line.circuit.state === 'closed') line.parked = 0;
    if (line.circuit.state !== before.state) onChange?.(connection, line.circuit.state);
  };
  return {
    watch: (connection, transport) => ({
      async send(request) {
        try {
          const response = await transport.send(request);
          listen(connection, isAnswer(response) ? 'up' : 'down');
          return response;
        } catch (error) {
          if (error instanceof WireFault) listen(connection, 'down');
          throw error;
        }
      },
      close: () => transport.close(),
    }),
    enter(connection) {
      const line = lineOf(connection);
      const admission = admit(line.circuit, {now: clock.now(), active: line.active});
      if (admission === 'wait') return admission;
      if (admission === 'probe' && line.circuit.state === 'open') line.circuit = {...line.circuit, probing: true};
      line.active++;
      line.parked = Math.max(0, line.parked - 1);
      return admission;
    },
    leave(connection, admission) {
      const line = lineOf(connection);
      line.active--;
      // A look that never came to asking says nothing: somebody else may look.
      if (admission === 'probe' && line.circuit.state === 'open') line.circuit = {...line.circuit, probing: false};
    },
    park(connection) {
      const line = lineOf(connection);
      line.parked++;
      return parkUntil(line.circuit, line.parked, moment());
    },
    isProbing(connection) {
      const {circuit} = lineOf(connection);
      return circuit.state === 'open' && circuit.probing;
    },
    stateOf: (connection) => lines.get(connection)?.circuit.state ?? 'closed',
    open: () => [...lines].filter(([, {circuit}]) => circuit.state === 'open').map(([connection]) => connection),
  };
}

/** Gateways that reach nobody behind them. Anything else, also an error, is somebody's answer. */
const nobodyBehind: ReadonlySet<number> = new Set([502, 503, 504, 524]);

function isAnswer({status}: WireResponse): boolean {
  return !nobodyBehind.has(status);
}
