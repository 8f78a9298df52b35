/** Copies a template of an installed package into the project, with the operator's connections. Must never overwrite, nor take from a refused package. */
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {schemaOfUnit} from '../authoring/places.ts';
import {fail, JobwireError, nearest} from '../errors/jobwire-error.ts';
import {isError} from '../manifest/issues.ts';
import {isObject, type Json, own, parseJson, stringifyJson} from '../values/json.ts';
import {type Installed, installedPackages} from './installed.ts';

export interface CopyRequest {
  /** `@scope/name:template` */
  readonly reference: string;
  /** The id in the project. */
  readonly as?: string | undefined;
  /** Connection of the template to connection of the project. */
  readonly connections: ReadonlyMap<string, string>;
}

export interface Copied {
  readonly id: string;
  readonly files: readonly string[];
  /** Connections the template names and that the project does not have. */
  readonly missing: readonly string[];
}

/** Errors: JW7101, JW7102, and why the package is refused. */
export function copyTemplate(project: string, {reference, as, connections}: CopyRequest, now: number): Copied {
  const [, name = '', template = ''] = /^(@[^:]+):([^:]+)$/.exec(reference) ?? [];
  if (template === '') throw fail('JW7101', {problem: `${reference}: write @scope/package:template`});
  const from = join(packageOf(project, name, now, template).dir, 'templates', template);
  const id = as ?? template;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id))
    throw fail('JW7101', {problem: `--as ${id}: small letters, digits, single dashes`});
  const to = join(project, 'templates', id);
  if (existsSync(to))
    throw fail('JW7101', {problem: `templates/${id} is there already`}, {hint: 'choose another id with --as'});
  const manifest = read(join(from, 'template.json'));
  const named = connectionsIn(manifest);
  const stray = [...connections.keys()].find((one) => !named.has(one));
  if (stray !== undefined)
    throw fail(
      'JW7101',
      {problem: `the template names ${[...named].join(', ')}, not ${stray}`},
      {
        suggestions: nearest(stray, named),
      },
    );
  const copied = rewritten(manifest, {id, connections});
  const files = [...companions(from), 'template.json'];
  for (const file of files)
    write(join(to, file), file === 'template.json' ? `${stringifyJson(copied, 2)}\n` : readFileSync(join(from, file)));
  const used = [...connectionsIn(copied)];
  return {
    id,
    files: files.map((file) => `templates/${id}/${file}`).sort(),
    missing: used.filter((one) => !existsSync(join(project, 'connections', `${one}.json`))),
  };
}

function packageOf(project: string, name: string, now: number, template: string): Installed {
  const all = installedPackages(project, now);
  const found = all.find((one) => one.name === name);
  if (!found) {
    const names = all.map((one) => one.name);
    throw fail('JW7102', {what: 'installed package', id: name}, {suggestions: nearest(name, names)});
  }
  const problem = found.verdict.problems.find(isError);
  if (problem) throw new JobwireError(problem.jobwireCode, {}, {detail: problem.detail, hint: problem.hint});
  if (found.templates.includes(template)) return found;
  throw fail('JW7102', {what: `template of ${name}`, id: template}, {choices: [...found.templates]});
}

/** Cases name their template and its connections; they stay with the package. */
function companions(folder: string): string[] {
  return readdirSync(folder, {withFileTypes: true})
    .filter((entry) => entry.isFile() && entry.name !== 'template.json')
    .map((entry) => entry.name);
}

function read(file: string): Json {
  return parseJson(readFileSync(file, 'utf8'));
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, content, {flag: 'wx'});
}

/** Every place where the language of templates names a connection. */
function connectionsIn(value: Json): Set<string> {
  const found = new Set<string>();
  visit(value, (connection) => {
    found.add(connection);
    return connection;
  });
  return found;
}

function rewritten(manifest: Json, {id, connections}: {id: string; connections: ReadonlyMap<string, string>}): Json {
  const copy = visit(manifest, (connection) => connections.get(connection) ?? connection);
  if (!isObject(copy)) return copy;
  const {$schema: _schema, ...rest} = copy;
  return {$schema: `../../${schemaOfUnit('templates', id)}`, ...rest, id};
}

/** `on`, each of `do`, and what follows them. What stands in an input is the author's data, whatever its names are. */
function visit(manifest: Json, change: (connection: string) => string): Json {
  if (!isObject(manifest)) return manifest;
  const one = (part: Json): Json => {
    if (!isObject(part)) return part;
    const [connection, onComplete] = [own(part, 'connection'), own(part, 'onComplete')];
    return {
      ...part,
      ...(typeof connection === 'string' && {connection: change(connection)}),
      ...(Array.isArray(onComplete) && {onComplete: onComplete.map(one)}),
    };
  };
  const [on, targets] = [own(manifest, 'on') ?? null, own(manifest, 'do') ?? null];
  return {...manifest, on: one(on), do: Array.isArray(targets) ? targets.map(one) : one(targets)};
}
