/** Finds the cases beside connectors and templates. Must never run one. */
import {globSync} from 'node:fs';
import {join} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import type {Case} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {loadFile} from '../manifest/load.ts';
import type {BrokenCase, CaseOwner, CaseUnit} from './case-file.ts';

export interface Discovered {
  readonly cases: readonly CaseUnit[];
  /** Files that are no cases, with what is wrong with them. */
  readonly broken: readonly BrokenCase[];
}

/** All cases of a library, connectors first, by name. */
export function discoverCases(library: Library): Discovered {
  const owners: CaseOwner[] = [
    ...[...library.connectors.values()].map((unit) => ({kind: 'connector', unit}) as const),
    ...[...library.templates.values()].map((unit) => ({kind: 'template', unit}) as const),
  ];
  const read = owners.flatMap((owner) => casesOf(owner));
  return {
    cases: read.filter((one) => 'manifest' in one),
    broken: read.filter((one) => 'issues' in one),
  };
}

/** The cases of one connector or template. */
export function casesOf(owner: CaseOwner): (CaseUnit | BrokenCase)[] {
  const folder = join(owner.unit.dir, 'cases');
  return globSync('*.json', {cwd: folder})
    .sort()
    .map((name) => readCase(join(folder, name), owner));
}

export function readCase(file: string, owner: CaseOwner): CaseUnit | BrokenCase {
  const {manifest, document, issues} = loadFile<Case>(file, 'case');
  if (!manifest || !document) return {file, owner, issues};
  const misplaced = misplacedIn(manifest, owner);
  if (misplaced !== undefined) {
    const error = fail('JW1004', {}, {detail: misplaced, at: document.locate('/of')});
    return {file, owner, issues: [error.issue()]};
  }
  return {file, owner, manifest, locate: (pointer) => document.locate(pointer)};
}

/** A template's case is about that template, a connector's about a part of the connector. */
function misplacedIn({of}: Case, {kind, unit}: CaseOwner): string | undefined {
  if (kind === 'template') {
    if (!('template' in of)) return `a case of the template ${unit.id} is "of": {"template": "${unit.id}"}`;
    return of.template === unit.id ? undefined : `this case lies beside the template ${unit.id}, not ${of.template}`;
  }
  return 'template' in of ? `this case lies beside the connector ${unit.id}, not beside a template` : undefined;
}
