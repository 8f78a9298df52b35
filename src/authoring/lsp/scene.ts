/** What an expression may read at a place of a file, also while the file is half written. Must never judge. */
import {inferValue, type Place, type Type} from '../../expressions/check.ts';
import {directives} from '../../expressions/directives.ts';
import {itemsOf, memberOf, type Resolve} from '../../expressions/types.ts';
import type {Connector, Simulator, Template} from '../../generated/types.ts';
import {common, typesOf} from '../../manifest/connector-types.ts';
import {connectorSlots} from '../../manifest/expressions-connector.ts';
import type {Library} from '../../manifest/library.ts';
import {paramsType, requestType} from '../../manifest/root-types.ts';
import type {Slot} from '../../manifest/slots.ts';
import {templateSlots} from '../../manifest/slots-template.ts';
import {isObject, type Json, own} from '../../values/json.ts';
import {unitFile} from './names.ts';
import {type Source, segmentsOf, written} from './source.ts';

export interface Scene {
  readonly place: Place;
  /** Pointer of the value the place belongs to. */
  readonly pointer: string;
  /** The text is a path without braces. */
  readonly isBare: boolean;
  /** The value is one of many of a map or of free JSON, and may be left out. */
  readonly isInner: boolean;
}

/** Undefined where no expression may stand, or where what is written gives no idea. */
export function sceneAt(source: Source, pointer: string, library: Library | undefined): Scene | undefined {
  const value = written(source.tree.root);
  if (source.kind === 'simulator') return simulatorScene(source, pointer, library);
  for (const slots of candidates(source, {value, pointer}, library)) {
    const slot = nearestSlot(slots, pointer);
    if (slot) return sceneOf(slot, pointer, value);
  }
  return undefined;
}

interface Written {
  readonly value: Json | undefined;
  readonly pointer: string;
}

/** First what was sound at the last look, if the place is still the same one; then the text as it is; then the former again. */
function* candidates(
  source: Source,
  {value, pointer}: Written,
  library: Library | undefined,
): Iterable<readonly Slot[]> {
  const {kind, file} = source;
  if (!library || (kind !== 'connector' && kind !== 'template')) return;
  const known = kind === 'connector' ? library.connectors : library.templates;
  const manifest = [...known.values()].find((unit) => unit.file === file)?.manifest ?? remembered.get(file);
  if (manifest) {
    remembered.set(file, manifest);
    if (isSamePlace(manifest as unknown as Json, value, pointer)) yield slotsOf(manifest, library);
  }
  if (isObject(value)) yield tried(() => freshSlots(value as unknown as Connector | Template, library));
  if (manifest) yield slotsOf(manifest, library);
}

/** The last sound manifest of a file that is broken for the moment. */
const remembered = new Map<string, Connector | Template>();

const slotsMade = new WeakMap<object, {readonly library: Library; readonly slots: readonly Slot[]}>();

function slotsOf(manifest: Connector | Template, library: Library): readonly Slot[] {
  const before = slotsMade.get(manifest);
  if (before && (before.library === library || manifest.kind === 'connector')) return before.slots;
  const slots = tried(() => freshSlots(manifest, library));
  slotsMade.set(manifest, {library, slots});
  return slots;
}

/** One more row of criteria than there are: the one that is being written. */
function freshSlots(manifest: Connector | Template, library: Library): readonly Slot[] {
  if (manifest.kind === 'connector') return connectorSlots(manifest as Connector);
  const template = manifest as Template;
  const open: Template = {...template, criteria: [...(template.criteria ?? []), {path: '', op: 'exists'}]};
  return templateSlots(open, library);
}

/** What is half written does not fit its format, and code that trusts the format may stumble over it. */
function tried(make: () => readonly Slot[]): readonly Slot[] {
  try {
    return make();
  } catch {
    return [];
  }
}

/** Lists on the way have as many entries as they had: nothing was put in front of the place. */
function isSamePlace(before: Json, now: Json | undefined, pointer: string): boolean {
  let [a, b]: (Json | undefined)[] = [before, now];
  for (const segment of segmentsOf(pointer)) {
    if (Array.isArray(a) !== Array.isArray(b) || (Array.isArray(a) && Array.isArray(b) && a.length !== b.length))
      return false;
    a = below(a, segment);
    b = below(b, segment);
  }
  return true;
}

function below(value: Json | undefined, segment: string): Json | undefined {
  return Array.isArray(value) ? value[Number(segment)] : own(value, segment);
}

function nearestSlot(slots: readonly Slot[], pointer: string): Slot | undefined {
  let best: Slot | undefined;
  for (const slot of slots) {
    const at = slot.home ?? slot.pointer;
    if (slot.only !== undefined || (pointer !== at && !pointer.startsWith(`${at}/`))) continue;
    if (!best || at.length > (best.home ?? best.pointer).length) best = slot;
  }
  return best;
}

function sceneOf(slot: Slot, pointer: string, root: Json | undefined): Scene {
  const home = slot.home ?? slot.pointer;
  const start: Json | undefined = segmentsOf(home).reduce(below, root as Json | undefined);
  const isBare = slot.ahead !== undefined;
  const path = segmentsOf(pointer.slice(home.length));
  if (path.length === 0 || isBare) return {place: slot.place, pointer: home, isBare, isInner: false};
  return {place: within(slot.place, start, path), pointer: home, isBare, isInner: true};
}

/** The place of a value inside another one: what it must fit, and what directives on the way bring in. */
function within(place: Place, value: Json | undefined, path: readonly string[]): Place {
  let here = inMap(place);
  let at = value;
  for (const [i, segment] of path.entries()) {
    const name = isObject(at) ? directiveIn(at) : undefined;
    here = name && isObject(at) ? inDirective(here, {name, object: at, key: segment}) : inMember(here, segment);
    if (name === '$switch' && segment === 'cases' && i + 1 < path.length) at = own(at, 'cases');
    else at = below(at, segment);
  }
  return here;
}

const scalars: Type = {type: ['string', 'number', 'boolean']};

/** Entries of headers, query and form are texts; in JSON anything may stand. */
function inMap({context, ...place}: Place): Place {
  if (context === 'header' || context === 'query' || context === 'form')
    return {...place, expect: {type: 'object', additionalProperties: scalars}};
  return place;
}

function inMember({expect, ...place}: Place, segment: string): Place {
  if (expect === undefined || expect === true) return place;
  const member = memberOf(expect, segment, place.resolve as Resolve);
  if (!member.found || member.type === true) return place;
  return {...place, expect: member.type};
}

type DirectiveName = keyof typeof directives;

function directiveIn(value: Json): DirectiveName | undefined {
  return (Object.keys(directives) as DirectiveName[]).find((name) => own(value, name) !== undefined);
}

interface Inside {
  readonly name: DirectiveName;
  readonly object: Json;
  readonly key: string;
}

const test: Type = {type: 'boolean'};

function inDirective(place: Place, {name, object, key}: Inside): Place {
  const {expect, ...free} = place;
  if (key === '$if' || key === 'where') return {...inEach(free, {name, object}), expect: test};
  if (key === 'then') return {...place, given: [...(place.given ?? []), own(object, '$if')]};
  if (key === 'else' || key === 'default' || key === 'cases') return place;
  if (name !== '$each') return name === '$merge' ? place : free;
  if (key === 'key') return {...inEach(free, {name, object}), expect: {type: 'string'}};
  if (key !== 'do') return free;
  const items = expect === undefined || expect === true ? true : itemsOf(expect, place.resolve);
  return {...inEach(free, {name, object}), ...(items !== true && {expect: items})};
}

/** What `as` and `index` name. */
function inEach(place: Place, {name, object}: Omit<Inside, 'key'>): Place {
  if (name !== '$each') return place;
  const [as, index] = [own(object, 'as'), own(object, 'index')];
  const {type} = inferValue(own(object, '$each'), place);
  const roots: Record<string, Type> = {...place.roots};
  if (typeof as === 'string') roots[as] = itemsOf(type, place.resolve);
  if (typeof index === 'string') roots[index] = {type: ['integer', 'string']};
  return {...place, roots};
}

const simulatorRoots =
  'request params settings let rows total row inserted updated item index problem reason token origin id key now target notice retryAfter'.split(
    ' ',
  );

/** Of a simulation only the roots are known, and the parameters of an operation. */
function simulatorScene(source: Source, pointer: string, library: Library | undefined): Scene | undefined {
  if (!/^\/(operations|parts|routes|senders|timelines|limits|token)\//.test(pointer)) return undefined;
  const roots: Record<string, Type> = Object.fromEntries(simulatorRoots.map((name): [string, Type] => [name, true]));
  roots['request'] = requestType;
  roots['now'] = {type: 'string', format: 'date-time'};
  const connector = [...(library?.connectors.values() ?? [])].find(({file}) => file === unitFile(source))?.manifest;
  const operation = connector?.operations[/^\/operations\/([^/]+)/.exec(pointer)?.[1] ?? ''];
  if (connector && operation)
    roots['params'] = paramsType(operation.params, (schema) => typesOf(connector).resolve(schema));
  const settings = (written(source.tree.root) as unknown as Partial<Simulator> | undefined)?.settings;
  if (isObject(settings))
    roots['settings'] = {
      type: 'object',
      properties: Object.fromEntries(Object.keys(settings).map((name) => [name, {}])),
    };
  return {place: {...common, roots}, pointer, isBare: false, isInner: true};
}
