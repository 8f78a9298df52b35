/** One serving process: the runtime, its HTTP server and its worker, started and ended in order. */
import type {Config} from './config.ts';
import type {Circuit} from './engine/circuit.ts';
import type {Ending, Engine} from './engine/engine.ts';
import {createPausing, type Pausing} from './engine/pausing.ts';
import {type Forgotten, startRetention} from './engine/retention.ts';
import type {ClaimedRun, Transition} from './engine/run.ts';
import {asJobwireError, fail, JobwireError} from './errors/jobwire-error.ts';
import {hookAddresses, unprovedHooks} from './hooks.ts';
import {createTransport} from './http/send.ts';
import {startPoller} from './ingest/poller.ts';
import {startScheduler} from './ingest/scheduler.ts';
import {nameOf} from './ingest/subscription.ts';
import {startRenewals} from './ingest/subscription-renewal.ts';
import {openRuntime, type Runtime, type RuntimeOptions} from './runtime.ts';
import {createServer} from './server/app.ts';
import {countArrivals, countMove} from './server/measure.ts';
import {createQueueBound} from './server/queue.ts';
import {droppedLines, type Logger} from './telemetry/log.ts';
import {watchLoop} from './telemetry/loop.ts';
import {createMetrics, type Metrics} from './telemetry/metrics.ts';
import {startTracing} from './telemetry/spans.ts';
import {traceIdOf} from './telemetry/traceparent.ts';
import {chance} from './values/time.ts';

export interface Served {
  readonly url: string;
  readonly runtime: Runtime;
  /** Addresses of the webhook feeds. */
  readonly hooks: readonly string[];
  /** Stops accepting, lets requests and runs under way finish, closes the store. */
  close(): Promise<void>;
}

/**
 * A store whose server is away when it starts, or later, makes it not ready, and no more. Errors: those of openRuntime, JW7101 when
 * the address cannot be listened on.
 */
export async function serve(config: Config, log: Logger): Promise<Served> {
  const onFault = (error: unknown): void => log.error({error: asJobwireError(error).issue()}, 'fault');
  const receives = config.role !== 'work';
  const works = config.role !== 'ingest';
  const onSilence: RuntimeOptions['onSilence'] = (connection, state) => tellSilence(log, connection, state);
  const runtime = await openRuntime(config, onFault, {onSilence, patient: true});
  if (receives)
    for (const problem of await unprovedHooks(runtime)) log.warn({error: problem.issue()}, 'feed cannot receive');
  if (startTracing()) log.info('spans go to the OpenTelemetry SDK that is registered');
  const metrics = metricsOf(runtime, log);
  const watching = {log, onFault, metrics};
  const pausing = startPausing(runtime, watching);
  const engine = countArrivals(runtime.engine, {metrics, failed: pausing.failed});
  const loop = watchLoop(runtime.clock);
  let serving = false;
  const server = createServer({
    ...runtime,
    engine,
    desk: runtime,
    metrics,
    ...(!receives && {hook: () => undefined}),
    isReady: async () => serving && !loop.wasBlocked() && (await canRead(engine)),
    limits: {hookRate: {max: config.hookRate, windowMs: 1000}},
    confirm: confirmByGet,
    log: (level, what, facts) => log[level](facts, what),
  });
  try {
    const url = await server.listen({host: config.host, port: config.port});
    const retention = works ? startForgetting(runtime, watching) : undefined;
    const work = works ? startWork({...runtime, engine}, {...watching, pausing}) : undefined;
    serving = true;
    return {
      url,
      runtime,
      hooks: receives ? hookAddresses(runtime.library, config.publicUrl ?? url) : [],
      async close() {
        serving = false;
        loop.stop();
        await server.close();
        await retention?.stop();
        await work?.stop();
        await pausing.stop();
        await runtime.close();
      },
    };
  } catch (error) {
    loop.stop();
    await server.close();
    await runtime.close();
    if (error instanceof JobwireError) throw error;
    const problem = `cannot listen on ${config.host}:${config.port}: ${(error as Error).message}`;
    throw fail('JW7101', {problem}, {cause: error, hint: 'choose another --port, or end what listens there'});
  }
}

/** A store that cannot be asked takes no deliveries either. */
async function canRead(engine: Engine): Promise<boolean> {
  await engine.documents.get('readiness', 'probe');
  return true;
}

function metricsOf({engine, clock, circuits}: Runtime, log: Logger): Metrics {
  return createMetrics({
    read: () => engine.stats(),
    now: () => clock.now(),
    closedConnections: () => circuits.open(),
    droppedLines: () => droppedLines(log),
  });
}

function startPausing({engine, switches, clock, config}: Runtime, {log, onFault}: Watching): Pausing {
  const onPaused = (error: JobwireError): void => log.error({error: error.issue()}, 'template paused');
  return createPausing({engine, switches, clock, after: config.pauseAfter, onPaused, onFault});
}

function tellSilence(log: Logger, connection: string, state: Circuit['state']): void {
  if (state === 'open') log.warn({connection}, 'target does not answer, its runs wait');
  else log.info({connection}, state === 'ramp' ? 'target answers again' : 'target takes all runs again');
}

/** What goes well is told only where somebody debugs. */
function tellMove(log: Logger, run: ClaimedRun, {to, error, attempt}: Transition): void {
  const {id, event, template, target, connection, claimedFrom: from} = run;
  const trace = traceIdOf(run.data.traceparent);
  const facts = {run: id, event, trace, template, target, connection, from, to, attempt, ...(error && {error})};
  if (to === 'held' || to === 'failed') log.warn(facts, `run ${to}`);
  else log.debug(facts, `run ${to}`);
}

interface Watching {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly onFault: (error: unknown) => void;
}

/** Runs are worked by every process that works; what comes of itself is fetched by one of them. */
function startWork(runtime: Runtime, watching: Watching & {readonly pausing: Pausing}): Ending {
  const {log, metrics, pausing} = watching;
  const worker = runtime.work((run, transition) => {
    countMove(metrics, run, transition);
    tellMove(log, run, transition);
    if (transition.to === 'failed') pausing.failed(run.template);
  });
  const feeds = runtime.engine.alone('feeds', () => startFeeds(runtime, watching));
  return {
    async stop() {
      await feeds.stop();
      await worker.stop();
    },
  };
}

/** One process of a store forgets for all. */
function startForgetting({engine, clock, config}: Runtime, {log, onFault}: Watching): Ending | undefined {
  const {keepMs} = config;
  if (keepMs === undefined) return undefined;
  const onForgotten = (forgotten: Forgotten): void => log.info(forgotten, 'forgot what was over and old');
  return engine.alone('retention', () => startRetention({engine, clock, keepMs, onForgotten, onFault}));
}

/** What this process does of itself: polls, schedules, and subscriptions that must not lapse. */
function startFeeds(runtime: Runtime, {log, onFault}: Watching): Ending {
  const {engine, clock, config} = runtime;
  const bound = createQueueBound({engine, clock, limit: config.queueLimit});
  const poller = startPoller({
    ...runtime,
    chance,
    mayTake: bound.check,
    onFault,
    onPolled: ({connection, feed}, {rows, events, after, more}) =>
      log.debug({connection, feed, rows, events: events.length, cursor: after, more}, 'polled'),
  });
  const renewals = startRenewals({
    ...runtime,
    store: runtime.subscriptions,
    onFault,
    onRenewed: (feed, {how, because}) =>
      log.info({...nameOf(feed), ...(because && {because: because.issue()})}, `subscription ${how}`),
  });
  const scheduler = startScheduler({
    ...runtime,
    onFault,
    onFired: (template, fired) => log.debug({template, fired}, 'schedule fired'),
  });
  return {
    async stop() {
      await Promise.all([poller.stop(), renewals.stop(), scheduler.stop()]);
    },
  };
}

/** For handshakes that are confirmed by calling back: the address is already allowed by the feed, and must be public. */
async function confirmByGet(url: string): Promise<number> {
  const transport = createTransport({hosts: [new URL(url).hostname], allowPrivate: []});
  try {
    const request = {method: 'GET', url, headers: {}, timeoutMs: 10_000, maxBytes: 64 * 1024, secretHeaders: []};
    return (await transport.send({...request, redirect: 'error'})).status;
  } finally {
    await transport.close();
  }
}
