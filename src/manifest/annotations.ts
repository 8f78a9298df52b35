/** The `x-jobwire-*` keys of embedded schemas: where they may stand and what they hold (language reference, section 1.3). */
import {nearest} from '../errors/jobwire-error.ts';
import type {Connector} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import type {Finding} from './issues.ts';
import type {SchemaPart} from './parts.ts';
import {orList} from './sentences.ts';
import {type SchemaVisit, visitSchemas} from './walk-schema.ts';

export const dialects = ['odata', 'soql', 'jql', 'servicenow'] as const; // words of the language, not of a product

export function checkAnnotations(part: SchemaPart, connector: Connector): Finding[] {
  const findings: Finding[] = [];
  visitSchemas(part.schema, part.pointer, (at) => {
    findings.push(...misplaced(at, part), ...malformed(at), ...calls(at, connector));
  });
  return findings;
}

const wrong = (pointer: string, problem: string): Finding => ({code: 'JW1007', pointer, facts: {problem}});

function misplaced({schema, pointer}: SchemaVisit, {use}: SchemaPart): Finding[] {
  if (use === 'input' || use === 'verb-input') return [];
  return ['x-jobwire-options', 'x-jobwire-schema']
    .filter((key) => schema[key] !== undefined)
    .map((key) => ({...wrong(`${pointer}/${key}`, `${key} stands on properties of an input`), key: true}));
}

function malformed({schema, pointer}: SchemaVisit): Finding[] {
  const findings: Finding[] = [];
  const dialect = schema['x-jobwire-dialect'];
  if (dialect !== undefined && !dialects.some((name) => name === dialect))
    findings.push(wrong(`${pointer}/x-jobwire-dialect`, `x-jobwire-dialect is ${orList(dialects)}`));
  for (const key of ['x-jobwire-file', 'x-jobwire-sensitive'])
    if (schema[key] !== undefined && typeof schema[key] !== 'boolean')
      findings.push(wrong(`${pointer}/${key}`, `${key} is true or false`));
  findings.push(
    ...fetching(schema['x-jobwire-options'], `${pointer}/x-jobwire-options`, {needed: 'value', more: ['label']}),
  );
  findings.push(...fetching(schema['x-jobwire-schema'], `${pointer}/x-jobwire-schema`, {needed: 'use', more: []}));
  return findings;
}

/** `{call or lookup, with?}` and the keys that say what to take from the answer. */
function fetching(value: unknown, pointer: string, {needed, more}: {needed: string; more: string[]}): Finding[] {
  if (value === undefined) return [];
  if (!isObject(value)) return [wrong(pointer, `${pointer.split('/').at(-1)} is an object`)];
  const known = ['call', 'lookup', 'with', '$comment', needed, ...more];
  const findings: Finding[] = Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      code: 'JW1003',
      pointer: `${pointer}/${key}`,
      key: true,
      facts: {key},
      suggestions: nearest(key, known),
    }));
  if (value[needed] === undefined) findings.push(wrong(pointer, `${pointer.split('/').at(-1)} lacks "${needed}"`));
  if ((value['call'] === undefined) === (value['lookup'] === undefined))
    findings.push(wrong(pointer, 'exactly one of call and lookup'));
  return findings;
}

function calls({schema, pointer}: SchemaVisit, {operations, lookups = {}}: Connector): Finding[] {
  return ['x-jobwire-options', 'x-jobwire-schema'].flatMap((key): Finding[] => {
    const value = schema[key];
    if (!isObject(value)) return [];
    const {call, lookup} = value;
    const at = `${pointer}/${key}`;
    if (typeof call === 'string' && !Object.hasOwn(operations, call))
      return [
        {
          code: 'JW1004',
          pointer: `${at}/call`,
          facts: {what: 'operation', name: call},
          suggestions: nearest(call, Object.keys(operations)),
        },
      ];
    if (typeof lookup === 'string' && !Object.hasOwn(lookups, lookup))
      return [
        {
          code: 'JW1004',
          pointer: `${at}/lookup`,
          facts: {what: 'lookup', name: lookup},
          suggestions: nearest(lookup, Object.keys(lookups)),
        },
      ];
    if (typeof call === 'string' && operations[call]?.effect === 'write')
      return [{code: 'JW1011', pointer: `${at}/call`, facts: {problem: `choices are only read, ${call} writes`}}];
    return [];
  });
}
