/** What an event would do: every read is made, the write is shown and withheld. Must never store or start anything. */
import type {Draft, EventRecord} from './engine/run.ts';
import {inputOf, readTask, type Tools} from './engine/task.ts';
import {asJobwireError, type Issue} from './errors/jobwire-error.ts';
import {match} from './ingest/match.ts';
import {prepareInput} from './operations/input.ts';
import {runProcedure} from './operations/procedure.ts';
import type {StepRecord} from './operations/trace.ts';
import type {Json} from './values/json.ts';

export interface PlannedTarget {
  readonly target: string;
  readonly run: string;
  readonly connection: string;
  readonly action: string;
  readonly delivery: string;
  readonly input?: Json;
  readonly steps: readonly StepRecord[];
  readonly error?: Issue;
}

export interface Plan {
  readonly event: EventRecord;
  readonly targets: readonly PlannedTarget[];
}

/** The targets of one template that an event would start; `event.decisions` says why the others would not. */
export async function planEvent(event: EventRecord, template: string, tools: Tools): Promise<Plan> {
  const {decisions, drafts} = match(event, tools.library, tools.clock.now());
  const planned = {...event, decisions: decisions.filter((decision) => decision.template === template)};
  const targets: PlannedTarget[] = [];
  for (const draft of drafts) if (draft.template === template) targets.push(await planTarget(draft, planned, tools));
  return {event: planned, targets};
}

async function planTarget(draft: Draft, event: EventRecord, tools: Tools): Promise<PlannedTarget> {
  const {id, target, connection, action, delivery} = draft;
  const known = {target, run: id, connection, action, delivery};
  if (draft.error) return {...known, steps: [], error: draft.error};
  const steps: StepRecord[] = [];
  let input: Json | undefined;
  try {
    const task = await readTask(claimed(draft, event), {...tools, event: async () => event});
    input = prepareInput(task.action, inputOf(task), task.connection);
    const log = (line: StepRecord): void => {
      steps.push(line);
    };
    await runProcedure(task.action, {...task.scope, input}, {connection: task.connection, log, mode: 'plan'});
    return {...known, input, steps};
  } catch (error) {
    return {...known, ...(input !== undefined && {input}), steps, error: asJobwireError(error).issue()};
  }
}

/** The draft as the engine would hand it out first. */
function claimed(draft: Draft, event: EventRecord): Parameters<typeof readTask>[0] {
  const at = event.receivedAt;
  return {
    ...draft,
    event: event.uid,
    state: 'starting',
    attempt: 1,
    createdAt: at,
    updatedAt: at,
    fence: 0,
    claimedFrom: 'queued',
  };
}
