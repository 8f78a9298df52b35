/** Parses an OData `$filter` into a tree. Must never look at data. */
import {ExactNumber, type Json} from '../values/json.ts';
import {ODataProblem, type Token, tokenize} from './odata-tokens.ts';

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type TextTest = 'contains' | 'startswith' | 'endswith';

export interface Literal {
  readonly kind: 'literal';
  /** `time` compares as a moment, `guid` without regard to case. */
  readonly type: 'plain' | 'time' | 'guid';
  readonly value: Json;
}
export interface Path {
  readonly kind: 'path';
  readonly names: readonly string[];
}
export type Operand = Literal | Path;

export type Filter =
  | {readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter}
  | {readonly kind: 'not'; readonly of: Filter}
  | {readonly kind: 'compare'; readonly op: Comparison; readonly left: Operand; readonly right: Operand}
  | {readonly kind: 'in'; readonly left: Operand; readonly values: readonly Literal[]}
  | {readonly kind: 'call'; readonly name: TextTest; readonly of: Operand; readonly what: Operand}
  | {readonly kind: 'holds'; readonly of: Operand};

export interface FilterLimits {
  /** Comparisons, `in` lists and function calls in one filter. */
  readonly maxExpressions: number;
}

const comparisons: ReadonlySet<string> = new Set<Comparison>(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);
const textTests: ReadonlySet<string> = new Set<TextTest>(['contains', 'startswith', 'endswith']);
const words: Readonly<Record<string, Json>> = {true: true, false: false, null: null};
const deepest = 50;

/** Operators and function names are read in any case, as the servers do that also read property names so. Throws ODataProblem. */
export function parseFilter(source: string, limits: FilterLimits): Filter {
  const reader = new Reader(source, limits);
  const filter = reader.alternatives(0);
  reader.end();
  return filter;
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #limits: FilterLimits;
  #next = 0;
  #expressions = 0;

  constructor(source: string, limits: FilterLimits) {
    this.#tokens = tokenize(source);
    this.#limits = limits;
  }

  alternatives(depth: number): Filter {
    let left = this.#all(depth);
    while (this.#takeWord('or')) left = {kind: 'or', left, right: this.#all(depth)};
    return left;
  }

  end(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw unexpected(token);
  }

  #all(depth: number): Filter {
    let left = this.#one(depth);
    while (this.#takeWord('and')) left = {kind: 'and', left, right: this.#one(depth)};
    return left;
  }

  #one(depth: number): Filter {
    if (depth > deepest) throw new ODataProblem(`the filter is nested deeper than ${deepest}`);
    if (this.#takeWord('not')) return {kind: 'not', of: this.#one(depth + 1)};
    if (!this.#takeSign('(')) return this.#predicate();
    const inner = this.alternatives(depth + 1);
    this.#expectSign(')');
    return inner;
  }

  #predicate(): Filter {
    if (++this.#expressions > this.#limits.maxExpressions)
      throw new ODataProblem(`the filter has more than ${this.#limits.maxExpressions} expressions`);
    const name = this.#peek();
    if (name.kind === 'name' && this.#tokens[this.#next + 1]?.text === '(' && textTests.has(name.text.toLowerCase()))
      return this.#call();
    const left = this.#operand();
    const word = this.#peek().kind === 'name' ? this.#peek().text.toLowerCase() : '';
    if (word === 'in') return this.#oneOf(left);
    if (!comparisons.has(word)) return {kind: 'holds', of: left};
    this.#next++;
    return {kind: 'compare', op: word as Comparison, left, right: this.#operand()};
  }

  #call(): Filter {
    const name = this.#take().text.toLowerCase() as TextTest;
    this.#expectSign('(');
    const of = this.#operand();
    this.#expectSign(',');
    const what = this.#operand();
    this.#expectSign(')');
    return {kind: 'call', name, of, what};
  }

  #oneOf(left: Operand): Filter {
    this.#next++;
    this.#expectSign('(');
    const values: Literal[] = [];
    do values.push(this.#literal());
    while (this.#takeSign(','));
    this.#expectSign(')');
    return {kind: 'in', left, values};
  }

  #literal(): Literal {
    const token = this.#peek();
    const operand = this.#operand();
    if (operand.kind !== 'literal') throw unexpected(token);
    return operand;
  }

  #operand(): Operand {
    const token = this.#take();
    if (token.kind !== 'name') return literal(token);
    const word = token.text.toLowerCase();
    if (Object.hasOwn(words, word)) return {kind: 'literal', type: 'plain', value: words[word] as Json};
    const names = [token.text];
    while (this.#takeSign('/')) names.push(this.#name());
    return {kind: 'path', names};
  }

  #name(): string {
    const token = this.#take();
    if (token.kind !== 'name') throw unexpected(token);
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    const found = token.kind === 'name' && token.text.toLowerCase() === word;
    if (found) this.#next++;
    return found;
  }

  #takeSign(sign: string): boolean {
    const found = this.#peek().kind === 'sign' && this.#peek().text === sign;
    if (found) this.#next++;
    return found;
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) throw unexpected(this.#peek());
  }
}

function literal(token: Token): Literal {
  switch (token.kind) {
    case 'text':
      return {kind: 'literal', type: 'plain', value: token.text};
    case 'guid':
      return {kind: 'literal', type: 'guid', value: token.text};
    case 'time':
      return {kind: 'literal', type: 'time', value: token.text};
    case 'number':
      return {kind: 'literal', type: 'plain', value: number(token.text)};
    default:
      throw unexpected(token);
  }
}

/** A suffix (`123L`) names the type and is not part of the number; digits a double cannot hold are kept. */
function number(text: string): Json {
  const digits = text.replace(/[ldfm]$/i, '');
  const value = Number(digits);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? new ExactNumber(digits) : value;
}

function unexpected(token: Token): ODataProblem {
  return new ODataProblem(
    token.kind === 'end'
      ? 'the filter ends too early'
      : `'${token.text.slice(0, 80)}' is not expected at position ${token.at}`,
  );
}
