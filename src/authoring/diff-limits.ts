/** Limits of a schema: which side admits more. Must never look at types or properties. */
import {isObject, type Json} from '../values/json.ts';
import {type Change, change, same, show} from './diff-change.ts';
import type {SchemaPlace} from './diff-schema.ts';

type Schema = {readonly [keyword: string]: Json};

/** The larger it is, the less is admitted. */
const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];
/** Two of them cannot be compared, so that another one may admit less. */
const rules = ['pattern', 'format', 'multipleOf', 'uniqueItems'];

/** Less admitted is a break both ways: an input is refused, an event becomes a dead letter. */
export function compareLimits(before: Schema, after: Schema, {flow, path, pointer}: SchemaPlace): Change[] {
  return [...lower, ...upper, ...rules].flatMap((keyword) => {
    const [old, fresh] = [before[keyword], after[keyword]];
    if (same(old, fresh)) return [];
    const at = `${pointer}/${keyword}`;
    if (isLooser(keyword, old, fresh))
      return [change(flow === 'in' ? 'minor' : 'patch', at, `${path} admits more: ${keyword} ${show(fresh)}`)];
    return [change('major', at, `${path} may admit less: ${keyword} ${show(fresh)}, it was ${show(old)}`)];
  });
}

function isLooser(keyword: string, old: Json | undefined, fresh: Json | undefined): boolean {
  if (fresh === undefined || fresh === false) return true;
  if (old === undefined || isObject(old) || rules.includes(keyword)) return false;
  return lower.includes(keyword) ? Number(fresh) < Number(old) : Number(fresh) > Number(old);
}
