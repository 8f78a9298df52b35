/** What must not be shown of one call or procedure: the connection's secrets and what its own data marks. Must never change a value in use. */
import type {JobwireError} from '../errors/jobwire-error.ts';
import {remembered} from '../manifest/memo.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import {mask as masked, Redactor} from '../values/secret.ts';

export interface Mask {
  /** From now on every text in this value is masked wherever it appears. */
  hide(value: unknown): void;
  text(text: string): string;
  json(value: Json): Json;
}

/** Lives as long as one procedure, so that what it hides does not pile up in the connection's redactor. */
export function createMask(redactor: Redactor): Mask {
  return new ProcedureMask(redactor);
}

class ProcedureMask implements Mask {
  readonly #redactor: Redactor;
  #own: Redactor | undefined;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  hide(value: unknown): void {
    for (const text of textsIn(value)) {
      this.#own ??= new Redactor();
      this.#own.add(text);
    }
  }

  text(text: string): string {
    const shown = this.#redactor.text(text);
    return this.#own === undefined ? shown : this.#own.text(shown);
  }

  json(value: Json): Json {
    const shown = this.#redactor.json(value);
    return this.#own === undefined ? shown : this.#own.json(shown);
  }
}

/** The error as it may be shown, with an outcome; the same object when nothing has to change. */
export function maskError(error: JobwireError, mask: Pick<Mask, 'text' | 'json'>): JobwireError {
  const {outcome, hint, evidence, choices} = error.extra;
  const shown = {
    detail: mask.text(error.message),
    ...(hint !== undefined && {hint: mask.text(hint)}),
    ...(evidence && {evidence: mask.json({...evidence}) as typeof evidence}),
    ...(choices && {choices: choices.map((choice) => mask.json(choice))}),
  };
  const before = {detail: error.message, hint, evidence, choices};
  const same = outcome !== undefined && JSON.stringify(shown) === JSON.stringify(before);
  return same ? error : error.with({...shown, outcome: outcome ?? 'fail'});
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) && !(value instanceof Uint8Array) ? Object.values(value).flatMap(textsIn) : [];
}

/** The value with everything at the pointers (`*` is any member) replaced, and what stood there. */
export function maskAt(value: Json, pointers: readonly string[]): {readonly shown: Json; readonly hidden: Json[]} {
  const hidden: Json[] = [];
  const shown = pointers.reduce((whole, pointer) => maskPath(whole, pointer.split('/').slice(1), hidden), value);
  return {shown, hidden};
}

function maskPath(value: Json, [segment, ...rest]: readonly string[], hidden: Json[]): Json {
  if (segment === undefined) {
    if (value !== masked) hidden.push(value);
    return masked;
  }
  const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  const fits = (key: string) => segment === '*' || key === name;
  if (Array.isArray(value)) return value.map((item, i) => (fits(String(i)) ? maskPath(item, rest, hidden) : item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fits(key) ? maskPath(item, rest, hidden) : item]),
  );
}

const marked = new WeakMap<object, boolean>();

/** Most schemas mark nothing, which need not be found out anew for each value. */
function marksAnything(schema: object): boolean {
  return remembered(marked, schema, () => JSON.stringify(schema).includes('x-jobwire-sensitive'));
}

/** Values of an input that its schema marks as sensitive. */
export function sensitiveIn(schema: unknown, value: Json | undefined): Json[] {
  if (!isObject(schema) || value === undefined || !marksAnything(schema)) return [];
  if (schema['x-jobwire-sensitive'] === true) return [value];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const members: JsonObject = isObject(value) ? value : {};
  const items = Array.isArray(value) ? value : [];
  return [
    ...Object.entries(properties).flatMap(([name, part]) =>
      Object.hasOwn(members, name) ? sensitiveIn(part, members[name]) : [],
    ),
    ...items.flatMap((item) => sensitiveIn(schema['items'], item)),
  ];
}
