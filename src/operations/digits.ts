/** Numbers by their decimal digits, so that nothing is lost between text, double and exact number. Must never round. */
import {ExactNumber, type Json, JsonFault, parseJson} from '../values/json.ts';

export type Numeric = number | ExactNumber;

export function isNumeric(value: Json): value is Numeric {
  return typeof value === 'number' || value instanceof ExactNumber;
}

/** A number is `digits` times ten to the power of `-scale`; `digits` has no trailing zeros while `scale` is above 0. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const grammar = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Undefined for an exponent beyond what any type here can hold. */
export function decimalOf(value: Numeric): Decimal | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = grammar.exec(String(value)) ?? [];
  if (sign === undefined) return undefined;
  const all = BigInt(whole + fraction);
  let scale = fraction.length - Number(exponent);
  if (scale < -400) return undefined;
  let digits = scale < 0 ? all * 10n ** BigInt(-scale) : all;
  scale = Math.max(0, scale);
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n;
    scale--;
    if (digits === 0n) scale = 0;
  }
  return {digits: sign === '-' ? -digits : digits, scale};
}

/** Whether a number has no fraction, whatever its notation. */
export function isWhole(value: Numeric): boolean {
  return Number.isSafeInteger(value) || decimalOf(value)?.scale === 0;
}

/** Negative, zero or positive, as a is less than, equal to or greater than b; compared exactly. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  // The digits that doubles print are in the order of the doubles.
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [decimalOf(a), decimalOf(b)];
  if (!left || !right) return Number(a) - Number(b);
  const scale = Math.max(left.scale, right.scale);
  const difference =
    left.digits * 10n ** BigInt(scale - left.scale) - right.digits * 10n ** BigInt(scale - right.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Text in the grammar of JSON numbers to a number with all its digits; undefined when it is not one. */
export function numberOf(text: string): Numeric | undefined {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined;
  try {
    const value = parseJson(text);
    return isNumeric(value) ? value : undefined;
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
}

/** Text `-?\d+` to a whole number; leading zeros say nothing. */
export function integerOf(text: string): Numeric | undefined {
  // A zero has no sign as a whole number.
  if (/^-?\d{1,15}$/.test(text)) return Number(text) + 0;
  return /^-?\d{1,400}$/.test(text) ? numberOf(BigInt(text).toString()) : undefined;
}

const bits = (count: bigint): bigint => 1n << count;

/** Formats of numbers whose bounds a double cannot say. */
const formats: ReadonlyMap<string, (value: Decimal) => boolean> = new Map([
  ['int64', ({digits, scale}: Decimal) => scale === 0 && digits >= -bits(63n) && digits < bits(63n)],
  ['uint64', ({digits, scale}: Decimal) => scale === 0 && digits >= 0n && digits < bits(64n)],
  ['decimal', ({digits, scale}: Decimal) => scale <= 28 && digits.toString().replace('-', '').length <= 28],
]);

/** Whether a number fits a format; unknown formats accept all. */
export function fitsNumberFormat(value: Numeric, format: string): boolean {
  const check = formats.get(format);
  if (!check) return true;
  const decimal = decimalOf(value);
  return decimal !== undefined && check(decimal);
}
