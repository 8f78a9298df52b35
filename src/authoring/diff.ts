/** Compares two versions of connectors and templates and judges the step between their version numbers. Must never change a file. */
import {existsSync, globSync, readFileSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {inc, parse} from 'semver';
import {asJobwireError, fail, type Issue} from '../errors/jobwire-error.ts';
import type {Connector, Template} from '../generated/types.ts';
import {withSchemaFiles} from '../manifest/check-connector.ts';
import type {Library, Unit} from '../manifest/library.ts';
import {loadFile} from '../manifest/load.ts';
import {createUnit} from '../manifest/unit.ts';
import {type Broken, findBroken} from './diff-breaks.ts';
import {type Change, change, type Level, largest} from './diff-change.ts';
import {compareConnectors} from './diff-connector.ts';
import {compareTemplates} from './diff-template.ts';

type Comparable = (
  | {readonly kind: 'connector'; readonly unit: Unit<Connector>}
  | {readonly kind: 'template'; readonly unit: Unit<Template>}
) & {
  /** Its folder was named, so that the files beside it belong to it. */
  readonly folder: boolean;
};

export interface UnitDiff {
  readonly kind: 'connector' | 'template';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The step the changes ask for; absent when nothing differs. */
  readonly step?: Level;
  readonly changes: readonly Change[];
  /** Only where a project was given. */
  readonly broken: readonly Broken[];
  /** JW6005. */
  readonly issue?: Issue;
}

export interface Diff {
  readonly units: readonly UnitDiff[];
  /** Only on one side, `connector x`. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Files, unit folders, or folders with connectors/ and templates/. Errors: JW7102, JW7101, and what is wrong with a file. */
export function diff(before: string, after: string, library?: Library): Diff {
  const [olds, news] = [readSide(before), readSide(after)];
  const single = olds.length === 1 && news.length === 1 && olds[0]?.kind === news[0]?.kind;
  const twin = (one: Comparable, others: readonly Comparable[]): Comparable | undefined =>
    single ? others[0] : others.find(({kind, unit}) => kind === one.kind && unit.id === one.unit.id);
  const name = ({kind, unit}: Comparable): string => `${kind} ${unit.id}`;
  return {
    units: olds.flatMap((old) => {
      const fresh = twin(old, news);
      return fresh ? [diffUnit(old, fresh, library)] : [];
    }),
    removed: olds.filter((old) => !twin(old, news)).map(name),
    added: news.filter((fresh) => !twin(fresh, olds)).map(name),
  };
}

function diffUnit(old: Comparable, fresh: Comparable, library: Library | undefined): UnitDiff {
  const changes = [...changesOf(old, fresh), ...(old.folder && fresh.folder ? companionChanges(old, fresh) : [])];
  const step = largest(changes);
  const [from, to] = [old.unit.manifest.version, fresh.unit.manifest.version];
  const issue = judgeStep({from, to, step, changes, unit: fresh.unit});
  return {
    kind: fresh.kind,
    id: fresh.unit.id,
    from,
    to,
    ...(step && {step}),
    changes,
    broken: library && fresh.kind === 'connector' ? findBroken(library, fresh.unit, changes) : [],
    ...(issue && {issue}),
  };
}

function changesOf(old: Comparable, fresh: Comparable): Change[] {
  const renamed =
    old.unit.id === fresh.unit.id
      ? []
      : [change('major', '/id', `it is called ${fresh.unit.id} now, it was ${old.unit.id}`)];
  if (old.kind === 'template' && fresh.kind === 'template')
    return [...renamed, ...compareTemplates({before: old.unit.manifest, after: fresh.unit.manifest})];
  if (old.kind !== 'connector' || fresh.kind !== 'connector')
    throw fail('JW7101', {problem: 'a connector and a template cannot be compared'});
  return [...renamed, ...compareConnectors({before: withFiles(old, fresh), after: withFiles(fresh, old)})];
}

type ComparedConnector = Comparable & {readonly kind: 'connector'};

/** A manifest that was taken out of its folder is read with the schema files of the other side. */
function withFiles({unit: {manifest}, folder}: ComparedConnector, other: ComparedConnector): Connector {
  if (folder) return manifest;
  const files = Object.entries(other.unit.manifest.schemas ?? {}).filter(([name]) => name.startsWith('./'));
  return files.length === 0 ? manifest : {...manifest, schemas: {...Object.fromEntries(files), ...manifest.schemas}};
}

function companionChanges({unit: old}: Comparable, {unit: fresh}: Comparable): Change[] {
  const [olds, news] = [filesIn(old.dir), filesIn(fresh.dir)];
  return [...new Set([...olds.keys(), ...news.keys()])].sort().flatMap((path) => {
    const [was, is] = [olds.get(path), news.get(path)];
    if (was === is) return [];
    return [
      change('patch', '', `file ${path} ${was === undefined ? 'is new' : is === undefined ? 'is gone' : 'differs'}`),
    ];
  });
}

/** Everything beside the manifest but the schema files, which are compared as schemas. */
function filesIn(dir: string): Map<string, string> {
  const paths = globSync('**/*', {cwd: dir}).filter(
    (path) => !/^(connector|template)\.json$|^schemas/.test(path) && statSync(join(dir, path)).isFile(),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(dir, path), 'base64')]));
}

interface Step {
  readonly from: string;
  readonly to: string;
  readonly step: Level | undefined;
  readonly changes: readonly Change[];
  readonly unit: Unit<unknown>;
}

/** Before 1.0.0 the second number says what the first says later (semver.org, point 4). */
function judgeStep({from, to, step, changes, unit}: Step): Issue | undefined {
  const asked =
    parse(from)?.major === 0 && step === 'major' ? 'minor' : parse(from)?.major === 0 ? step && 'patch' : step;
  const least = asked === undefined ? from : inc(from, asked);
  const given = parse(to);
  if (least === null || given === null) return undefined;
  if (given.compareMain(least) >= 0) return undefined;
  const count = changes.filter(({level}) => level === step).length;
  const what = step === 'major' ? 'breaking change' : step === 'minor' ? 'addition' : 'change';
  const problem =
    step === undefined
      ? `the version goes back from ${from} to ${to}`
      : `${count} ${what}${count === 1 ? '' : 's'} from ${from} to ${to}`;
  return fail(
    'JW6005',
    {problem},
    {hint: `raise the version to ${least} or later`, at: unit.locate('/version')},
  ).issue();
}

function readSide(path: string): Comparable[] {
  const place = resolve(path);
  if (!existsSync(place)) throw fail('JW7102', {what: 'file or folder', id: path});
  if (statSync(place).isFile()) return [readUnit(place, false)];
  const own = ['connector.json', 'template.json'].map((name) => join(place, name)).find((file) => existsSync(file));
  if (own !== undefined) return [readUnit(own, true)];
  const files = globSync('{connectors/*/connector,templates/*/template}.json', {cwd: place}).sort();
  if (files.length === 0)
    throw fail('JW7101', {problem: `${path} holds no connector.json, no template.json and no folder of them`});
  return files.map((file) => readUnit(join(place, file), true));
}

function readUnit(file: string, folder: boolean): Comparable {
  const {manifest, kind, document, issues} = loadFile(file);
  if (!manifest || !document) throw unreadable(issues, file);
  const dir = resolve(file, '..');
  if (kind === 'template') return {kind, folder, unit: createUnit(dir, document, manifest as Template)};
  if (kind !== 'connector')
    throw fail('JW7101', {problem: `${file} is a ${kind}: connectors and templates have versions`});
  const unit = createUnit(dir, document, manifest as Connector);
  const found: Issue[] = [];
  return {kind, folder, unit: folder ? withSchemaFiles(unit, found) : unit};
}

function unreadable([first]: readonly Issue[], file: string): Error {
  if (!first) return asJobwireError(new Error(`${file} cannot be read`));
  const {jobwireCode, detail, hint, at, suggestions} = first;
  return fail(jobwireCode, {}, {detail, hint, ...(at && {at}), ...(suggestions && {suggestions})});
}
