/** Every connector, template and connection of a project, checked. Must never throw for a bad file: faults are issues. */
import {basename, dirname, join, resolve} from 'node:path';
import {fail, type Issue, nearest} from '../errors/jobwire-error.ts';
import type {Connection, Connector, Template} from '../generated/types.ts';
import {checkConnection} from './check-connection.ts';
import {checkConnector, withSchemaFiles} from './check-connector.ts';
import {checkTemplate} from './check-template.ts';
import {filesOfConnector, listFiles, remembering} from './disk.ts';
import {isError} from './issues.ts';
import type {Kind} from './kinds.ts';
import {type Loaded, loadFile} from './load.ts';
import type {Neighbours} from './neighbours.ts';
import {parseReference, satisfies} from './reference.ts';
import {createUnit, type Unit} from './unit.ts';
import {isVouched, type Vouchers, vouchedConnector, vouchersOfProgram} from './vouched.ts';

export type {Unit} from './unit.ts';

export interface Library {
  readonly connectors: ReadonlyMap<string, Unit<Connector>>;
  readonly templates: ReadonlyMap<string, Unit<Template>>;
  readonly connections: ReadonlyMap<string, Unit<Connection>>;
  /** `id` or `id@range`. JW1004 when there is none, JW1017 when its version does not meet the range. */
  connector(ref: string): Unit<Connector>;
  template(id: string): Unit<Template> | undefined;
  connection(id: string): Unit<Connection> | undefined;
  readonly issues: readonly Issue[];
}

export interface Roots {
  /** Folder with connectors/, templates/ and connections/ of the operator. */
  readonly project: string;
  /** Folder of the package, with its connectors/. */
  readonly shipped: string;
  /** Installed packages, verified by the caller. Their connectors rank between shipped ones and those of the project. */
  readonly packages?: readonly PackageRoot[];
  /** Which shipped and installed connectors to read: those that the project refers to, or these. Without it all of them. */
  readonly only?: 'used' | readonly string[];
  /** Which shipped connectors need not be checked; by default those that were when the package was built. */
  readonly vouchers?: Vouchers;
}

export interface PackageRoot {
  readonly root: string;
  /** Ids of the connectors to take from it. None: what it would have brought is not known. */
  readonly connectors: readonly string[];
  /** Why nothing of it is loaded. */
  readonly refused?: readonly Issue[];
}

/** A connector of the project wins over a shipped one of the same id; templates and connections are the project's only. */
export function loadLibrary({project, shipped, packages = [], only, vouchers = vouchersOfProgram()}: Roots): Library {
  const issues: Issue[] = [];
  const {units: templates} = loadUnits<Template>(project, 'template', {issues});
  const {units: connections, unreadable} = loadUnits<Connection>(project, 'connection', {issues});
  const wanted = only === 'used' ? referredConnectors(templates, connections) : only && new Set(only);
  const ours = resolve(project) === resolve(shipped) ? nothing : loadUnits<Connector>(project, 'connector', {issues});
  const theirs = loadUnits<Connector>(shipped, 'connector', {issues, vouchers, ...(wanted && {wanted})});
  const own = new Set([...ours.units.keys(), ...ours.unreadable]);
  const installed = loadPackages(packages, {issues, own, ...(wanted && {wanted})});
  const connectors = withFiles(new Map([...theirs.units, ...installed.units, ...ours.units]), issues);
  for (const id of ours.unreadable) connectors.delete(id);
  for (const id of installed.unreadable) if (!own.has(id)) connectors.delete(id);
  const found = new Map<string, Unit<Connector>>();
  const library: Library = {
    connectors,
    templates,
    connections,
    connector: (ref) => {
      const unit = found.get(ref) ?? findConnector(connectors, ref);
      found.set(ref, unit);
      return unit;
    },
    template: (id) => templates.get(id),
    connection: (id) => connections.get(id),
    issues,
  };
  const sound = checkAll(connectors, checkedOnce, issues);
  const missing = new Set([...ours.unreadable, ...installed.unreadable, ...theirs.unreadable]);
  const neighbours: Neighbours = {library, sound, unreadable: {connectors: missing, connections: unreadable}};
  checkAll(connections, (unit) => checkConnection(unit, neighbours), issues);
  checkAll(templates, (unit) => checkTemplate(unit, neighbours), issues);
  return library;
}

/** What a connector is like depends on the files of its folder only. */
function checkedOnce(unit: Unit<Connector>): Issue[] {
  if (isVouched(unit.document)) return [];
  return remembering(
    `check ${unit.file}`,
    () => filesOfConnector(unit.dir),
    () => checkConnector(unit),
  );
}

/** Ids of the connectors that templates and connections name. */
function referredConnectors(
  templates: ReadonlyMap<string, Unit<Template>>,
  connections: ReadonlyMap<string, Unit<Connection>>,
): Set<string> {
  const ofTemplate = ({on, do: targets}: Template): string[] => [
    ...('connector' in on ? [on.connector] : []),
    ...[targets]
      .flat()
      .flatMap(({connector, onComplete = []}) => [connector, ...onComplete.map((follow) => follow.connector)]),
  ];
  const references = [
    ...[...templates.values()].flatMap(({manifest}) => ofTemplate(manifest)),
    ...[...connections.values()].map(({manifest}) => manifest.connector),
  ];
  return new Set(references.map((reference) => parseReference(reference).id));
}

function withFiles(connectors: ReadonlyMap<string, Unit<Connector>>, issues: Issue[]): Map<string, Unit<Connector>> {
  return new Map([...connectors].map(([id, unit]) => [id, withSchemaFiles(unit, issues)]));
}

/** Ids of the units without errors. */
function checkAll<M>(
  units: ReadonlyMap<string, Unit<M>>,
  check: (unit: Unit<M>) => Issue[],
  issues: Issue[],
): Set<string> {
  const sound = new Set<string>();
  for (const [id, unit] of units) {
    const found = check(unit);
    issues.push(...found);
    if (!found.some(isError)) sound.add(id);
  }
  return sound;
}

interface Found<M> {
  readonly units: Map<string, Unit<M>>;
  /** Names of the places whose file is not usable, or says another id. */
  readonly unreadable: Set<string>;
}

const nothing: Found<never> = {units: new Map(), unreadable: new Set()};

interface Reading {
  readonly issues: Issue[];
  /** Names of the folders to read. */
  readonly wanted?: ReadonlySet<string>;
  readonly vouchers?: Vouchers;
}

/** The files of one kind below a root, by the id they say. */
function loadUnits<M extends {readonly id: string}>(root: string, kind: Kind, reading: Reading): Found<M> {
  const {issues, wanted} = reading;
  const units = new Map<string, Unit<M>>();
  const unreadable = new Set<string>();
  const folder = join(root, `${kind}s`);
  for (const path of listFiles(folder, kind === 'connection' ? '*.json' : `*/${kind}.json`)) {
    if (wanted && !wanted.has(dirname(path))) continue;
    const file = join(folder, path);
    const dir = dirname(file);
    const {manifest, document, issues: found} = vouchedFor<M>(dir, reading) ?? loadFile<M>(file, kind);
    issues.push(...found);
    const place = kind === 'connection' ? basename(file, '.json') : basename(dir);
    if (!manifest || !document || manifest.id !== place) unreadable.add(place);
    if (!manifest || !document) continue;
    if (place !== manifest.id) issues.push(misplaced(manifest.id, place, document.locate('/id')));
    units.set(manifest.id, createUnit(dir, document, manifest));
  }
  return {units, unreadable};
}

function vouchedFor<M>(dir: string, {vouchers = {}}: Reading): Loaded<M> | undefined {
  const id = basename(dir);
  const document = Object.hasOwn(vouchers, id) ? vouchedConnector(dir, vouchers[id] ?? '') : undefined;
  return document && {document, manifest: document.value as M, issues: []};
}

/** What a refused package would bring is unreadable, so that nothing else takes its place; it matters where it is asked for. */
function loadPackages(
  packages: readonly PackageRoot[],
  {issues, own, wanted}: Reading & {readonly own: ReadonlySet<string>},
): Found<Connector> {
  const found: Found<Connector> = {units: new Map(), unreadable: new Set()};
  for (const {root, connectors, refused} of packages) {
    const needed = connectors.filter((id) => !own.has(id) && (wanted?.has(id) ?? true));
    if (refused) {
      const matters = needed.length > 0 || connectors.length === 0;
      issues.push(...(matters ? refused : refused.map((issue) => ({...issue, severity: 'warning' as const}))));
      for (const id of connectors) found.unreadable.add(id);
    } else {
      const read = loadUnits<Connector>(root, 'connector', {issues, wanted: new Set(needed)});
      for (const [id, unit] of read.units) found.units.set(id, unit);
      for (const id of read.unreadable) found.unreadable.add(id);
    }
  }
  return found;
}

function misplaced(id: string, place: string, at: Issue['at']): Issue {
  return fail('JW1005', {id, place}, at ? {at} : {}).issue();
}

function findConnector(connectors: ReadonlyMap<string, Unit<Connector>>, ref: string): Unit<Connector> {
  const {id, range} = parseReference(ref);
  const unit = connectors.get(id);
  if (!unit) throw fail('JW1004', {what: 'connector', name: id}, {suggestions: nearest(id, connectors.keys())});
  const {version} = unit.manifest;
  if (range !== undefined && !satisfies(version, range))
    throw fail('JW1017', {problem: `connector ${id} has version ${version}, ${range} is asked for`});
  return unit;
}
