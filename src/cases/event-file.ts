/** The event of a template's case: written in the case, or a sample that lies elsewhere. */
import {existsSync} from 'node:fs';
import {basename, dirname, join, relative, resolve} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import type {Library} from '../manifest/library.ts';
import {loadJson} from '../manifest/load.ts';
import type {Json} from '../values/json.ts';
import type {CaseUnit} from './case-file.ts';

/** JW1006 for a path that leads nowhere or out of the folders a case may read, JW1001 for a file that is no JSON. */
export function readEvent({file, owner, manifest}: CaseUnit, library: Library): Json {
  const {event} = manifest;
  if (typeof event !== 'string') return (event ?? {}) as Json;
  const path = fileOf(event, {file, own: owner.unit.dir, library});
  const {document, issues} = loadJson(path);
  if (document) return document.value;
  const [first] = issues;
  throw fail('JW1001', {problem: `${event}: ${first?.detail ?? 'not readable'}`}, first?.at ? {at: first.at} : {});
}

interface Reading {
  readonly file: string;
  readonly own: string;
  readonly library: Library;
}

/** Inside the case's own unit, or a sample of a connector. A shipped connector may lie elsewhere than the path says. */
function fileOf(event: string, {file, own, library}: Reading): string {
  const path = resolve(dirname(file), event);
  if (isInside(own, path) && existsSync(path)) return path;
  const folders = [...library.connectors.values()].map(({dir}) => join(dir, 'samples'));
  if (folders.some((folder) => isInside(folder, path)) && existsSync(path)) return path;
  const [, connector = '', name = ''] = /connectors\/([a-z0-9-]+)\/samples\/([^/]+\.json)$/.exec(event) ?? [];
  const sample = library.connectors.get(connector);
  const shipped = sample && join(sample.dir, 'samples', basename(name));
  if (shipped && existsSync(shipped)) return shipped;
  throw fail('JW1006', {path: event, problem: 'is no file of this unit and no sample of a connector'});
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..');
}
