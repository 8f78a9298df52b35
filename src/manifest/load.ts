/** Reads one file of any kind: strict JSON, then the format of its kind. A later stage runs only on what passed. */
import type {Issue} from '../errors/jobwire-error.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';
import {type Document, readDocument} from './document.ts';
import {checkFormat, kindOf} from './format.ts';
import {toIssues} from './issues.ts';
import type {Kind} from './kinds.ts';

export interface Loaded<M = unknown> {
  /** Present when the file fits the format of its kind. */
  readonly manifest?: M;
  readonly kind?: Kind;
  /** Present when the file is strict JSON. */
  readonly document?: Document;
  readonly issues: readonly Issue[];
}

/** Never throws for a bad file. The type is what the caller says for the kind it expects. */
export function loadFile<M = unknown>(path: string, expected?: Kind): Loaded<M> {
  const {document, issues} = loadJson(path);
  if (!document) return {issues};
  const kind = kindOf(document.value, expected);
  if (typeof kind === 'object') return {document, issues: toIssues(document, [kind])};
  const findings = checkFormat(kind, document.value);
  if (findings.length > 0) return {kind, document, issues: toIssues(document, findings)};
  return {kind, document, manifest: document.value as M, issues: []};
}

/** A file that is only data: strict JSON (JW1001). */
export function loadJson(path: string): {readonly document?: Document; readonly issues: readonly Issue[]} {
  const {document, faults} = readDocument(path);
  if (document) return {document, issues: []};
  return {issues: faults.map(({problem, at}) => fail('JW1001', {problem}, {at}).issue())};
}

/** The value of a JSON file, or undefined when it is not readable. */
export function jsonOf(path: string): Json | undefined {
  return readDocument(path).document?.value;
}
