/** The tree of an expression, as the parser makes it and the interpreter and the static checks read it. Data only. */

export type LiteralNode = {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
  readonly at: number;
};

/** `segments[0]` is the root; a list index is a digit string. `text` is the path as it stands in the source. */
export type PathNode = {
  readonly kind: 'path';
  readonly segments: readonly string[];
  readonly at: number;
  readonly text: string;
};

export type CallNode = {
  readonly kind: 'call';
  readonly helper: string;
  readonly args: readonly Node[];
  readonly at: number;
};

export type Node = LiteralNode | PathNode | CallNode;

export interface Expression {
  readonly source: string;
  readonly parts: readonly (string | Node)[];
  /** The string is exactly one mustache: its value keeps its type. */
  readonly single: Node | undefined;
}

const plainName = /^[A-Za-z_$][\w$-]*$/;

/** Segments as a person would write them. */
export function writePath(segments: readonly string[]): string {
  return segments.map((segment) => (plainName.test(segment) ? segment : `[${segment}]`)).join('.');
}
