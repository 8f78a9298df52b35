/** Arguments and flags that all commands about jobs share. */
import {Args, Flags} from './command.ts';
import type {JobName} from './index.ts';
import {readJson} from './operations/typed-input.ts';
import {isObject} from './values/json.ts';

/** What all commands about jobs take. */
export const jobFlags = {
  kind: Flags.string({summary: 'Job kind, where the connector has several'}),
  input: Flags.string({
    summary: 'Input the connector takes, NAME=VALUE; may be given several times',
    multiple: true,
    multipleNonGreedy: true,
    default: [],
  }),
};

export const connectionArg = Args.string({description: 'Id of the connection', required: true});
export const jobArg = Args.string({description: 'Id of the job, or its whole reference as JSON', required: true});
export const jobArgs = Args.string({
  description: 'Ids of the jobs, or whole references as JSON',
  required: true,
  multiple: true,
});

/** An id, or a whole reference: a list or a start gives it as JSON. */
export function readJob(text: string): JobName {
  if (!text.trimStart().startsWith('{')) return text;
  const ref = readJson(text, 'the job reference');
  return isObject(ref) ? ref : text;
}
