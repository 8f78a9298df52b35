/**
 * The permissions label: what the connectors and templates of a package may do, read from their manifests. Hosts are enforced by the
 * egress guard of every connection, at each hop of a redirect; methods are fixed text of a manifest, so what is listed here is all
 * there can be. Must never list less than the manifests allow.
 */
import type {Connector, PackagePermissions, Template} from '../generated/types.ts';
import {admits} from '../manifest/hosts.ts';
import {connectionParts, type ProcedurePart, procedures, stepsOf} from '../manifest/parts.ts';
import {parseReference} from '../manifest/reference.ts';
import {callsOf} from '../manifest/references-template.ts';
import {byCodeUnit} from './files.ts';
import {methodsOf} from './methods.ts';

/** All lists are sorted and without repetition. */
export type Permissions = Required<Omit<PackagePermissions, '$comment'>>;

export function permissionsOf(connectors: readonly Connector[], templates: readonly Template[] = []): Permissions {
  const ours = new Set(connectors.map(({id}) => id));
  const methods = mergeMethods(connectors.map(methodsOf));
  return {
    hosts: sorted(connectors.flatMap(({permissions}) => permissions.hosts)),
    methods,
    actions: sorted([
      ...connectors.flatMap(writesOf),
      ...templates.flatMap((template) => callsElsewhere(template, ours)),
    ]),
    events: sorted([
      ...connectors.flatMap(({id, events}) => Object.keys(events ?? {}).map((name) => `${id}/${name}`)),
      ...templates.flatMap(eventOf),
    ]),
    secrets: sorted(connectors.flatMap(secretsOf)),
  };
}

function sorted<T extends string>(texts: Iterable<T>): T[] {
  return [...new Set(texts)].sort(byCodeUnit);
}

function mergeMethods(all: readonly ReadonlyMap<string, ReadonlySet<string>>[]): Permissions['methods'] {
  const hosts = sorted(all.flatMap((methods) => [...methods.keys()]));
  return Object.fromEntries(
    hosts.map((host) => [host, sorted(all.flatMap((methods) => [...(methods.get(host) ?? [])]))]),
  ) as Permissions['methods'];
}

/** Actions, job verbs and subscriptions that change something outside. */
function writesOf(connector: Connector): string[] {
  const {id, operations} = connector;
  return procedures(connector)
    .filter((part) =>
      stepsOf(part).some(({step: {call}}) => call !== undefined && operations[call]?.effect === 'write'),
    )
    .map((part) => `${id}/${nameOf(part)}`);
}

function nameOf({role, name, owner}: ProcedurePart): string {
  if (owner === undefined) return name === '' ? role : name;
  return `${owner}.${name}`;
}

/** Whether those write is for their own package to say; an operator sees that they are called. */
function callsElsewhere(template: Template, ours: ReadonlySet<string>): string[] {
  return callsOf(template)
    .map(({call: {connector, action}}) => ({connector: parseReference(connector).id, action}))
    .filter(({connector}) => !ours.has(connector))
    .map(({connector, action}) => `${connector}/${action}`);
}

function eventOf({on}: Template): string[] {
  return 'connector' in on ? [`${parseReference(on.connector).id}/${on.event}`] : [];
}

function secretsOf(connector: Connector): string[] {
  return connectionParts(connector).flatMap(({part}) =>
    Object.keys(part.secrets ?? {})
      .filter((name) => name !== '$comment')
      .map((name) => `${connector.id}/${name}`),
  );
}

export const permissionKinds = ['host', 'method', 'secret', 'action', 'event'] as const;

/** One thing that a later version may do and the earlier one may not. */
export interface Widening {
  readonly kind: (typeof permissionKinds)[number];
  /** The host, or connector/name. */
  readonly name: string;
  /** The methods that are new at a host. */
  readonly methods?: readonly string[];
}

/** What `after` allows and `before` does not; an unlisted part of `before` allows nothing. */
export function widened(before: PackagePermissions, after: PackagePermissions): Widening[] {
  const {hosts = []} = before;
  const added = (kind: Widening['kind'], old: readonly string[] = [], now: readonly string[] = []): Widening[] =>
    now.filter((name) => !old.includes(name)).map((name) => ({kind, name}));
  return [
    ...(after.hosts ?? []).filter((host) => !isCovered(host, hosts)).map((name) => ({kind: 'host' as const, name})),
    ...newMethods(before, after),
    ...added('secret', before.secrets, after.secrets),
    ...added('action', before.actions, after.actions),
    ...added('event', before.events, after.events),
  ];
}

function isCovered(host: string, by: readonly string[]): boolean {
  return by.some((entry) => entry === host || (!host.startsWith('connection:') && admits(entry, host)));
}

/** At hosts that were there before: a new host is told as such. */
function newMethods(before: PackagePermissions, after: PackagePermissions): Widening[] {
  return Object.entries(after.methods ?? {}).flatMap(([host, methods]) => {
    const entries = (before.hosts ?? []).filter((entry) => isCovered(host, [entry]));
    if (entries.length === 0) return [];
    const had = new Set(entries.flatMap((entry) => membersOf(before.methods, entry)));
    const more = methods.filter((method) => !had.has(method));
    return more.length > 0 ? [{kind: 'method' as const, name: host, methods: more}] : [];
  });
}

function membersOf(methods: PackagePermissions['methods'] = {}, host: string): readonly string[] {
  return Object.hasOwn(methods, host) ? (methods[host] ?? []) : [];
}

/** One line of the label. */
export interface PermissionRow {
  readonly kind: 'host' | 'secret' | 'action' | 'event';
  readonly name: string;
  readonly note: string;
}

/** Complete and in a fixed order, for tables of install, catalogue and `package show`. */
export function permissionRows(permissions: PackagePermissions): PermissionRow[] {
  const {hosts = [], methods, secrets = [], actions = [], events = []} = permissions;
  return [
    ...hosts.map((name) => ({kind: 'host' as const, name, note: hostNote(name, membersOf(methods, name))})),
    ...secrets.map((name) => ({kind: 'secret' as const, name, note: 'is asked for'})),
    ...actions.map((name) => ({kind: 'action' as const, name, note: 'writes'})),
    ...events.map((name) => ({kind: 'event' as const, name, note: 'is received'})),
  ];
}

function hostNote(host: string, methods: readonly string[]): string {
  const sends = methods.length > 0 ? methods.join(', ') : 'no request of its own';
  const field = /^connection:(.*)$/.exec(host)?.[1];
  return field === undefined ? sends : `${sends}; the host of the setting ${field}`;
}

/** A widening as words of a sentence: `host api.acme.example`, `POST to api.acme.example`. */
export function describeWidening({kind, name, methods}: Widening): string {
  return kind === 'method' ? `${(methods ?? []).join(', ')} to ${name}` : `${kind} ${name}`;
}
