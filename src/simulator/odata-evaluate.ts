/** Decides whether a record passes a parsed OData filter. Must never throw on odd data: what cannot be compared does not match. */
import {ExactNumber, isObject, type Json, own} from '../values/json.ts';
import type {Comparison, Filter, Literal, Operand, TextTest} from './odata.ts';
import type {Item} from './state.ts';

export type Predicate = (item: Item) => boolean;

/** `properName` gives the spelling a collection uses for a name, in any case, or throws ODataProblem for a name it has not. */
export function compileFilter(filter: Filter, properName: (name: string) => string): Predicate {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const left = compileFilter(filter.left, properName);
      const right = compileFilter(filter.right, properName);
      return filter.kind === 'and' ? (item) => left(item) && right(item) : (item) => left(item) || right(item);
    }
    case 'not': {
      const of = compileFilter(filter.of, properName);
      return (item) => !of(item);
    }
    case 'compare':
      return compileComparison(filter.op, filter.left, filter.right, properName);
    case 'in': {
      const left = reader(filter.left, properName);
      return oneOf(left, filter.values);
    }
    case 'call': {
      const of = reader(filter.of, properName);
      const what = reader(filter.what, properName);
      return (item) => tests[filter.name](of(item), what(item));
    }
    case 'holds': {
      const of = reader(filter.of, properName);
      return (item) => of(item) === true;
    }
  }
}

/** Long lists of keys cost one look-up per record; moments are compared one by one. */
function oneOf(left: (item: Item) => unknown, values: readonly Literal[]): Predicate {
  const times = values.filter(({type}) => type === 'time').map(({value}) => value);
  const texts = new Set(values.filter(({type}) => type !== 'time').map(({value}) => sameText(value)));
  return (item) => {
    const value = left(item);
    return texts.has(sameText(value)) || times.some((time) => compare('eq', value, time, true));
  };
}

/** Records that an index can find: the field and the values, or undefined when the filter needs a scan. */
export interface Probe {
  readonly field: string;
  readonly values: readonly Json[];
}

/** Every record that passes the filter is found by one of these probes; the filter still has to be applied. */
export function probes(filter: Filter, properName: (name: string) => string): readonly Probe[] | undefined {
  if (filter.kind === 'and') return probes(filter.left, properName) ?? probes(filter.right, properName);
  if (filter.kind === 'or') {
    const left = probes(filter.left, properName);
    const right = probes(filter.right, properName);
    return left && right && [...left, ...right];
  }
  if (filter.kind === 'in') return probe(filter.left, filter.values, properName);
  return filter.kind === 'compare' && filter.op === 'eq' && filter.right.kind === 'literal'
    ? probe(filter.left, [filter.right], properName)
    : undefined;
}

function probe(
  left: Operand,
  values: readonly Literal[],
  properName: (name: string) => string,
): readonly Probe[] | undefined {
  const name = left.kind === 'path' && left.names.length === 1 ? left.names[0] : undefined;
  if (name === undefined || values.some(({type}) => type === 'time')) return undefined;
  return [{field: properName(name), values: values.map(({value}) => value)}];
}

function compileComparison(
  op: Comparison,
  left: Operand,
  right: Operand,
  properName: (name: string) => string,
): Predicate {
  const a = reader(left, properName);
  const b = reader(right, properName);
  const asTime = isTime(left) || isTime(right);
  return (item) => compare(op, a(item), b(item), asTime);
}

function isTime(operand: Operand): boolean {
  return operand.kind === 'literal' && operand.type === 'time';
}

function reader(operand: Operand, properName: (name: string) => string): (item: Item) => unknown {
  if (operand.kind === 'literal') return () => operand.value;
  const [first, ...rest] = operand.names;
  const name = properName(first as string);
  return (item) => rest.reduce<unknown>(readAnyCase, Object.hasOwn(item, name) ? item[name] : null);
}

/** Own member in any case, null when there is none. */
export function readAnyCase(value: unknown, name: string): unknown {
  if (!isObject(value)) return null;
  const exact = own(value, name);
  if (exact !== undefined) return exact;
  const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? null : (own(value, key) ?? null);
}

const tests: Readonly<Record<TextTest, (of: unknown, what: unknown) => boolean>> = {
  contains: (of, what) => typeof of === 'string' && typeof what === 'string' && of.includes(what),
  startswith: (of, what) => typeof of === 'string' && typeof what === 'string' && of.startsWith(what),
  endswith: (of, what) => typeof of === 'string' && typeof what === 'string' && of.endsWith(what),
};

const orders: Readonly<Record<Exclude<Comparison, 'eq' | 'ne'>, (order: number) => boolean>> = {
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

function compare(op: Comparison, a: unknown, b: unknown, asTime: boolean): boolean {
  if (op === 'eq') return order(a, b, asTime) === 0;
  if (op === 'ne') return order(a, b, asTime) !== 0;
  if (a === null || b === null) return false;
  const found = order(a, b, asTime);
  return found !== undefined && orders[op](found);
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The text two equal values share: a GUID is the same in any case, a number the same with any digits behind it. */
export function sameText(value: unknown): string {
  if (typeof value !== 'string')
    return `${value === null ? 'null' : typeof value === 'boolean' ? 'boolean' : 'number'}:${String(value)}`;
  return guid.test(value) ? `text:${value.toLowerCase()}` : `text:${value}`;
}

/** Negative, zero or positive; undefined when the two have no order. */
function order(a: unknown, b: unknown, asTime: boolean): number | undefined {
  if (a === null || b === null) return a === b ? 0 : undefined;
  if (asTime) return numeric(Date.parse(String(a)), Date.parse(String(b)));
  if (typeof a === 'string' && typeof b === 'string') return sameText(a) === sameText(b) ? 0 : a < b ? -1 : 1;
  if (a instanceof ExactNumber || b instanceof ExactNumber) return exactOrder(String(a), String(b));
  if (typeof a === 'number' && typeof b === 'number') return numeric(a, b);
  return a === b ? 0 : undefined;
}

/** For sorting: absent values first, then by value; what has no order is equal. */
export function compareValues(a: unknown, b: unknown): number {
  const [left, right] = [a ?? null, b ?? null];
  if (left === null || right === null) return Number(right === null) - Number(left === null);
  return order(left, right, false) ?? 0;
}

function numeric(a: number, b: number): number | undefined {
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : a - b;
}

function exactOrder(a: string, b: string): number | undefined {
  if (!/^-?\d+$/.test(a) || !/^-?\d+$/.test(b)) return undefined;
  return BigInt(a) === BigInt(b) ? 0 : BigInt(a) < BigInt(b) ? -1 : 1;
}
