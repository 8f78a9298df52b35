/** A name becomes exactly one thing, or an error that lists the candidates (language reference, section 5.1). Must never guess between candidates. */
import {createHolder, type Held} from '../auth/held.ts';
import {asJobwireError, fail, nearest} from '../errors/jobwire-error.ts';
import {evaluate, evaluateTest, evaluateText, OMIT, type Scope} from '../expressions/evaluate.ts';
import {setOwn} from '../expressions/value.ts';
import type {Lookup} from '../generated/types.ts';
import {isObject, type Json, type JsonObject, stringifyJson} from '../values/json.ts';
import {type Clock, ms} from '../values/time.ts';
import {andThen} from './at-once.ts';
import {type Asked, unknownName} from './call.ts';
import type {LiveConnection} from './connection.ts';
import {compareNumbers, isNumeric} from './digits.ts';
import {execute} from './execute.ts';
import {createMask, type Mask, maskError} from './mask.ts';
import {evaluatePresent} from './output.ts';
import {checkParams, type ParamRules, readParams} from './params.ts';
import {PlanStop} from './plan.ts';
import {clip} from './record.ts';
import {attempt} from './response.ts';
import {buildSignature} from './signature.ts';

/** Rows of one list as they were fetched, and what lookups made of them; good until the cache drops them. */
interface Rows {
  readonly rows: readonly Json[];
  readonly results: Map<string, Result>;
}

interface Result {
  readonly value: Json;
  /** As the log shows it, before it is masked. */
  readonly text: string;
}

/** What one open connection remembers of its lookups. */
export interface Lookups {
  readonly fetched: ReturnType<typeof createHolder<Rows>>;
  readonly params: Map<string, ParamRules>;
}

export function createLookups(clock: Clock): Lookups {
  return {fetched: createHolder<Rows>(clock), params: new Map()};
}

export type Finding = Omit<Asked, 'operation'> & {readonly lookup: string};

export interface Found {
  readonly value: Json;
  /** Set when the rows came from the cache: forgets them, because a later step says that they are stale. */
  readonly drop?: () => void;
}

/** Errors (outcome fail unless fetching failed): JW3101, JW3102, JW3113, JW1004, JW2005 to JW2007. */
export function find(finding: Finding): Found | Promise<Found> {
  const mask = finding.mask ?? createMask(finding.connection.redactor);
  const refuse = (error: unknown): never => {
    throw error instanceof PlanStop ? error : maskError(asJobwireError(error), mask);
  };
  try {
    const found = search({...finding, mask});
    return found instanceof Promise ? found.catch(refuse) : found;
  } catch (error) {
    return refuse(error);
  }
}

interface Search extends Finding {
  readonly mask: Mask;
}

function search(finding: Search): Found | Promise<Found> {
  const {connection, lookup: name, mask} = finding;
  const lookup = lookupOf(connection, name);
  const rules = rulesOf(connection, name, lookup);
  for (const secret of rules.secret) mask.hide(finding.params[secret]);
  const params = checkParams(rules, finding.params, `lookup ${name}`);
  return andThen(connection.prepared(finding.log), (prepared) => {
    const choosing = {name, lookup, scope: {params, connection: connection.config, prepared}, finding};
    return andThen(fetchRows(choosing), (fetched) => pick(choosing, params, fetched));
  });
}

const mostResults = 1000;

function pick(choosing: Choosing, params: JsonObject, {rows, drop}: Fetched): Found {
  const {name, finding} = choosing;
  const key = `${name} ${stringifyJson(params)}`;
  const known = rows.results.get(key);
  const result = known ?? resultOf(choose(choosing, rows.rows));
  if (known === undefined && rows.results.size < mostResults) rows.results.set(key, result);
  logFound(finding, result, drop !== undefined);
  return {value: result.value, ...(drop && {drop})};
}

/** The signature is long, and the coercion shows what it does. */
function resultOf(value: Json): Result {
  if (!isObject(value)) return {value, text: stringifyJson(value)};
  const {signature: _, ...shown} = value;
  return {value, text: stringifyJson(shown)};
}

/** A line for what was found. */
function logFound({connection, lookup, log, mask, step = lookup}: Search, result: Result, cached: boolean): void {
  if (log === undefined) return;
  const text = mask.text(result.text);
  const found = text.length > 200 ? `${text.slice(0, 199)}…` : text;
  log({at: connection.clock.now(), step, what: `${lookup} is ${found}${cached ? ', from the cache' : ''}`});
}

function lookupOf({connector}: LiveConnection, name: string): Lookup {
  const lookups = connector.lookups ?? {};
  const lookup = Object.hasOwn(lookups, name) ? lookups[name] : undefined;
  if (lookup === undefined) throw unknownName('lookup', name, nearest(name, Object.keys(lookups)));
  return lookup;
}

function rulesOf({connector, lookups}: LiveConnection, name: string, lookup: Lookup): ParamRules {
  const known = lookups.params.get(name) ?? readParams(lookup.params, connector);
  lookups.params.set(name, known);
  return known;
}

interface Fetched {
  readonly rows: Rows;
  readonly drop?: () => void;
}

/** One fetch serves all who ask meanwhile where there is a cache; an empty list and a failure are never kept. */
function fetchRows({name, lookup, scope, finding}: Choosing): Fetched | Promise<Fetched> {
  const {connection} = finding;
  if (lookup.call === undefined) return {rows: made(listOf(lookup.from, scope, name))};
  const operation = lookup.call;
  const params = evaluateEach(lookup.with, scope);
  const fetch = async () => made(listed(await execute({...finding, operation, params}), name));
  if (lookup.cache === undefined) return fetch().then((rows) => ({rows}));
  const {fetched} = connection.lookups;
  const cacheMs = ms(lookup.cache);
  const key = `${operation} ${stringifyJson(params)} ${stringifyJson(scope.prepared)}`;
  const cached = (held: Held<Rows>): Fetched => ({rows: held.value, drop: () => fetched.drop(key, held)});
  const ready = fetched.ready(key);
  if (ready !== undefined) return cached(ready);
  let fresh = false;
  const held = fetched.get(key, async () => {
    fresh = true;
    const rows = await fetch();
    const {clock} = connection;
    return {value: rows, freshUntil: rows.rows.length === 0 ? clock.now() : clock.now() + cacheMs};
  });
  return held.then((one) => (fresh ? {rows: one.value} : cached(one)));
}

function made(rows: readonly Json[]): Rows {
  return {rows, results: new Map()};
}

function listOf(from: unknown, scope: Scope, name: string): Json[] {
  return listed(evaluatePresent(from, scope, `lookup ${name}`), name);
}

function listed(rows: Json, name: string): Json[] {
  if (!Array.isArray(rows)) throw fail('JW2007', {problem: `lookup ${name} takes a list`}, {outcome: 'fail'});
  return rows;
}

/** Each member by itself; those that are left out are not there. */
export function evaluateEach(values: Readonly<Record<string, unknown>> | undefined, scope: Scope): JsonObject {
  const made: JsonObject = {};
  for (const name of Object.keys(values ?? {})) {
    const result = evaluate(values?.[name], scope);
    if (result !== OMIT) setOwn(made, name, result as Json);
  }
  return made;
}

interface Choosing {
  readonly name: string;
  readonly lookup: Lookup;
  readonly scope: Scope & {readonly prepared: JsonObject};
  readonly finding: Search;
}

function choose(choosing: Choosing, rows: readonly Json[]): Json {
  const {lookup} = choosing;
  const {left, before} = narrow(choosing, rows);
  const [only] = left;
  if (only === undefined) {
    if (lookup.none?.action === 'use') return evaluatePresent(lookup.none.use, choosing.scope, 'none.use');
    throw refusal(choosing, 'JW3101', {rule: lookup.none, count: 0, candidates: before});
  }
  if (left.length === 1) return outputOf(choosing, only);
  const {many} = lookup;
  if (many?.action === 'all') return left.map((row) => outputOf(choosing, row));
  if (many?.action === 'first' && many.order) return outputOf(choosing, firstBy(choosing, many.order, left));
  throw refusal(choosing, 'JW3102', {rule: many, count: left.length, candidates: left});
}

/** The rows that pass, and those before the row of `where` that emptied the list. */
function narrow({lookup, scope}: Choosing, rows: readonly Json[]): {left: readonly Json[]; before: readonly Json[]} {
  let left = rows;
  for (const {when, test} of lookup.where ?? []) {
    if (when !== undefined && !evaluateTest(when, scope)) continue;
    const before = left;
    left = left.filter((item) => evaluateTest(test, {...scope, item}));
    if (left.length === 0) return {left, before};
  }
  return {left, before: left};
}

function outputOf({lookup, scope, finding}: Choosing, item: Json): Json {
  const roots = {...scope, item};
  const output = lookup.output === undefined ? item : evaluatePresent(lookup.output, roots, 'the output of the lookup');
  if (lookup.signature === undefined) return output;
  if (!isObject(output))
    throw fail('JW3113', {problem: 'a lookup with a signature needs an object as output'}, {outcome: 'fail'});
  return {...output, signature: buildSignature(lookup.signature, roots, finding.connection.connector.types)};
}

type Order = NonNullable<NonNullable<Lookup['many']>['order']>;

/** Numbers by size, anything else as text; of equal ones the first that was listed. */
function firstBy({scope}: Choosing, {by, desc = false}: Order, rows: readonly Json[]): Json {
  const keyed = rows.map((item) => ({item, key: evaluatePresent(by, {...scope, item}, 'many.order.by')}));
  const compare = (a: Json, b: Json) => (isNumeric(a) && isNumeric(b) ? compareNumbers(a, b) : byText(a, b));
  keyed.sort((a, b) => (desc ? compare(b.key, a.key) : compare(a.key, b.key)));
  return (keyed[0] as (typeof keyed)[number]).item;
}

function byText(a: Json, b: Json): number {
  const [left, right] = [a, b].map((value) => (typeof value === 'string' ? value : stringifyJson(value)));
  return left === right ? 0 : (left as string) < (right as string) ? -1 : 1;
}

interface Refusing {
  readonly rule: Lookup['none'] | Lookup['many'];
  readonly count: number;
  readonly candidates: readonly Json[];
}

const mostChoices = 20;

function refusal(choosing: Choosing, code: 'JW3101' | 'JW3102', {rule, count, candidates}: Refusing): Error {
  const {name, scope} = choosing;
  const text = (value: unknown) => (value === undefined ? undefined : attempt(() => evaluateText(value, scope)));
  const [message, hint] = [text(rule?.message), text(rule?.hint)];
  return fail(
    code,
    {lookup: name, count},
    {
      outcome: 'fail',
      choices: choicesOf(choosing, candidates),
      ...(rule?.code !== undefined && {authorCode: rule.code}),
      ...(rule?.owner && {owner: rule.owner}),
      ...(message !== undefined && {detail: message}),
      ...(hint !== undefined && {hint}),
    },
  );
}

/** How candidates are shown; one that cannot be shown is left out. */
function choicesOf({lookup, scope, finding}: Choosing, candidates: readonly Json[]): Json[] {
  const shown = lookup.choice ?? lookup.output;
  const choices = candidates.slice(0, mostChoices).flatMap((item): Json[] => {
    const choice = shown === undefined ? item : attempt(() => evaluate(shown, {...scope, item}));
    return choice === undefined ? [] : [choice as Json];
  });
  return choices.map((choice) => clip(choice, finding.mask));
}
