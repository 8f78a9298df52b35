/** Events with one field spoilt: what a sender may do to a template without notice. Must never change the event it is given. */
import {isObject, type Json, type JsonObject, sameJson} from '../values/json.ts';

/** Names and indexes, from the event on. */
export type FieldPath = readonly (string | number)[];

export type MutationKind = 'null' | 'absent' | 'renamed' | 'longer' | 'other-type' | 'empty';

export interface Mutation {
  /** `event.data.issue.title` */
  readonly field: string;
  readonly kind: MutationKind;
  readonly path: FieldPath;
}

export const kinds: readonly MutationKind[] = ['null', 'absent', 'renamed', 'longer', 'other-type', 'empty'];

/** An event with more is spoilt in its first fields only. */
const mostFields = 300;
/** Longer than any title, name or comment that a form of a target takes. */
const longText = 5000;
const longList = 200;

/** Every field of the data, containers included; of a list the first item stands for all. And the subject. */
export function mutationsOf(event: JsonObject): Mutation[] {
  const paths = [...(Object.hasOwn(event, 'subject') ? [['subject']] : []), ...fieldsOf(event['data'] ?? {}, ['data'])];
  return paths
    .slice(0, mostFields)
    .flatMap((path) => kinds.map((kind) => ({field: writePath(path), kind, path})))
    .filter((mutation) => {
      const changed = mutate(event, mutation);
      return changed !== undefined && !sameJson(changed, event);
    });
}

function fieldsOf(value: Json, path: FieldPath): FieldPath[] {
  if (Array.isArray(value))
    return value.length === 0 ? [] : [[...path, 0], ...fieldsOf(value[0] ?? null, [...path, 0])];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[...path, name], ...fieldsOf(inner, [...path, name])]);
}

function writePath(path: FieldPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return /^[\w-]+$/.test(step) ? `${text}.${step}` : `${text}.[${step}]`;
  }, 'event');
}

/** The event after the mutation; undefined where this kind makes no sense for the field, or the event has no such field. */
export function mutate(event: JsonObject, {path, kind}: Pick<Mutation, 'path' | 'kind'>): JsonObject | undefined {
  const changed = change(event, path, kind);
  return isObject(changed) ? changed : undefined;
}

function change(value: Json, [step, ...rest]: FieldPath, kind: MutationKind): Json | undefined {
  if (step === undefined) return undefined;
  if (Array.isArray(value)) {
    const index = Number(step);
    if (typeof step !== 'number' || index >= value.length) return undefined;
    const inner = rest.length === 0 ? spoilt(value[index] as Json, kind) : change(value[index] as Json, rest, kind);
    return inner === undefined ? undefined : value.with(index, inner);
  }
  if (!isObject(value) || typeof step !== 'string' || !Object.hasOwn(value, step)) return undefined;
  const member = value[step] as Json;
  if (rest.length > 0) {
    const inner = change(member, rest, kind);
    return inner === undefined ? undefined : {...value, [step]: inner};
  }
  if (kind === 'absent' || kind === 'renamed') {
    const {[step]: _gone, ...others} = value;
    return kind === 'absent' ? others : {...others, [`${step}Renamed`]: member};
  }
  const inner = spoilt(member, kind);
  return inner === undefined ? undefined : {...value, [step]: inner};
}

function spoilt(value: Json, kind: MutationKind): Json | undefined {
  if (kind === 'null') return null;
  if (kind === 'longer') return longer(value);
  if (kind === 'other-type') return otherType(value);
  if (kind !== 'empty') return undefined;
  return Array.isArray(value) ? [] : typeof value === 'string' ? '' : undefined;
}

function longer(value: Json): Json | undefined {
  if (typeof value === 'string') return `${value} ${'x'.repeat(longText)}`;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return Array.from({length: longList}, (_, i) => value[i % value.length] as Json);
}

/** What a careless sender makes of it: text of a number, a number of text, one item of a list. */
function otherType(value: Json): Json {
  if (typeof value === 'string') return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : 4711;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return typeof value[0] === 'string' ? value[0] : 'text';
  return isObject(value) || value === null ? 'text' : String(value);
}
