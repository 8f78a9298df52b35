/** Writes HTML whose only markup is ours: every value is escaped. No other file of the catalogue may make markup from text. */

/** Markup that is known to be safe, because it was made here. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Html | string | number | false | undefined | readonly Part[];

/** Text in a page: values are escaped, lists are joined, `false` and `undefined` leave nothing. */
export function html(literals: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(literals.reduce((text, literal, i) => `${text}${written(values[i - 1])}${literal}`));
}

/** A heading whose level is known only when it is written. */
export function heading(level: number, content: Part, id?: string): Html {
  const name = `h${Math.min(Math.max(Math.trunc(level), 1), 6)}`;
  return new Html(`<${name}${id === undefined ? '' : ` id="${escapeText(id)}"`}>${written(content)}</${name}>`);
}

function written(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  return part.map(written).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Controls, and marks that turn the direction of text: a name must not look like another one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

export function escapeText(text: string): string {
  return visible(text.replaceAll('\r\n', '\n')).replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

/** The text with what cannot be seen written as its code. */
export function visible(text: string): string {
  return text.replace(unseen, (c) => `[U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
}

/** An address that a publisher wrote: only https and http, without credentials; else undefined. */
export function webAddress(text: string | undefined): URL | undefined {
  if (text === undefined || !/^https?:\/\//i.test(text) || text.length > 2000) return undefined;
  const url = URL.parse(text);
  return url && url.username === '' && url.password === '' && url.hostname !== '' ? url : undefined;
}

/** A link out of the catalogue. Where it leads is shown, unless the text says it. */
export function outLink(url: URL, content: Part): Html {
  const shown = written(content);
  const host = shown.includes(escapeText(url.hostname)) ? '' : ` data-host="${escapeText(url.hostname)}"`;
  return new Html(`<a href="${escapeText(url.href)}" rel="noopener noreferrer nofollow ugc"${host}>${shown}</a>`);
}
