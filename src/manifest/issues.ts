/** Findings become issues with a place in their file. Must never print a value that may be a secret. */
import type {Code} from '../errors/catalog.ts';
import {type Extra, type Facts, type Issue, JobwireError} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';
import type {Document, LocateOptions} from './document.ts';

/** Something wrong at a JSON pointer of one file. */
export interface Finding extends LocateOptions {
  readonly code: Code;
  readonly facts: Facts;
  readonly pointer: string;
  readonly suggestions?: readonly string[];
  readonly choices?: readonly Json[];
  readonly detail?: string;
  readonly hint?: string;
}

/** Collects findings of one file while rules walk over it. */
export type Report = (finding: Finding) => void;

export function toIssue(document: Document, finding: Finding): Issue {
  const {code, facts, pointer, suggestions, choices, detail, hint} = finding;
  const at = document.locate(pointer, finding);
  const extra: Extra = {
    at,
    ...(suggestions && {suggestions}),
    ...(choices && {choices}),
    ...(detail !== undefined && {detail}),
    ...(hint !== undefined && {hint}),
  };
  return new JobwireError(code, facts, extra).issue();
}

/** In the order of the file. */
export function toIssues(document: Document, findings: readonly Finding[]): Issue[] {
  return findings
    .map((finding) => toIssue(document, finding))
    .sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0));
}

export function isError({severity}: Issue): boolean {
  return severity === 'error';
}
