/** Two versions of a connector, section by section (language reference, section 9.3). What no section speaks of is a detail: patch. */
import type {Connector} from '../generated/types.ts';
import {escapePointer, isObject} from '../values/json.ts';
import {actionsUsing, compareActions, compareLookups} from './diff-actions.ts';
import {type Change, change, compareNamed, type Pair, same, withoutRemarks} from './diff-change.ts';
import {compareConnections} from './diff-connection.ts';
import {compareEvents, compareFeeds} from './diff-feeds.ts';
import {compareJobs} from './diff-jobs.ts';

type Section = (pair: Pair<Connector>) => Change[];

const sections: readonly Section[] = [
  compareHosts,
  compareConnections,
  compareOperations,
  compareLookups,
  compareActions,
  compareJobs,
  compareEvents,
  compareFeeds,
];

export function compareConnectors(pair: Pair<Connector>): Change[] {
  const bare = {
    before: withoutRemarks(pair.before) as Connector,
    after: withoutRemarks(pair.after) as Connector,
  };
  const found = sections.flatMap((section) => section(bare));
  return [...found, ...compareDetails(bare, found)];
}

/** A host that may be reached is a permission the operator gives. */
function compareHosts({before, after}: Pair<Connector>): Change[] {
  const [olds, news] = [before.permissions.hosts, after.permissions.hosts];
  return [
    ...news
      .filter((host) => !olds.includes(host))
      .map((host) => change('major', '/permissions/hosts', `it reaches the host ${host}`)),
    ...olds
      .filter((host) => !news.includes(host))
      .map((host) => change('patch', '/permissions/hosts', `it no longer reaches the host ${host}`)),
  ];
}

/** Operations are the connector's own affair, but for what decides how often a write may be sent. */
function compareOperations({before, after}: Pair<Connector>): Change[] {
  const settling = (
    pointer: string,
    name: string,
    keys: {readonly before: unknown; readonly after: unknown},
  ): Change[] => {
    if ((keys.before === undefined) === (keys.after === undefined)) return [];
    const isGone = keys.after === undefined;
    return [
      change(
        isGone ? 'major' : 'minor',
        pointer,
        `operation ${name} ${isGone ? 'has no' : 'has'} ${lastOf(pointer)} now`,
      ),
    ];
  };
  return compareNamed(before.operations, after.operations, {
    what: 'operation',
    pointer: '/operations',
    added: 'patch',
    removed: 'patch',
    touches: (call) => ({actions: actionsUsing(after, {call})}),
    compare({before: old, after: fresh}, pointer, name) {
      const repeat = ({effect, repeat: said}: typeof old): string => said ?? (effect === 'read' ? 'safe' : 'unsafe');
      return [
        ...(repeat(old) === repeat(fresh)
          ? []
          : [
              change(
                'major',
                `${pointer}/repeat`,
                `operation ${name} is repeat ${repeat(fresh)} now, it was ${repeat(old)}`,
              ),
            ]),
        ...(old.effect === fresh.effect
          ? []
          : [
              change(
                'major',
                `${pointer}/effect`,
                `operation ${name} is a ${fresh.effect} now, it was a ${old.effect}`,
              ),
            ]),
        ...settling(`${pointer}/settle`, name, {before: old.settle, after: fresh.settle}),
        ...settling(`${pointer}/idempotency`, name, {before: old.idempotency, after: fresh.idempotency}),
      ];
    },
  });
}

function lastOf(pointer: string): string {
  return pointer.slice(pointer.lastIndexOf('/') + 1);
}

/** Told by the version itself, or for editors only. */
const head: ReadonlySet<string> = new Set(['$schema', 'jobwire', 'kind', 'id', 'version']);

/** Parts that differ and of which nothing was said: texts, messages, requests, retry and budget numbers. */
function compareDetails({before, after}: Pair<Connector>, found: readonly Change[]): Change[] {
  const told = (pointer: string): boolean =>
    found.some((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`));
  const differing = (old: object, fresh: object, pointer: string): [string, string][] =>
    [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
      .filter((key) => pointer !== '' || !head.has(key))
      .filter((key) => !same(Reflect.get(old, key), Reflect.get(fresh, key)))
      .map((key) => [key, `${pointer}/${escapePointer(key)}`]);
  return differing(before, after, '').flatMap(([section, pointer]) => {
    const [old, fresh] = [Reflect.get(before, section), Reflect.get(after, section)] as unknown[];
    if (!isObject(old) || !isObject(fresh))
      return told(pointer) ? [] : [change('patch', pointer, `details of ${section}`)];
    return differing(old, fresh, pointer)
      .filter(([, inner]) => !told(inner))
      .map(([name, inner]) => change('patch', inner, `details of ${section}.${name}`));
  });
}
