/** Two versions of a template: what starts it, what it starts, and what it asks of an operator. Texts and numbers are patches. */
import {targetsOf} from '../engine/task.ts';
import type {Criterion, Follow, Policy, Target, Template} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import {type Change, change, compareNamed, type Pair, same, show, withoutRemarks} from './diff-change.ts';
import {compareSchemas} from './diff-schema.ts';

export function compareTemplates(pair: Pair<Template>): Change[] {
  const before = withoutRemarks(pair.before) as Template;
  const after = withoutRemarks(pair.after) as Template;
  const known = new Set(connectionsOf(before));
  const found = [
    ...connectionsOf(after)
      .filter((connection) => !known.has(connection))
      .map((connection) => change('major', '/do', `it needs the connection ${connection}`)),
    ...sourceChanges({before, after}),
    ...criteriaChanges({before, after}),
    ...targetChanges({before, after}),
    ...policyChanges({before: before.policy ?? {}, after: after.policy ?? {}}, '/policy', 'it'),
  ];
  const texts = (['title', 'summary'] as const).filter((key) => before[key] !== after[key]);
  return [...found, ...texts.map((key) => change('patch', `/${key}`, `another ${key}`))];
}

/** Every connection an operator has to have. */
function connectionsOf({on, do: targets}: Template): string[] {
  const used = targetsOf(targets).flatMap(({target}) => [target, ...(target.onComplete ?? [])]);
  return [...new Set([...('event' in on ? [on.connection] : []), ...used.map(({connection}) => connection)])];
}

function sourceChanges({before: {on: old}, after: {on: fresh}}: Pair<Template>): Change[] {
  if (same(old, fresh)) return [];
  if ('event' in old && 'event' in fresh) {
    const what = (on: typeof old): string => `${on.event} of ${on.connector.split('@')[0]} on ${on.connection}`;
    return what(old) === what(fresh)
      ? [change('minor', '/on/connector', `it needs the connector ${fresh.connector}`)]
      : [change('major', '/on', `it listens to ${what(fresh)} now, it was ${what(old)}`)];
  }
  if ('schedule' in old && 'schedule' in fresh)
    return [change('minor', '/on/schedule', `it runs at other times: ${show(fresh.schedule)}`)];
  if ('manual' in old && 'manual' in fresh)
    return compareSchemas(old.manual.data, fresh.manual.data, {pointer: '/on/manual/data', path: 'data', flow: 'in'});
  return [change('major', '/on', 'it is started in another way')];
}

/** Which events start jobs is the meaning of a template. */
function criteriaChanges({before, after}: Pair<Template>): Change[] {
  const [olds, news] = [before.criteria ?? [], after.criteria ?? []];
  if (same(olds, news)) return [];
  if (same(olds.map(unlabelled), news.map(unlabelled))) return [change('patch', '/criteria', 'labels of criteria')];
  return [change('major', '/criteria', 'other events start it: the criteria differ')];
}

function unlabelled(row: Criterion): object {
  if ('any' in row) return {any: row.any.map(unlabelled)};
  const {label: _label, ...rest} = row;
  return rest;
}

function targetChanges({before, after}: Pair<Template>): Change[] {
  const named = (template: Template): {[id: string]: Target} =>
    Object.fromEntries(targetsOf(template.do).map(({id, target}) => [id, target]));
  const at = (id: string): string => {
    const index = targetsOf(after.do).findIndex((target) => target.id === id);
    return Array.isArray(after.do) && index >= 0 ? `/do/${index}` : '/do';
  };
  return compareNamed(named(before), named(after), {
    what: 'target',
    pointer: '/do',
    added: 'minor',
    removed: 'major',
    compare: (pair, _, id) => [
      ...actionChanges(pair, at(id), `target ${id}`),
      ...(same(pair.before.when, pair.after.when)
        ? []
        : [change('major', `${at(id)}/when`, `other events start target ${id}: when differs`)]),
      ...policyChanges(
        {before: pair.before.policy ?? {}, after: pair.after.policy ?? {}},
        `${at(id)}/policy`,
        `target ${id}`,
      ),
      ...followChanges({before: pair.before.onComplete ?? [], after: pair.after.onComplete ?? []}, at(id), id),
    ],
  });
}

/** What is called, where, and with what. */
function actionChanges({before, after}: Pair<Target | Follow>, pointer: string, name: string): Change[] {
  const what = ({action, connector, connection}: Target | Follow): string =>
    `${action} of ${connector.split('@')[0]} on ${connection}`;
  if (what(before) !== what(after))
    return [change('major', pointer, `${name} calls ${what(after)} now, it was ${what(before)}`)];
  return [
    ...(before.connector === after.connector
      ? []
      : [change('minor', `${pointer}/connector`, `${name} needs the connector ${after.connector}`)]),
    ...inputChanges({before: before.input, after: after.input}, `${pointer}/input`, name),
  ];
}

function inputChanges({before, after}: Pair<unknown>, pointer: string, name: string): Change[] {
  if (same(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [change('minor', pointer, `${name} gives another input`)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !same(before[key], after[key]))
    .map((key) => change('minor', `${pointer}/${key}`, `${name} gives ${show(after[key])} as ${key}`));
}

function followChanges({before, after}: Pair<readonly Follow[]>, pointer: string, id: string): Change[] {
  return Array.from({length: Math.max(before.length, after.length)}, (_, i) => i).flatMap((i) => {
    const [old, fresh] = [before[i], after[i]];
    const at = `${pointer}/onComplete/${i}`;
    const name = `follow-up ${i + 1} of ${id}`;
    if (!old) return [change('minor', at, `${name} is new`)];
    if (!fresh) return [change('major', pointer, `${name} is gone`)];
    const conditions = (['when', 'delivery'] as const).filter((key) => !same(old[key], fresh[key]));
    return [
      ...actionChanges({before: old, after: fresh}, at, name),
      ...conditions.map((key) => change('minor', `${at}/${key}`, `${name} has another ${key}`)),
    ];
  });
}

/** How often a job may be started is no number to be tuned. */
function policyChanges({before, after}: Pair<Policy>, pointer: string, name: string): Change[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Policy)[];
  return keys
    .filter((key) => !same(before[key], after[key]))
    .map((key) => {
      if (key === 'delivery')
        return change('major', `${pointer}/delivery`, `${name} delivers ${after.delivery ?? 'as by default'} now`);
      const isWaiting = key === 'wait' || key === 'order';
      return change(isWaiting ? 'minor' : 'patch', `${pointer}/${key}`, `${key} of ${name} is ${show(after[key])}`);
    });
}
