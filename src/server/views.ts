/** Events and runs as the API shows them: ISO times, sensitive fields and known secrets masked. Must never change what is stored. */
import {versionOf} from '../engine/operate.ts';
import type {EventRecord, Run} from '../engine/run.ts';
import type {Connector} from '../generated/types.ts';
import type {Explanation} from '../ingest/explain.ts';
import {sourceSchema} from '../ingest/match.ts';
import {dataSchema, maskSensitive} from '../ingest/schemas.ts';
import type {Library} from '../manifest/library.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {traceIdOf} from '../telemetry/traceparent.ts';
import type {Json} from '../values/json.ts';
import {iso} from '../values/time.ts';

export function eventSummary(event: EventRecord): object {
  const {uid, id, type, time, subject, connection, feed, state, deliveries, conflicts, error} = event;
  return {
    uid,
    id,
    type,
    time,
    ...(subject !== undefined && {subject}),
    connection,
    feed,
    state,
    receivedAt: iso(event.receivedAt),
    deliveries,
    conflicts,
    ...traceView(event),
    ...(error && {error}),
  };
}

export function eventDetail(event: EventRecord, library: Library): object {
  const data = maskSensitive(event.data, schemaOf(event, library));
  return {...eventSummary(event), data, decisions: event.decisions};
}

/** A manual event has its schema in the template it is named after. */
function schemaOf({connection, type}: EventRecord, library: Library): object | undefined {
  const connector = connectorOf(connection, library);
  if (connector) return dataSchema(connector, type);
  const template = library.template(connection)?.manifest;
  return template && type === 'manual' ? sourceSchema(template, library) : undefined;
}

export function explanationView({event, summary, decisions}: Explanation): object {
  return {event: eventSummary(event), summary, decisions};
}

export function runSummary(run: Run): object {
  const {id, event, template, templateVersion, target, action, connection, delivery, state, attempt, error} = run;
  return {
    id,
    event,
    template,
    templateVersion,
    target,
    action,
    connection,
    delivery,
    state,
    attempt,
    wakeAt: iso(run.wakeAt),
    ...(run.deadlineAt !== undefined && {deadlineAt: iso(run.deadlineAt)}),
    createdAt: iso(run.createdAt),
    updatedAt: iso(run.updatedAt),
    version: versionOf(run),
    ...traceView(run.data),
    ...(error && {error}),
  };
}

function traceView({traceparent}: {readonly traceparent?: string}): {readonly trace?: string} {
  const trace = traceIdOf(traceparent);
  return trace === undefined ? {} : {trace};
}

export function runDetail(run: Run, library: Library): object {
  const {log, input, ...data} = run.data;
  const {intent, output, jobs, jobKind, jobOutput, warnings, follows, stopWanted, restarts, restartedAs} = data;
  const shown = {intent, output, jobs, jobKind, jobOutput, warnings, follows, stopWanted, restarts, restartedAs};
  const optional = {input: maskInput(input, run, library), ...shown};
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {...runSummary(run), ...Object.fromEntries(given), log};
}

function maskInput(input: Json | undefined, run: Run, library: Library): Json | undefined {
  const connector = connectorOf(run.connection, library);
  const action = connector?.actions?.[run.action];
  return input === undefined || !connector || !action
    ? input
    : maskSensitive(input, resolveSchema(action.input, connector));
}

/** A connection or connector that is gone by now masks nothing by name; known secrets are masked all the same. */
function connectorOf(connection: string, library: Library): Connector | undefined {
  const reference = library.connection(connection)?.manifest.connector;
  try {
    return reference === undefined ? undefined : library.connector(reference).manifest;
  } catch {
    return undefined;
  }
}
