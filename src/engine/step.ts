/** The engine's step: tracking runs are read in groups, all others advance on their own, none where nobody answers. */
import {traceMove} from '../telemetry/spans.ts';
import {advance} from './advance.ts';
import type {Circuits} from './circuits.ts';
import type {Step} from './engine.ts';
import {createGate} from './gate.ts';
import type {ClaimedRun, Transition} from './run.ts';
import type {Tools} from './task.ts';
import {track} from './track.ts';

export interface StepOptions {
  /** Without them every run asks its target, whether it answers or not. */
  readonly circuits?: Circuits;
  /** Told what becomes of a run, just before it is stored. */
  readonly onMoved?: (run: ClaimedRun, transition: Transition) => void;
}

export function createStep(tools: Tools, {circuits, onMoved}: StepOptions = {}): Step {
  const step = circuits ? createGate(stepOf(tools), {circuits, tools}) : stepOf(tools);
  if (!onMoved) return step;
  return (runs) =>
    step(runs).map(async (answer, i) => {
      const transition = await answer;
      onMoved(runs[i] as ClaimedRun, transition);
      return transition;
    });
}

function stepOf(tools: Tools): Step {
  return (runs) => {
    const tracked = runs.filter(({claimedFrom}) => claimedFrom === 'tracking');
    const answers = new Map(track(tracked, tools).map((answer, i) => [tracked[i]?.id, answer]));
    return runs.map((run) => answers.get(run.id) ?? traceMove(run, () => advance(run, tools)));
  };
}
