/** Findings as people and editors read them: place first, then what is wrong, the line itself, and what to do. */
import {readFileSync} from 'node:fs';
import type {Code} from '../errors/catalog.ts';
import type {Issue} from '../errors/jobwire-error.ts';

/** `file:line:col severity CODE sentence`, the line with a caret, the suggestion and the fix. */
export function printIssue(issue: Issue): string {
  const {at, severity, code, detail, suggestions, choices, hint} = issue;
  const place = at ? `${at.file}:${at.line}:${at.column}  ` : '';
  return [
    `${place}${severity}  ${code}  ${detail}`,
    ...(at && !hidden.has(code) ? frame(at.file, at.line, at.column) : []),
    ...(suggestions?.length ? [`    did you mean: ${suggestions.join(', ')}`] : []),
    ...(choices?.length ? [`    choices: ${choices.map((choice) => JSON.stringify(choice)).join('  ')}`] : []),
    `    fix: ${hint}`,
  ].join('\n');
}

/** One line with what to do, for lists that show no lines of the file. */
export function adviceOf({detail, suggestions = [], hint}: Issue): string {
  const meant = suggestions.length > 0 ? ` (did you mean ${suggestions.join(' or ')}?)` : '';
  return `${detail}${meant}. Fix: ${hint}`;
}

/** Findings whose line is the secret itself: what is checked here is shown in the logs of builds. */
const hidden: ReadonlySet<string> = new Set(['JW7002'] satisfies Code[]);

const widest = 140;

/** The line of the file with a caret below the column; nothing when the file is gone. */
function frame(file: string, line: number, column: number): string[] {
  const text = lineOf(file, line);
  if (text === undefined) return [];
  const start = column > widest - 20 ? column - 60 : 0;
  const shown = text.slice(start, start + widest);
  const gutter = String(line).padStart(5);
  return [`${gutter} | ${shown}`, `${' '.repeat(gutter.length)} | ${' '.repeat(Math.max(0, column - 1 - start))}^`];
}

function lineOf(file: string, line: number): string | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n')[line - 1]?.replace(/\r$/, '');
  } catch {
    return undefined;
  }
}

export function countIssues(issues: readonly Issue[]): string {
  const count = (severity: Issue['severity']) => issues.filter((issue) => issue.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  return `${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
}
