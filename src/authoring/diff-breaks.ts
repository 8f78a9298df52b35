/** What of a project would no longer work with another version of one of its connectors. Must never change the project. */

import {targetsOf} from '../engine/task.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import type {Connector, Follow, Target, Template} from '../generated/types.ts';
import {checkConnection} from '../manifest/check-connection.ts';
import {checkConnector} from '../manifest/check-connector.ts';
import {checkTemplate} from '../manifest/check-template.ts';
import {isError} from '../manifest/issues.ts';
import type {Library, Unit} from '../manifest/library.ts';
import type {Neighbours} from '../manifest/neighbours.ts';
import {parseReference, satisfies} from '../manifest/reference.ts';
import {isObject} from '../values/json.ts';
import type {Change} from './diff-change.ts';

export interface Broken {
  readonly kind: 'template' | 'connection';
  readonly id: string;
  /** What `jobwire check` would say that it does not say today. */
  readonly issues: readonly Issue[];
  /** Breaking changes of parts that it uses; a check cannot see what they mean for it. */
  readonly because: readonly string[];
  /** The range it names admits the new version. */
  readonly admitted: boolean;
}

/** Templates and connections of the project that use the connector. Errors of the new version itself break them all. */
export function findBroken(library: Library, after: Unit<Connector>, changes: readonly Change[]): Broken[] {
  const current = library.connectors.get(after.id);
  if (!current) return [];
  const version = after.manifest.version;
  const candidate = {...after, manifest: {...after.manifest, version: current.manifest.version}};
  const today = neighboursOf(library, current);
  const then = neighboursOf(withConnector(library, candidate), candidate);
  const majors = changes.filter(({level}) => level === 'major');
  const templates = [...library.templates.values()].flatMap((unit) => {
    const references = referencesOf(unit.manifest, after.id);
    if (references.length === 0) return [];
    const issues = newFindings(checkTemplate(unit, today), checkTemplate(unit, then));
    const because = majors.filter((one) => touchesTemplate(one, unit.manifest, after.id)).map(({text}) => text);
    return [{kind: 'template', id: unit.id, issues, because, admitted: references.every(admits(version))} as const];
  });
  const connections = [...library.connections.values()].flatMap((unit) => {
    const {connector} = unit.manifest;
    if (parseReference(connector).id !== after.id) return [];
    const issues = newFindings(checkConnection(unit, today), checkConnection(unit, then));
    return [{kind: 'connection', id: unit.id, issues, because: [], admitted: admits(version)(connector)} as const];
  });
  return [...templates, ...connections].filter(({issues, because}) => issues.length + because.length > 0);
}

function admits(version: string): (reference: string) => boolean {
  return (reference) => {
    const {range} = parseReference(reference);
    return range === undefined || satisfies(version, range);
  };
}

function withConnector(library: Library, candidate: Unit<Connector>): Library {
  return {
    ...library,
    connectors: new Map([...library.connectors, [candidate.id, candidate]]),
    connector: (reference) =>
      parseReference(reference).id === candidate.id ? candidate : library.connector(reference),
  };
}

/** A connector of the project with errors of its own is not checked against; the one that is compared is always judged anew. */
function neighboursOf(library: Library, judged: Unit<Connector>): Neighbours {
  const faulty = new Set(library.issues.filter(isError).map(({at}) => at?.file));
  const sound = new Set([...library.connectors.values()].filter(({file}) => !faulty.has(file)).map(({id}) => id));
  if (checkConnector(judged).some((issue) => isError(issue) && !ofSamples.has(issue.jobwireCode)))
    sound.delete(judged.id);
  else sound.add(judged.id);
  return {library, sound, unreadable: {connectors: new Set(), connections: new Set()}};
}

/** Samples say nothing about templates, and a manifest taken out of its folder has none. */
const ofSamples: ReadonlySet<string> = new Set(['JW1006', 'JW1008']);

function newFindings(before: readonly Issue[], after: readonly Issue[]): Issue[] {
  const known = new Set(before.map(keyOf));
  return after.filter((issue) => !known.has(keyOf(issue)));
}

function keyOf({jobwireCode, at, detail}: Issue): string {
  return JSON.stringify([jobwireCode, at?.pointer, detail]);
}

function usesOf({do: targets}: Template): (Target | Follow)[] {
  return targetsOf(targets).flatMap(({target}) => [target, ...(target.onComplete ?? [])]);
}

function referencesOf(template: Template, connector: string): string[] {
  const {on} = template;
  return [...('event' in on ? [on.connector] : []), ...usesOf(template).map((use) => use.connector)].filter(
    (reference) => parseReference(reference).id === connector,
  );
}

function touchesTemplate(one: Change, template: Template, connector: string): boolean {
  const {touches = {}, pointer} = one;
  const {on} = template;
  const isOurs = (reference: string): boolean => parseReference(reference).id === connector;
  const listens = 'event' in on && isOurs(on.connector) && touches.events?.includes(on.event) === true;
  if (listens && readsField(pointer, template)) return true;
  return usesOf(template).some(
    (use) => isOurs(use.connector) && touches.actions?.includes(use.action) === true && givesField(pointer, use.input),
  );
}

/** Of a change inside event data: whether the template says the path of that field. */
function readsField(pointer: string, template: Template): boolean {
  const field = /^\/events\/[^/]+\/data\/properties\/([^/]+)/.exec(pointer)?.[1];
  if (field === undefined) return true;
  const path = `event.data.${field}`;
  const [, ...rests] = JSON.stringify(template).replaceAll('.[', '.').split(path);
  return rests.some((rest) => !/^\w/.test(rest));
}

/** Of a change inside an input: whether the template gives that field, or leaves it to its default. */
function givesField(pointer: string, input: unknown): boolean {
  const field = /^\/actions\/[^/]+\/input\/properties\/([^/]+)/.exec(pointer)?.[1];
  if (field === undefined || !isObject(input)) return true;
  return Object.hasOwn(input, field) !== pointer.endsWith('/default');
}
