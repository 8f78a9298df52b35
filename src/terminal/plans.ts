/** How the requests of two plans differ, as text: place by place, what each would send. Must never judge which is right. */
import type {PlannedWrites} from '../plan.ts';
import {isObject, type Json, sameJson, stringifyJson} from '../values/json.ts';
import {shorten} from './text.ts';

export interface Change {
  readonly path: string;
  readonly here?: Json;
  readonly there?: Json;
}

/** Of one target; undefined where it is not started at all. */
export function comparePlans(here: PlannedWrites | undefined, there: PlannedWrites | undefined): Change[] {
  return changes(asJson(here), asJson(there), '');
}

function asJson(planned: PlannedWrites | undefined): Json | undefined {
  if (!planned) return undefined;
  const {writes, error} = planned;
  return {writes: [...writes], ...(error !== undefined && {error})};
}

function changes(here: Json | undefined, there: Json | undefined, path: string): Change[] {
  if (here !== undefined && there !== undefined) {
    if (sameJson(here, there)) return [];
    const members = membersOf(here, there);
    if (members)
      return members.flatMap(([step, a, b]) =>
        changes(a, b, path === '' || step.startsWith('[') ? `${path}${step}` : `${path}.${step}`),
      );
  } else if (here === there) return [];
  return [{path, ...(here !== undefined && {here}), ...(there !== undefined && {there})}];
}

/** Of two objects or two lists, by name. */
function membersOf(
  here: Json,
  there: Json,
): [step: string, here: Json | undefined, there: Json | undefined][] | undefined {
  if (Array.isArray(here) && Array.isArray(there))
    return Array.from({length: Math.max(here.length, there.length)}, (_, i) => [`[${i}]`, here[i], there[i]]);
  if (!isObject(here) || !isObject(there)) return undefined;
  const names = new Set([...Object.keys(here), ...Object.keys(there)]);
  const own = (object: typeof here, name: string) => (Object.hasOwn(object, name) ? object[name] : undefined);
  return [...names].map((name) => [name, own(here, name), own(there, name)]);
}

/** `- ` is what this project would send, `+ ` the other one. */
export function showChanges(title: string, found: readonly Change[]): string {
  if (found.length === 0) return `${title}: the same`;
  const lines = found.flatMap(({path, here, there}) => [
    `  ${path === '' ? 'target' : path}`,
    `    - ${show(here)}`,
    `    + ${show(there)}`,
  ]);
  return [`${title}: ${found.length} ${found.length === 1 ? 'difference' : 'differences'}`, ...lines].join('\n');
}

function show(value: Json | undefined): string {
  return value === undefined ? 'nothing' : shorten(stringifyJson(value), 400);
}
