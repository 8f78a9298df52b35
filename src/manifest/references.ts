/** Does a name exist among others? One finding with suggestions when it does not. */
import {isAbsolute, relative, resolve} from 'node:path';
import {nearest} from '../errors/jobwire-error.ts';
import {isThere, realPlace} from './disk.ts';
import type {Finding} from './issues.ts';

export interface Wanted {
  readonly what: string;
  readonly name: string;
  readonly pointer: string;
}

export function requireName(wanted: Wanted, names: Iterable<string>): Finding[] {
  const list = [...names];
  const {what, name, pointer} = wanted;
  if (list.includes(name)) return [];
  return [{code: 'JW1004', pointer, facts: {what, name}, suggestions: suggestionsFor(name, list)}];
}

const few = 5;

/** Near names; when none is near and there are few, all of them. */
export function suggestionsFor(name: string, names: readonly string[]): string[] {
  const near = nearest(name, names);
  return near.length > 0 || names.length > few ? near : [...names];
}

/** A file below a folder: JW1006 when it leaves the folder, also through a link, or does not exist. */
export function requireFile(dir: string, path: string, pointer: string): Finding[] {
  const finding = (problem: string): Finding[] => [{code: 'JW1006', pointer, facts: {path, problem}}];
  const file = resolve(dir, path);
  if (isAbsolute(path) || leaves(dir, file)) return finding('leaves the folder of this unit');
  if (!isThere(file)) return finding('does not exist');
  return leaves(realPlace(dir), realPlace(file)) ? finding('leaves the folder of this unit') : [];
}

function leaves(dir: string, file: string): boolean {
  const inside = relative(resolve(dir), file);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside);
}
