/** One draft at one level of detail: everything of a connector but its samples. */
import type {Json, JsonObject} from '../../values/json.ts';
import {schemaOfUnit} from '../places.ts';
import {Cutter, referencesIn} from './cut.ts';
import type {Definition} from './definition.ts';
import {type DraftedEvents, draftEvents} from './events.ts';
import {isJobwireError} from './faults.ts';
import {sentence} from './keywords.ts';
import type {Api, ApiOperation, Notes} from './model.ts';
import {Namer, nameOfRequest, toName} from './names.ts';
import {type DraftedOperation, draftOperation, fitOperation} from './operation.ts';
import {Inexpressible} from './parameters.ts';
import {Schemas} from './schemas.ts';
import {type WayIn, waysIn} from './security.ts';
import {type Address, addressOf} from './servers.ts';

/** How much of a definition goes into a draft; the next one where a connector would be too large. */
export interface Detail {
  readonly name: string;
  readonly descriptions: boolean;
  /** Of one schema with everything it refers to. */
  readonly properties: number;
  readonly depth: number;
  /** Samples also of operations that only read. */
  readonly samples: boolean;
}

export interface BuildOrder {
  readonly api: Api;
  readonly definition: Definition;
  readonly operations: readonly ApiOperation[];
  readonly id: string;
  readonly detail: Detail;
  readonly notes: Notes;
}

export interface Built {
  readonly connector: JsonObject;
  readonly operations: readonly DraftedOperation[];
  readonly events: DraftedEvents;
  readonly named: ReadonlyMap<string, Json>;
  readonly address: Address;
  readonly ways: readonly WayIn[];
}

export function build(order: BuildOrder): Built {
  const {api, definition, detail, notes} = order;
  const schemas = new Schemas({definition, notes, descriptions: detail.descriptions});
  const drafted = draftAll(order, schemas);
  const events = draftEvents({...api, operations: order.operations}, schemas);
  const named = schemas.named();
  const cutter = new Cutter(named, detail);
  const operations = drafted.map((one) =>
    fitOperation(one, (schema) => cutter.fit(schema, `${one.name}()`), detail.descriptions),
  );
  for (const hook of events.hooks) Object.assign(hook, {schema: cutter.fit(hook.schema, hook.event)});
  for (const {name, target, why} of cutter.cuts)
    notes.add('changed', definition.root, {what: `schema ${name}`, why: `${target} is cut there: ${why}`});
  const address = addressOf(api, new Namer());
  const taken = Object.keys(address.properties);
  const ways = waysIn(api, {notes, origin: address.origin, taken});
  const connector = assemble(order, {operations, events, named, address, ways});
  return {connector, operations, events, named, address, ways};
}

/** Names come from the whole definition, so that a part of it has the names the whole has. */
export function namesOf({operations}: Api): Map<ApiOperation, string> {
  const namer = new Namer();
  return new Map(
    operations.map((operation) => {
      const {id, method, path} = operation;
      return [operation, namer.take(id === undefined ? nameOfRequest(method, path) : toName(id, 'call'))];
    }),
  );
}

function draftAll({api, definition, operations, notes}: BuildOrder, schemas: Schemas): DraftedOperation[] {
  const names = namesOf(api);
  return operations.flatMap((operation) => {
    const name = names.get(operation) ?? '';
    try {
      return [draftOperation(operation, name, {definition, notes, schemas})];
    } catch (error) {
      if (!(error instanceof Inexpressible) && !isJobwireError(error, 'JW1019')) throw error;
      notes.add('left-out', operation.at, {
        what: `${operation.method} ${operation.path}`,
        why: error.message,
        operation: name,
      });
      return [];
    }
  });
}

type Parts = Omit<Built, 'connector'>;

function assemble({api, id, notes}: BuildOrder, parts: Parts): JsonObject {
  const {operations, events, named, ways} = parts;
  const inferred = [
    ...operations.flatMap(({name, rows, api: {at}}) => {
      if (rows?.note === undefined) return [];
      notes.add('inferred', at, {what: `pages of ${name}`, why: rows.note, operation: name});
      return [{at: `/operations/${name}/page`, note: rows.note}];
    }),
    ...events.inferred,
    ...ways.flatMap((way) =>
      way.note === undefined
        ? []
        : [{at: ways.length > 1 ? `/connection/variants/${way.id}` : '/connection/auth', note: way.note}],
    ),
  ];
  const summary = sentence(api.summary ?? '', 200);
  const hosts = [...new Set(['url', ...ways.flatMap((way) => way.hosts)])].map((name) => `connection:${name}`);
  const used = reachable([operations.map(({operation, action}) => [operation, action]), events.events] as Json, named);
  return {
    $schema: `../../${schemaOfUnit('connectors', id)}`,
    jobwire: '1',
    kind: 'connector',
    id,
    version: '0.1.0',
    title: sentence(api.title, 120) || id,
    ...(summary !== '' && {summary}),
    permissions: {hosts},
    evidence: [
      {
        at: '/operations',
        level: 'documented',
        from: `${api.title} ${api.release}, OpenAPI ${api.version}`.replace(/\s+/g, ' ').slice(0, 200),
      },
      ...inferred.map(({at, note}) => ({at, level: 'inferred', note})),
    ],
    connection: connectionOf(parts),
    ...(used.size > 0 && {schemas: Object.fromEntries([...used].map((name) => [name, named.get(name) ?? {}]))}),
    operations: Object.fromEntries(operations.map(({name, operation}) => [name, operation])),
    actions: Object.fromEntries(operations.map(({name, action}) => [name, action])),
    ...(events.hooks.length > 0 && {
      events: Object.fromEntries(
        events.hooks.map(({event, title, schema}) => [event, {title, data: schema, sample: `./samples/${event}.json`}]),
      ),
      feeds: events.feeds,
    }),
  };
}

function connectionOf({operations, address, ways, events}: Parts): JsonObject {
  const config = (way: WayIn): JsonObject => ({
    type: 'object',
    ...(way.required.length > 0 && {required: [...way.required]}),
    properties: way.properties,
  });
  const [only, ...more] = ways;
  const shared: JsonObject = {
    config: {
      type: 'object',
      ...requiredOf([...address.required, ...(more.length === 0 ? (only?.required ?? []) : [])]),
      properties: {...address.properties, ...(more.length === 0 && only?.properties)},
    },
    ...secretsOf({...events.secrets, ...(more.length === 0 && only?.secrets)}),
    baseUrl: address.baseUrl,
  };
  if (more.length === 0) return {...shared, auth: only?.auth ?? {}, probe: probeOf(operations)};
  return {
    ...shared,
    probe: probeOf(operations),
    variants: Object.fromEntries(
      ways.map((way) => [
        way.id,
        {
          title: way.title,
          ...(Object.keys(way.properties).length > 0 && {config: config(way)}),
          ...secretsOf(way.secrets),
          auth: way.auth,
        },
      ]),
    ),
  };
}

function requiredOf(names: readonly string[]): JsonObject {
  return names.length > 0 ? {required: [...names]} : {};
}

function secretsOf(secrets: JsonObject): JsonObject {
  return Object.keys(secrets).length > 0 ? {secrets} : {};
}

const telling = /(^|[a-z])(me|who ?am ?i|current ?user|myself|status|health|ping|version)$/i;

/** A read that needs nothing and says as little as possible; without one nothing is asked. */
function probeOf(operations: readonly DraftedOperation[]): JsonObject {
  const free = operations.filter(
    ({operation, given}) => operation['effect'] === 'read' && given.every(({required}) => !required),
  );
  const best =
    free.find(({name, rows}) => telling.test(name) && !rows) ??
    free.find(({rows}) => !rows) ??
    free.find(({rows}) => !rows?.page) ??
    free[0];
  if (!best)
    return {
      steps: [{id: 'label', set: 'not asked: no operation of this draft reads without parameters'}],
      output: '{{steps.label}}',
    };
  return {call: best.name, output: `${best.name} answers`};
}

/** Names that are referred to, from the given values on, in the order of the definition. */
export function reachable(from: Json, named: ReadonlyMap<string, Json>): Set<string> {
  const seen = new Set<string>();
  const queue = [...referencesIn(from)];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    queue.push(...referencesIn(named.get(name) ?? {}));
  }
  return new Set([...named.keys()].filter((name) => seen.has(name)).sort());
}
