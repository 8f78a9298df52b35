/** What is done to many events and runs at once through the API: replaying them, forgetting them. Must decide nothing itself. */
import type {FastifyInstance, FastifyRequest} from 'fastify';
import {readRate} from '../engine/given-times.ts';
import {purgeAll, purgeRule} from '../engine/retention.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';
import {readSelection, replayable, selectEvents} from '../ingest/replay-batch.ts';
import {createReplayJobs, type ReplayJob} from '../ingest/replay-jobs.ts';
import type {JsonObject} from '../values/json.ts';
import {iso} from '../values/time.ts';
import {flagIn, listIn, textIn, wholeIn} from './body.ts';
import {deciderOf, type Operating, readBody} from './operate.ts';
import {checkQuery, type Query} from './query.ts';

interface ById {
  readonly Params: {readonly id: string};
  readonly Querystring: Query;
}

/** Events of one request. */
const most = 10_000;
const usual = 1000;

const memberName = (member: string): string => member;

export function replayRoutes(api: FastifyInstance, {context, desk, answer}: Operating): void {
  const {engine, clock} = context;
  const jobs = createReplayJobs({...context, connection: desk.connection});
  // Before the server waits for what is under way.
  api.addHook('preClose', () => jobs.close());

  api.post('/replays', async (request, reply) => {
    const body = readBody(request, [...members, 'rate', 'dryRun']);
    const waitMs = readRate(textIn(body, 'rate') ?? '10/s', 'rate');
    const selected = await selectEvents(engine, selectionIn(body, clock.now()));
    if (flagIn(body, 'dryRun')) return answer(reply, {total: selected.length, events: selected});
    const job = await jobs.start(selected, {by: deciderOf(context), waitMs});
    return answer(reply.code(202).header('location', `/api/v1/replays/${job.id}`), jobView(job));
  });

  api.get<{Querystring: Query}>('/replays', async ({query}, reply) => {
    checkQuery(query, []);
    return answer(reply, {items: (await jobs.list()).map(jobView)});
  });

  api.get<ById>('/replays/:id', async ({params: {id}, query}, reply) => {
    checkQuery(query, []);
    const job = await jobs.get(id);
    if (!job) throw fail('JW7102', {what: 'replay', id: JSON.stringify(id.slice(0, 100))});
    return answer(reply, jobView(job));
  });

  api.post<ById>('/replays/:id/stop', async (request, reply) => {
    readBody(request, []);
    return answer(reply, jobView(await jobs.stop(request.params.id)));
  });
}

const members = ['state', 'dead', 'template', 'connection', 'since', 'until', 'limit'];

/** As in `jobwire runs replay`. */
function selectionIn(body: JsonObject, now: number) {
  const limit = wholeIn(body, 'limit') ?? usual;
  if (limit < 1 || limit > most) throw fail('JW7101', {problem: `limit is a whole number from 1 to ${most}`});
  const [template, connection, since, until] = ['template', 'connection', 'since', 'until'].map((name) =>
    textIn(body, name),
  );
  const meant = {state: statesIn(body), dead: flagIn(body, 'dead'), template, connection, since, until, limit};
  return readSelection(meant, now, memberName);
}

function statesIn(body: JsonObject) {
  return listIn(body, 'state')?.map((given) => {
    const state = replayable.find((known) => known === given);
    if (state) return state;
    const shown = JSON.stringify(given).slice(0, 60);
    const extra = {hint: `use ${replayable.join(', ')}`, suggestions: nearest(String(given).slice(0, 60), replayable)};
    throw fail('JW7101', {problem: `state cannot hold ${shown}`}, extra);
  });
}

function jobView({aliveUntil: _, startedAt, endedAt, ...job}: ReplayJob): object {
  return {...job, startedAt: iso(startedAt), ...(endedAt !== undefined && {endedAt: iso(endedAt)})};
}

/** The answer comes when all is done, or the server ends: what is left then is left for another time. */
export function purgeRoute(api: FastifyInstance, {context: {engine, clock}, answer}: Operating): void {
  const ending = new AbortController();
  const {signal} = ending;
  api.addHook('preClose', async () => ending.abort());
  api.post('/purge', async (request: FastifyRequest, reply) => {
    const body = readBody(request, ['olderThan', 'keysOlderThan']);
    const olderThan = textIn(body, 'olderThan');
    if (olderThan === undefined) throw fail('JW7101', {problem: 'olderThan is missing: a duration such as 30d'});
    const rule = purgeRule({olderThan, keysOlderThan: textIn(body, 'keysOlderThan')}, clock.now(), memberName);
    const gone = await purgeAll({engine, clock, signal}, rule);
    return answer(reply, {...gone, complete: !signal.aborted});
  });
}
