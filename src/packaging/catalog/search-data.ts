/** What the search looks through, as a script: a page that is opened as a file cannot fetch JSON. */
import type {Entry} from './entry.ts';

/** Fields in the order of their weight. */
export interface SearchRow {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly words: string;
  readonly roles: readonly string[];
  readonly categories: readonly string[];
  readonly state: string;
  readonly version: string;
  readonly events: number;
  readonly actions: number;
}

export function searchData(entries: readonly Entry[]): string {
  return `globalThis.jobwireCatalogue = ${scriptJson(entries.map(searchRow))};\n`;
}

/** JSON that is a harmless script whatever it holds. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function searchRow(entry: Entry): SearchRow {
  const manifests = entry.connectors.map(({manifest}) => manifest);
  const named = (part: 'events' | 'actions' | 'jobs' | 'lookups'): string[] =>
    manifests.flatMap((manifest) =>
      Object.entries(manifest[part] ?? {}).flatMap(([name, {title}]) => [name, title ?? '']),
    );
  const words = [
    ...named('events'),
    ...named('actions'),
    ...named('jobs'),
    ...named('lookups'),
    ...manifests.flatMap(({permissions}) => permissions.hosts),
    ...manifests.flatMap(({id, title}) => [id, title]),
    ...entry.templates.flatMap(({manifest}) => [manifest.id, manifest.title]),
    ...entry.categories,
    entry.publisher.name,
  ];
  return {
    id: entry.id,
    title: entry.title,
    summary: entry.summary,
    words: [...new Set(words.map((word) => word.toLowerCase()).filter(Boolean))].join(' '),
    roles: entry.roles,
    categories: entry.categories,
    state: entry.origin.state,
    version: entry.version,
    events: named('events').length / 2,
    actions: named('actions').length / 2,
  };
}
