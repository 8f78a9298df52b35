/** Errors of expressions: a coded error that says which expression and where in it. Must never show the data itself. */
import type {Code} from '../errors/catalog.ts';
import {type Extra, type Facts, fail, JobwireError} from '../errors/jobwire-error.ts';

/** A place in an expression string; `offset` counts characters from 0. */
export interface Spot {
  readonly source: string;
  readonly offset: number;
}

export class ExpressionError extends JobwireError {
  readonly offset: number;
  constructor(code: Code, offset: number, extra: Extra) {
    super(code, {}, extra);
    this.offset = offset;
  }

  override with(extra: Extra): ExpressionError {
    const known = {...this.extra, detail: this.message, cause: this.cause};
    return new ExpressionError(this.jobwireCode, this.offset, {...known, ...extra});
  }
}

/** The error of a code at a place. Its sentence ends with the expression and the column, counted from 1. */
export function failAt(spot: Spot, code: Code, facts: Facts = {}, extra: Extra = {}): ExpressionError {
  return locate(fail(code, facts, extra), spot);
}

/** The same error with its place; one that already has a place keeps it. */
export function locate(error: JobwireError, {source, offset}: Spot): ExpressionError {
  if (error instanceof ExpressionError) return error;
  const detail = `${error.message} in "${excerpt(source, offset)}" at column ${offset + 1}`;
  return new ExpressionError(error.jobwireCode, offset, {...error.extra, detail, cause: error.cause});
}

const longest = 200;

/** The whole expression, or of a long one the part around the place. */
function excerpt(source: string, offset: number): string {
  if (source.length <= longest) return source;
  const from = Math.max(0, Math.min(offset - longest / 2, source.length - longest));
  const part = source.slice(from, from + longest);
  return `${from > 0 ? '…' : ''}${part}${from + longest < source.length ? '…' : ''}`;
}
