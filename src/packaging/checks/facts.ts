/** Facts about connectors that several rules ask for. Must never judge them. */
import type {Connector, ErrorRow, Feed, Operation, SchemaValue} from '../../generated/types.ts';
import {connectionParts, members, stepsOf} from '../../manifest/parts.ts';
import {addresses, cutUrl} from '../../manifest/urls.ts';
import {isUnsafe} from '../../manifest/writes.ts';
import {isObject} from '../../values/json.ts';
import {type Field, fieldsOf} from './prose.ts';

/** Evidence at the pointer or above it that is more than a guess: the author looked it up, so the vendor wants it so. */
export function isDocumented({evidence = []}: Connector, pointer: string): boolean {
  return evidence.some(
    ({at, level}) => level !== 'inferred' && at !== '' && (pointer === at || pointer.startsWith(`${at}/`)),
  );
}

/** Evidence of any level at the pointer, above or below it. */
export function isTouched({evidence = []}: Connector, pointer: string): boolean {
  return evidence.some(({at}) => at === pointer || pointer.startsWith(`${at}/`) || at.startsWith(`${pointer}/`));
}

/** The schema itself, or what it refers to in `schemas`, with the pointer of where it stands. */
export function followSchema(
  {schemas}: Connector,
  {schema, pointer}: {schema: SchemaValue | undefined; pointer: string},
): {schema: SchemaValue | undefined; pointer: string} {
  const ref = isObject(schema) ? schema['$ref'] : undefined;
  const name = typeof ref === 'string' ? /^#\/schemas\/([A-Za-z0-9]+)$/.exec(ref)?.[1] : undefined;
  if (name === undefined || schemas?.[name] === undefined) return {schema, pointer};
  return {schema: schemas[name], pointer: `/schemas/${name}`};
}

export function inputFields(connector: Connector, schema: SchemaValue, pointer: string): Field[] {
  const found = followSchema(connector, {schema, pointer});
  return fieldsOf(found.schema, found.pointer);
}

export interface CalledOperation {
  readonly name: string;
  readonly operation: Operation;
  readonly pointer: string;
}

/** The operations that an action calls itself, its lookups aside. */
export function calledBy(connector: Connector, action: string): CalledOperation[] {
  const procedure = connector.actions?.[action];
  if (!procedure) return [];
  return stepsOf({procedure, pointer: ''}).flatMap(({step: {call}}) => {
    const operation = call === undefined ? undefined : connector.operations[call];
    return operation && call !== undefined ? [{name: call, operation, pointer: `/operations/${call}`}] : [];
  });
}

export function unsafeWriteOf(connector: Connector, action: string): CalledOperation | undefined {
  return calledBy(connector, action).find(({operation}) => isUnsafe(operation));
}

/** Lookups that an action names in its steps. */
export function lookupsOf(connector: Connector, action: string): string[] {
  const procedure = connector.actions?.[action];
  if (!procedure) return [];
  return stepsOf({procedure, pointer: ''}).flatMap(({step: {lookup}}) => lookup ?? []);
}

export interface RowPlace {
  readonly row: ErrorRow;
  readonly pointer: string;
}

/** The rows that answers of an operation meet: its own, then those of all. */
export function errorRows({http}: Connector, {operation, pointer}: CalledOperation): RowPlace[] {
  return [
    ...(operation.errors ?? []).map((row, i) => ({row, pointer: `${pointer}/errors/${i}`})),
    ...(http?.errors ?? []).map((row, i) => ({row, pointer: `/http/errors/${i}`})),
  ];
}

export function allRows(connector: Connector): RowPlace[] {
  return [
    ...(connector.http?.errors ?? []).map((row, i) => ({row, pointer: `/http/errors/${i}`})),
    ...members(connector.operations, '/operations').flatMap(({value, pointer}) =>
      (value.errors ?? []).map((row, i) => ({row, pointer: `${pointer}/errors/${i}`})),
    ),
  ];
}

/** Whether a row is about a status; a row without statuses is about every refusal. */
export function covers({when: {status, network}}: ErrorRow, wanted: number): boolean {
  if (status === undefined) return network === undefined;
  return status.some((rule) => rule === wanted || rule === `${Math.floor(wanted / 100)}xx`);
}

/** Whether the target answers 2xx and says in the body that it refused. */
export function refusesInSuccess(rows: readonly RowPlace[]): boolean {
  return rows.some(
    ({row: {when, action}}) => when.test !== undefined && action === 'fail' && when.status?.includes('2xx'),
  );
}

/** Hosts that addresses, key sets, certificates and confirmations say; an expression counts as one label. */
export function hostsInUse(connector: Connector): {hosts: Set<string>; settings: Set<string>} {
  const hosts = new Set<string>();
  const settings = new Set<string>();
  for (const {text} of addresses(connector)) {
    const cut = cutUrl(text);
    if (cut) hosts.add(cut.host.replace(/\{\{.*?\}\}/g, '*').replace(/:443$/, ''));
    else
      for (const [, host] of text.matchAll(/'https:\/\/([a-z0-9.-]+)/gi))
        if (host !== undefined) hosts.add(host.toLowerCase());
    for (const [, name] of text.matchAll(/connection\.([A-Za-z0-9]+)/g)) if (name !== undefined) settings.add(name);
  }
  for (const {part} of connectionParts(connector))
    for (const {name, schema} of fieldsOf(part.config, '')) {
      const host = settings.has(name) ? cutUrl(String(schema['default'] ?? ''))?.host : undefined;
      if (host !== undefined) hosts.add(host);
    }
  for (const {webhook} of Object.values(connector.feeds ?? {})) {
    for (const {confirm} of webhook?.handshake ?? []) for (const host of confirm?.hosts ?? []) hosts.add(host);
    for (const {x509} of webhook?.verify ?? []) for (const host of x509?.hosts ?? []) hosts.add(host);
  }
  return {hosts, settings};
}

/** `*.example.com` admits one or more labels in front. */
export function admitsHost(entry: string, host: string): boolean {
  return entry === host || (entry.startsWith('*.') && host.endsWith(entry.slice(1)) && host !== entry.slice(1));
}

/** Whether some operation of the connector calls a whole address that only its caller knows. */
export function callsGivenAddresses(connector: Connector): boolean {
  return addresses(connector).some(({text, dynamic}) => dynamic && text.startsWith('{{'));
}

/** Feeds whose deliveries are proved by the same rules, the given one among them: what is known of one holds for all. */
export function provedAlike({feeds = {}}: Connector, {webhook}: Feed): [name: string, feed: Feed][] {
  const rules = JSON.stringify(webhook?.verify);
  return Object.entries(feeds).filter(([, feed]) => feed.webhook && JSON.stringify(feed.webhook.verify) === rules);
}

export function operationsOf({operations}: Connector): CalledOperation[] {
  return members(operations, '/operations').map(({name, value, pointer}) => ({name, operation: value, pointer}));
}
