/** Why an event started what it started, from stored facts alone: no manifest is read, so it tells what held then. */
import type {Engine} from '../engine/engine.ts';
import type {CriterionResult, Decision, EventRecord, RunState} from '../engine/run.ts';
import {fail, type Issue} from '../errors/jobwire-error.ts';

export interface Explanation {
  readonly event: EventRecord;
  /** One sentence: what became of the event. */
  readonly summary: string;
  readonly decisions: readonly ExplainedDecision[];
}

export interface ExplainedDecision {
  readonly template: string;
  readonly target: string;
  readonly outcome: Decision['outcome'];
  readonly because?: string;
  readonly rows: readonly CriterionResult[];
  readonly error?: Issue;
  readonly run?: {readonly id: string; readonly state: RunState; readonly error?: Issue};
}

/** `id` is ours or the sender's. JW7102 when there is no such event. */
export async function explain(id: string, engine: Engine): Promise<Explanation> {
  const event = await engine.events.get(id);
  if (!event) throw fail('JW7102', {what: 'event', id});
  const decisions = await Promise.all(event.decisions.map((decision) => explainDecision(decision, engine)));
  return {event, summary: summarise(event, decisions), decisions};
}

async function explainDecision({run: id, ...decision}: Decision, engine: Engine): Promise<ExplainedDecision> {
  const run = id === undefined ? undefined : await engine.runs.get(id);
  return {
    ...decision,
    ...(run && {run: {id: run.id, state: run.state, ...(run.error && {error: run.error})}}),
  };
}

function summarise({state, error, deliveries}: EventRecord, decisions: readonly ExplainedDecision[]): string {
  const again = deliveries > 1 ? `; it was delivered ${deliveries} times` : '';
  if (state === 'ignored') return `ignored: ${error?.detail ?? 'the feed does not emit it'}${again}`;
  if (state === 'dead') return `kept as a dead letter: ${error?.detail ?? 'it could not be mapped'}${again}`;
  if (decisions.length === 0) return `accepted; no template is waiting for this event${again}`;
  const runs = decisions.filter(({outcome}) => outcome === 'run').length;
  const faults = decisions.filter(({outcome}) => outcome === 'fault').length;
  const skipped = decisions.length - runs - faults;
  const parts = [count(runs, 'run'), count(faults, 'fault'), skipped > 0 ? `${skipped} skipped` : ''].filter(Boolean);
  return `accepted: ${parts.join(', ')}${again}`;
}

function count(n: number, what: string): string {
  return n === 0 ? '' : `${n} ${what}${n === 1 ? '' : 's'}`;
}
