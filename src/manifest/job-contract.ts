/** What the engine relies on to follow jobs (language reference, sections 6.2 and 6.4). Judges only what is written out. */
import type {Connector, Value} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import type {Finding} from './issues.ts';
import {members} from './parts.ts';

type Found = Omit<Finding, 'code'>;

export function startContract({actions, jobs}: Connector): Found[] {
  return members(actions, '/actions').flatMap(({value, pointer}): Found[] => {
    const {starts, correlate, output} = value;
    if (starts === undefined)
      return correlate
        ? [{pointer: `${pointer}/correlate`, key: true, facts: {problem: 'correlate needs starts'}}]
        : [];
    if (jobs?.[starts]?.status === undefined)
      return [{pointer: `${pointer}/starts`, facts: {problem: `the job kind ${starts} has no status`}}];
    if (correlate || mayHave(output, 'jobs')) return [];
    const where = output === undefined ? {pointer, key: true} : {pointer: `${pointer}/output`, key: true};
    return [{...where, facts: {problem: `the action starts ${starts}, and its output has no jobs`}}];
  });
}

export function jobReferences({jobs}: Connector): Found[] {
  return members(jobs, '/jobs').flatMap(({value: {ref}, pointer}): Found[] => {
    const id = isObject(ref) && isObject(ref['properties']) ? ref['properties']['id'] : undefined;
    const required = isObject(ref) && Array.isArray(ref['required']) && ref['required'].includes('id');
    if (isObject(ref) && ref['$ref'] !== undefined) return [];
    const type = isObject(id) ? id['type'] : undefined;
    const problem =
      id === undefined || !required
        ? 'the reference needs a required property id'
        : type === 'string' || type === 'integer'
          ? undefined
          : 'the id of a reference is a string or an integer';
    return problem === undefined ? [] : [{pointer: `${pointer}/ref`, key: true, facts: {problem}}];
  });
}

export function statusContract({jobs}: Connector): Found[] {
  return members(jobs, '/jobs').flatMap(({value: {status}, pointer}): Found[] => {
    const at = `${pointer}/status`;
    if (status.output === undefined)
      return [{pointer: at, key: true, facts: {problem: 'the status has no output with a state'}}];
    const row = status.batch === undefined ? status.output : eachRow(status.output);
    if (!mayHave(row, 'state') && !mayHave(row, 'follow'))
      return [{pointer: `${at}/output`, key: true, facts: {problem: 'the output of the status has no state'}}];
    if (status.batch !== undefined && !mayHave(row, 'id'))
      return [{pointer: `${at}/output`, key: true, facts: {problem: 'a status that reads many needs the id of each'}}];
    return [];
  });
}

/** What a list directive makes of each item. */
function eachRow(output: Value): Value {
  if (Array.isArray(output)) return output[0];
  return isObject(output) && output['$each'] !== undefined ? output['do'] : output;
}

/** Whether the value has the key, or is something only running it can tell. */
function mayHave(value: Value, key: string): boolean {
  if (typeof value === 'string') return value.includes('{{');
  if (!isObject(value)) return false;
  if (value['$if'] !== undefined) return mayHave(value['then'], key) || mayHave(value['else'], key);
  if (value['$switch'] !== undefined)
    return (
      Object.values(isObject(value['cases']) ? value['cases'] : {}).some((item) => mayHave(item, key)) ||
      mayHave(value['default'], key)
    );
  if (Array.isArray(value['$merge'])) return value['$merge'].some((item) => mayHave(item, key));
  if (value['$each'] !== undefined) return value['key'] !== undefined;
  if (value['$literal'] !== undefined) return mayHave(value['$literal'], key);
  return Object.hasOwn(value, key);
}
