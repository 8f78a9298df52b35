/** Samples of events and operations against the schemas they illustrate (JW1008). */
import {join} from 'node:path';
import {JobwireError} from '../errors/jobwire-error.ts';
import {evaluate, OMIT} from '../expressions/evaluate.ts';
import type {Connector, Operation, SchemaValue} from '../generated/types.ts';
import {isObject, type Json, own} from '../values/json.ts';
import type {Finding} from './issues.ts';
import {loadJson} from './load.ts';
import {members} from './parts.ts';
import {resolveSchema} from './schemas.ts';
import {pathOf} from './sentences.ts';
import type {Unit} from './unit.ts';
import {type SchemaProblem, validateAgainst} from './validate.ts';

export function checkSamples(unit: Unit<Connector>): Finding[] {
  return [...eventSamples(unit), ...operationSamples(unit.manifest)];
}

function misfit(pointer: string, problem: string): Finding {
  return {code: 'JW1008', pointer, facts: {problem}};
}

function say(what: string, {pointer, message}: SchemaProblem): string {
  return pointer === '' ? `${what} ${message}` : `${what}: ${pathOf(pointer)} ${message}`;
}

function eventSamples({manifest, dir}: Unit<Connector>): Finding[] {
  return members(manifest.events, '/events').flatMap(({name, value, pointer}): Finding[] => {
    const at = `${pointer}/sample`;
    const {document, issues} = loadJson(join(dir, value.sample));
    if (!document)
      return issues.slice(0, 1).map(({detail}) => misfit(at, `the sample ${value.sample} is not JSON: ${detail}`));
    return sampleProblems(document.value, name, (data) =>
      validateAgainst(resolveSchema(value.data, manifest), data, {all: true}),
    ).map((problem) => misfit(at, `the sample ${problem}`));
  });
}

/** A sample is the whole event: id, type, data and, where known, time and subject. */
function sampleProblems(sample: Json, event: string, check: (data: Json) => SchemaProblem[]): string[] {
  if (!isObject(sample)) return ['is not an event'];
  const problems: string[] = [];
  if (typeof own(sample, 'id') !== 'string') problems.push('lacks the text "id"');
  if (own(sample, 'type') !== event)
    problems.push(`has the type ${JSON.stringify(own(sample, 'type') ?? null)}, not "${event}"`);
  const unknown = Object.keys(sample).find(
    (key) => !['$comment', 'id', 'type', 'time', 'subject', 'data'].includes(key),
  );
  if (unknown !== undefined) problems.push(`has no key ${JSON.stringify(unknown)}`);
  const data = own(sample, 'data');
  if (data === undefined) problems.push('lacks "data"');
  else problems.push(...check(data).map((problem) => say('data', problem)));
  return problems;
}

/** The response body of an operation, through its items or output, against the response schema. */
function operationSamples(connector: Connector): Finding[] {
  return members(connector.operations, '/operations').flatMap(({value, pointer}): Finding[] => {
    const schema = value.response?.schema;
    if (value.sample === undefined || schema === undefined) return [];
    const result = readSample(value);
    if (typeof result === 'string') return [misfit(`${pointer}/sample`, result)];
    return result.flatMap((item) => {
      const [problem] = validateAgainst(resolveSchema(schema as SchemaValue, connector), item);
      return problem ? [misfit(`${pointer}/sample`, say('the sample, read as the response says,', problem))] : [];
    });
  });
}

/** What the response gives for the sample; a sentence when the sample itself cannot be read; nothing when more than it is needed. */
function readSample({sample, response = {}}: Operation): Json[] | string {
  const scope = {response: {status: 200, headers: {}, body: sample, url: '', errorText: ''}};
  try {
    const value = evaluate(response.items ?? response.output ?? '{{response.body}}', scope);
    if (value === OMIT) return [];
    if (response.items === undefined) return [value as Json];
    return Array.isArray(value) ? value : 'the sample gives no list of items';
  } catch (error) {
    if (!(error instanceof JobwireError)) throw error;
    return /response\.body/.test(error.message)
      ? `the sample cannot be read as the response says: ${error.message}`
      : [];
  }
}
