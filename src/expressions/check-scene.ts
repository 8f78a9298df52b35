/** Where a value is checked: its roots, what is known to be there, and where findings go. Data and small moves only. */
import type {Code} from '../errors/catalog.ts';
import type {Facts} from '../errors/jobwire-error.ts';
import {escapePointer, type Json} from '../values/json.ts';
import type {Type} from './types.ts';

export type Dialect = 'odata' | 'soql' | 'jql' | 'servicenow'; // words of the language, not of a product

export interface Place {
  /** The schema of each root that is available here; `true` is any. */
  readonly roots: Readonly<Record<string, Type>>;
  /** What the result must fit. */
  readonly expect?: Type;
  readonly context?: 'path' | 'url' | 'header' | 'query' | 'form' | 'json' | 'text' | 'test';
  /** The text is query language. */
  readonly dialect?: Dialect;
  /** The value is a map whose entries under these keys are query language. */
  readonly dialects?: Readonly<Record<string, Dialect>>;
  /** Secrets may stand here. */
  readonly secrets?: boolean;
  resolve(ref: string): Type;
  /** Problems of written-out JSON with a schema; without it such JSON is not checked. */
  validate?(schema: Type, value: Json): readonly {readonly pointer: string; readonly message: string}[];
  /** Whether a value without expressions fits. */
  fits?(schema: Type, value: Json): boolean;
  /** Tests known to hold here, as they stand in the manifest: the `when` of the step, criteria before this one. */
  readonly given?: readonly unknown[];
  /** Tests known not to hold: a step that refuses when they do came before. */
  readonly denied?: readonly unknown[];
  /** Paths known to be present. */
  readonly present?: readonly string[];
  /** Paths that are only there when a test held: a step and its `when`. */
  readonly conditions?: Readonly<Record<string, unknown>>;
}

export interface Finding {
  readonly code: Code;
  readonly facts: Facts;
  /** Relative to the value; '' is the value itself. */
  readonly pointer: string;
  /** Character inside the expression string. */
  readonly offset?: number;
  readonly suggestions?: string[];
  readonly detail?: string;
  /** Points at the key of the member. */
  readonly key?: boolean;
}

export interface Scene {
  readonly place: Place;
  readonly roots: Readonly<Record<string, Type>>;
  /** What is known: `has(a.b)`, `eq(a,"x")`, and the same with `!` in front for what does not hold. */
  readonly facts: ReadonlySet<string>;
  readonly pointer: string;
  readonly secrets: boolean;
  readonly dialect: Dialect | undefined;
  readonly findings: Finding[];
}

export function report(scene: Scene, finding: Omit<Finding, 'pointer'>): void {
  const {pointer, findings} = scene;
  const same = findings.some(
    (other) => other.code === finding.code && other.pointer === pointer && other.offset === finding.offset,
  );
  if (!same) findings.push({...finding, pointer});
}

export function inside(scene: Scene, key: string | number): Scene {
  return {...scene, pointer: `${scene.pointer}/${escapePointer(String(key))}`};
}

/** The same scene with its own list of findings, to try something out. */
export function trying(scene: Scene): Scene {
  return {...scene, findings: []};
}

/** What an expression or value may be. */
export interface Typed {
  readonly type: Type;
  /** The path that may be missing; strict use of it is an error. */
  readonly missing?: string;
  /** The result may be "leave this out". */
  readonly omit?: boolean;
}
