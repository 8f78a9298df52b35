/** The one error Jobwire throws: a catalogue entry with its facts. */
import type {Json} from '../values/json.ts';
import {type Code, catalog, type Owner, type Severity} from './catalog.ts';

/** Where in a file; line and column start at 1, `offset` counts characters inside an expression string. */
export interface Place {
  readonly file: string;
  readonly pointer: string;
  readonly line: number;
  readonly column: number;
  readonly expression?: number;
}

/** What an operation means for the request: never executed, refused for good, or perhaps executed. */
export type Outcome = 'retry' | 'fail' | 'unknown';

export interface Extra {
  /** Code chosen by the author of a connector; travels beside ours and is the one shown first. */
  readonly authorCode?: string;
  readonly owner?: Owner;
  /** Replaces the catalogue's sentence. */
  readonly detail?: string;
  readonly hint?: string;
  readonly suggestions?: readonly string[];
  readonly choices?: readonly Json[];
  readonly at?: Place;
  readonly evidence?: {readonly requestId?: string; readonly serverText?: string};
  readonly outcome?: Outcome;
  /** For outcome retry: milliseconds the target asked to wait. */
  readonly afterMs?: number;
  readonly cause?: unknown;
}

export type Facts = Readonly<Record<string, string | number | boolean>>;

/** A diagnostic as it is printed, stored and sent (language reference, section 11). */
export interface Issue {
  readonly code: string;
  readonly jobwireCode: Code;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly owner: Owner;
  readonly hint: string;
  readonly at?: Place;
  readonly suggestions?: readonly string[];
  readonly choices?: readonly Json[];
  readonly evidence?: Extra['evidence'];
}

export class JobwireError extends Error {
  readonly jobwireCode: Code;
  readonly extra: Extra;
  constructor(code: Code, facts: Facts, extra: Extra = {}) {
    super(
      extra.detail ?? fill(catalog[code].detail, facts),
      extra.cause === undefined ? undefined : {cause: extra.cause},
    );
    this.name = 'JobwireError';
    this.jobwireCode = code;
    this.extra = {...extra, hint: extra.hint ?? fill(catalog[code].fix, facts)};
  }

  /** The author's code where there is one, else ours. */
  get code(): string {
    return this.extra.authorCode ?? this.jobwireCode;
  }

  get owner(): Owner {
    return this.extra.owner ?? catalog[this.jobwireCode].owner;
  }

  issue(): Issue {
    const {hint, at, suggestions, choices, evidence} = this.extra;
    const entry = catalog[this.jobwireCode];
    return {
      code: this.code,
      jobwireCode: this.jobwireCode,
      severity: entry.severity,
      title: entry.title,
      detail: this.message,
      owner: this.owner,
      hint: hint ?? entry.fix,
      ...(at && {at}),
      ...(suggestions?.length && {suggestions}),
      ...(choices?.length && {choices}),
      ...(evidence && {evidence}),
    };
  }

  /** The same error with more known about it (for example its place). */
  with(extra: Extra): JobwireError {
    return new JobwireError(this.jobwireCode, {}, {...this.extra, detail: this.message, cause: this.cause, ...extra});
  }
}

/** `throw fail('JW3004', {request, status})`. */
export function fail(code: Code, facts: Facts = {}, extra: Extra = {}): JobwireError {
  return new JobwireError(code, facts, extra);
}

/** Any thrown thing as a JobwireError; what is not ours becomes JW9001. */
export function asJobwireError(error: unknown): JobwireError {
  if (error instanceof JobwireError) return error;
  const problem = error instanceof Error ? error.message : String(error);
  return new JobwireError('JW9001', {problem}, {cause: error});
}

function fill(sentence: string, facts: Facts): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(facts, name) ? (name === 'problem' ? String(facts[name]) : inOneLine(String(facts[name]))) : whole,
  );
}

/** A name or path from outside must not begin a line of its own. */
function inOneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]/g, (c) => JSON.stringify(c).slice(1, -1));
}

/** Names near a wrong one: edit distance up to max(2, a third of the length), nearest first. */
export function nearest(name: string, names: Iterable<string>): string[] {
  const limit = Math.max(2, Math.floor(name.length / 3));
  return [...names]
    .map((candidate) => ({candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase())}))
    .filter(({distance}) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({candidate}) => candidate);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (next[j - 1] ?? 0) + 1,
        (row[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
