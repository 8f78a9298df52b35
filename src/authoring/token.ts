/** The one word of a file that a finding is about, by its place in the text. Must never guess: no word rather than the wrong one. */
import type {Code} from '../errors/catalog.ts';
import {fail, type Issue, nearest} from '../errors/jobwire-error.ts';
import {writePath} from '../expressions/node.ts';
import {offsetOf} from './text.ts';

/** Characters of the file's text, end excluded. */
export interface Token {
  readonly start: number;
  readonly end: number;
  /** What stands there, and what would be right; both as written in the file. */
  readonly from: string;
  readonly to: string;
  /** The word is the name of a member. */
  readonly isKey: boolean;
}

/** A JSON string of the file. */
interface Literal {
  /** Of its first character after the quote. */
  readonly start: number;
  readonly raw: string;
  readonly text: string;
  readonly isKey: boolean;
}

interface Word {
  readonly at: number;
  readonly length: number;
  readonly from: string;
  readonly to: string;
}

interface Spot {
  readonly literal: Literal;
  /** Character of the text at which the expression's node begins; 0 where the whole string is meant. */
  readonly offset: number;
  readonly issue: Issue;
  readonly suggestion: string;
}

type Find = (spot: Spot) => Word | undefined;

/** Undefined where the finding has no single near suggestion, or its word cannot be told for certain. */
export function wrongToken(text: string, issue: Issue): Token | undefined {
  const [suggestion, ...others] = issue.suggestions ?? [];
  if (suggestion === undefined || others.length > 0) return undefined;
  return tokenFor(text, issue, {suggestion, isFit: isNear});
}

interface Wish {
  readonly suggestion: string;
  readonly isFit?: (word: {readonly from: string; readonly to: string}) => boolean;
}

/** The word that a person has chosen to replace by a suggestion, near or not. */
export function tokenFor(
  text: string,
  issue: Issue,
  {suggestion, isFit = ({from, to}) => from !== to}: Wish,
): Token | undefined {
  const {at, jobwireCode} = issue;
  const find = finders[jobwireCode];
  if (!at || !find) return undefined;
  const place = offsetOf(text, at);
  const literal = at.expression === undefined ? literalAt(text, place) : literalAround(text, place);
  if (!literal) return undefined;
  const offset = at.expression ?? 0;
  if (at.expression !== undefined && literal.start + rawLength(literal.raw, offset) !== place) return undefined;
  const word = find({literal, offset, issue, suggestion});
  if (!word || !isFit(word)) return undefined;
  const start = literal.start + rawLength(literal.raw, word.at);
  const end = literal.start + rawLength(literal.raw, word.at + word.length);
  return {start, end, from: text.slice(start, end), to: escaped(word.to), isKey: literal.isKey};
}

const finders: Partial<Record<Code, Find>> = {
  JW1002: whole,
  JW1003: whole,
  JW1004: (spot) => reference(spot) ?? whole(spot),
  JW1007: whole,
  JW1008: whole,
  JW2002: helperName,
  JW2004: rootName,
  JW2005: (spot) => (spot.issue.at?.expression === undefined ? whole(spot) : wrongSegment(spot)),
  JW2009: (spot) => (spot.literal.isKey ? whole(spot) : undefined),
  JW7003: whole,
  JW7004: (spot) => (spot.issue.at?.pointer === '/variant' ? whole(spot) : undefined),
};

function whole({literal: {text}, suggestion}: Spot): Word {
  return {at: 0, length: text.length, from: text, to: suggestion};
}

/** In `id@range` and `connection:setting` only the name is wrong. */
function reference({literal: {text}, issue, suggestion}: Spot): Word | undefined {
  const pointer = issue.at?.pointer ?? '';
  const setting = /^connection:(?=.)/.exec(text)?.[0].length;
  if (pointer.startsWith('/permissions/hosts/') && setting !== undefined)
    return {at: setting, length: text.length - setting, from: text.slice(setting), to: suggestion};
  const range = text.indexOf('@');
  if (!/\/connector$/.test(pointer) || range < 0) return undefined;
  return {at: 0, length: range, from: text.slice(0, range), to: suggestion};
}

function helperName({literal: {text}, offset, suggestion}: Spot): Word | undefined {
  const [name] = /^[A-Za-z][A-Za-z0-9]*/.exec(text.slice(offset)) ?? [];
  return name === undefined ? undefined : {at: offset, length: name.length, from: name, to: suggestion};
}

function rootName({literal: {text}, offset, suggestion}: Spot): Word | undefined {
  const [first] = segmentsAt(text, offset);
  return first && {at: first.at, length: first.length, from: first.name, to: written(suggestion)};
}

/** The first segment with which the path is one that the finding's sentence calls missing. */
function wrongSegment({literal: {text}, offset, issue, suggestion}: Spot): Word | undefined {
  const segments = segmentsAt(text, offset);
  const index = segments.findIndex((_segment, i) => {
    const path = writePath(segments.slice(0, i + 1).map(({name}) => name));
    return fail('JW2005', {path}).message === issue.detail;
  });
  const segment = segments[index];
  return segment && {at: segment.at, length: segment.length, from: segment.name, to: written(suggestion)};
}

interface Segment {
  readonly name: string;
  readonly at: number;
  /** With its brackets. */
  readonly length: number;
}

const segment = /\[((?:\\\]|[^\]])*)\]|[^\s.[\]/@(){}'"|=]+/y;

function segmentsAt(text: string, offset: number): Segment[] {
  const segments: Segment[] = [];
  for (let at = offset; ; at++) {
    segment.lastIndex = at;
    const match = segment.exec(text);
    if (!match) return segments;
    const name = match[1] === undefined ? match[0] : match[1].replace(/\\([\\\]])/g, '$1');
    segments.push({name, at, length: match[0].length});
    at += match[0].length;
    if (text[at] !== '.') return segments;
  }
}

function written(name: string): string {
  return writePath([name.replace(/[\\\]]/g, '\\$&')]);
}

/** A list of all there is may have one entry; only a near one is a slip of the pen. */
function isNear({from, to}: {readonly from: string; readonly to: string}): boolean {
  return from !== to && nearest(from, [to.replace(/^\[|\]$/g, '')]).length === 1;
}

function literalAt(text: string, quote: number): Literal | undefined {
  if (text[quote] !== '"') return undefined;
  const end = endOfString(text, quote);
  const raw = text.slice(quote + 1, end);
  try {
    const value: unknown = JSON.parse(`"${raw}"`);
    if (typeof value !== 'string') return undefined;
    return {start: quote + 1, raw, text: value, isKey: /^\s*:/.test(text.slice(end + 1, end + 200))};
  } catch {
    return undefined;
  }
}

/** The string a character stands in: the nearest quote to its left that is not escaped opens it. */
function literalAround(text: string, place: number): Literal | undefined {
  for (let i = place - 1; i >= 0 && text[i] !== '\n' && text[i] !== '\r'; i--)
    if (text[i] === '"' && (/\\*$/.exec(text.slice(Math.max(0, i - 64), i))?.[0].length ?? 0) % 2 === 0)
      return literalAt(text, i);
  return undefined;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

/** Characters of source that make the first `count` characters of a JSON string. */
export function rawLength(raw: string, count: number): number {
  let at = 0;
  for (let i = 0; i < count && at < raw.length; i++) at += raw[at] !== '\\' ? 1 : raw[at + 1] === 'u' ? 6 : 2;
  return at;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
