/** Which operations of a definition are drafted. */
import {fail, nearest} from '../../errors/jobwire-error.ts';
import type {ApiOperation} from './model.ts';

/** `GET:/jobs/{id}`, `tag:Jobs` or an operationId. All of them without any word. JW7102 for one that means nothing. */
export function selectOperations(operations: readonly ApiOperation[], words: readonly string[]): ApiOperation[] {
  const selectors = words.flatMap(splitOutside).filter((word) => word !== '');
  if (selectors.length === 0) return [...operations];
  const chosen = new Set(selectors.flatMap((word) => chosenBy(operations, word)));
  return operations.filter((operation) => chosen.has(operation));
}

/** Commas inside brackets belong to a path. */
function splitOutside(words: string): string[] {
  const parts = [''];
  let open = 0;
  for (const c of words) {
    if (c === '(' || c === '{') open++;
    if (c === ')' || c === '}') open--;
    if (c === ',' && open === 0) parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts.map((part) => part.trim());
}

function chosenBy(operations: readonly ApiOperation[], word: string): ApiOperation[] {
  const [, method, path] = /^([A-Za-z]+):(\/.*)$/.exec(word) ?? [];
  const tag = /^tag:(.+)$/.exec(word)?.[1];
  const found = operations.filter((operation) => {
    if (method !== undefined) return operation.method === method.toUpperCase() && operation.path === path;
    return tag === undefined ? operation.id === word : operation.tags.includes(tag);
  });
  if (found.length > 0) return found;
  const known =
    method !== undefined
      ? operations.map((operation) => `${operation.method}:${operation.path}`)
      : tag !== undefined
        ? operations.flatMap(({tags}) => tags.map((name) => `tag:${name}`))
        : operations.flatMap(({id}) => id ?? []);
  throw fail('JW7102', {what: 'operation', id: word}, {suggestions: nearest(word, new Set(known))});
}
