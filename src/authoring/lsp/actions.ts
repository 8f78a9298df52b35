/** Corrections an editor offers: those of `check --fix`, the other suggestions of a finding, and what a missing value needs. */
import {type CodeAction, CodeActionKind, type Diagnostic, type Range, type TextEdit} from 'vscode-languageserver';
import type {Issue} from '../../errors/jobwire-error.ts';
import {planFixes} from '../fix.ts';
import {offsetOf} from '../text.ts';
import {type Token, tokenFor, wrongToken} from '../token.ts';
import {markedRange} from './diagnostics.ts';
import {inside, nodeAt, outside, type Source, spanOf} from './source.ts';
import {wordAt} from './words.ts';

export const fixAllKind = 'source.fixAll.jobwire';

export interface ActionsAsked {
  readonly range: Range;
  readonly diagnostics: readonly Diagnostic[];
  readonly only?: readonly string[] | undefined;
}

export function actionsFor(
  source: Source,
  issues: readonly Issue[],
  {range, diagnostics, only}: ActionsAsked,
): CodeAction[] {
  const wanted = (kind: string): boolean =>
    !only || only.some((prefix) => kind === prefix || kind.startsWith(`${prefix}.`));
  const here = issues.filter((issue) => overlap(markedRange(issue, source), range));
  const quick = wanted(CodeActionKind.QuickFix)
    ? here.flatMap((issue) => {
        const own = diagnostics.filter(
          ({code, range: at}) => code === issue.code && overlap(at, markedRange(issue, source)),
        );
        return [...suggested(source, issue, own), ...wrapped(source, issue, own)];
      })
    : [];
  return [...quick, ...(wanted(fixAllKind) ? allFixes(source, issues) : [])];
}

function overlap(a: Range, b: Range): boolean {
  const before = (x: Range, y: Range): boolean =>
    x.end.line < y.start.line || (x.end.line === y.start.line && x.end.character < y.start.character);
  return !before(a, b) && !before(b, a);
}

function suggested(source: Source, issue: Issue, diagnostics: Diagnostic[]): CodeAction[] {
  const sure = wrongToken(source.text, issue);
  return (issue.suggestions ?? []).flatMap((suggestion): CodeAction[] => {
    const token = sure ?? tokenFor(source.text, issue, {suggestion});
    if (!token) return [];
    return [
      {
        title: `Change to ${suggestion}`,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        isPreferred: sure !== undefined,
        edit: {changes: {[source.document.uri]: [editOf(source, token)]}},
      },
    ];
  });
}

function editOf({document}: Source, {start, end, to}: Token): TextEdit {
  return {range: spanOf(document, start, end), newText: to};
}

/** A path that may be missing is wrapped: in `optional`, or in `default` with an empty text. */
function wrapped(source: Source, issue: Issue, diagnostics: Diagnostic[]): CodeAction[] {
  const {jobwireCode, at} = issue;
  if (jobwireCode !== 'JW2006' || at?.expression === undefined) return [];
  const start = offsetOf(source.text, at);
  const node = nodeAt(source, start);
  if (node?.type !== 'string') return [];
  const word = wordAt(node.value, inside(source, node, start));
  if (!word || word.isQuoted || word.text === '') return [];
  const span = spanOf(source.document, outside(source, node, word.start), outside(source, node, word.end));
  const path = JSON.stringify(word.text).slice(1, -1);
  return (
    [
      ['default', `default ${path} ''`],
      ['optional', `optional ${path}`],
    ] as const
  )
    .filter(([name]) => name === 'default' || isWhole(node.value))
    .map(([name, call]) => ({
      title: name === 'default' ? 'Use an empty text when it is missing' : 'Leave it out when it is missing',
      kind: CodeActionKind.QuickFix,
      diagnostics,
      edit: {changes: {[source.document.uri]: [{range: span, newText: word.isHead ? call : `(${call})`}]}},
    }));
}

/** One mustache and nothing else. */
function isWhole(text: string): boolean {
  return /^\{\{[^{}]*\}\}$/.test(text);
}

/** What `check --fix` would make of a file, as one change: what is in front of it and behind it stays. */
export function mendedAction({document, text}: Source, mended: string | undefined): CodeAction[] {
  if (mended === undefined || mended === text) return [];
  let start = 0;
  while (text[start] === mended[start]) start++;
  let end = 0;
  while (end < Math.min(text.length, mended.length) - start && text.at(-1 - end) === mended.at(-1 - end)) end++;
  const range = spanOf(document, start, text.length - end);
  const edits = [{range, newText: mended.slice(start, mended.length - end)}];
  return [{title: allTitle, kind: fixAllKind, edit: {changes: {[document.uri]: edits}}}];
}

const allTitle = 'Correct all slips of this file';

/** What can be corrected without another look: a slip may hide others. */
function allFixes(source: Source, issues: readonly Issue[]): CodeAction[] {
  const own = issues.map((issue) => (issue.at ? {...issue, at: {...issue.at, file: source.file}} : issue));
  const fixes = planFixes(own, {mayChange: () => true, read: () => source.text});
  if (fixes.length === 0) return [];
  const edits = fixes.map((fix) => editOf(source, fix));
  return [{title: allTitle, kind: fixAllKind, edit: {changes: {[source.document.uri]: edits}}}];
}
