/** The simulator's own address, /_simulator: what is in it, what it saw, and its switches. Must never be reachable by a page of a browser. */
import {fail, JobwireError, nearest} from '../errors/jobwire-error.ts';
import type {Delivery} from '../ingest/request.ts';
import {decodeUtf8, isObject, JsonFault, type JsonObject, own, parseJson} from '../values/json.ts';
import type {Simulation} from './exchange.ts';
import {type Answer, jsonAnswer} from './reply.ts';

export const controlPath = '/_simulator';

export interface Controlled extends Simulation {
  readonly name: string;
  arm(fault: string, times?: number): void;
}

type Action = (controlled: Controlled, name: string, body: JsonObject) => Answer;

const actions: Readonly<Record<string, Action>> = {
  'GET ': (controlled) => jsonAnswer(200, overview(controlled)),
  'GET /requests': ({journal}) => jsonAnswer(200, {total: journal.total, requests: journal.list()}),
  'GET /deliveries': ({world: {outbox}}) => jsonAnswer(200, {deliveries: outbox.list()}),
  'GET /collections/:name': ({world: {state}}, name) =>
    jsonAnswer(200, {
      name,
      records: state
        .collection(name)
        .rows()
        .map(({item}) => item),
    }),
  'POST /faults/:name': (controlled, name, body) => {
    controlled.arm(name, timesIn(body));
    return jsonAnswer(200, {faults: controlled.faults.list()});
  },
  'POST /settings': ({world: {settings}}, _name, body) => {
    changeSettings(settings, body);
    return jsonAnswer(200, {settings});
  },
  'POST /tokens/expire': ({tokens}) => {
    tokens.expireAll();
    return jsonAnswer(200, {});
  },
};

/** JSON in, JSON out; a problem is answered as an issue. */
export function control(delivery: Delivery, controlled: Controlled): Answer {
  try {
    if (!isLocal(delivery)) return jsonAnswer(403, {detail: 'only programs on this machine may ask here'});
    controlled.world.due.run(controlled.world.clock.now());
    const [, kind = '', name = ''] = delivery.path.slice(controlPath.length).split('/').map(decodeURIComponent);
    const base = kind === '' ? '' : `/${kind}`;
    const action =
      actions[`${delivery.method} ${base}${name && '/:name'}`] ?? actions[`${delivery.method} ${base}/${name}`];
    return action ? action(controlled, name, bodyIn(delivery)) : jsonAnswer(404, {detail: 'there is nothing here'});
  } catch (error) {
    if (error instanceof JobwireError) return jsonAnswer(error.jobwireCode === 'JW1004' ? 404 : 400, error.issue());
    if (error instanceof URIError) return jsonAnswer(400, {detail: 'the path is not well formed'});
    throw error;
  }
}

function overview({name, world: {state, settings}, faults, journal}: Controlled): object {
  const counts = Object.fromEntries(state.names().map((collection) => [collection, state.collection(collection).size]));
  return {name, collections: counts, requests: journal.total, faults: faults.list(), settings};
}

/** The names this machine has for itself. A page of a browser that found another name for it, or another origin, is turned away. */
function isLocal({headers}: Delivery): boolean {
  const local = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;
  const [origin] = headers['origin'] ?? [];
  return (
    local.test(headers['host']?.[0] ?? '') && (origin === undefined || local.test(origin.replace(/^https?:\/\//, '')))
  );
}

function bodyIn({raw}: Delivery): JsonObject {
  if (raw.length === 0) return {};
  try {
    const body = parseJson(decodeUtf8(raw));
    if (isObject(body)) return body;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
  }
  throw fail('JW4003', {problem: 'the body is not a JSON object'});
}

function timesIn(body: JsonObject): number | undefined {
  const times = own(body, 'times');
  if (times === undefined) return undefined;
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 0)
    throw fail('JW4003', {problem: 'times is a whole number from 0'});
  return times;
}

/** Only switches the manifest names. JW1004. */
export function changeSettings(settings: JsonObject, changes: JsonObject): void {
  for (const name of Object.keys(changes))
    if (!Object.hasOwn(settings, name))
      throw fail('JW1004', {what: 'setting', name}, {suggestions: nearest(name, Object.keys(settings))});
  Object.assign(settings, changes);
}
