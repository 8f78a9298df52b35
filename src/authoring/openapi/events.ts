/** Webhooks and callbacks of a definition as events and feeds. A definition says nothing of signatures, so the draft refuses what is not signed. */
import type {Json, JsonObject} from '../../values/json.ts';
import {sentence} from './keywords.ts';
import type {Api, ApiHook} from './model.ts';
import {Namer, toId, toName} from './names.ts';
import {type SampleTools, sampleOf} from './sample.ts';
import type {Schemas} from './schemas.ts';

export interface DraftedEvents {
  readonly events: JsonObject;
  readonly feeds: JsonObject;
  readonly secrets: JsonObject;
  /** Places of the connector, and what is taken for granted there. */
  readonly inferred: readonly {readonly at: string; readonly note: string}[];
  readonly hooks: readonly DraftedHook[];
}

export interface DraftedHook {
  readonly event: string;
  readonly feed: string;
  readonly schema: Json;
  readonly example?: Json;
  readonly title: string;
}

/** Webhooks first, then callbacks; each is a feed with an address of its own, so that its event is known without looking inside. */
export function draftEvents({hooks, operations}: Api, schemas: Schemas): DraftedEvents {
  const names = {events: new Namer(), feeds: new Namer()};
  const drafted = [...hooks, ...operations.flatMap((operation) => operation.hooks)].map((hook) =>
    draftHook(hook, names, schemas),
  );
  if (drafted.length === 0) return {events: {}, feeds: {}, secrets: {}, inferred: [], hooks: []};
  return {
    events: Object.fromEntries(
      drafted.map(({event, title, schema}) => [event, {title, data: schema, sample: `./samples/${event}.json`}]),
    ),
    feeds: Object.fromEntries(drafted.map((hook) => [hook.feed, feedOf(hook)])),
    secrets: {
      webhookSecret: {title: 'Key that signs webhooks', summary: 'Only where webhooks are used', optional: true},
    },
    inferred: drafted.flatMap(({feed}) => [
      {
        at: `/feeds/${feed}/webhook/verify`,
        note: 'a definition says nothing of signatures: header and algorithm are a placeholder',
      },
      {at: `/feeds/${feed}/event/id`, note: 'the body itself names the event: two equal bodies are one event'},
    ]),
    hooks: drafted,
  };
}

function draftHook(hook: ApiHook, names: {events: Namer; feeds: Namer}, schemas: Schemas): DraftedHook {
  const event = names.events.take(toId(hook.name.replace(/([a-z0-9])([A-Z])/g, '$1-$2'), 'event'));
  return {
    event,
    feed: names.feeds.take(toName(hook.name, 'feed')),
    schema: schemas.convert(hook.schema, 'answered'),
    ...(hook.example !== undefined && {example: hook.example}),
    title: sentence(hook.title ?? '', 120) || hook.name,
  };
}

function feedOf({event, title}: DraftedHook): Json {
  return {
    title,
    emits: [event],
    webhook: {
      verify: [
        {scheme: 'hmac', signature: {header: 'x-signature', prefix: 'sha256='}, key: '{{secret.webhookSecret}}'},
      ],
    },
    event: {type: event, id: '{{hash (json item)}}', data: '{{item}}'},
  };
}

export interface EventFiles {
  readonly samples: ReadonlyMap<string, Json>;
  readonly cases: ReadonlyMap<string, Json>;
}

/** Samples of the events, and a case that receives each. */
export function eventFiles(
  {hooks}: DraftedEvents,
  {tools, connection}: {tools: SampleTools; connection: JsonObject},
): EventFiles {
  const samples = new Map<string, Json>();
  const cases = new Map<string, Json>();
  for (const {event, feed, schema, example, title} of hooks) {
    const data = sampleOf(schema, {example, extras: 6}, tools) ?? {};
    samples.set(event, {id: 'event-1', type: event, data});
    cases.set(`receive-${event}`, {
      title: `Receives: ${title}`,
      of: {feed},
      connection,
      request: {method: 'POST', headers: {'content-type': 'application/json'}, body: data, sign: {}},
      expect: {ack: {status: 202}, events: [{type: event, data}]},
    });
  }
  return {samples, cases};
}
