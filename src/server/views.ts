/** Events and runs as the API shows them: ISO times, sensitive fields and known secrets masked. Must never change what is stored. */
import type {EventRecord, Run} from '../engine/run.ts';
import type {Connector} from '../generated/types.ts';
import type {Explanation} from '../ingest/explain.ts';
import {dataSchema, maskSensitive} from '../ingest/schemas.ts';
import type {Library} from '../manifest/library.ts';
import {resolveSchema} from '../manifest/schemas.ts';
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
    ...(error && {error}),
  };
}

export function eventDetail(event: EventRecord, library: Library): object {
  const connector = connectorOf(event.connection, library);
  const data = maskSensitive(event.data, connector && dataSchema(connector, event.type));
  return {...eventSummary(event), data, decisions: event.decisions};
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
    ...(error && {error}),
  };
}

export function runDetail(run: Run, library: Library): object {
  const {input, intent, output, jobs, jobKind, jobOutput, warnings, log, follows} = run.data;
  const optional = {input: maskInput(input, run, library), intent, output, jobs, jobKind, jobOutput, warnings, follows};
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
