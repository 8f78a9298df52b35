/** Runs, events and their logs as text. Shows what is stored, nothing else. */
import type {Decision, EventRecord, Run} from '../engine/run.ts';
import type {StepRecord} from '../operations/trace.ts';
import {traceIdOf} from '../telemetry/traceparent.ts';
import {type Json, own} from '../values/json.ts';
import {howLong, indent, shorten, table, when} from './text.ts';

export function listRuns(runs: readonly Run[]): string {
  return table(
    ['run', 'state', 'template', 'target', 'jobs', 'created', 'problem'],
    runs.map((run) => [
      run.id,
      run.state,
      run.template,
      run.target,
      shorten((run.data.jobs ?? []).map(({ref}) => String(ref.id)).join(' '), 40),
      when(run.createdAt),
      run.error && run.state !== 'succeeded' ? run.error.code : '',
    ]),
  );
}

export function listEvents(events: readonly EventRecord[]): string {
  return table(
    ['event', 'type', 'connection', 'id', 'received', 'state', 'runs'],
    events.map((event) => [
      event.uid,
      event.type,
      event.connection,
      shorten(event.id, 48),
      when(event.receivedAt),
      event.state,
      String(event.decisions.filter(({outcome}) => outcome === 'run').length),
    ]),
  );
}

/** As it is stored, with the id of its trace, which is what people look for. */
export function withTrace<T extends object>(shown: T, {traceparent}: {readonly traceparent?: string}): T {
  const trace = traceIdOf(traceparent);
  return trace === undefined ? shown : {...shown, trace};
}

export function showRun(run: Run): string {
  const {data} = run;
  return [
    `run        ${run.id}`,
    `state      ${run.state}${run.data.intent ? ' (settling)' : ''}`,
    `template   ${run.template}@${run.templateVersion}, target ${run.target}`,
    `action     ${run.action} on ${run.connection}, delivery ${run.delivery}`,
    `event      ${run.event}`,
    ...(data.traceparent === undefined ? [] : [`trace      ${traceIdOf(data.traceparent)}`]),
    `created    ${when(run.createdAt)}, attempt ${run.attempt}`,
    ...(data.jobs ?? []).map(
      ({ref, state, raw, message}) => `job        ${ref.id} ${raw ?? state}${message ? `: ${message}` : ''}`,
    ),
    ...(data.jobOutput === undefined || data.jobOutput === null
      ? []
      : [`output     ${JSON.stringify(data.jobOutput)}`]),
    ...(run.error ? [`problem    ${run.error.code}: ${run.error.detail}`, `do         ${run.error.hint}`] : []),
    ...(data.warnings ?? []).map(({code, detail}) => `warning    ${code}: ${detail}`),
    '',
    showLog(data.log),
  ].join('\n');
}

/** One line per step, with the request of a write below it. */
export function showLog(log: readonly StepRecord[]): string {
  return log.map((line) => showStep(line)).join('\n');
}

export function showStep({at, step, what, ms, request, error}: StepRecord): string {
  const time = new Date(at).toISOString().slice(11, 23);
  const took = ms === undefined ? '' : `  (${howLong(ms)})`;
  const detail = request === undefined || !isWrite(request) ? '' : `\n${indent(JSON.stringify(request, null, 2), 15)}`;
  return `${time}  ${step.padEnd(10)} ${what}${took}${error?.hint && !what.includes(error.hint) ? `\n${indent(`do: ${error.hint}`, 15)}` : ''}${detail}`;
}

function isWrite(request: Json): boolean {
  const method = own(request, 'method');
  return typeof method === 'string' && method !== 'GET' && method !== 'HEAD';
}

/** A template that is off decides nothing itself. */
function offWord(because: string | undefined): string | undefined {
  return because === 'disabled' || because === 'paused' ? `the template is ${because}` : undefined;
}

/** What each template decided about an event, row by row. */
export function showDecisions(decisions: readonly Decision[]): string {
  if (decisions.length === 0) return 'no template listens to this event';
  return decisions.map(showDecision).join('\n');
}

function showDecision({template, target, outcome, run, because, rows, error}: Decision): string {
  const end =
    outcome === 'run'
      ? `run ${run ?? ''}`
      : outcome === 'skipped'
        ? `skipped: ${offWord(because) ?? `${because ?? 'a criterion'} does not hold`}`
        : `fault: ${error?.detail ?? ''}`;
  return [
    `${template} / ${target}: ${end}`,
    ...rows.map(
      ({row, label, value, held}) =>
        `  ${held ? 'yes' : 'no '}  ${row.padEnd(12)} ${label}${value === undefined ? '' : `  (value ${shorten(JSON.stringify(value), 80)})`}`,
    ),
  ].join('\n');
}
