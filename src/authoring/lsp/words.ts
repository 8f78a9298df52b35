/** The word of an expression that a cursor stands in, also while the expression is half written. Must never know what words mean. */

/** Characters of the string, end excluded. */
export interface Word {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** First of its call: a helper or the path that stands alone. */
  readonly isHead: boolean;
  /** Between parentheses, where only calls stand. */
  readonly isNested: boolean;
  /** Of which call it is an argument, and which one. */
  readonly helper?: string;
  readonly argument?: number;
  /** Inside a text literal. */
  readonly isQuoted: boolean;
  /** Something other than `}}` follows in the same call. */
  readonly isFollowed: boolean;
  /** The mustache has its end. */
  readonly isClosed: boolean;
}

const word = /(?:\[[^\]{}]*\]?|[^\s()'"{}|=[\]])+/y;

interface Frame {
  helper?: string;
  words: number;
}

/** Undefined outside of mustaches. */
export function wordAt(text: string, at: number): Word | undefined {
  const open = at < 2 ? -1 : text.lastIndexOf('{{', at - 2);
  if (open < 0 || text[open - 1] === '\\') return undefined;
  const close = endOf(text, open + 2);
  if (close !== undefined && close < at) return undefined;
  const frames: Frame[] = [{words: 0}];
  let i = open + 2;
  while (i < at) {
    const frame = frames.at(-1) ?? {words: 0};
    const c = text[i] ?? '';
    if (c === '(') frames.push({words: 0});
    else if (c === ')') {
      if (frames.length > 1) frames.pop();
      const outer = frames.at(-1);
      if (outer) outer.words++;
    } else if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1);
      if (end < 0 || end >= at)
        return made(text, {start: i + 1, end: end < 0 ? at : end}, {frames, isQuoted: true, close});
      frame.words++;
      i = end;
    } else if (!/\s/.test(c)) {
      const end = endOfWord(text, i);
      if (end >= at) return made(text, {start: i, end}, {frames, isQuoted: false, close});
      if (end > i) {
        if (frame.words === 0) frame.helper = text.slice(i, end);
        frame.words++;
        i = end - 1;
      }
    }
    i++;
  }
  return made(text, {start: at, end: endOfWord(text, at)}, {frames, isQuoted: false, close});
}

function endOfWord(text: string, start: number): number {
  word.lastIndex = start;
  return word.exec(text) ? word.lastIndex : start;
}

/** Where `}}` begins, quotes skipped; undefined when another mustache begins first or the text ends. */
function endOf(text: string, start: number): number | undefined {
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1);
      const mustache = text.indexOf('}}', i);
      if (end < 0) return mustache < 0 ? undefined : mustache;
      i = end;
    } else if (text.startsWith('}}', i)) return i;
    else if (text.startsWith('{{', i)) return undefined;
  }
  return undefined;
}

interface Around {
  readonly frames: readonly Frame[];
  readonly isQuoted: boolean;
  readonly close: number | undefined;
}

function made(text: string, {start, end}: {start: number; end: number}, {frames, isQuoted, close}: Around): Word {
  const {helper, words} = frames.at(-1) ?? {words: 0};
  return {
    start,
    end,
    text: text.slice(start, end),
    isHead: words === 0 && !isQuoted,
    isNested: frames.length > 1,
    ...(words > 0 && helper !== undefined && {helper, argument: words - 1}),
    isQuoted,
    isFollowed: /^\s*[^\s})]/.test(text.slice(end)),
    isClosed: close !== undefined,
  };
}

export interface Segment {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const segment = /\[((?:\\\]|[^\]])*)\]|[^\s.[\]]+/y;

/** The names of a path and where they stand; `start` is the word's. */
export function segmentsOfPath(text: string, start: number): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at < text.length; at++) {
    segment.lastIndex = at;
    const match = segment.exec(text);
    if (!match) return segments;
    const name = match[1] === undefined ? match[0] : match[1].replace(/\\([\\\]])/g, '$1');
    segments.push({name, start: start + at, end: start + at + match[0].length});
    at += match[0].length;
    if (text[at] !== '.') return segments;
  }
  return segments;
}
