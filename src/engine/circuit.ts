/** When a target that does not answer is asked again, as pure functions: never while it is surely down, then once, then by and by more. */
import type {Chance} from '../values/time.ts';

export interface CircuitRule {
  /** Exchanges in a row without an answer after which nobody asks any more. */
  readonly after: number;
  /** Wait before the first look; doubled after each in vain, up to the cap. */
  readonly firstMs: number;
  readonly capMs: number;
  /** Starts under way at once from which on nothing is held back any more. */
  readonly full: number;
}

export const circuitRule: CircuitRule = {after: 5, firstMs: 5000, capMs: 120_000, full: 64};

export type Circuit =
  | {readonly state: 'closed'; readonly failures: number}
  /** `probing`: somebody asks right now; `times`: looks that were in vain. */
  | {readonly state: 'open'; readonly times: number; readonly probeAt: number; readonly probing: boolean}
  /** It answers again: at most `limit` starts at once. */
  | {readonly state: 'ramp'; readonly times: number; readonly limit: number};

export const closed: Circuit = {state: 'closed', failures: 0};

/** What an exchange told: `up` is any answer but that of a gateway with nobody behind it. */
export type Heard = 'up' | 'down';

export interface Moment {
  readonly now: number;
  readonly chance: Chance;
}

export function hear(circuit: Circuit, heard: Heard, moment: Moment, rule = circuitRule): Circuit {
  if (heard === 'up') return answered(circuit, rule);
  if (circuit.state === 'closed') {
    const failures = circuit.failures + 1;
    return failures < rule.after ? {state: 'closed', failures} : opened(0, moment, rule);
  }
  // Requests that were under way when it opened tell nothing new.
  if (circuit.state === 'open' && !circuit.probing) return circuit;
  return opened(circuit.times + 1, moment, rule);
}

/** One more with each success: doubled with each round of requests. */
function answered(circuit: Circuit, {full}: CircuitRule): Circuit {
  if (circuit.state === 'closed') return circuit.failures === 0 ? circuit : closed;
  if (circuit.state === 'open') return {state: 'ramp', times: circuit.times, limit: 1};
  return circuit.limit + 1 >= full ? closed : {...circuit, limit: circuit.limit + 1};
}

function opened(times: number, {now, chance}: Moment, {firstMs, capMs}: CircuitRule): Circuit {
  const whole = Math.min(capMs, firstMs * 2 ** Math.min(times, 30));
  return {state: 'open', times, probeAt: Math.round(now + whole * (0.5 + chance() / 2)), probing: false};
}

/** `probe`: ask, and let nobody else ask until the answer is there. */
export type Admission = 'go' | 'probe' | 'wait';

export function admit(circuit: Circuit, {now, active}: {readonly now: number; readonly active: number}): Admission {
  if (circuit.state === 'closed') return 'go';
  if (circuit.state === 'ramp') return active < circuit.limit ? 'go' : 'wait';
  return circuit.probing || now < circuit.probeAt ? 'wait' : 'probe';
}

const perRunMs = 20;
const shortestSpreadMs = 1000;
const longestSpreadMs = 600_000;

/**
 * When a run that may not ask comes again: somewhere in a stretch that begins with the next look and is the longer the more runs wait,
 * so that thousands do not come at once.
 */
export function parkUntil(circuit: Circuit, parked: number, {now, chance}: Moment): number {
  const from = circuit.state === 'open' ? Math.max(now, circuit.probeAt) : now;
  const spreadMs = Math.min(longestSpreadMs, Math.max(shortestSpreadMs, parked * perRunMs));
  return Math.round(from + chance() * spreadMs);
}
