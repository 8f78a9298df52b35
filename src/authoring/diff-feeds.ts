/** Events and the feeds they arrive by, in two versions of a connector. */
import type {Connector, Feed} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {type Change, change, compareNamed, type Pair, same} from './diff-change.ts';
import {compareSchemas} from './diff-schema.ts';

export function compareEvents({before, after}: Pair<Connector>): Change[] {
  return compareNamed(before.events, after.events, {
    what: 'event',
    pointer: '/events',
    added: 'minor',
    removed: 'major',
    touches: (event) => ({events: [event]}),
    compare: (pair, pointer, name) =>
      compareSchemas(resolveSchema(pair.before.data, before), resolveSchema(pair.after.data, after), {
        pointer: `${pointer}/data`,
        path: `${name}: data`,
        flow: 'out',
      }),
  });
}

export function compareFeeds({before, after}: Pair<Connector>): Change[] {
  return compareNamed(before.feeds, after.feeds, {
    what: 'feed',
    pointer: '/feeds',
    added: 'minor',
    removed: 'major',
    touches: (name) => ({events: before.feeds?.[name]?.emits ?? []}),
    compare: (pair, pointer, name) => [
      ...emitChanges(pair, pointer, name),
      ...mappingChanges(pair, pointer, name),
      ...transportChanges(pair, pointer, name),
    ],
  });
}

function emitChanges({before, after}: Pair<Feed>, pointer: string, name: string): Change[] {
  return [
    ...before.emits
      .filter((event) => !after.emits.includes(event))
      .map((event) => ({
        ...change('major', `${pointer}/emits`, `feed ${name} no longer emits ${event}`),
        touches: {events: [event]},
      })),
    ...after.emits
      .filter((event) => !before.emits.includes(event))
      .map((event) => change('minor', `${pointer}/emits`, `feed ${name} emits ${event}`)),
  ];
}

/** Another id makes a known event a new one; the schema says what else can be relied on. */
function mappingChanges({before, after}: Pair<Feed>, pointer: string, name: string): Change[] {
  const [old, fresh] = [before.event, after.event];
  const at = (key: string): string => `${pointer}/event/${key}`;
  return [
    ...(same(old.id, fresh.id)
      ? []
      : [change('major', at('id'), `feed ${name} makes the id of its events in another way`)]),
    ...(same(old.type, fresh.type)
      ? []
      : [change('major', at('type'), `feed ${name} names the type of its events in another way`)]),
    ...typeChanges({before, after}, at('types'), name),
    ...(['when', 'time', 'subject', 'data'] as const)
      .filter((key) => !same(old[key], fresh[key]))
      .map((key) => change('minor', at(key), `feed ${name} reads ${key} of its events in another way`)),
  ];
}

function typeChanges({before, after}: Pair<Feed>, pointer: string, name: string): Change[] {
  const [olds, news] = [before.event.types ?? {}, after.event.types ?? {}];
  return [
    ...Object.keys(olds)
      .filter((raw) => olds[raw] !== news[raw])
      .map((raw) =>
        change('major', pointer, `feed ${name} takes ${raw} for ${news[raw] ?? raw} now, it was ${olds[raw]}`),
      ),
    ...Object.keys(news)
      .filter((raw) => !Object.hasOwn(olds, raw))
      .map((raw) => change('minor', pointer, `feed ${name} takes ${raw} for ${news[raw]}`)),
  ];
}

function transportChanges({before, after}: Pair<Feed>, pointer: string, name: string): Change[] {
  if (!before.webhook !== !after.webhook)
    return [change('major', pointer, `feed ${name} is a ${after.webhook ? 'webhook' : 'poll'} now`)];
  const [olds, news] = [before.webhook?.verify ?? [], after.webhook?.verify ?? []];
  const gone = olds.filter((rule) => !news.some((other) => same(rule, other)));
  const at = `${pointer}/webhook/verify`;
  if (gone.length > 0) return [change('major', at, `feed ${name} may refuse deliveries that it took`)];
  return news.length > olds.length ? [change('minor', at, `feed ${name} takes deliveries with another proof`)] : [];
}
