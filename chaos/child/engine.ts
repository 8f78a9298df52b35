/** Stands before src/engines/index.ts: the same engine, whose calls and steps are points to die at. */
import type {Engine, Step} from '../../src/engine/engine.ts';
import type {ClaimedRun, Transition} from '../../src/engine/run.ts';
import {isTerminal} from '../../src/engine/run.ts';
import {openEngine as open} from '../../src/engines/index.ts';
import type {Task} from '../points.ts';
import {pass} from './crash.ts';
import {begin, done} from './pending.ts';

export * from '../../src/engines/index.ts';

export const openEngine: typeof open = async (url, options) => {
  const engine = await open(url, options);
  pass('boot:store-open');
  return {...engine, accept: acceptThrough(engine), work: (step, work) => engine.work(watched(step), work)};
};

function acceptThrough(engine: Engine): Engine['accept'] {
  return async (batch) => {
    const kind = batch.cursor ? 'poll' : 'accept';
    if (kind === 'accept') pass('accept:called');
    begin(kind);
    const accepting = engine.accept(batch);
    pass(`${kind}:enqueued`);
    const accepted = await accepting.finally(() => done(kind));
    pass(`${kind}:resolved`);
    return accepted;
  };
}

function watched(step: Step): Step {
  return (runs) => {
    for (const run of runs) pass(`${taskOf(run)}:claimed`);
    return step(runs).map(async (answer, i) => {
      const transition = await answer;
      const task = endsFollowed(runs[i] as ClaimedRun, transition) ? 'end' : taskOf(runs[i] as ClaimedRun);
      pass(`${task}:learned`);
      begin(task);
      return transition;
    });
  };
}

function taskOf({claimedFrom, data: {intent}}: ClaimedRun): Exclude<Task, 'end'> {
  if (claimedFrom === 'tracking') return 'track';
  if (claimedFrom === 'queued') return intent?.resend ? 'resend' : 'start';
  return intent && !intent.resend ? 'settle' : 'recover';
}

function endsFollowed({claimedFrom}: ClaimedRun, {to}: Transition): boolean {
  return claimedFrom === 'tracking' && isTerminal(to);
}
