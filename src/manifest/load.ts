/** Reads one file of any kind: strict JSON, then the format of its kind. A later stage runs only on what passed. */
import type {Issue} from '../errors/jobwire-error.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';
import {type Document, parseDocument, type Reading, readDocument} from './document.ts';
import {checkFormat, kindOf} from './format.ts';
import {toIssues} from './issues.ts';
import type {Form, Kind} from './kinds.ts';

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

/** A file whose form the reader knows. With `bytes`, what is in them, and `path` is only the name it is called by. */
export function loadForm<M>(form: Form | Kind, path: string, bytes?: Uint8Array): Omit<Loaded<M>, 'kind'> {
  const {document, issues} = asJson(bytes ? parseDocument(path, bytes) : readDocument(path));
  if (!document) return {issues};
  const findings = checkFormat(form, document.value);
  if (findings.length > 0) return {document, issues: toIssues(document, findings)};
  return {document, manifest: document.value as M, issues: []};
}

/** A file that is only data: strict JSON (JW1001). */
export function loadJson(path: string): {readonly document?: Document; readonly issues: readonly Issue[]} {
  return asJson(readDocument(path));
}

function asJson({document, faults}: Reading): {readonly document?: Document; readonly issues: readonly Issue[]} {
  if (document) return {document, issues: []};
  return {issues: faults.map(({problem, at}) => fail('JW1001', {problem}, {at}).issue())};
}

/** The value of a JSON file, or undefined when it is not readable. */
export function jsonOf(path: string): Json | undefined {
  return readDocument(path).document?.value;
}
