/** Jobs of a target, connections and choices as text. Shows what it is given, nothing else. */
import type {FieldOptions} from '../operations/choices.ts';
import type {ConnectionInfo} from '../operations/probe.ts';
import type {Job} from '../operations/verbs-get.ts';
import type {Attachment} from '../operations/verbs-jobs.ts';
import type {ListedJob} from '../operations/verbs-list.ts';
import type {StoppedJob} from '../operations/verbs-stop.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import {shorten, table} from './text.ts';

export function tableOfJobs(jobs: readonly ListedJob[]): string {
  return table(
    ['job', 'state', 'at the target', 'title', 'started', 'ended'],
    jobs.map(({ref, state, raw = '', title = '', startedAt = '', endedAt = ''}) => [
      String(ref.id),
      state,
      raw,
      shorten(title, 48),
      startedAt,
      endedAt,
    ]),
  );
}

export function showJob({
  ref,
  state,
  raw,
  message,
  progress,
  startedAt,
  endedAt,
  output,
  follow,
  warning,
}: Job): string {
  const {id, ...rest} = ref;
  const lines: [string, string | undefined][] = [
    ['job', String(id)],
    ['reference', Object.keys(rest).length === 0 ? undefined : stringifyJson(ref)],
    ['state', raw === undefined || raw.toLowerCase() === state ? state : `${state} (${raw})`],
    ['message', message],
    ['progress', progress === undefined ? undefined : plain(progress)],
    ['started', startedAt],
    ['ended', endedAt],
    ['output', output === undefined ? undefined : plain(output)],
    ['goes on as', follow === undefined ? undefined : stringifyJson(follow)],
    ['warning', warning && `${warning.code}: ${warning.detail}`],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)} ${value}`])).join('\n');
}

/** One line, for a job that is being waited for. */
export function showChange({ref, state, raw, message}: Job): string {
  const word = raw === undefined || raw.toLowerCase() === state ? state : `${state} (${raw})`;
  return `${ref.id}  ${word}${message ? `: ${message}` : ''}`;
}

export function showStopped(jobs: readonly StoppedJob[]): string {
  return jobs
    .map(({ref, state, asked}) => `${ref.id}  ${asked ? 'asked to stop' : `was over already: ${state}`}`)
    .join('\n');
}

export function tableOfAttachments(attachments: readonly Attachment[]): string {
  return table(
    ['attachment', 'name', 'category'],
    attachments.map(({id, name = '', category = ''}) => [id, name, category]),
  );
}

export function tableOfConnections(connections: readonly ConnectionInfo[]): string {
  return table(
    ['connection', 'connector', 'variant', 'title', 'jobs', 'actions'],
    connections.map(({id, connector, version, variant = '', title, jobKinds, actions}) => [
      id,
      version === undefined ? `${connector} (not there)` : `${connector}@${version}`,
      variant,
      shorten(title, 40),
      jobKinds.join(' '),
      actions.join(' '),
    ]),
  );
}

export function showOptions(options: FieldOptions): string {
  if (options.kind === 'choices')
    return options.choices
      .map(({value, label}) => (label === undefined || label === value ? plain(value) : `${plain(value)}  ${label}`))
      .join('\n');
  if (options.arguments.length === 0) return '';
  return table(
    ['argument', 'type', 'required', 'default', 'title'],
    options.arguments.map(({name, type, required, default: fallback, title = ''}) => [
      name,
      shorten(type, 60),
      required ? 'yes' : 'no',
      fallback === undefined ? '' : shorten(plain(fallback), 30),
      title,
    ]),
  );
}

/** Text as it is, anything else as JSON. */
export function plain(value: Json): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}
