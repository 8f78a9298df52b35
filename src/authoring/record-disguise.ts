/** Puts made-up texts in place of secrets, the same one for the same secret everywhere, so that a recording still fits together. Must never keep a secret longer than the recording. */
import {ExactNumber, isObject, type Json, type JsonObject} from '../values/json.ts';

/** Shorter ones are replaced only where they are the whole text: inside others they would hit anything. */
const shortest = 6;

export class Disguise {
  readonly #stands = new Map<string, string>();
  #forms: readonly (readonly [form: string, stand: string])[] | undefined;
  #count = 0;

  /** The first stand-in that is given for a secret stays. */
  add(secret: string, stand?: string): void {
    if (secret === '' || this.#stands.has(secret)) return;
    this.#stands.set(secret, stand ?? `hidden-${++this.#count}`);
    this.#forms = undefined;
  }

  get secrets(): readonly string[] {
    return [...this.#stands.keys()];
  }

  get stands(): ReadonlySet<string> {
    return new Set(this.#stands.values());
  }

  text(input: string): string {
    const whole = this.#stands.get(input);
    if (whole !== undefined) return whole;
    this.#forms ??= this.#allForms();
    let out = input;
    for (const [form, stand] of this.#forms) if (out.includes(form)) out = out.replaceAll(form, stand);
    return out;
  }

  json(value: Json): Json {
    return mapTexts(value, (text) => this.text(text));
  }

  /** Longer ones first: one secret may hold another. */
  #allForms(): (readonly [string, string])[] {
    return [...this.#stands]
      .filter(([secret]) => secret.length >= shortest)
      .flatMap(([secret, stand]) => encodings.map((encode) => [encode(secret), encode(stand)] as const))
      .sort(([a], [b]) => b.length - a.length);
  }
}

/** In plain, and as secrets travel. */
const encodings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
  (text) => Buffer.from(text).toString('base64url'),
  (text) => Buffer.from(text).toString('hex'),
  (text) => encodeURIComponent(text),
  (text) => JSON.stringify(text).slice(1, -1),
];

/** Every text in a value, keys included. */
export function mapTexts(value: Json, map: (text: string) => string): Json {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapTexts(item, map)])) as JsonObject;
}

/** All texts of a value with their JSON pointers. */
export function textsOf(
  value: Json,
  pointer = '',
): {readonly pointer: string; readonly key?: string; readonly text: string}[] {
  if (value === null || typeof value !== 'object' || value instanceof ExactNumber)
    return typeof value === 'string' ? [{pointer, text: value}] : [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const inner = textsOf(item as Json, at).map((found) => (found.pointer === at ? {...found, key} : found));
    return Array.isArray(value) ? inner : [{pointer: at, text: key}, ...inner];
  });
}

/** Texts that are values, not names. */
export function valuesIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object' || value instanceof ExactNumber) return [];
  return Object.values(value).flatMap((item) => valuesIn(item as Json));
}
