/** A diagnostic as an HTTP answer (RFC 9457, application/problem+json). Must never carry a stack or a cause. */
import {type CatalogEntry, type Code, catalog} from './catalog.ts';
import type {Issue} from './jobwire-error.ts';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly owner: Issue['owner'];
  readonly hint: string;
  readonly suggestions?: readonly string[];
}

export const problemType = 'application/problem+json; charset=utf-8';

/** The catalogue's status, unless the caller knows a better one. */
export function problemOf(issue: Issue, status: number = statusOf(issue.jobwireCode)): Problem {
  const {jobwireCode, title, detail, code, owner, hint, suggestions} = issue;
  return {
    type: `urn:jobwire:error:${jobwireCode}`,
    title,
    status,
    detail,
    code,
    owner,
    hint,
    ...(suggestions?.length && {suggestions}),
  };
}

export function statusOf(code: Code): number {
  const entry: CatalogEntry = catalog[code];
  return entry.status;
}
