/** Renders a publisher's Markdown as inert HTML: headings, lists, tables, code. Raw HTML stays text, images are not loaded. */
import {type Html, heading, html, type Part} from './html.ts';
import {plainText, renderInline} from './inline.ts';

export interface MarkdownPlace {
  /** Level of the document's first headings. */
  readonly level: number;
  /** In front of the ids of headings, so that they meet no id of the page. */
  readonly prefix: string;
  /** A first heading that says the same is left out. */
  readonly title?: string;
}

const limits = {characters: 300_000, depth: 8};

export function renderMarkdown(source: string, place: MarkdownPlace): Html {
  const text = source
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '    ');
  const cut = text.length > limits.characters;
  const lines = text.slice(0, limits.characters).split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const title = /^#\s+(.*)$/.exec(lines[first] ?? '')?.[1];
  if (title !== undefined && place.title !== undefined && plainText(title) === place.title) lines.splice(first, 1);
  const writer = new Writer(place, shallowest(lines));
  return html`${writer.blocks(lines, 0)}${cut && html`<p class="note">The rest of this text is not shown.</p>`}`;
}

function shallowest(lines: readonly string[]): number {
  let fenced = false;
  let level = 6;
  for (const line of lines) {
    if (/^ {0,3}(```|~~~)/.test(line)) fenced = !fenced;
    const marks = fenced ? undefined : /^ {0,3}(#{1,6})\s/.exec(line)?.[1];
    if (marks) level = Math.min(level, marks.length);
  }
  return level;
}

const fence = /^( {0,3})(`{3,}|~{3,})\s*([\w+-]*)[^`]*$/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)(.*)$/;
const rule = /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/;
const header = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const delimiter = /^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Takes blocks off the front of a list of lines. */
class Writer {
  readonly #place: MarkdownPlace;
  readonly #top: number;
  readonly #names = new Map<string, number>();

  constructor(place: MarkdownPlace, top: number) {
    this.#place = place;
    this.#top = top;
  }

  blocks(lines: readonly string[], depth: number): Part[] {
    if (depth > limits.depth) return [html`<p>${lines.join('\n')}</p>`];
    const parts: Part[] = [];
    for (let at = 0; at < lines.length; ) {
      const line = lines[at] ?? '';
      if (line.trim() === '') at++;
      else {
        const block =
          this.#fenced(lines, at) ??
          this.#heading(line, at) ??
          (rule.test(line) ? {part: html`<hr>`, end: at + 1} : undefined) ??
          this.#quote(lines, at, depth) ??
          this.#list(lines, at, depth) ??
          this.#table(lines, at) ??
          this.#indented(lines, at) ??
          this.#paragraph(lines, at);
        parts.push(block.part);
        at = block.end;
      }
    }
    return parts;
  }

  #fenced(lines: readonly string[], at: number): Block | undefined {
    const found = fence.exec(lines[at] ?? '');
    const mark = found?.[2] ?? '';
    if (!found) return undefined;
    const isEnd = (line: string): boolean => line.trim().startsWith(mark) && /^(`+|~+)$/.test(line.trim());
    const next = lines.findIndex((line, i) => i > at && isEnd(line));
    const end = next === -1 ? lines.length : next;
    const indent = found[1]?.length ?? 0;
    const content = lines.slice(at + 1, end).map((line) => line.replace(new RegExp(`^ {0,${indent}}`), ''));
    return {part: codeBlock(content.join('\n')), end: Math.min(end + 1, lines.length)};
  }

  #heading(line: string, at: number): Block | undefined {
    const found = header.exec(line);
    if (!found) return undefined;
    const [, marks = '#', text = ''] = found;
    const level = this.#place.level + marks.length - this.#top;
    return {part: heading(level, renderInline(text), this.#name(plainText(text))), end: at + 1};
  }

  #name(text: string): string {
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60);
    const seen = this.#names.get(slug) ?? 0;
    this.#names.set(slug, seen + 1);
    return `${this.#place.prefix}${slug}${seen === 0 ? '' : `-${seen}`}`;
  }

  #quote(lines: readonly string[], at: number, depth: number): Block | undefined {
    const end = endWhere(lines, at, (line) => !/^ {0,3}>/.test(line));
    if (end === at) return undefined;
    const inner = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ''));
    return {part: html`<blockquote>${this.blocks(inner, depth + 1)}</blockquote>`, end};
  }

  #list(lines: readonly string[], at: number, depth: number): Block | undefined {
    const first = item.exec(lines[at] ?? '');
    if (!first) return undefined;
    const ordered = /\d/.test(first[2] ?? '');
    const items: Part[] = [];
    let line = at;
    for (let found = item.exec(lines[line] ?? ''); found; found = item.exec(lines[line] ?? '')) {
      if (/\d/.test(found[2] ?? '') !== ordered || rule.test(lines[line] ?? '')) break;
      const [, margin = '', mark = '', gap = ' ', text = ''] = found;
      const width = margin.length + mark.length + Math.min(Math.max(gap.length, 1), 4);
      const end = itemEnd(lines, line + 1, width);
      const inner = [text, ...lines.slice(line + 1, end).map((more) => outdented(more, width))];
      items.push(html`<li>${this.#itemContent(inner, depth)}</li>`);
      line = end;
    }
    if (items.length === 0) return undefined;
    const start = Number.parseInt(first[2] ?? '1', 10);
    if (!ordered) return {part: html`<ul>${items}</ul>`, end: line};
    return {part: start === 1 ? html`<ol>${items}</ol>` : html`<ol start="${start}">${items}</ol>`, end: line};
  }

  /** A single paragraph needs no element of its own in an item. */
  #itemContent(lines: readonly string[], depth: number): Part {
    const simple = lines.findIndex((line, i) => i > 0 && (line.trim() === '' || startsBlock(line)));
    const end = simple === -1 ? lines.length : simple;
    if (startsBlock(lines[0] ?? '')) return this.blocks(lines, depth + 1);
    return [renderInline(lines.slice(0, end).join('\n').trim()), this.blocks(lines.slice(end), depth + 1)];
  }

  #table(lines: readonly string[], at: number): Block | undefined {
    const [head = '', marks = ''] = lines.slice(at, at + 2);
    if (!head.includes('|') || !marks.includes('-') || !delimiter.test(marks)) return undefined;
    const names = cells(head);
    const end = endWhere(lines, at + 2, (line) => line.trim() === '' || !line.includes('|'));
    const rows = lines.slice(at + 2, end).map((line) => cells(line));
    const silent = names.every((name) => name === '');
    const part = html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>${
      !silent && html`<thead><tr>${names.map((name) => html`<th scope="col">${renderInline(name)}</th>`)}</tr></thead>`
    }<tbody>${rows.map((row) => {
      const [first = '', ...others] = names.map((_, i) => row[i] ?? '');
      return html`<tr><th scope="row">${renderInline(first)}</th>${others.map((cell) => html`<td>${renderInline(cell)}</td>`)}</tr>`;
    })}</tbody></table></div>`;
    return {part, end};
  }

  #indented(lines: readonly string[], at: number): Block | undefined {
    const end = endWhere(lines, at, (line) => !/^ {4}/.test(line));
    return end === at
      ? undefined
      : {
          part: codeBlock(
            lines
              .slice(at, end)
              .map((line) => line.slice(4))
              .join('\n'),
          ),
          end,
        };
  }

  #paragraph(lines: readonly string[], at: number): Block {
    const end = endWhere(lines, at + 1, (line) => line.trim() === '' || startsBlock(line));
    const text = lines
      .slice(at, end)
      .map((line) => line.replace(/^ {0,3}/, ''))
      .join('\n');
    return {part: html`<p>${renderInline(text.trimEnd())}</p>`, end};
  }
}

interface Block {
  readonly part: Part;
  readonly end: number;
}

export function codeBlock(text: string): Html {
  return html`<pre tabindex="0"><code>${text}</code></pre>`;
}

function startsBlock(line: string): boolean {
  return fence.test(line) || header.test(line) || item.test(line) || /^ {0,3}>/.test(line) || rule.test(line);
}

/** Index of the first line from `at` on for which the test holds. */
function endWhere(lines: readonly string[], at: number, test: (line: string) => boolean): number {
  const found = lines.findIndex((line, i) => i >= at && test(line));
  return found === -1 ? lines.length : found;
}

/** An item goes on while lines are indented by its text, or follow its paragraph without a new block. */
function itemEnd(lines: readonly string[], at: number, width: number): number {
  let end = at;
  let blank = false;
  for (let i = at; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const inside = line.startsWith(' '.repeat(width));
    if (line.trim() === '') blank = true;
    else if (inside || (!blank && !startsBlock(line))) {
      end = i + 1;
      blank = false;
    } else break;
  }
  return end;
}

function outdented(line: string, width: number): string {
  return line.replace(new RegExp(`^ {0,${width}}`), '');
}

/** Cells of a row; a bar after a backslash, or in code, belongs to the cell. */
function cells(line: string): string[] {
  const row = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  const found: string[] = [''];
  let code = false;
  for (let i = 0; i < row.length; i++) {
    if (row[i] === '\\' && row[i + 1] === '|') found.push(`${found.pop() ?? ''}${row[++i]}`);
    else if (row[i] === '|' && !code) found.push('');
    else {
      if (row[i] === '`') code = !code;
      found.push(`${found.pop() ?? ''}${row[i]}`);
    }
  }
  return found.map((cell) => cell.trim());
}
