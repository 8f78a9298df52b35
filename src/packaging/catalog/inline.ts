/** The part of Markdown inside a line: code, emphasis, links. What it does not know stays text; images are never loaded. */
import {type Html, html, outLink, type Part, webAddress} from './html.ts';

/** How far ahead a closing mark is looked for, so that the work grows with the text and not with its square. */
const reach = 1_000;
/** A longer paragraph is shown as it is written. */
const longest = 10_000;
const nesting = 6;

type Rule = (text: string, at: number, depth: number) => {readonly part: Part; readonly end: number} | undefined;

export function renderInline(text: string, depth = 0): Html {
  if (text.length > longest) return html`${text}`;
  const parts: Part[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') parts.push(plain);
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    const found = depth < nesting ? rules[text[at] ?? '']?.(text, at, depth) : undefined;
    if (!found) plain += text[at++];
    else {
      flush();
      parts.push(found.part);
      at = found.end;
    }
  }
  flush();
  return html`${parts}`;
}

/** The same text without marks, for names of headings. */
export function plainText(text: string): string {
  return text
    .replace(/!?\[([^\]]{0,500})\]\([^)]{0,500}\)/g, '$1')
    .replace(/[`*_]/g, '')
    .trim();
}

const code: Rule = (text, at) => {
  const ticks = /^`+/.exec(text.slice(at, at + 50))?.[0] ?? '`';
  const end = text.indexOf(ticks, at + ticks.length);
  if (end === -1 || end - at > reach) return {part: ticks, end: at + ticks.length};
  const inside = text.slice(at + ticks.length, end);
  const content = /^ .*[^ ].* $/s.test(inside) ? inside.slice(1, -1) : inside;
  return {part: html`<code>${content.replaceAll('\n', ' ')}</code>`, end: end + ticks.length};
};

const escaped: Rule = (text, at) => {
  const next = text[at + 1] ?? '';
  if (next === '\n') return {part: html`<br>`, end: at + 2};
  return /[!-/:-@[-`{-~]/.test(next) ? {part: next, end: at + 2} : undefined;
};

const lineBreak: Rule = (text, at) => {
  const spaces = /^ {2,}\n/.exec(text.slice(at, at + 20))?.[0];
  return spaces === undefined ? undefined : {part: html`<br>`, end: at + spaces.length};
};

const emphasis: Rule = (text, at, depth) => {
  const mark = text[at] ?? '*';
  const double = text[at + 1] === mark;
  const marks = double ? mark + mark : mark;
  const from = at + marks.length;
  if (/\s/.test(text[from] ?? ' ') || (mark === '_' && /\w/.test(text[at - 1] ?? ' '))) return undefined;
  const end = closing(text, from, marks);
  if (end === -1) return undefined;
  const inside = renderInline(text.slice(from, end), depth + 1);
  return {part: double ? html`<strong>${inside}</strong>` : html`<em>${inside}</em>`, end: end + marks.length};
};

function closing(text: string, from: number, marks: string): number {
  const mark = marks[0] ?? '';
  for (let at = from; at < Math.min(text.length, from + reach); at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '`') {
      const after = text.indexOf('`', at + 1);
      if (after !== -1) at = after;
    } else if (text.startsWith(marks, at) && !/\s/.test(text[at - 1] ?? ' ') && at > from) {
      const alone = marks.length === 2 || (text[at + 1] !== mark && text[at - 1] !== mark);
      if (alone && !(mark === '_' && /\w/.test(text[at + marks.length] ?? ' '))) return at;
    }
  }
  return -1;
}

const target = /^\(\s*<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/;

/** A link to the web, or its text alone: a package's own files are not part of the catalogue. */
const link: Rule = (text, at, depth) => {
  const close = bracketEnd(text, at);
  if (close === -1) return undefined;
  const found = target.exec(text.slice(close + 1, close + 1 + reach));
  if (!found) return undefined;
  const label = text.slice(at + 1, close);
  const url = webAddress(found[1]);
  const content = renderInline(label, url ? nesting - 1 : depth + 1);
  return {part: url ? outLink(url, content) : content, end: close + 1 + found[0].length};
};

const image: Rule = (text, at) => {
  if (text[at + 1] !== '[') return undefined;
  const close = bracketEnd(text, at + 1);
  const found = close === -1 ? undefined : target.exec(text.slice(close + 1, close + 1 + reach));
  if (!found) return undefined;
  const label = text.slice(at + 2, close).trim();
  return {part: html`<span class="unloaded">image${label && `: ${label}`}</span>`, end: close + 1 + found[0].length};
};

function bracketEnd(text: string, at: number): number {
  let open = 0;
  for (let i = at; i < Math.min(text.length, at + reach); i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '[') open++;
    else if (text[i] === ']' && --open === 0) return i;
  }
  return -1;
}

/** `<https://…>` and comments; every other tag is text. */
const angle: Rule = (text, at) => {
  if (text.startsWith('<!--', at)) {
    const end = text.indexOf('-->', at + 4);
    return end === -1 ? undefined : {part: '', end: end + 3};
  }
  const found = /^<(https?:\/\/[^\s<>]+)>/i.exec(text.slice(at, at + reach));
  const url = webAddress(found?.[1]);
  return found && url ? {part: outLink(url, url.href), end: at + found[0].length} : undefined;
};

const bareAddress: Rule = (text, at) => {
  if (/[\w/]/.test(text[at - 1] ?? ' ')) return undefined;
  const found = /^https?:\/\/[^\s<>"'`[\]{}|\\^…]+/.exec(text.slice(at, at + reach))?.[0].replace(/[.,;:!?*_)]+$/, '');
  const url = webAddress(found);
  return found && url ? {part: outLink(url, found), end: at + found.length} : undefined;
};

const rules: Readonly<Record<string, Rule>> = {
  '`': code,
  '\\': escaped,
  ' ': lineBreak,
  '*': emphasis,
  _: emphasis,
  '[': link,
  '!': image,
  '<': angle,
  h: bareAddress,
};
