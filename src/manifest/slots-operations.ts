/** The slots of operations, http defaults and lookups. */
import type {Place, Type} from '../expressions/check.ts';
import type {Connector, ErrorRow, Lookup, Operation} from '../generated/types.ts';
import {type ConnectorTypes, common, typesOf} from './connector-types.ts';
import {members} from './parts.ts';
import {pageType, paramsType, pick, responseType, text} from './root-types.ts';
import type {Slot} from './slots.ts';
import {requestSlots} from './slots-request.ts';

const interval: Type = {type: ['string', 'number']};
const whole: Type = {type: 'integer'};
const test: Type = {type: 'boolean'};

export function operationSlots(connector: Connector): Slot[] {
  const types = typesOf(connector);
  return [
    ...members(connector.operations, '/operations').flatMap(({value, pointer, name}) =>
      slotsOfOperation({types, operation: value, name}, pointer),
    ),
    ...httpSlots(types),
    ...members(connector.lookups, '/lookups').flatMap(({value, pointer}) => lookupSlots(types, value, pointer)),
  ];
}

interface Named {
  readonly types: ConnectorTypes;
  readonly operation: Operation;
  readonly name: string;
}

function slotsOfOperation({types, operation, name}: Named, pointer: string): Slot[] {
  const {request, response, page, errors, idempotency} = operation;
  const roots = rootTypes(types, operation);
  const before: Place = {...common, roots: pick('request', roots)};
  const after = (more: Partial<Place> = {}): Place => ({...common, roots: pick('response', roots), ...more});
  const slot = (path: string, value: unknown, place: Place): Slot => ({pointer: `${pointer}/${path}`, value, place});
  const schema = response?.schema === undefined ? undefined : types.resolve(response.schema);
  return [
    ...requestSlots(request, `${pointer}/request`, before),
    slot('idempotency/key', idempotency?.key, {...before, context: 'text'}),
    slot('response/items', response?.items, after({expect: listOf(schema)})),
    slot(
      'response/output',
      response?.output,
      after(response?.items === undefined && schema !== undefined ? {expect: schema} : {}),
    ),
    slot('page/next', page?.next, after({expect: {type: ['string', 'number']}})),
    slot('page/total', page?.total, after({expect: whole})),
    slot('page/pages', page?.pages, after({expect: whole})),
    slot('page/done', page?.done, after({expect: test})),
    ...errorSlots(errors, `${pointer}/errors`, after()),
    ...settleSlots({types, operation, name}, pointer),
  ];
}

function listOf(schema: Type | undefined): Type {
  return {type: 'array', ...(schema !== undefined && schema !== true && {items: schema})};
}

function rootTypes(
  types: ConnectorTypes,
  {params, page, response}: Pick<Operation, 'params' | 'page' | 'response'>,
): Record<string, Type> {
  return {
    params: types.params(params ? {params} : {}),
    connection: types.connection(),
    prepared: types.prepared(undefined, true),
    response: responseType(response?.type === 'text' ? text : true),
    ...(page && {page: pageType}),
  };
}

function errorSlots(rows: readonly ErrorRow[] | undefined, pointer: string, place: Place): Slot[] {
  return (rows ?? []).flatMap((row, i) => [
    {pointer: `${pointer}/${i}/when/test`, value: row.when.test, place: {...place, expect: test}},
    {pointer: `${pointer}/${i}/message`, value: row.message, place: {...place, context: 'text' as const}},
    {pointer: `${pointer}/${i}/hint`, value: row.hint, place: {...place, context: 'text' as const}},
    {pointer: `${pointer}/${i}/output`, value: row.output, place},
    {pointer: `${pointer}/${i}/after`, value: row.after, place: {...place, expect: interval}},
  ]);
}

/** `rest` gives some of the operation's own parameters. */
function settleSlots({types, operation, name}: Named, pointer: string): Slot[] {
  const {settle, params} = operation;
  if (!settle) return [];
  const called = types.connector.operations[settle.call];
  const roots = {...rootTypes(types, params ? {params} : {}), result: called ? types.operation(settle.call) : true};
  const place: Place = {...common, roots: pick('settle', roots)};
  const settled: Place = {...common, roots: pick('settled', roots)};
  const own = paramsType(params, (schema) => types.resolve(schema), true);
  const some: Type = own === true ? true : {...own, required: []};
  const given = settle.when === undefined ? {} : {given: [settle.when]};
  const at = `${pointer}/settle`;
  return [
    {pointer: `${at}/when`, value: settle.when, place: {...place, expect: test}},
    withSlot({pointer: at, with: settle.with}, {...place, ...given}, called ? types.params(called, true) : true),
    {pointer: `${at}/done`, value: settle.done, place: {...settled, ...given, expect: test}},
    {
      pointer: `${at}/output`,
      value: settle.output,
      place: {...settled, ...given, ...fitting(types.operation(name))},
    },
    {pointer: `${at}/rest`, value: settle.rest, place: {...settled, ...given, expect: some}},
  ];
}

/** The output of settle stands for the operation's; only its kind is compared, the rest may be as the read gives it. */
function fitting(type: Type): Partial<Place> {
  return type !== true && type['type'] === 'array' ? {expect: {type: 'array'}} : {};
}

interface Site {
  readonly pointer: string;
  readonly with: unknown;
}

/** The arguments of a call; missing ones are reported at the call. */
export function withSlot({pointer, with: value}: Site, place: Place, params: Type): Slot {
  return {
    pointer: value === undefined ? pointer : `${pointer}/with`,
    value: value ?? {},
    place: {...place, expect: params},
    ...(value === undefined && {home: `${pointer}/with`}),
  };
}

function httpSlots(types: ConnectorTypes): Slot[] {
  const {http} = types.connector;
  if (!http) return [];
  const roots = {...rootTypes(types, {}), params: true as const, page: pageType};
  const place: Place = {...common, roots: pick('response', roots)};
  return [
    ...(http.errorText ?? []).map((value, i) => ({pointer: `/http/errorText/${i}`, value, place})),
    ...errorSlots(http.errors, '/http/errors', place),
    ...members(http.budgets, '/http/budgets').flatMap(({value, pointer}) => [
      {pointer: `${pointer}/remaining`, value: value.remaining, place: {...place, expect: {type: 'number'}}},
      {pointer: `${pointer}/reset`, value: value.reset, place: {...place, expect: {type: 'number'}}},
    ]),
  ];
}

function lookupSlots(types: ConnectorTypes, lookup: Lookup, pointer: string): Slot[] {
  const {params, call, from, none, many} = lookup;
  const roots: Record<string, Type> = {
    params: types.params(params ? {params} : {}),
    connection: types.connection(),
    prepared: types.prepared(),
    item: call === undefined ? true : types.row(call),
    arg: true,
  };
  const place: Place = {...common, roots: pick('lookup', roots)};
  const row = (more: Partial<Place> = {}): Place => ({...common, roots: pick('row', roots), ...more});
  const slot = (path: string, value: unknown, where: Place): Slot => ({
    pointer: `${pointer}/${path}`,
    value,
    place: where,
  });
  const called = call === undefined ? undefined : types.connector.operations[call];
  return [
    ...(called ? [withSlot({pointer, with: lookup.with}, place, types.params(called, true))] : []),
    slot('from', from, {...place, expect: {type: 'array'}}),
    ...(lookup.where ?? []).flatMap(({when, test: check}, i) => [
      slot(`where/${i}/when`, when, {...place, expect: test}),
      slot(`where/${i}/test`, check, row({expect: test, ...(when !== undefined && {given: [when]})})),
    ]),
    slot('none/use', none?.use, place),
    slot('many/order/by', many?.order?.by, row({expect: {type: ['string', 'number', 'boolean']}})),
    ...(['none', 'many'] as const).flatMap((key) => [
      slot(`${key}/message`, lookup[key]?.message, {...place, context: 'text'}),
      slot(`${key}/hint`, lookup[key]?.hint, {...place, context: 'text'}),
    ]),
    slot('choice', lookup.choice, row()),
    slot('output', lookup.output, row(lookup.signature ? {expect: {type: 'object'}} : {})),
    ...signatureSlots(lookup, pointer, roots),
  ];
}

function signatureSlots({signature}: Lookup, pointer: string, roots: Record<string, Type>): Slot[] {
  if (!signature) return [];
  const at = `${pointer}/signature`;
  const row: Place = {...common, roots: pick('row', roots)};
  if ('schema' in signature)
    return [{pointer: `${at}/schema`, value: signature.schema, place: {...row, expect: {type: 'object'}}}];
  const {declared, name, type, required} = signature;
  const arg: Place = {...common, roots: pick('signature', roots)};
  return [
    {pointer: `${at}/declared`, value: declared, place: {...row, expect: {type: ['array', 'null']}}},
    {pointer: `${at}/name`, value: name, place: {...arg, context: 'text'}},
    {pointer: `${at}/type`, value: type, place: {...arg, context: 'text'}},
    {pointer: `${at}/required`, value: required, place: {...arg, expect: test}},
  ];
}
