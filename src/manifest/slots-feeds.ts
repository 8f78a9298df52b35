/** The slots of feeds: verification, handshakes, items, mapping, polls; and of hints and fetched choices. */
import {inferValue, type Place, type Type} from '../expressions/check.ts';
import type {Connector, Feed, SchemaValue, VerifyRule, Webhook} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import {type ConnectorTypes, common, typesOf} from './connector-types.ts';
import {embeddedSchemas, members} from './parts.ts';
import {cursorType, eventType, pick, requestType, responseType, signedRequestType, text} from './root-types.ts';
import type {Slot} from './slots.ts';
import {withSlot} from './slots-operations.ts';
import {visitSchemas} from './walk-schema.ts';

const test: Type = {type: 'boolean'};
const interval: Type = {type: ['string', 'number']};

export function feedSlots(connector: Connector): Slot[] {
  const types = typesOf(connector);
  return [
    ...members(connector.feeds, '/feeds').flatMap(({value, pointer}) => slotsOfFeed(types, value, pointer)),
    ...members(connector.jobs, '/jobs').flatMap(({value, pointer}) =>
      (value.hints ?? []).map(({event, id}, i) => ({
        pointer: `${pointer}/hints/${i}/id`,
        value: id,
        place: {
          ...common,
          roots: pick('hint', {event: eventType(dataOf(types, event))}),
          expect: {type: ['string', 'integer']},
        },
      })),
    ),
    ...optionSlots(types),
  ];
}

export function dataOf(types: ConnectorTypes, event: string): Type {
  const declared = types.connector.events?.[event];
  return declared ? types.resolve(declared.data) : true;
}

function slotsOfFeed(types: ConnectorTypes, feed: Feed, pointer: string): Slot[] {
  const roots: Record<string, Type> = {connection: types.connection(), secret: types.secret(), request: requestType};
  return [
    ...(feed.webhook ? webhookSlots(feed.webhook, `${pointer}/webhook`, roots) : []),
    ...pollSlots(types, feed, pointer),
    ...eventSlots({types, feed, roots}, `${pointer}/event`),
  ];
}

function webhookSlots(webhook: Webhook, pointer: string, roots: Record<string, Type>): Slot[] {
  const place = (more: Partial<Place> = {}): Place => ({...common, roots: pick('webhook', roots), ...more});
  return [
    ...webhook.verify.flatMap((rule, i) => verifySlots(rule, `${pointer}/verify/${i}`, roots)),
    ...(webhook.handshake ?? []).flatMap(({when, respond, confirm}, i) => {
      const at = `${pointer}/handshake/${i}`;
      const given = {given: [when]};
      return [
        {
          pointer: `${at}/when`,
          value: when,
          place: {...common, roots: pick('handshake', roots), secrets: true, expect: test},
        },
        {pointer: `${at}/respond/headers`, value: respond?.headers, place: place({...given, context: 'header'})},
        {pointer: `${at}/respond/body`, value: respond?.body, place: place(given)},
        {pointer: `${at}/confirm/url`, value: confirm?.url, place: place({...given, context: 'url'})},
      ];
    }),
    {pointer: `${pointer}/items`, value: webhook.items, place: place({expect: {type: 'array'}})},
    {pointer: `${pointer}/ack/body`, value: webhook.ack?.body, place: place()},
  ];
}

/** Only `base` reads the raw bytes; `token` may read the item. Each part of `base` may be a list of alternatives. */
function verifySlots(rule: VerifyRule, pointer: string, types: Record<string, Type>): Slot[] {
  const roots = {
    ...types,
    secret: given(types['secret']),
    subscription: true as const,
    timestamp: text,
    item: true as const,
  };
  const place = (more: Partial<Place> = {}): Place => ({
    ...common,
    roots: pick('verify', roots),
    secrets: true,
    ...more,
  });
  const signed: Place = {
    ...common,
    roots: pick('verify', {...roots, request: signedRequestType}),
    secrets: rule.scheme === 'digest',
    context: 'text',
  };
  const bases = Array.isArray(rule.base)
    ? rule.base.map((value, i) => [`base/${i}`, value] as const)
    : [['base', rule.base] as const];
  const item: Place = {...common, roots: pick('verifyItem', roots), secrets: true, context: 'text'};
  const settings = (more: Partial<Place>): Place => ({...common, roots: pick('verifyKeys', roots), ...more});
  const slot = (path: string, value: unknown, where: Place): Slot => ({
    pointer: `${pointer}/${path}`,
    value,
    place: where,
  });
  return [
    slot('key', rule.key, place({context: 'text'})),
    ...bases.map(([path, value]) => slot(path, value, signed)),
    slot('signature/body', rule.signature?.body, place({context: 'text', secrets: false})),
    slot('timestamp/from', rule.timestamp?.from, place({secrets: false})),
    slot('token/from', rule.token?.from, {...item, secrets: false}),
    slot('token/equals', rule.token?.equals, item),
    slot('jwt/from', rule.jwt?.from, place({context: 'text', secrets: false})),
    slot('jwt/jwks', rule.jwt?.jwks, settings({context: 'url'})),
    ...(rule.jwt?.issuer ?? []).map((issuer, n) => slot(`jwt/issuer/${n}`, issuer, settings({context: 'text'}))),
    slot('jwt/audience', rule.jwt?.audience, place()),
    ...members(rule.jwt?.claims, 'jwt/claims').map((claim) => slot(claim.pointer, claim.value, place())),
    slot('x509/certificate', rule.x509?.certificate, place({context: 'url', secrets: false})),
    slot('x509/algorithm', rule.x509?.algorithm, place({context: 'text', secrets: false})),
  ];
}

/** An alternative whose secret is not configured takes no part, so inside a rule every secret is there. */
function given(secrets: Type | undefined): Type {
  if (!isObject(secrets) || !isObject(secrets['properties'])) return true;
  return {...secrets, required: Object.keys(secrets['properties'])};
}

function pollSlots(types: ConnectorTypes, {poll}: Feed, pointer: string): Slot[] {
  if (!poll) return [];
  const operation = types.connector.operations[poll.call];
  const roots: Record<string, Type> = {
    connection: types.connection(),
    cursor: cursorType,
    item: types.row(poll.call),
    response: responseType(true),
  };
  const place: Place = {...common, roots: pick('poll', roots)};
  const at = `${pointer}/poll`;
  return [
    ...(operation ? [withSlot({pointer: at, with: poll.with}, place, types.params(operation, true))] : []),
    {
      pointer: `${at}/atLeast`,
      value: poll.atLeast,
      place: {
        ...common,
        roots: pick('pollCursor', {connection: types.connection(), response: responseType(true)}),
        expect: interval,
      },
    },
    {
      pointer: `${at}/cursor/from`,
      value: poll.cursor?.from,
      place: {...common, roots: pick('pollCursor', roots), expect: {type: ['string', 'number']}},
    },
  ];
}

interface Mapping {
  readonly types: ConnectorTypes;
  readonly feed: Feed;
  readonly roots: Record<string, Type>;
}

function eventSlots({types, feed, roots}: Mapping, pointer: string): Slot[] {
  const {event, poll, webhook} = feed;
  const {request: _, ...quiet} = roots;
  const all: Record<string, Type> = {
    ...(poll ? quiet : roots),
    item: poll ? types.row(poll.call) : itemType(webhook, roots),
  };
  const given = event.when === undefined ? {} : {given: [event.when]};
  const place = (more: Partial<Place> = {}): Place => ({...common, roots: pick('feedEvent', all), ...given, ...more});
  return [
    {pointer: `${pointer}/when`, value: event.when, place: {...common, roots: pick('feedEvent', all), expect: test}},
    ...(['type', 'id', 'time', 'subject'] as const).map((key) => ({
      pointer: `${pointer}/${key}`,
      value: event[key],
      place: place({context: 'text'}),
    })),
    {pointer: `${pointer}/data`, value: event.data, place: place(dataExpect(types, feed))},
  ];
}

/** One schema when all events of the feed share it; with several only the run can tell which is meant. */
function dataExpect(types: ConnectorTypes, {emits}: Feed): Partial<Place> {
  const schemas = new Map(
    emits.map((event) => {
      const type = dataOf(types, event);
      return [JSON.stringify(type), type] as const;
    }),
  );
  const [only] = schemas.values();
  return schemas.size === 1 && only !== undefined ? {expect: only} : {};
}

function itemType(webhook: Webhook | undefined, roots: Record<string, Type>): Type {
  if (webhook?.items === undefined) return true;
  const {type} = inferValue(webhook.items, {...common, roots: pick('webhook', roots)});
  return type !== true && isObject(type['items']) ? (type['items'] as Type) : true;
}

/** Fetched choices and schemas of inputs. */
function optionSlots(types: ConnectorTypes): Slot[] {
  return embeddedSchemas(types.connector)
    .filter(({use}) => use === 'input' || use === 'verb-input')
    .flatMap(({schema, pointer}) => {
      const slots: Slot[] = [];
      visitSchemas(schema, pointer, (at) => {
        slots.push(...fetchSlots(types, schema, at));
      });
      return slots;
    });
}

function fetchSlots(
  types: ConnectorTypes,
  whole: SchemaValue,
  {schema, pointer}: {readonly schema: {readonly [key: string]: unknown}; readonly pointer: string},
): Slot[] {
  return (['x-jobwire-options', 'x-jobwire-schema'] as const).flatMap((key) => {
    const value = schema[key];
    if (!isObject(value)) return [];
    const {call, lookup} = value as {call?: string; lookup?: string};
    const called = call !== undefined ? types.connector.operations[call] : types.connector.lookups?.[lookup ?? ''];
    const roots: Record<string, Type> = {
      input: types.input(whole),
      item: call === undefined ? true : types.row(call),
      result: true,
    };
    const at = `${pointer}/${key}`;
    return [
      ...(called
        ? [
            withSlot(
              {pointer: at, with: value['with']},
              {...common, roots: pick('options', roots)},
              types.params(called, true),
            ),
          ]
        : []),
      {pointer: `${at}/value`, value: value['value'], place: {...common, roots: pick('optionRow', roots)}},
      {
        pointer: `${at}/label`,
        value: value['label'],
        place: {...common, roots: pick('optionRow', roots), context: 'text' as const},
      },
      {
        pointer: `${at}/use`,
        value: value['use'],
        place: {...common, roots: pick('optionSchema', roots), expect: {type: 'object'}},
      },
    ];
  });
}
