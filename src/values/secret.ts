/** Secrets and how they are kept out of everything a person or a disk may see. */
import {ExactNumber, type Json, type JsonObject} from './json.ts';

export const mask = '[secret]';

/** `inspect.custom`, without node:util, whose import loads a dozen of Node's own modules at every start. */
const inspected = Symbol.for('nodejs.util.inspect.custom');

/** A credential in memory. Only `reveal` gives the text; printing, joining or serialising gives the mask. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  reveal(): string {
    return this.#text;
  }
  toString(): string {
    return mask;
  }
  toJSON(): string {
    return mask;
  }
  [inspected](): string {
    return mask;
  }
}

const shortest = 6;

/** Replaces known secrets in text, in plain and in the encodings they travel in (URL, form, JSON, base64, base64url, hex). */
export class Redactor {
  readonly #known = new Set<string>();
  readonly #forms = new Set<string>();
  /** Longest first: a secret that another one begins with must not leave the rest of that one standing. */
  #sorted: readonly string[] | undefined;
  readonly #wider: Redactor | undefined;

  /** What is added is known to `wider` as well. */
  constructor(wider?: Redactor) {
    this.#wider = wider;
  }

  /** Texts under six characters are not used: they would destroy the logs. */
  add(secret: string): void {
    this.#wider?.add(secret);
    if (secret.length < shortest || this.#known.has(secret)) return;
    this.#known.add(secret);
    for (const form of formsOf(secret)) this.#forms.add(form);
    this.#sorted = undefined;
  }

  text(input: string): string {
    this.#sorted ??= [...this.#forms].sort((a, b) => b.length - a.length);
    // Most texts that are shown are shorter than any form of any secret.
    if (input.length < (this.#sorted.at(-1)?.length ?? Number.POSITIVE_INFINITY)) return input;
    let out = input;
    for (const form of this.#sorted)
      if (form.length <= out.length && out.includes(form)) out = out.replaceAll(form, mask);
    return out;
  }

  /** The same object where nothing had to be masked. */
  json(value: Json): Json {
    if (!this.#occursIn(value)) return value;
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([key, item]) => [this.text(key), this.json(item)]),
    );
  }

  #occursIn(value: Json): boolean {
    if (typeof value === 'string') return this.text(value) !== value;
    if (value === null || typeof value !== 'object' || value instanceof ExactNumber) return false;
    if (Array.isArray(value)) return value.some((item) => this.#occursIn(item));
    for (const key of Object.keys(value)) if (this.text(key) !== key || this.#occursIn(value[key] as Json)) return true;
    return false;
  }
}

/** Of everything that this process has read, in whatever project: for what it prints. */
export const processSecrets = new Redactor();

/** Servers repeat what they were sent as they were sent it: a text inside a form inside base64 is as good as the text itself. */
function formsOf(secret: string): string[] {
  return textForms(secret).flatMap((text) => [...textForms(text), ...byteForms(text)]);
}

function textForms(text: string): string[] {
  const encodable = text.toWellFormed();
  const asQuery = encodeURIComponent(encodable);
  const asForm = new URLSearchParams([['', encodable]]).toString().slice(1);
  // As the parser of URLs leaves it in a path.
  const asPath = encodable.replace(/[^!-~]|["<>^`{}]/gu, encodeURIComponent);
  const asJson = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, asQuery, asForm, asPath, asJson])];
}

function byteForms(text: string): string[] {
  const raw = Buffer.from(text, 'utf8');
  const whole = (['base64', 'base64url', 'hex'] as const).map((encoding) => raw.toString(encoding));
  return [...whole, ...[0, 1, 2].flatMap((before) => base64Inside(raw, before))];
}

/** How it looks inside a longer encoded text, such as `user:password`: without the characters that its neighbours share in. */
function base64Inside(raw: Buffer, before: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(before), raw]);
  const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6)];
  return (['base64', 'base64url'] as const).map((encoding) => whole.toString(encoding).slice(from, to));
}
