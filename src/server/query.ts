/** Query parameters of the API, read strictly: what is not known or not valid is refused, never ignored. */
import type {PageOptions} from '../engine/engine.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** JW7101 for a parameter that is not in the list, or comes twice where `several` does not name it. */
export function checkQuery(query: Query, known: readonly string[], several: readonly string[] = []): void {
  for (const [name, value] of Object.entries(query)) {
    if (!known.includes(name))
      throw fail(
        'JW7101',
        {problem: `there is no parameter ${JSON.stringify(name.slice(0, 60))}`},
        {
          hint: `use ${known.join(', ')}`,
          suggestions: nearest(name.slice(0, 60), known),
        },
      );
    if (typeof value !== 'string' && !several.includes(name)) throw fail('JW7101', {problem: `${name} comes twice`});
  }
}

export function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `state=a,b` and `state=a&state=b` alike; JW7101 for a word that is not in the list. */
export function wordsOf<W extends string>(query: Query, name: string, words: readonly W[]): readonly W[] | undefined {
  const value = query[name];
  const given = [value ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .filter(Boolean);
  for (const word of given)
    if (!(words as readonly string[]).includes(word))
      throw fail(
        'JW7101',
        {problem: `${name} cannot be ${JSON.stringify(word.slice(0, 60))}`},
        {
          hint: `use ${words.join(', ')}`,
          suggestions: nearest(word.slice(0, 60), words),
        },
      );
  return given.length === 0 ? undefined : (given as W[]);
}

/** `limit` from 1 to 1000, 50 unless it is given; `after` is a cursor of ours. */
export function pageOf(query: Query): PageOptions {
  const limit = textOf(query, 'limit') ?? '50';
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > 1000)
    throw fail('JW7101', {problem: 'limit is a whole number from 1 to 1000'});
  const after = textOf(query, 'after');
  return {limit: Number(limit), ...(after !== undefined && {after})};
}
