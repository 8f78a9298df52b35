/** What people do through the API: retry, cancel, decide and replay runs; switch and trigger templates. Must decide nothing itself. */
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import type {Run} from '../engine/run.ts';
import {fail} from '../errors/jobwire-error.ts';
import {readHistory, viewTemplate, viewTemplates} from '../ingest/overview.ts';
import {replay} from '../ingest/replay.ts';
import {templateOf, trigger} from '../ingest/trigger.ts';
import type {JobName} from '../operations/verbs-refs.ts';
import {type Json, type JsonObject, own} from '../values/json.ts';
import type {Answerer} from './api.ts';
import {bodyOf, flagIn, listIn, textIn} from './body.ts';
import type {OperatorDesk, ServerContext} from './context.ts';
import {checkQuery, pageOf, type Query} from './query.ts';
import {runDetail} from './views.ts';

interface ById {
  readonly Params: {readonly id: string};
  readonly Querystring: Query;
}

export interface Operating {
  readonly context: ServerContext;
  readonly desk: OperatorDesk;
  readonly answer: Answerer;
}

export function operateRoutes(api: FastifyInstance, operating: Operating): void {
  runRoutes(api, operating);
  templateRoutes(api, operating);
  replayRoute(api, operating);
}

function runRoutes(api: FastifyInstance, {context, desk: {operations}, answer}: Operating): void {
  const by = deciderOf(context);
  const answerRun = (reply: FastifyReply, {run, startedAs}: {run: Run; startedAs?: string}) =>
    answer(reply, {...runDetail(run, context.library), ...(startedAs !== undefined && {startedAs})});

  api.post<ById>('/runs/:id/retry', async (request, reply) => {
    const body = readBody(request, ['version', 'newKey']);
    const asking = {run: request.params.id, by, version: textIn(body, 'version')};
    return answerRun(reply, await operations.retry({...asking, newKey: flagIn(body, 'newKey')}));
  });

  api.post<ById>('/runs/:id/cancel', async (request, reply) => {
    const body = readBody(request, ['version', 'stopJob']);
    const asking = {run: request.params.id, by, version: textIn(body, 'version')};
    return answerRun(reply, await operations.cancel({...asking, stopJob: flagIn(body, 'stopJob')}));
  });

  api.post<ById>('/runs/:id/decision', async (request, reply) => {
    const body = readBody(request, ['version', 'decision', 'jobs', 'newKey']);
    const asking = {run: request.params.id, by, version: textIn(body, 'version')};
    return answerRun(reply, await operations.decide({...asking, ...decisionIn(body)}));
  });
}

const decisions = ['start-again', 'adopt', 'give-up'] as const;

function decisionIn(body: JsonObject) {
  const word = textIn(body, 'decision');
  const decision = decisions.find((known) => known === word);
  if (!decision) throw fail('JW7101', {problem: `decision must be one of ${decisions.join(', ')}`});
  return {decision, newKey: flagIn(body, 'newKey'), jobs: listIn(body, 'jobs') as readonly JobName[] | undefined};
}

function templateRoutes(api: FastifyInstance, {context, desk: {switches}, answer}: Operating): void {
  const {engine, library, clock} = context;
  const by = deciderOf(context);

  api.get<{Querystring: Query}>('/templates', async ({query}, reply) => {
    checkQuery(query, []);
    return answer(reply, {items: viewTemplates(library, await switches.list(), clock.now())});
  });

  api.get<ById>('/templates/:id/history', async ({params: {id}, query}, reply) => {
    checkQuery(query, ['limit', 'after']);
    const history = await readHistory(engine, id, pageOf(query));
    if (history.total === 0) templateOf(id, library);
    return answer(reply, history);
  });

  for (const [verb, state] of [
    ['enable', 'enabled'],
    ['disable', 'disabled'],
  ] as const)
    api.post<ById>(`/templates/:id/${verb}`, async (request, reply) => {
      readBody(request, []);
      const template = templateOf(request.params.id, library);
      return answer(reply, viewTemplate(template, await switches.put(template.id, {state, by}), clock.now()));
    });

  api.post<ById>('/templates/:id/trigger', async (request, reply) => {
    const body = readBody(request, ['data', 'id']);
    const [traceparent] = request.raw.headersDistinct['traceparent'] ?? [];
    const asked = {template: request.params.id, data: own(body, 'data'), id: textIn(body, 'id'), traceparent};
    return answer(reply.code(202), await trigger(asked, {...context, switches}));
  });
}

function replayRoute(api: FastifyInstance, {context, desk, answer}: Operating): void {
  const {engine, connection} = {...context, ...desk};
  api.post<ById>('/events/:id/replay', async (request, reply) => {
    const body = readBody(request, ['templates']);
    const templates = listIn(body, 'templates');
    const event = await engine.events.get(request.params.id);
    if (!event) throw fail('JW7102', {what: 'event', id: JSON.stringify(request.params.id.slice(0, 100))});
    const only = templates && (({template}: {template: string}) => templates.includes(template as Json));
    return answer(reply.code(202), await replay({event, by: deciderOf(context), only}, {...context, connection}));
  });
}

export function readBody(request: FastifyRequest, known: readonly string[]): JsonObject {
  checkQuery(request.query as Query, []);
  return bodyOf(request, known);
}

/** For the log of a run. */
export function deciderOf({config}: ServerContext): string {
  return config.apiToken === undefined ? 'API on this machine' : 'API token';
}
