/** The shape of directives: which key makes one, and exactly which keys it has. Data only; `prepare.ts` gives them meaning. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {JsonObject} from '../values/json.ts';

export interface DirectiveShape {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

export type DirectiveName = '$if' | '$switch' | '$each' | '$merge' | '$literal';

export const directives: Readonly<Record<DirectiveName, DirectiveShape>> = {
  $if: {required: ['$if', 'then'], optional: ['else']},
  $switch: {required: ['$switch', 'cases'], optional: ['default']},
  $each: {required: ['$each', 'as', 'do'], optional: ['index', 'where', 'key']},
  $merge: {required: ['$merge'], optional: []},
  $literal: {required: ['$literal'], optional: []},
};

const names = Object.keys(directives) as DirectiveName[];

/** The directive an object is; undefined for an ordinary object. Errors: JW2014. */
export function directiveOf(value: JsonObject): DirectiveName | undefined {
  const found = names.filter((name) => Object.hasOwn(value, name));
  const [name] = found;
  if (name === undefined) return undefined;
  if (found.length > 1) throw malformed(`${found.join(' and ')} stand in one object`);
  const {required, optional} = directives[name];
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) throw malformed(`${name} has no ${missing}`);
  const known = [...required, ...optional];
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw fail('JW2014', {problem: `${name} takes no ${unknown}`}, {suggestions: nearest(unknown, known)});
  return name;
}

export function malformed(problem: string) {
  return fail('JW2014', {problem});
}
