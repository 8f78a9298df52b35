/** Mends slips that have exactly one near correction, word by word. Must never touch another character, nor a file it was not given. */
import type {Issue} from '../errors/jobwire-error.ts';
import {atPointer, isObject, type Json, parseJson} from '../values/json.ts';
import {placeOf} from './text.ts';
import {type Token, wrongToken} from './token.ts';

/** One word of one file, replaced. */
export interface Fix extends Token {
  readonly code: string;
  readonly file: string;
  readonly pointer: string;
  readonly line: number;
  /** Of the word itself. */
  readonly column: number;
}

export interface FixTools {
  /** The findings as they are now. */
  check(): readonly Issue[];
  /** Whether the file may be changed. */
  mayChange(file: string): boolean;
  read(file: string): string;
  write(file: string, text: string): void;
}

/** A mended name lets the next stage of the check run, which finds more; this many stages there are not. */
const mostRounds = 20;

/** Mends until nothing is left that may be mended. The same call again changes nothing. */
export function fixAll(tools: FixTools): Fix[] {
  const done: Fix[] = [];
  const tried = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const fixes = planFixes(tools.check(), tools).filter((fix) => !tried.has(identity(fix)));
    if (fixes.length === 0) break;
    for (const [file, own] of Map.groupBy(fixes, ({file}) => file))
      tools.write(file, applyFixes(tools.read(file), own));
    for (const fix of fixes) tried.add(identity(fix));
    done.push(...fixes);
  }
  return done;
}

/** Never the same change twice, should it not help. */
function identity({file, pointer, from, to}: Fix): string {
  return JSON.stringify([file, pointer, from, to]);
}

/** What can be mended for certain, each word once. Two slips that would become the same key are left to a person. */
export function planFixes(issues: readonly Issue[], {mayChange, read}: Pick<FixTools, 'mayChange' | 'read'>): Fix[] {
  const byFile = Map.groupBy(
    issues.filter(({at, suggestions}) => at && suggestions?.length === 1),
    ({at}) => at?.file ?? '',
  );
  return [...byFile].flatMap(([file, own]) => (mayChange(file) ? planFile(file, read(file), own) : []));
}

function planFile(file: string, text: string, issues: readonly Issue[]): Fix[] {
  const value = parsed(text);
  if (value === undefined) return [];
  const fixes = issues.flatMap((issue): Fix[] => {
    const token = wrongToken(text, issue);
    const {code, at} = issue;
    if (!token || !at || isTaken(token, at.pointer, value)) return [];
    return [{...token, code, file, pointer: at.pointer, ...placeOf(text, token.start)}];
  });
  const distinct = fixes.filter(
    (fix, i) => fixes.findIndex(({start, end, to}) => start === fix.start && end === fix.end && to === fix.to) === i,
  );
  return distinct.filter((fix) => !distinct.some((other) => other !== fix && collide(fix, other)));
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The object has a member of this name already. */
function isTaken({isKey, to}: Token, pointer: string, value: Json): boolean {
  if (!isKey) return false;
  const holder = atPointer(value, parentOf(pointer));
  return !isObject(holder) || Object.hasOwn(holder, JSON.parse(`"${to}"`) as string);
}

function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/'));
}

function collide(a: Fix, b: Fix): boolean {
  const overlap = a.start < b.end && b.start < a.end;
  return overlap || (a.isKey && b.isKey && a.to === b.to && parentOf(a.pointer) === parentOf(b.pointer));
}

/** Nothing but the words is replaced. */
export function applyFixes(text: string, fixes: readonly Fix[]): string {
  return [...fixes]
    .sort((a, b) => b.start - a.start)
    .reduce((whole, {start, end, to}) => whole.slice(0, start) + to + whole.slice(end), text);
}
