/** One difference between two versions of a unit and the step it asks for (language reference, section 9.3). Must never judge a version number. */
import {escapePointer, isObject, type Json, sameJson, stringifyJson} from '../values/json.ts';

export type Level = 'major' | 'minor' | 'patch';

/** Where templates and connections meet a part of a connector. */
export interface Touched {
  readonly actions?: readonly string[];
  readonly events?: readonly string[];
  /** Every connection of the connector. */
  readonly connection?: true;
}

export interface Change {
  readonly level: Level;
  /** In the new manifest, or in the old one where the part is gone. */
  readonly pointer: string;
  readonly text: string;
  readonly touches?: Touched;
}

/** The same part in both versions. */
export interface Pair<T> {
  readonly before: T;
  readonly after: T;
}

export function change(level: Level, pointer: string, text: string): Change {
  return {level, pointer, text};
}

export function touching(touches: Touched, changes: readonly Change[]): Change[] {
  return changes.map((one) => ({...one, touches: {...touches, ...one.touches}}));
}

const order: readonly Level[] = ['patch', 'minor', 'major'];

/** The largest step that any of them asks for. */
export function largest(changes: readonly Change[]): Level | undefined {
  return order.findLast((level) => changes.some((one) => one.level === level));
}

/** How parts that have names are compared. */
export interface Naming<T> {
  /** `action`: begins the sentences. */
  readonly what: string;
  readonly pointer: string;
  readonly added: Level;
  readonly removed: Level;
  readonly touches?: (name: string) => Touched;
  /** A new part that asks for more than `added`. */
  readonly addedAs?: (name: string) => {readonly level: Level; readonly text: string} | undefined;
  compare(pair: Pair<T>, pointer: string, name: string): Change[];
}

type Named<T> = {readonly [name: string]: T} | undefined;

/** Parts that are gone, new, or there in both. One that only has another name is told with it. */
export function compareNamed<T>(before: Named<T>, after: Named<T>, naming: Naming<T>): Change[] {
  const [olds, news] = [before ?? {}, after ?? {}];
  const gone = Object.keys(olds).filter((name) => !Object.hasOwn(news, name));
  const fresh = Object.keys(news).filter((name) => !Object.hasOwn(olds, name));
  const {what, added, removed, touches = () => ({})} = naming;
  const at = (name: string): string => `${naming.pointer}/${escapePointer(name)}`;
  return [
    ...gone.flatMap((name) => {
      const twin = fresh.find((other) => same(olds[name], news[other]));
      const how = twin === undefined ? 'is gone' : `is called ${twin} now`;
      return touching(touches(name), [change(removed, at(name), `${what} ${name} ${how}`)]);
    }),
    ...fresh.map((name) => {
      const {level, text} = naming.addedAs?.(name) ?? {level: added, text: `new ${what} ${name}`};
      return change(level, at(name), text);
    }),
    ...Object.keys(olds).flatMap((name) =>
      Object.hasOwn(news, name)
        ? touching(touches(name), naming.compare({before: olds[name] as T, after: news[name] as T}, at(name), name))
        : [],
    ),
  ];
}

export function same(before: unknown, after: unknown): boolean {
  if (before === undefined || after === undefined) return before === after;
  return sameJson(before as Json, after as Json);
}

/** The value without remarks, so that a remark is no difference. */
export function withoutRemarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRemarks);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key === '$comment' ? [] : [[key, withoutRemarks(item)]])),
  );
}

const longestShown = 80;

export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = stringifyJson(value as Json);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
