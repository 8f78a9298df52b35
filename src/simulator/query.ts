/** Reads the OData options of a query. Must never look at data, only at the names a collection has. */
import type {OperationOData} from './format.ts';
import {type Filter, parseFilter} from './odata.ts';
import {compileFilter, type Predicate, type Probe, probes} from './odata-evaluate.ts';
import {ODataProblem} from './odata-tokens.ts';

export interface OrderBy {
  readonly path: readonly string[];
  readonly desc: boolean;
}

export interface Query {
  readonly filter: Predicate | undefined;
  readonly probes: readonly Probe[] | undefined;
  readonly orderBy: readonly OrderBy[];
  readonly top: number | undefined;
  readonly skip: number;
  readonly count: boolean;
  readonly select: readonly string[] | undefined;
  readonly expand: ReadonlySet<string>;
}

export interface Names {
  /** The spelling the collection uses; undefined for a name it has not. */
  fieldNamed(name: string): string | undefined;
  readonly hasFields: boolean;
}

type Options = Readonly<Record<string, string | readonly string[]>>;

const known: ReadonlySet<string> = new Set(['$filter', '$orderby', '$top', '$skip', '$count', '$select', '$expand']);

/** Throws ODataProblem. Option names are read in any case. */
export function readQuery(parameters: Options, rules: OperationOData, names: Names): Query {
  const options = readOptions(parameters);
  const properName = (name: string) => names.fieldNamed(name) ?? unknownName(name, names);
  const filterText = options.get('$filter')?.trim();
  const filter: Filter | undefined =
    filterText === undefined || filterText === ''
      ? undefined
      : parseFilter(filterText, {maxExpressions: rules.maxExpressions ?? 100});
  return {
    filter: filter && compileFilter(filter, properName),
    probes: filter && probes(filter, properName),
    orderBy: readOrder(options.get('$orderby'), rules.maxOrderBy ?? 5, properName),
    top: readWhole(options, '$top', rules.maxTop ?? 1000) ?? rules.defaultTop,
    skip: readWhole(options, '$skip', Number.MAX_SAFE_INTEGER) ?? 0,
    count: readFlag(options.get('$count')),
    select: readNames(options.get('$select'))?.map(properName),
    expand: readExpand(options.get('$expand'), rules, properName),
  };
}

/** An empty collection takes any name: what it has is not known yet. */
function unknownName(name: string, {hasFields}: Names): string {
  if (hasFields) throw new ODataProblem(`could not find a property named '${name.slice(0, 80)}'`);
  return name;
}

function readOptions(parameters: Options): Map<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of Object.entries(parameters)) {
    if (!name.startsWith('$')) continue;
    const option = name.toLowerCase();
    if (!known.has(option)) throw new ODataProblem(`the query option '${name.slice(0, 40)}' is not supported`);
    if (options.has(option) || typeof value !== 'string')
      throw new ODataProblem(`the query option '${option}' is given more than once`);
    options.set(option, value);
  }
  return options;
}

function readOrder(text: string | undefined, most: number, properName: (name: string) => string): readonly OrderBy[] {
  const parts = readNames(text) ?? [];
  if (parts.length > most) throw new ODataProblem(`$orderby has more than ${most} properties`);
  return parts.map((part) => {
    const match = /^([\w/]+)(?:\s+(asc|desc))?$/i.exec(part);
    if (!match) throw new ODataProblem(`'${part.slice(0, 80)}' is not a property to order by`);
    const [first = '', ...rest] = (match[1] ?? '').split('/');
    return {path: [properName(first), ...rest], desc: match[2]?.toLowerCase() === 'desc'};
  });
}

function readWhole(options: ReadonlyMap<string, string>, option: string, most: number): number | undefined {
  const text = options.get(option)?.trim();
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new ODataProblem(`${option} is not a whole number`);
  if (value > most) throw new ODataProblem(`the limit of '${most}' for ${option} is exceeded`);
  return value;
}

function readFlag(text: string | undefined): boolean {
  const word = (text ?? 'false').trim().toLowerCase();
  if (word !== 'true' && word !== 'false') throw new ODataProblem('$count is true or false');
  return word === 'true';
}

function readNames(text: string | undefined): string[] | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  return text.split(',').map((part) => part.trim());
}

/** What is asked for behind an expanded name is read for its depth only. */
function readExpand(
  text: string | undefined,
  {expand = [], maxExpandDepth = 2}: OperationOData,
  properName: (name: string) => string,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const part of splitOutside(text ?? '')) {
    const depth = part.split('/').length + (part.match(/\$expand/gi)?.length ?? 0);
    if (depth > maxExpandDepth) throw new ODataProblem(`$expand is nested deeper than ${maxExpandDepth}`);
    const name = properName((/^[\w@.]+/.exec(part)?.[0] ?? part).trim());
    const allowed = expand.find((one) => one.toLowerCase() === name.toLowerCase());
    if (allowed === undefined) throw new ODataProblem(`the property '${name.slice(0, 80)}' cannot be expanded`);
    names.add(allowed);
  }
  return names;
}

/** Parts between commas that stand in no brackets. */
function splitOutside(text: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
