/** What an event would do: every read is made, the write is shown and withheld. Must never store or start anything. */
import {resolve} from 'node:path';
import {openConnections} from './connections.ts';
import type {Draft, EventRecord} from './engine/run.ts';
import {inputOf, readTask, type Tools} from './engine/task.ts';
import {asJobwireError, fail, type Issue} from './errors/jobwire-error.ts';
import {match} from './ingest/match.ts';
import {prepareInput} from './operations/input.ts';
import {type Preflight, runPreflight} from './operations/preflight.ts';
import {runProcedure} from './operations/procedure.ts';
import {withheld} from './operations/record.ts';
import type {StepRecord} from './operations/trace.ts';
import {readProject} from './read-project.ts';
import type {Runtime} from './runtime.ts';
import type {Json, JsonObject} from './values/json.ts';

export interface PlannedWrites {
  /** As they would be sent, masked. */
  readonly writes: readonly Json[];
  readonly error?: string;
}

export interface PlannedTarget {
  readonly target: string;
  readonly run: string;
  readonly connection: string;
  readonly action: string;
  readonly delivery: string;
  readonly input?: Json;
  readonly steps: readonly StepRecord[];
  /** What the target says about the write, when it was asked. */
  readonly preflight?: Preflight;
  readonly error?: Issue;
}

export interface Plan {
  readonly event: EventRecord;
  readonly targets: readonly PlannedTarget[];
}

export interface PlanTools extends Tools {
  /** Also ask the target whether the write would go well, where the action can. */
  readonly validate?: boolean;
}

/** The targets of one template that an event would start; `event.decisions` says why the others would not. */
export async function planEvent(event: EventRecord, template: string, tools: PlanTools): Promise<Plan> {
  const {decisions, drafts} = match(event, tools.library, tools.clock.now());
  const planned = {...event, decisions: decisions.filter((decision) => decision.template === template)};
  const targets: PlannedTarget[] = [];
  for (const draft of drafts) if (draft.template === template) targets.push(await planTarget(draft, planned, tools));
  return {event: planned, targets};
}

/** What a target would send, told by `template/target`. */
export type Writes = ReadonlyMap<string, PlannedWrites>;

/** All targets of all templates that the event would start, with the writes they would make. */
export async function planWrites(event: EventRecord, tools: PlanTools): Promise<Writes> {
  const {drafts} = match(event, tools.library, tools.clock.now());
  const planned = new Map<string, PlannedWrites>();
  for (const draft of drafts) {
    const {steps, error} = await planTarget(draft, event, tools);
    const writes = steps.flatMap(({request, what}) =>
      request !== undefined && what.startsWith(withheld) ? [request] : [],
    );
    const problem = error && {error: `${error.code}: ${error.detail}`};
    planned.set(`${draft.template}/${draft.target}`, {writes, ...problem});
  }
  return planned;
}

export interface OtherProject {
  readonly tools: PlanTools;
  close(): Promise<void>;
}

/** Templates and connectors of another folder with the connections of this project: whose secrets it has is not asked. */
export function openOther({config, library: own, clock, redactor, tools}: Runtime, dir: string): OtherProject {
  const {connections, connection} = own;
  const library = {...readProject({...config, project: resolve(dir)}), connections, connection};
  const open = openConnections({library, clock, redactor});
  return {tools: {...tools, library, connection: open.get}, close: () => open.close()};
}

async function planTarget(draft: Draft, event: EventRecord, tools: PlanTools): Promise<PlannedTarget> {
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
    const {connection: live} = task;
    let write: JsonObject | undefined;
    await runProcedure(
      task.action,
      {...task.scope, input},
      {
        connection: live,
        log,
        mode: 'plan',
        withheld: ({params}) => {
          write = params;
        },
      },
    );
    const planned = {...known, input, steps};
    if (!tools.validate) return planned;
    return judged(planned, await runPreflight(task.action, {...task.scope, input}, {connection: live, write, log}));
  } catch (error) {
    return {...known, ...(input !== undefined && {input}), steps, error: asJobwireError(error).issue()};
  }
}

/** What the target says no to is the error of the target. */
function judged(planned: PlannedTarget, preflight: Preflight): PlannedTarget {
  if (preflight.valid !== false) return {...planned, preflight};
  const problem = preflight.problems.join('; ') || 'the target would refuse it';
  return {...planned, preflight, error: fail('JW3114', {problem}, {owner: 'operator'}).issue()};
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
