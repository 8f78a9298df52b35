/** Which operations give rows, and how their pages are asked for. Only where the names leave no doubt; what is taken for granted is said. */
import {isObject, type Json, type JsonObject, own} from '../../values/json.ts';
import {child, type Definition, type Located} from './definition.ts';
import {membersOf} from './members.ts';
import type {ApiOperation, ApiParameter} from './model.ts';
import {segment} from './parameters.ts';

export interface Rows {
  /** `response.items` */
  readonly items: string;
  readonly schema?: Located;
  readonly page?: JsonObject;
  /** Query entries that paging fills in, by their wire name. */
  readonly query: JsonObject;
  /** Where the rows are in a body: a property, or the body itself. */
  readonly property?: string;
  readonly note?: string;
}

/** Undefined when the answer is one thing. */
export function rowsOf(operation: ApiOperation, definition: Definition): Rows | undefined {
  const {answer} = operation;
  if (answer.kind !== 'json' || !answer.schema) return undefined;
  const list = listIn(answer.schema, definition);
  if (!list) return undefined;
  const paging = pagingOf({operation, list, definition});
  if (!paging && list.property !== undefined && list.others.length > 0) return undefined;
  const {property, schema} = list;
  return {
    items: property === undefined ? '{{response.body}}' : `{{response.body.${segment(property)}}}`,
    ...(schema && {schema}),
    ...(property !== undefined && {property}),
    query: {},
    ...paging,
  };
}

interface List {
  readonly property?: string;
  readonly schema?: Located;
  /** Other members of the envelope. */
  readonly others: readonly string[];
}

/** The body is a list, or an object with exactly one. */
function listIn(schema: Located, definition: Definition): List | undefined {
  const whole = definition.follow(schema);
  if (isList(whole.value)) return {...itemsOf(whole), others: []};
  const {members} = membersOf(whole, definition);
  const lists = [...members].filter(([, at]) => isList(definition.follow(at).value));
  const [only] = lists;
  if (!only || lists.length > 1) return undefined;
  const others = [...members.keys()].filter((name) => name !== only[0]);
  return {property: only[0], ...itemsOf(definition.follow(only[1])), others};
}

function isList(value: Json): boolean {
  return isObject(value) && [value['type']].flat().includes('array');
}

function itemsOf(at: Located): {schema?: Located} {
  return isObject(own(at.value, 'items')) ? {schema: child(at, 'items')} : {};
}

interface Question {
  readonly operation: ApiOperation;
  readonly list: List;
  readonly definition: Definition;
}

type Paging = Pick<Rows, 'page' | 'query' | 'note'>;

function pagingOf(question: Question): Paging | undefined {
  if (question.operation.method !== 'GET') return undefined;
  return byOffset(question) ?? byCursor(question) ?? byNumber(question) ?? byAddress(question) ?? byLink(question);
}

const sizeNames = [
  '$top',
  'limit',
  'per_page',
  'perpage',
  'page_size',
  'pagesize',
  'size',
  'max_results',
  'maxresults',
];

function queryNamed(
  {operation, definition}: Question,
  names: readonly string[],
  types: readonly string[],
): ApiParameter | undefined {
  return operation.parameters.find(
    ({where, name, schema}) =>
      where === 'query' &&
      names.includes(name.toLowerCase()) &&
      schema !== undefined &&
      types.includes(String(own(definition.follow(schema).value, 'type'))),
  );
}

const whole = ['integer', 'number'];

function sizeOf({definition}: Question, parameter: ApiParameter): number {
  const schema = parameter.schema && definition.follow(parameter.schema).value;
  const most = own(schema, 'maximum');
  return typeof most === 'number' && most >= 1 ? Math.min(100, Math.floor(most)) : 100;
}

function byOffset(question: Question): Paging | undefined {
  const skip = queryNamed(question, ['$skip', 'offset', 'skip'], whole);
  const size = queryNamed(question, sizeNames, whole);
  if (!skip || !size) return undefined;
  return {
    page: {style: 'offset', size: sizeOf(question, size)},
    query: {[size.name]: '{{page.size}}', [skip.name]: '{{page.offset}}'},
    note: `${skip.name} and ${size.name} are taken for offset and size`,
  };
}

function byNumber(question: Question): Paging | undefined {
  const number = queryNamed(question, ['page', 'page_number', 'pagenumber', 'pageindex'], whole);
  const size = queryNamed(question, sizeNames, whole);
  if (!number || !size) return undefined;
  const schema = number.schema && question.definition.follow(number.schema).value;
  const begins = own(schema, 'minimum') === 0 || own(schema, 'default') === 0 ? {start: 0} : {};
  return {
    page: {style: 'number', size: sizeOf(question, size), ...begins},
    query: {[size.name]: '{{page.size}}', [number.name]: '{{page.number}}'},
    note: `${number.name} and ${size.name} are taken for number and size of a page, counted from ${'start' in begins ? 0 : 1}`,
  };
}

const cursorNames = [
  'cursor',
  'page_token',
  'pagetoken',
  'next_token',
  'nexttoken',
  'continuation_token',
  'continuationtoken',
];
const nextNames = [
  'next_cursor',
  'nextcursor',
  'next_page_token',
  'nextpagetoken',
  'next_token',
  'nexttoken',
  'continuation_token',
  'continuationtoken',
];

function byCursor(question: Question): Paging | undefined {
  const cursor = queryNamed(question, cursorNames, ['string']);
  const next = question.list.others.find((name) => nextNames.includes(name.toLowerCase()));
  if (!cursor || next === undefined) return undefined;
  const size = queryNamed(question, sizeNames, whole);
  return {
    page: {
      style: 'cursor',
      next: `{{optional response.body.${segment(next)}}}`,
      ...(size && {size: sizeOf(question, size)}),
    },
    query: {[cursor.name]: '{{optional page.cursor}}', ...(size && {[size.name]: '{{page.size}}'})},
    note: `${next} is taken for the next ${cursor.name}`,
  };
}

function byAddress({list}: Question): Paging | undefined {
  const next = list.others.find((name) => ['@odata.nextlink', 'nextlink', 'next_url'].includes(name.toLowerCase()));
  if (next === undefined) return undefined;
  return {
    page: {style: 'url', next: `{{optional response.body.${segment(next)}}}`},
    query: {},
    note: `${next} is taken for the address of the next page`,
  };
}

function byLink({operation, list}: Question): Paging | undefined {
  if (list.property !== undefined || !operation.answer.headers.includes('link')) return undefined;
  return {page: {style: 'link'}, query: {}, note: 'the header Link is taken to name the next page'};
}
