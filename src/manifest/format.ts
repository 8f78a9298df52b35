/** Does a file fit the format of its kind? JW1002 and JW1003 in sentences. Must never look at other files. */
import {nearest} from '../errors/jobwire-error.ts';
import {type Json, own} from '../values/json.ts';
import {explain, type Trouble} from './explain.ts';
import type {Finding} from './issues.ts';
import {type Form, fitsKind, followRef, isKind, type Kind, kinds, schemaIdOf} from './kinds.ts';
import {orList, pathOf} from './sentences.ts';

const most = 50;

/** The kind a file says it is; a finding when it is none, or not the expected one. */
export function kindOf(value: Json, expected?: Kind): Kind | Finding {
  const said = own(value, 'kind');
  const problem = said === undefined ? 'the value lacks "kind"' : `kind must be ${expected ?? orList(kinds)}`;
  if (!isKind(said) || (expected !== undefined && said !== expected))
    return {
      code: 'JW1002',
      pointer: said === undefined ? '' : '/kind',
      facts: {problem},
      suggestions: expected ? [expected] : typeof said === 'string' ? nearest(said, kinds) : [],
    };
  return said;
}

export function checkFormat(kind: Kind | Form, value: Json): Finding[] {
  if (fitsKind(kind, value)) return [];
  const troubles = explain(followRef(schemaIdOf(kind), schemaIdOf(kind)), {value, pointer: ''});
  if (troubles.length === 0)
    return [{code: 'JW1002', pointer: '', facts: {problem: `the value is not a ${kind} file`}}];
  const seen = new Set<string>();
  return troubles
    .map((trouble) => toFinding(trouble, value))
    .filter((finding) => !seen.has(JSON.stringify(finding)) && seen.add(JSON.stringify(finding)))
    .slice(0, most);
}

function toFinding({pointer, kind, message, property = '', candidates = []}: Trouble, root: Json): Finding {
  if (kind === 'key')
    return {code: 'JW1003', pointer, key: true, facts: {key: property}, suggestions: nearest(property, candidates)};
  const given = valueAt(root, pointer);
  return {
    code: 'JW1002',
    pointer,
    facts: {problem: `${pathOf(pointer)} ${message}`},
    suggestions: typeof given === 'string' ? nearest(given, candidates) : [],
  };
}

function valueAt(root: Json, pointer: string): unknown {
  let here: unknown = root;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    here = Array.isArray(here) ? here[Number(key)] : own(here, key);
  }
  return here;
}
