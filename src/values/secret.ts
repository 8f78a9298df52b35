/** Secrets and how they are kept out of everything a person or a disk may see. */
import {inspect} from 'node:util';
import {ExactNumber, type Json} from './json.ts';

export const mask = '[secret]';

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
  [inspect.custom](): string {
    return mask;
  }
}

const shortest = 6;

/** Replaces known secrets in text, in plain and in the encodings they travel in (base64, base64url, URL, hex, JSON). */
export class Redactor {
  readonly #forms = new Set<string>();

  /** Texts under six characters are not used: they would destroy the logs. */
  add(secret: string): void {
    if (secret.length < shortest) return;
    const raw = Buffer.from(secret, 'utf8');
    for (const form of [
      secret,
      raw.toString('base64'),
      raw.toString('base64').replace(/=+$/, ''),
      raw.toString('base64url'),
      raw.toString('hex'),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ])
      this.#forms.add(form);
  }

  text(input: string): string {
    let out = input;
    for (const form of this.#forms) if (out.includes(form)) out = out.replaceAll(form, mask);
    return out;
  }

  json(value: Json): Json {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    if (value === null || typeof value !== 'object' || value instanceof ExactNumber) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item)]));
  }
}
