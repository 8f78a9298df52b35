/** Leads from a name or a path of an expression to what declares it, and the other way round. Must never guess. */
import type {Library} from '../../manifest/library.ts';
import {referencedSchema} from '../../manifest/schemas.ts';
import {escapePointer, isObject, type Json, own} from '../../values/json.ts';
import {connectorFileOf, type Home, type Name, nameOf} from './names.ts';
import {type Found, inside, isKey, nodeAt, nodeOf, pointerOf, type Source, segmentsOf, valueAt} from './source.ts';
import {type Segment, segmentsOfPath, wordAt} from './words.ts';

/** Looks files up, as the editor has them. */
export interface Files {
  source(file: string): Source | undefined;
  libraryOf(file: string): Library | undefined;
}

/** A place where something is declared; without `found` the whole file. */
export interface Declaration {
  readonly source: Source;
  readonly pointer: string;
  readonly found?: Found;
}

/** A path of an expression up to the segment under the cursor. */
export interface PathUse {
  readonly segments: readonly Segment[];
  /** How many of them are meant. */
  readonly count: number;
  readonly pointer: string;
}

export function declarationOf({file, pointers}: Home, files: Files): Declaration | undefined {
  const source = files.source(file);
  if (!source) return undefined;
  for (const pattern of pointers)
    for (const pointer of expanded(source, pattern)) {
      if (pointer === '') return {source, pointer};
      const found = nodeOf(source, pointer);
      if (found) return {source, pointer, found};
    }
  return undefined;
}

/** A `*` stands for each member. */
function expanded(source: Source, pattern: string): string[] {
  const [before, ...rest] = pattern.split('/*');
  if (rest.length === 0) return [pattern];
  const map = valueAt(source, before ?? '');
  return isObject(map) ? Object.keys(map).map((key) => `${before}/${escapePointer(key)}${rest.join('/*')}`) : [];
}

export interface Asked {
  readonly name?: Name;
  readonly path?: PathUse;
}

/** What is named at a character. */
export function askedAt(source: Source, offset: number, library: Library | undefined): Asked {
  const node = nodeAt(source, offset);
  if (node?.type !== 'string') return {};
  const name = nameOf(source, node, library);
  if (name) return {name};
  if (isKey(node)) return {};
  const pointer = pointerOf(node);
  const path = pathAt(node.value, inside(source, node, offset), isBarePath(source, pointer));
  return path ? {path: {...path, pointer}} : {};
}

export function isBarePath({kind}: Source, pointer: string): boolean {
  return kind === 'template' && /^\/criteria\/\d+(\/any\/\d+)?\/path$/.test(pointer);
}

/** The path that a character of a string stands in. */
export function pathAt(text: string, at: number, isBare: boolean): Omit<PathUse, 'pointer'> | undefined {
  const word = isBare ? {start: 0, text, isQuoted: false} : wordAt(text, at);
  if (!word || word.isQuoted || word.text === '') return undefined;
  const segments = segmentsOfPath(word.text, word.start);
  const index = segments.findIndex(({end}) => at <= end);
  return index < 0 ? undefined : {segments, count: index + 1};
}

export function declarationAt(source: Source, offset: number, files: Files): Declaration | undefined {
  const library = files.libraryOf(source.file);
  const {name, path} = askedAt(source, offset, library);
  if (name) return declarationOf(name.home, files);
  return path && declarationOfPath(source, path, files);
}

/** Where the value of a path comes from. */
export function declarationOfPath(source: Source, path: PathUse, files: Files): Declaration | undefined {
  const names = path.segments.slice(0, path.count).map(({name}) => name);
  const origin = originOf(source, path.pointer, {names, files});
  if (!origin) return undefined;
  const {source: home, schema, rest} = origin;
  return deepest(home, schema, rest);
}

interface Origin {
  readonly source: Source;
  /** Pointer of a schema, or of what the name itself means. */
  readonly schema: string;
  /** Names below it. */
  readonly rest: readonly string[];
}

interface Looking {
  readonly names: readonly string[];
  readonly files: Files;
}

function originOf(source: Source, pointer: string, {names, files}: Looking): Origin | undefined {
  const [root = '', first, ...more] = names;
  const own = (schema: string | undefined, rest: readonly string[]): Origin | undefined =>
    schema === undefined ? undefined : {source, schema, rest};
  const rest = first === undefined ? [] : [first, ...more];
  if (source.kind === 'template') return root === 'event' ? eventOrigin(source, rest, files) : undefined;
  if (source.kind !== 'connector') return undefined;
  switch (root) {
    case 'steps':
      return first === undefined ? undefined : own(stepOf(source, pointer, first), []);
    case 'input':
      return own(above(source, pointer, '/input'), rest);
    case 'params':
      return own(paramOf(source, pointer, first), more);
    case 'connection':
      return own(memberOfConnection(source, pointer, {below: 'config', name: first}), rest);
    case 'secret':
      return own(memberOfConnection(source, pointer, {below: 'secrets', name: first}), []);
    case 'prepared':
      return own(memberOfConnection(source, pointer, {below: 'prepare', name: undefined}), []);
    default:
      return undefined;
  }
}

function eventOrigin(
  source: Source,
  [first, ...rest]: readonly string[],
  {source: open, libraryOf}: Files,
): Origin | undefined {
  const manual = valueAt(source, '/on/manual') === undefined ? undefined : '/on/manual/data';
  if (manual !== undefined) return {source, schema: manual, rest: first === 'data' ? rest : []};
  const file = connectorFileOf(source, '/on/event', libraryOf(source.file));
  const connector = file === undefined ? undefined : open(file);
  const event = valueAt(source, '/on/event');
  if (!connector || typeof event !== 'string') return undefined;
  const at = `/events/${escapePointer(event)}`;
  return {source: connector, schema: first === 'data' ? `${at}/data` : at, rest: first === 'data' ? rest : []};
}

/** The procedure around a place: what has the steps it may read. */
export function procedureOf(source: Source, pointer: string): string | undefined {
  for (let here = pointer; here !== ''; here = here.slice(0, here.lastIndexOf('/')))
    if (Array.isArray(valueAt(source, `${here}/steps`))) return here;
  return undefined;
}

/** The step that has an id, in the procedure around a place. */
export function stepOf(source: Source, pointer: string, id: string): string | undefined {
  const procedure = procedureOf(source, pointer);
  const steps = procedure === undefined ? undefined : valueAt(source, `${procedure}/steps`);
  const index = Array.isArray(steps) ? steps.findIndex((step) => own(step, 'id') === id) : -1;
  return index < 0 ? undefined : `${procedure}/steps/${index}`;
}

/** The nearest part above a place that has a member. */
function above(source: Source, pointer: string, member: string): string | undefined {
  for (let here = pointer; here !== ''; here = here.slice(0, here.lastIndexOf('/')))
    if (nodeOf(source, `${here}${member}`)) return `${here}${member}`;
  return undefined;
}

function paramOf(source: Source, pointer: string, name: string | undefined): string | undefined {
  const params = above(source, pointer, '/params');
  if (params === undefined || name === undefined) return params;
  return [name, `${name}?`].map((key) => `${params}/${escapePointer(key)}`).find((at) => nodeOf(source, at));
}

interface Member {
  readonly below: 'config' | 'secrets' | 'prepare';
  readonly name: string | undefined;
}

/** In the variant the place belongs to, in the connection, or in any other variant. */
function memberOfConnection(source: Source, pointer: string, {below, name}: Member): string | undefined {
  const variants = valueAt(source, '/connection/variants');
  const own = /^\/connection\/variants\/[^/]+/.exec(pointer)?.[0];
  const others = isObject(variants)
    ? Object.keys(variants).map((key) => `/connection/variants/${escapePointer(key)}`)
    : [];
  const holders = [...(own === undefined ? [] : [own]), '/connection', ...others].map((holder) => `${holder}/${below}`);
  if (name === undefined || below === 'prepare') return holders.find((at) => nodeOf(source, at));
  const member = below === 'config' ? `/properties/${escapePointer(name)}` : `/${escapePointer(name)}`;
  const found = holders.find((at) => nodeOf(source, `${at}${member}`));
  return found === undefined || below === 'config' ? found : `${found}${member}`;
}

/** Follows names through a schema as far as they lead. */
function deepest(source: Source, schema: string, names: readonly string[]): Declaration {
  let pointer = schema;
  for (const name of names) {
    const next = propertyOf(source, pointer, name);
    if (next === undefined) break;
    pointer = next;
  }
  const found = nodeOf(source, pointer);
  return {source, pointer, ...(found && {found})};
}

function propertyOf(source: Source, pointer: string, name: string, depth = 0): string | undefined {
  const schema = valueAt(source, pointer);
  if (!isObject(schema) || depth > 16) return undefined;
  const ref = referencedSchema(schema['$ref']);
  const referred =
    ref === undefined ? undefined : propertyOf(source, `/schemas/${escapePointer(ref)}`, name, depth + 1);
  if (referred !== undefined) return referred;
  if (own(schema['properties'], name) !== undefined) return `${pointer}/properties/${escapePointer(name)}`;
  if (/^\d+$/.test(name) && schema['items'] !== undefined) return `${pointer}/items`;
  for (const keyword of ['allOf', 'anyOf', 'oneOf'])
    for (const i of rowsOf(schema[keyword]).keys()) {
      const found = propertyOf(source, `${pointer}/${keyword}/${i}`, name, depth + 1);
      if (found !== undefined) return found;
    }
  return undefined;
}

function rowsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** Last name of a pointer. */
export function lastOf(pointer: string): string {
  return segmentsOf(pointer).at(-1) ?? '';
}
