/** The schemas of the roots that are the same everywhere (language reference, section 2.4), and which place has which roots. */
import {secretMark, type Type} from '../expressions/check.ts';
import type {Params, SchemaValue} from '../generated/types.ts';

export const text: Type = {type: 'string'};
const whole: Type = {type: 'integer'};
const anything: object = {};

/** A closed object; names with `?` are optional. */
export function closed(members: Readonly<Record<string, Type>>): Type {
  const entries = Object.entries(members).map(([key, type]) => [
    key.replace(/\?$/, ''),
    type === true ? anything : type,
  ]);
  const required = Object.keys(members).filter((key) => !key.endsWith('?'));
  return {type: 'object', properties: Object.fromEntries(entries), required, additionalProperties: false};
}

const textMap: Type = {type: 'object', additionalProperties: text};
const openMap: Type = {type: 'object'};

export const runType = closed({
  id: text,
  key: text,
  template: text,
  target: text,
  delivery: {enum: ['reconcile', 'at-most-once', 'at-least-once', 'queue']},
  attempt: whole,
  now: {type: 'string', format: 'date-time'},
  'callbackUrl?': {type: 'string', format: 'uri'},
});

export const timeText: Type = {type: 'string', format: 'date-time'};

export function eventType(data: Type): Type {
  return closed({id: text, type: text, time: timeText, 'subject?': text, connection: text, feed: text, data});
}

export const resultType = closed({
  state: {enum: ['succeeded', 'failed', 'canceled', 'unknown']},
  jobs: {type: 'array', items: closed({id: {type: ['string', 'integer']}, state: text, 'message?': text})},
  'output?': true,
  'action?': true,
  'error?': closed({code: text, owner: text, message: text}),
});

/** What a preflight says about the write. */
export const verdictType = closed({
  'valid?': {type: 'boolean'},
  'problems?': {type: 'array', items: text},
  'note?': text,
});

/** `body` depends on how the response is read. */
export function responseType(body: Type): Type {
  return closed({status: whole, headers: textMap, body, url: text, errorText: text});
}

export const pageType = closed({'cursor?': true, offset: whole, number: whole, size: whole});

export const requestType = closed({
  method: text,
  url: text,
  path: text,
  query: openMap,
  headers: textMap,
  body: true,
  form: openMap,
  formSorted: true,
});
/** Where bytes are signed, the raw body can be read. */
export const signedRequestType = closed({
  method: text,
  url: text,
  path: text,
  query: openMap,
  headers: textMap,
  body: true,
  form: openMap,
  formSorted: true,
  raw: true,
});

export const deliveryType = closed({
  url: {type: 'string', format: 'uri'},
  secret: {type: 'string', [secretMark]: true},
});
export const cursorType = closed({value: true, until: text});

const words: Readonly<Record<string, Type>> = {
  string: text,
  integer: whole,
  number: {type: 'number'},
  boolean: {type: 'boolean'},
  object: {type: 'object'},
  array: {type: 'array'},
  any: true,
  file: true,
  secret: {type: 'string', [secretMark]: true},
  uuid: {type: 'string', format: 'uuid'},
  'date-time': timeText,
  uri: {type: 'string', format: 'uri'},
};

/** Parameters as an operation reads them, or, for `giving`, as a caller may give them: null counts as not given. */
export function paramsType(params: Params | undefined, resolve: (schema: SchemaValue) => Type, giving = false): Type {
  const members = Object.entries(params ?? {}).map(([key, declared]): [string, Type] => {
    const type = typeof declared === 'string' ? (words[declared] ?? true) : resolve(declared);
    return [key, giving && key.endsWith('?') && type !== true ? {anyOf: [type, {type: 'null'}]} : type];
  });
  return closed(Object.fromEntries(members));
}

/** Which roots each place has. */
export const rootsOf = {
  baseUrl: ['connection', 'prepared', 'secret'],
  connectionHeaders: ['connection', 'prepared'],
  authApply: ['connection', 'secret', 'token'],
  authRequest: ['connection', 'secret'],
  authAnswer: ['connection', 'secret', 'response'],
  signBase: ['connection', 'secret', 'request', 'timestamp'],
  request: ['params', 'connection', 'prepared', 'page'],
  response: ['params', 'connection', 'prepared', 'page', 'response'],
  budget: ['connection', 'prepared', 'response'],
  settle: ['params', 'connection', 'prepared'],
  settled: ['params', 'connection', 'prepared', 'result'],
  lookup: ['params', 'connection', 'prepared'],
  row: ['params', 'connection', 'prepared', 'item'],
  signature: ['params', 'connection', 'prepared', 'item', 'arg'],
  action: ['input', 'run', 'steps', 'connection', 'prepared'],
  preflight: ['input', 'run', 'write', 'steps', 'connection', 'prepared'],
  verb: ['job', 'jobs', 'input', 'steps', 'connection', 'prepared', 'cursor'],
  prepare: ['connection', 'steps'],
  probe: ['connection', 'steps', 'prepared'],
  webhook: ['request', 'connection'],
  handshake: ['request', 'connection', 'secret'],
  subscription: ['delivery', 'subscription', 'steps', 'connection', 'prepared'],
  feedEvent: ['item', 'request', 'connection'],
  poll: ['cursor', 'connection'],
  pollCursor: ['cursor', 'connection', 'item', 'response'],
  verify: ['request', 'timestamp', 'connection', 'secret', 'subscription'],
  verifyItem: ['request', 'timestamp', 'connection', 'secret', 'subscription', 'item'],
  verifyKeys: ['connection'],
  hint: ['event'],
  options: ['input'],
  optionRow: ['input', 'item'],
  optionSchema: ['input', 'result'],
  import: ['file'],
  criteria: ['event', 'run'],
  onComplete: ['event', 'run', 'result'],
} as const;

export type PlaceName = keyof typeof rootsOf;

/** The roots of a place among those that exist here. */
export function pick(place: PlaceName, types: Readonly<Record<string, Type>>): Record<string, Type> {
  const names = rootsOf[place].filter((name) => Object.hasOwn(types, name));
  return Object.fromEntries(names.map((name) => [name, types[name] ?? true]));
}
