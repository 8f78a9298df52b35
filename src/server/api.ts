/** The JSON API over events and runs: what is stored, and what people do about it. Every route stands behind the same check of access. */
import type {FastifyInstance, FastifyReply} from 'fastify';
import type {EventRecord, RunState} from '../engine/run.ts';
import {fail} from '../errors/jobwire-error.ts';
import {explain} from '../ingest/explain.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import {checkAccess} from './access.ts';
import {readJsonBodies} from './body.ts';
import {purgeRoute, replayRoutes} from './bulk.ts';
import type {ServerContext} from './context.ts';
import {operateRoutes} from './operate.ts';
import {checkQuery, pageOf, type Query, textOf, wordsOf} from './query.ts';
import {eventDetail, eventSummary, explanationView, runDetail, runSummary} from './views.ts';

const runStates = [
  'queued',
  'starting',
  'tracking',
  'held',
  'succeeded',
  'failed',
  'canceled',
] as const satisfies RunState[];
const eventStates = ['accepted', 'ignored', 'dead'] as const satisfies EventRecord['state'][];

interface ById {
  readonly Params: {readonly id: string};
  readonly Querystring: Query;
}

export async function apiRoutes(api: FastifyInstance, {context}: {context: ServerContext}): Promise<void> {
  const {engine, library, config} = context;
  const answer = answerer(context);
  api.addHook('onRequest', async (request) => checkAccess(request, config.apiToken));
  readJsonBodies(api);
  if (context.desk) {
    const operating = {context, desk: context.desk, answer};
    for (const routes of [operateRoutes, replayRoutes, purgeRoute]) routes(api, operating);
  }

  api.get<{Querystring: Query}>('/runs', async ({query}, reply) => {
    checkQuery(query, ['state', 'template', 'connection', 'event', 'limit', 'after'], ['state']);
    const filter = {...stateOf(query, runStates), ...textsOf(query, ['template', 'connection', 'event'])};
    const {items, next} = await engine.runs.list(filter, pageOf(query));
    return answer(reply, {items: items.map(runSummary), ...(next !== undefined && {next})});
  });

  api.get<ById>('/runs/:id', async ({params: {id}, query}, reply) => {
    checkQuery(query, []);
    const run = await engine.runs.get(id);
    if (!run) throw missing('run', id);
    return answer(reply, runDetail(run, library));
  });

  api.get<{Querystring: Query}>('/events', async ({query}, reply) => {
    checkQuery(query, ['state', 'connection', 'type', 'limit', 'after'], ['state']);
    const filter = {...stateOf(query, eventStates), ...textsOf(query, ['connection', 'type'])};
    const {items, next} = await engine.events.list(filter, pageOf(query));
    return answer(reply, {items: items.map(eventSummary), ...(next !== undefined && {next})});
  });

  api.get<ById>('/events/:id', async ({params: {id}, query}, reply) => {
    checkQuery(query, []);
    const event = await engine.events.get(id);
    if (!event) throw missing('event', id);
    return answer(reply, eventDetail(event, library));
  });

  api.get<ById>('/events/:id/why', async ({params: {id}, query}, reply) => {
    checkQuery(query, []);
    return answer(reply, explanationView(await explain(id, engine)));
  });
}

export type Answerer = (reply: FastifyReply, view: object) => FastifyReply;

/** Sends through the redactor, and with the digits of long numbers. */
function answerer({redactor}: ServerContext): Answerer {
  return (reply, view) =>
    reply.type('application/json; charset=utf-8').send(stringifyJson(redactor.json(view as Json)));
}

function stateOf<W extends string>(query: Query, words: readonly W[]): {state?: readonly W[]} {
  const state = wordsOf(query, 'state', words);
  return state ? {state} : {};
}

function textsOf<N extends string>(query: Query, names: readonly N[]): {[K in N]?: string} {
  const found = names.flatMap((name) => {
    const text = textOf(query, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(found) as {[K in N]?: string};
}

function missing(what: string, id: string): Error {
  return fail('JW7102', {what, id: JSON.stringify(id.slice(0, 100))});
}
