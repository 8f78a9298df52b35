/** Actions and the lookups behind them, in two versions of a connector. Must never compare how an action does its work. */
import type {Action, Connector, Lookup, Procedure} from '../generated/types.ts';
import {stepsOf} from '../manifest/parts.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {isObject} from '../values/json.ts';
import {type Change, change, compareNamed, type Level, type Pair, same} from './diff-change.ts';
import {compareSchemas} from './diff-schema.ts';

export function compareActions({before, after}: Pair<Connector>): Change[] {
  return compareNamed(before.actions, after.actions, {
    what: 'action',
    pointer: '/actions',
    added: 'minor',
    removed: 'major',
    touches: (action) => ({actions: [action]}),
    compare: (pair, pointer, name) => [
      ...compareSchemas(resolveSchema(pair.before.input, before), resolveSchema(pair.after.input, after), {
        pointer: `${pointer}/input`,
        path: `input of ${name}`,
        flow: 'in',
        top: true,
      }),
      ...variantChanges(pair, pointer, name),
      ...compareOutputs(pair, pointer, name),
      ...coercionChanges(pair, pointer, name),
      ...(same(pair.before.starts, pair.after.starts)
        ? []
        : [
            change(
              'major',
              `${pointer}/starts`,
              `${name} starts ${pair.after.starts ?? 'no job'} now, it was ${pair.before.starts ?? 'none'}`,
            ),
          ]),
    ],
  });
}

/** No list means all of them. */
function variantChanges({before, after}: Pair<Action>, pointer: string, name: string): Change[] {
  const [olds, news] = [before.variants, after.variants];
  if (same(olds, news)) return [];
  const isNarrower = news !== undefined && (olds === undefined || olds.some((variant) => !news.includes(variant)));
  const which = news === undefined ? 'every variant' : news.join(', ');
  return [change(isNarrower ? 'major' : 'minor', `${pointer}/variants`, `${name} works with ${which} now`)];
}

/** The names of an output that is written out; of any other nothing can be said but that it differs. */
export function compareOutputs({before, after}: Pair<Procedure>, pointer: string, name: string): Change[] {
  const [old, fresh] = [before.output, after.output];
  if (same(old, fresh)) return [];
  const at = `${pointer}/output`;
  if (!isPlain(old) || !isPlain(fresh))
    return [change(fresh === undefined ? 'major' : 'minor', at, `${name} gives another output`)];
  return [
    ...Object.keys(old)
      .filter((key) => !Object.hasOwn(fresh, key))
      .map((key) => change('major', at, `output of ${name} has no ${key} any more`)),
    ...Object.keys(fresh)
      .filter((key) => !Object.hasOwn(old, key))
      .map((key) => change('minor', at, `output of ${name} has ${key}`)),
  ];
}

function isPlain(value: unknown): value is object {
  return isObject(value) && !Object.keys(value).some((key) => key.startsWith('$'));
}

/** By the id of the step: what was let pass and is refused now. */
function coercionChanges({before, after}: Pair<Procedure>, pointer: string, name: string): Change[] {
  return (after.steps ?? []).flatMap(({id, coerce, unknown = 'fail', missing = 'fail'}, i) => {
    const old = (before.steps ?? []).find((step) => step.id === id && step.coerce !== undefined);
    if (coerce === undefined || !old) return [];
    const at = `${pointer}/steps/${i}`;
    return [
      ...(unknown === 'fail' && (old.unknown ?? 'fail') !== 'fail'
        ? [change('major', at, `${name} refuses arguments that are not declared`)]
        : []),
      ...(missing === 'fail' && (old.missing ?? 'fail') !== 'fail'
        ? [change('major', at, `${name} refuses when an argument is missing`)]
        : []),
    ];
  });
}

export function compareLookups({before, after}: Pair<Connector>): Change[] {
  return compareNamed(before.lookups, after.lookups, {
    what: 'lookup',
    pointer: '/lookups',
    added: 'patch',
    removed: 'patch',
    touches: (lookup) => ({actions: actionsUsing(after, {lookup})}),
    compare: (pair, pointer, name) => [
      ...ruleChanges(pair, pointer, name),
      ...whereChanges(pair, pointer, name),
      ...orderChanges(pair, pointer, name),
      ...signatureChanges(pair, pointer, name),
    ],
  });
}

/** What a lookup does when there is not exactly one: from strict to lenient. */
const strictness = {none: ['fail', 'use'], many: ['fail', 'first', 'all']} as const;

function ruleChanges({before, after}: Pair<Lookup>, pointer: string, name: string): Change[] {
  return (['none', 'many'] as const).flatMap((rule) => {
    const [old, fresh] = [before[rule]?.action ?? 'fail', after[rule]?.action ?? 'fail'];
    if (old === fresh) return [];
    const level: Level = old === 'fail' ? 'minor' : 'major';
    const word =
      fresh === strictness[rule][0] ? 'is stricter' : level === 'minor' ? 'is more lenient' : 'decides otherwise';
    return [change(level, `${pointer}/${rule}`, `lookup ${name} ${word}: ${rule} is ${fresh} now, it was ${old}`)];
  });
}

/** Another row may find less, and nobody can tell. */
function whereChanges({before, after}: Pair<Lookup>, pointer: string, name: string): Change[] {
  const [olds, news] = [before.where ?? [], after.where ?? []];
  const fresh = news.filter((row) => !olds.some((other) => same(row, other)));
  const gone = olds.filter((row) => !news.some((other) => same(row, other)));
  if (fresh.length > 0) return [change('major', `${pointer}/where`, `lookup ${name} narrows its rows in another way`)];
  return gone.length > 0 ? [change('minor', `${pointer}/where`, `lookup ${name} narrows its rows less`)] : [];
}

function orderChanges({before, after}: Pair<Lookup>, pointer: string, name: string): Change[] {
  if (before.many?.action !== 'first' || after.many?.action !== 'first') return [];
  return same(before.many.order, after.many.order)
    ? []
    : [change('major', `${pointer}/many/order`, `lookup ${name} takes another one of several`)];
}

function signatureChanges({before, after}: Pair<Lookup>, pointer: string, name: string): Change[] {
  if (!before.signature === !after.signature) return [];
  return after.signature
    ? [change('major', `${pointer}/signature`, `lookup ${name} is stricter: arguments are checked`)]
    : [change('minor', `${pointer}/signature`, `lookup ${name} no longer checks arguments`)];
}

/** Names of the actions that call an operation or a lookup. */
export function actionsUsing(
  {actions = {}}: Connector,
  used: {readonly call?: string; readonly lookup?: string},
): string[] {
  return Object.entries(actions)
    .filter(([, procedure]) =>
      stepsOf({procedure, pointer: ''}).some(({step}) =>
        used.call === undefined ? step.lookup === used.lookup : step.call === used.call,
      ),
    )
    .map(([name]) => name);
}
