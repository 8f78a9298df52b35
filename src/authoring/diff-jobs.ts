/** Job kinds in two versions of a connector: verbs, references, the meaning of states. Must never compare how often a job is polled. */
import type {Connector, JobKind} from '../generated/types.ts';
import {verbNames} from '../manifest/parts.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {type Change, change, compareNamed, type Pair, same} from './diff-change.ts';
import {compareSchemas} from './diff-schema.ts';

export function compareJobs({before, after}: Pair<Connector>): Change[] {
  return compareNamed(before.jobs, after.jobs, {
    what: 'job kind',
    pointer: '/jobs',
    added: 'minor',
    removed: 'major',
    touches: (kind) => ({
      actions: Object.entries(before.actions ?? {})
        .filter(([, {starts}]) => starts === kind)
        .map(([name]) => name),
    }),
    compare: (pair, pointer, name) => [
      ...compareSchemas(resolveSchema(pair.before.ref, before), resolveSchema(pair.after.ref, after), {
        pointer: `${pointer}/ref`,
        path: `reference of ${name}`,
        flow: 'in',
      }),
      ...stateChanges(pair, pointer, name),
      ...verbChanges(pair, {pointer, name, connectors: {before, after}}),
    ],
  });
}

/** Raw states are compared in any case, as they are matched. */
function stateChanges({before, after}: Pair<JobKind>, pointer: string, name: string): Change[] {
  const lower = ({states}: JobKind): Map<string, string> =>
    new Map(Object.entries(states).map(([raw, state]) => [raw.toLowerCase(), state]));
  const [olds, news] = [lower(before), lower(after)];
  const meaning = (states: Map<string, string>, raw: string): string => states.get(raw) ?? states.get('*') ?? 'unknown';
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((raw) => {
    const [old, fresh] = [meaning(olds, raw), meaning(news, raw)];
    if (old === fresh) return [];
    const level = old === 'unknown' ? 'minor' : 'major';
    return [change(level, `${pointer}/states`, `state ${raw} of ${name} means ${fresh} now, it meant ${old}`)];
  });
}

interface Where {
  readonly pointer: string;
  readonly name: string;
  readonly connectors: Pair<Connector>;
}

function verbChanges({before, after}: Pair<JobKind>, {pointer, name, connectors}: Where): Change[] {
  return verbNames.flatMap((verb) => {
    const [old, fresh] = [before[verb], after[verb]];
    const at = `${pointer}/${verb}`;
    if (!old) return fresh ? [change('minor', at, `${name} can ${verb} now`)] : [];
    if (!fresh) return [change('major', at, `${name} can no longer ${verb}`)];
    if (same(old, fresh)) return [];
    return compareSchemas(
      resolveSchema(old.input ?? {type: 'object'}, connectors.before),
      resolveSchema(fresh.input ?? {type: 'object'}, connectors.after),
      {pointer: `${at}/input`, path: `input of ${name} ${verb}`, flow: 'in', top: true},
    );
  });
}
