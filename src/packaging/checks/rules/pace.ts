/** Rules about lookups, pages, jobs and budgets: how a name becomes one thing, how long and how often is asked. */
import type {Connector} from '../../../generated/types.ts';
import {members} from '../../../manifest/parts.ts';
import {durationMs} from '../../../values/time.ts';
import {operationsOf} from '../facts.ts';
import {at} from '../places.ts';
import {eachConnector, type Found, type Looking, type Row} from '../rule.ts';
import type {ConnectorPart} from '../subject.ts';

const eachLookup = (
  look: (
    lookup: NonNullable<Connector['lookups']>[string],
    place: {name: string; pointer: string; part: ConnectorPart},
  ) => readonly Found[],
): Looking =>
  eachConnector((part) =>
    members(part.manifest.lookups, '/lookups').flatMap(({name, value, pointer}) => look(value, {name, pointer, part})),
  );

export const paceRules: readonly Row[] = [
  {
    id: 'PC610',
    title: 'a lookup that may fail has words of its own',
    levels: 'info/warning/warning',
    why: '"lookup found nothing" does not say what was looked for',
    fix: 'add none with code and message',
    ...eachLookup(({none, ...lookup}, {name, pointer, part}) =>
      readsOne(part, lookup) || (none !== undefined && (none.action === 'use' || none.message !== undefined))
        ? []
        : [at(part.unit, pointer, `${name} says nothing when it finds nothing`, {key: true})],
    ),
  },
  {
    id: 'PC611',
    title: 'a lookup says what happens with several',
    levels: 'info/info/warning',
    why: 'names are not unique everywhere',
    fix: 'add many: fail with a code, first with an order, or all',
    ...eachLookup(({many, ...lookup}, {name, pointer, part}) =>
      readsOne(part, lookup) || many !== undefined
        ? []
        : [at(part.unit, pointer, `${name} says nothing about several`, {key: true})],
    ),
  },
  {
    id: 'PC613',
    title: 'pages have an end',
    levels: 'info/warning/warning',
    why: 'a list that never ends keeps a run and its budget for ever; the built-in end may be too far or too near',
    fix: 'add page.maxPages or page.maxItems that fits the target',
    ...eachConnector((part) =>
      operationsOf(part.manifest).flatMap(({name, operation: {page}, pointer}) =>
        page !== undefined && page.maxPages === undefined && page.maxItems === undefined
          ? [at(part.unit, `${pointer}/page`, `${name} says no maxPages`, {key: true})]
          : [],
      ),
    ),
  },
  {
    id: 'PC614',
    title: 'calls have a time-out of at most five minutes',
    levels: 'info/warning/warning',
    why: 'a worker that waits does nothing else',
    fix: 'set http.timeout, and timeout of slow operations',
    ...eachConnector((part) => [
      ...(Object.keys(part.manifest.operations).length === 0 || part.manifest.http?.timeout !== undefined
        ? []
        : [at(part.unit, '/http', 'http.timeout is missing', {key: true})]),
      ...[
        {pointer: '/http', timeout: part.manifest.http?.timeout},
        ...operationsOf(part.manifest).map(({pointer, operation: {timeout}}) => ({pointer, timeout})),
      ].flatMap(({pointer, timeout}) =>
        timeout !== undefined && (durationMs(timeout) ?? 0) > 300_000
          ? [at(part.unit, `${pointer}/timeout`, `${timeout} is long`)]
          : [],
      ),
    ]),
  },
  {
    id: 'PC615',
    title: 'calls have a budget',
    levels: 'off/info/warning',
    why: 'a burst of events must not use up what the vendor grants to the whole company',
    fix: 'add http.budgets with the limits of the vendor, or careful ones, and name them in the operations',
    ...eachConnector(({unit, manifest}) =>
      Object.keys(manifest.operations).length === 0 || Object.keys(manifest.http?.budgets ?? {}).length > 0
        ? []
        : [at(unit, '/http', 'http.budgets is missing', {key: true})],
    ),
  },
  {
    id: 'PC616',
    title: 'every write counts against a budget',
    levels: 'off/info/warning',
    why: 'a budget that some calls pass by is none',
    fix: 'add "budget" to the operation',
    ...eachConnector((part) =>
      Object.keys(part.manifest.http?.budgets ?? {}).length === 0
        ? []
        : operationsOf(part.manifest).flatMap(({name, operation, pointer}) =>
            operation.effect === 'write' && operation.budget === undefined
              ? [at(part.unit, pointer, `${name} counts against no budget`, {key: true})]
              : [],
          ),
    ),
  },
  {
    id: 'PC617',
    title: 'a job can end well and badly',
    levels: 'error/error/error',
    why: 'a run that waits for an end that no state means waits until its time is up',
    fix: 'map a state to succeeded and one to failed or canceled, or let the status name a job to follow',
    ...eachConnector(({unit, manifest}) =>
      members(manifest.jobs, '/jobs').flatMap(({name, value, pointer}) =>
        ends(Object.values(value.states)) || JSON.stringify(value.status).includes('"follow"')
          ? []
          : [
              at(
                unit,
                `${pointer}/states`,
                `no state of ${name} means ${Object.values(value.states).includes('succeeded') ? 'failed or canceled' : 'succeeded'}`,
                {key: true},
              ),
            ],
      ),
    ),
  },
  {
    id: 'PC619',
    title: 'a lost write is looked for long enough',
    levels: 'info/warning/warning',
    why: 'lists of the vendor lag behind; a write that shows up later is sent twice',
    fix: 'let the last delay of settle be 10 s or more',
    ...eachConnector((part) =>
      operationsOf(part.manifest).flatMap(({name, operation: {settle}, pointer}) => {
        const last = settle?.delays?.at(-1);
        return last !== undefined && (durationMs(last) ?? 0) < 10_000
          ? [at(part.unit, `${pointer}/settle/delays`, `${name} is looked for until ${last} after the write`)]
          : [];
      }),
    ),
  },
];

function ends(words: readonly string[]): boolean {
  return words.includes('succeeded') && (words.includes('failed') || words.includes('canceled'));
}

/** The one thing that a path names is read, as a list of one: a lookup without conditions finds neither none nor several. */
function readsOne({manifest}: ConnectorPart, {call, where}: {call?: string; where?: readonly unknown[]}): boolean {
  const items = call === undefined ? undefined : manifest.operations[call]?.response?.items;
  if (where !== undefined || !Array.isArray(items) || items.length !== 1) return false;
  const [only] = items as unknown[];
  return typeof only === 'string'
    ? !/\boptional\b/.test(only)
    : !Object.keys(only ?? {}).some((key) => key.startsWith('$'));
}
