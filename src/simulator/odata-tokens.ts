/** Splits the text of an OData filter into tokens. Must never guess: what is not a token is a problem with its place. */

/** A query a server of this kind refuses; the data of a simulator decides how the refusal looks. */
export class ODataProblem extends Error {}

export type TokenKind = 'guid' | 'time' | 'number' | 'text' | 'name' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Text: without its quotes, doubled quotes made single. Everything else as it was written. */
  readonly text: string;
  readonly at: number;
}

/** Order decides: a GUID may begin with digits, a time begins with a number. */
const shapes: readonly [TokenKind, RegExp][] = [
  ['guid', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy],
  ['time', /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)?)?/iy],
  ['number', /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?[ldfm]?/iy],
  ['text', /(?:[A-Za-z_][\w.]*)?'(?:[^']|'')*'/y],
  ['name', /[A-Za-z_@][\w.@]*/y],
  ['sign', /[(),/]/y],
];

/** Tokens of a filter, the last one of kind `end`. Throws ODataProblem. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = skipBlanks(source, 0);
  while (at < source.length) {
    const token = readToken(source, at);
    tokens.push(token.read);
    at = skipBlanks(source, token.next);
  }
  tokens.push({kind: 'end', text: '', at: source.length});
  return tokens;
}

function readToken(source: string, at: number): {read: Token; next: number} {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at;
    const found = shape.exec(source)?.[0];
    if (found !== undefined)
      return {read: {kind, text: kind === 'text' ? unquote(found) : found, at}, next: at + found.length};
  }
  const what = source[at] === "'" ? 'unterminated string literal' : 'syntax error';
  throw new ODataProblem(`${what} at position ${at} in '${source.slice(0, 200)}'`);
}

/** `'O''Hare'` and the typed forms `State'Pending'` and `guid'…'` are all text. */
function unquote(literal: string): string {
  return literal.slice(literal.indexOf("'") + 1, -1).replaceAll("''", "'");
}

function skipBlanks(source: string, from: number): number {
  let at = from;
  while (at < source.length && /\s/.test(source[at] as string)) at++;
  return at;
}
