/** The engine's step: tracking runs are read in groups, all others advance on their own. */
import {advance} from './advance.ts';
import type {Step} from './engine.ts';
import type {Tools} from './task.ts';
import {track} from './track.ts';

export function createStep(tools: Tools): Step {
  return (runs) => {
    const tracked = runs.filter(({claimedFrom}) => claimedFrom === 'tracking');
    const answers = new Map(track(tracked, tools).map((answer, i) => [tracked[i]?.id, answer]));
    return runs.map((run) => answers.get(run.id) ?? advance(run, tools));
  };
}
