/** Keeps runs from a target that does not answer: parked without a call, one look now and then, then more and more. Must never use up an attempt. */
import {fail} from '../errors/jobwire-error.ts';
import {probe} from '../operations/probe.ts';
import type {Circuits} from './circuits.ts';
import type {Step} from './engine.ts';
import type {ClaimedRun, Transition} from './run.ts';
import {isLate} from './start.ts';
import {moveRun, type Tools} from './task.ts';

export interface GateTools {
  readonly circuits: Circuits;
  readonly tools: Tools;
}

/** The same step for connections that answer. */
export function createGate(work: Step, gate: GateTools): Step {
  return (runs) => {
    const held = runs.filter((run) => isHeldBack(run, gate));
    if (held.length === 0) return work(runs);
    const answers = new Map<string, Promise<Transition>>();
    for (const [connection, group] of Map.groupBy(held, (run) => run.connection))
      guard(group, {...gate, connection, work}).forEach((answer, i) => void answers.set(group[i]?.id ?? '', answer));
    const free = runs.filter(({id}) => !answers.has(id));
    work(free).forEach((answer, i) => void answers.set(free[i]?.id ?? '', answer));
    return runs.map(({id}) => answers.get(id) as Promise<Transition>);
  };
}

/** Not those that end without a call, nor those whose worker died: their time must stay what it was. */
function isHeldBack(run: ClaimedRun, {circuits, tools}: GateTools): boolean {
  if (circuits.stateOf(run.connection) === 'closed') return false;
  if (run.claimedFrom === 'starting' && !run.data.intent) return false;
  return !(run.claimedFrom === 'queued' && isLate({run, tools}));
}

interface Guarding extends GateTools {
  readonly connection: string;
  readonly work: Step;
}

type Answers = readonly Promise<Transition>[];

function guard(group: readonly ClaimedRun[], guarding: Guarding): Answers {
  if (guarding.circuits.stateOf(guarding.connection) === 'ramp') return ramp(group, guarding);
  if (guarding.circuits.enter(guarding.connection) === 'wait') return group.map((run) => park(run, guarding));
  return look(group, guarding);
}

/** Reads are few and tell most; starts go one beside the other as far as there is room. */
function ramp(group: readonly ClaimedRun[], guarding: Guarding): Answers {
  return together(group, guarding.work, (run) => {
    const {circuits, connection} = guarding;
    const admission = circuits.enter(connection);
    if (admission === 'wait') return park(run, guarding);
    return alone(run, guarding.work).finally(() => circuits.leave(connection, admission));
  });
}

/** One look at the target: the reads that are due anyway, else the connector's own probe, else the first start. */
function look(group: readonly ClaimedRun[], guarding: Guarding): Answers {
  const {circuits, connection, work, tools} = guarding;
  const leave = () => circuits.leave(connection, 'probe');
  if (group.some(isRead)) {
    const answers = together(group, work, (run) => park(run, guarding));
    void Promise.allSettled(answers).then(leave);
    return answers;
  }
  const looked = Promise.resolve()
    .then(() => probe(tools.connection(connection)))
    .catch(() => undefined);
  return group.map(async (run, i) => {
    await looked;
    // Nothing was sent, for example because a secret is gone: the run itself finds out and says why.
    const alsoLooks = i === 0 && circuits.isProbing(connection);
    if (i === 0 && !alsoLooks) leave();
    if (alsoLooks) return alone(run, work).finally(leave);
    return circuits.stateOf(connection) === 'open'
      ? park(run, guarding)
      : (ramp([run], guarding)[0] as Promise<Transition>);
  });
}

/** All reads with one call of the step, as they would be without a gate; each other run by itself. */
function together(
  group: readonly ClaimedRun[],
  work: Step,
  start: (run: ClaimedRun) => Promise<Transition>,
): Promise<Transition>[] {
  const reads = group.filter(isRead);
  const answers = new Map(work(reads).map((answer, i) => [reads[i]?.id, answer]));
  return group.map((run) => answers.get(run.id) ?? start(run));
}

function alone(run: ClaimedRun, work: Step): Promise<Transition> {
  return work([run])[0] as Promise<Transition>;
}

/** What follows jobs, or looks whether a write happened. */
function isRead({claimedFrom, data: {intent}}: ClaimedRun): boolean {
  if (claimedFrom === 'tracking') return true;
  return (
    claimedFrom === 'starting' && intent !== undefined && intent.value === undefined && intent.resend === undefined
  );
}

/** As if it had not been claimed; its deadline is kept. */
async function park(run: ClaimedRun, {circuits, connection, tools}: Guarding): Promise<Transition> {
  const {claimedFrom: to, attempt, deadlineAt = Number.POSITIVE_INFINITY} = run;
  const fresh = to === 'queued';
  const wakeAt = Math.min(circuits.park(connection), fresh ? deadlineAt + 1 : Number.POSITIVE_INFINITY);
  const change = {wakeAt, error: fail('JW5012', {connection}).issue()};
  const moved = moveRun(run, {to, change, lines: [], now: tools.clock.now()});
  return {...moved, attempt: fresh ? attempt - 1 : attempt};
}
