/** What of a project would no longer work with another version of one of its connectors. Must never change the project. */

import {targetsOf} from '../engine/task.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import type {Connector, Template} from '../generated/types.ts';
import {checkConnection} from '../manifest/check-connection.ts';
import {checkConnector} from '../manifest/check-connector.ts';
import {checkTemplate} from '../manifest/check-template.ts';
import {isError} from '../manifest/issues.ts';
import type {Library, Unit} from '../manifest/library.ts';
import type {Neighbours} from '../manifest/neighbours.ts';
import {parseReference, satisfies} from '../manifest/reference.ts';
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
    const issues = newErrors(checkTemplate(unit, today), checkTemplate(unit, then));
    const because = majors.filter((one) => touchesTemplate(one, unit.manifest, after.id)).map(({text}) => text);
    return [{kind: 'template', id: unit.id, issues, because, admitted: references.every(admits(version))} as const];
  });
  const connections = [...library.connections.values()].flatMap((unit) => {
    const {connector} = unit.manifest;
    if (parseReference(connector).id !== after.id) return [];
    const issues = newErrors(checkConnection(unit, today), checkConnection(unit, then));
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
  if (checkConnector(judged).some(isError)) sound.delete(judged.id);
  else sound.add(judged.id);
  return {library, sound, unreadable: {connectors: new Set(), connections: new Set()}};
}

function newErrors(before: readonly Issue[], after: readonly Issue[]): Issue[] {
  const known = new Set(before.map(keyOf));
  return after.filter((issue) => isError(issue) && !known.has(keyOf(issue)));
}

function keyOf({jobwireCode, at, detail}: Issue): string {
  return JSON.stringify([jobwireCode, at?.pointer, detail]);
}

function usesOf({do: targets}: Template): {connector: string; action: string}[] {
  return targetsOf(targets).flatMap(({target}) => [target, ...(target.onComplete ?? [])]);
}

function referencesOf(template: Template, connector: string): string[] {
  const {on} = template;
  return [...('event' in on ? [on.connector] : []), ...usesOf(template).map((use) => use.connector)].filter(
    (reference) => parseReference(reference).id === connector,
  );
}

function touchesTemplate({touches = {}}: Change, template: Template, connector: string): boolean {
  const {on} = template;
  const listens = 'event' in on && parseReference(on.connector).id === connector && touches.events?.includes(on.event);
  const calls = usesOf(template).some(
    (use) => parseReference(use.connector).id === connector && touches.actions?.includes(use.action),
  );
  return listens === true || calls;
}
