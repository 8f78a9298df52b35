/** Spans for OpenTelemetry, where the operator registered an SDK before the server began; else nothing. Must never carry payload, headers, queries or a secret, nor change what it measures. */
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import {processSecrets} from '../values/secret.ts';
import {freshTraceparent, idsOf, readTraceparent, type Traceparent, writeTraceparent} from './traceparent.ts';

let tracer: Tracer | undefined;
/** Of the moves that are under way: work that several of them share is told of one. */
let moves = new WeakMap<object, Context>();

/** Looks once, when a server begins, whether an SDK is registered: without one nothing below costs more than a look at a variable. */
export function startTracing(): boolean {
  const provider = trace.getTracerProvider() as Partial<ProxyTracerProvider>;
  // The API's own stand-in says whether anybody stands behind it.
  tracer = provider.getDelegateTracer ? provider.getDelegateTracer('jobwire') : trace.getTracer('jobwire');
  moves = new WeakMap();
  return tracer !== undefined;
}

export interface Source {
  readonly connection: string;
  readonly feed: string;
}

/** One delivery of a sender. `work` is given the trace that its events and runs belong to. */
export function traceReceive<T extends {readonly status: number; readonly error?: Fault}>(
  source: Source,
  header: unknown,
  work: (traceparent: Traceparent) => Promise<T>,
): Promise<T> {
  const given = readTraceparent(header);
  if (tracer === undefined) return work(given ?? freshTraceparent());
  const parent = given === undefined || isActive() ? context.active() : remote(given);
  const span = begin(tracer, {name: receiving(source), kind: SpanKind.SERVER, attributes: sourceOf(source)}, parent);
  return during(span, {parent, work: () => work(traceparentOf(span, given))}, ({status, error}) => {
    span.setAttribute('http.response.status_code', status);
    if (error) blame(span, error);
  });
}

/** One poll of a feed: its requests and its events belong to it. */
export function tracePoll<T extends {readonly error?: Fault}>(source: Source, work: () => Promise<T>): Promise<T> {
  if (tracer === undefined) return work();
  const parent = context.active();
  const span = begin(tracer, {name: receiving(source), kind: SpanKind.CONSUMER, attributes: sourceOf(source)}, parent);
  return during(span, {parent, work}, ({error}) => {
    if (error) blame(span, error);
  });
}

/** The trace of what is under way here; a fresh one where nobody traces. */
export function currentTraceparent(): Traceparent {
  const span = tracer && trace.getSpan(context.active());
  return span === undefined ? freshTraceparent() : traceparentOf(span, undefined);
}

/** One event that came neither with a delivery nor a poll: a time, or something a person gave. Gives the trace it belongs to. */
export function traceArrival(source: Source, header?: unknown): Traceparent {
  const given = readTraceparent(header);
  if (tracer === undefined) return given ?? freshTraceparent();
  const parent = given === undefined ? ROOT_CONTEXT : remote(given);
  const span = begin(tracer, {name: receiving(source), kind: SpanKind.CONSUMER, attributes: sourceOf(source)}, parent);
  span.end();
  return traceparentOf(span, given);
}

export interface Moving {
  readonly id: string;
  readonly template: string;
  readonly target: string;
  readonly connection: string;
  readonly claimedFrom: string;
  readonly attempt: number;
  readonly data: {readonly traceparent?: Traceparent};
}

/** One move of a run, below the event that began it. */
export function traceMove<T extends {readonly to: string; readonly error?: Fault}>(
  run: Moving,
  work: () => Promise<T>,
): Promise<T> {
  if (tracer === undefined) return work();
  const {traceparent} = run.data;
  const parent = traceparent === undefined ? ROOT_CONTEXT : remote(traceparent);
  const attributes = {
    'jobwire.run': run.id,
    'jobwire.template': run.template,
    'jobwire.target': run.target,
    'jobwire.connection': run.connection,
    'jobwire.from': run.claimedFrom,
    'jobwire.attempt': run.attempt,
  };
  const span = begin(tracer, {name: `run ${run.template}`, kind: SpanKind.INTERNAL, attributes}, parent);
  moves.set(run, trace.setSpan(parent, span));
  return during(span, {parent, work}, ({to, error}) => {
    span.setAttribute('jobwire.to', to);
    if (error) blame(span, error);
  });
}

/** What several moves share, below one of them. */
export function traceBelow<T>(run: object, work: () => Promise<T>): Promise<T> {
  const below = tracer && moves.get(run);
  return below === undefined ? work() : context.with(below, work);
}

export interface Exchanging {
  readonly connection: string;
  /** Name in the connector. */
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  /** As the manifest has it, with its expressions: what came of them may be payload. */
  readonly template?: unknown;
}

/** One HTTP exchange, below what asked for it. */
export function traceExchange<T extends {readonly status: number}>(
  asked: Exchanging,
  work: () => Promise<T>,
): Promise<T> {
  if (tracer === undefined) return work();
  const {connection, operation, method, template} = asked;
  // Masked first: a host with a secret in it is no host then, and is left out. Afterwards its letters would be small.
  const address = URL.parse(processSecrets.text(asked.url));
  const attributes = {
    'http.request.method': method,
    ...(address && {'url.scheme': address.protocol.slice(0, -1), 'server.address': address.hostname}),
    ...(address?.port && {'server.port': Number(address.port)}),
    ...(typeof template === 'string' && {'url.template': template}),
    'jobwire.operation': operation,
    'jobwire.connection': connection,
  };
  const parent = context.active();
  const span = begin(tracer, {name: `${method} ${operation}`, kind: SpanKind.CLIENT, attributes}, parent);
  return during(span, {parent, work}, ({status}) => {
    span.setAttribute('http.response.status_code', status);
    if (status >= 400) blame(span, {code: String(status)});
  });
}

interface Fault {
  readonly code: string;
}

interface Beginning {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** Texts are searched for the secrets of this process, wherever they come from. */
function begin(by: Tracer, {name, kind, attributes}: Beginning, parent: Context): Span {
  const shown = Object.entries(attributes).map(([key, value]) => [
    key,
    typeof value === 'string' ? processSecrets.text(value) : value,
  ]);
  return by.startSpan(processSecrets.text(name), {kind, attributes: Object.fromEntries(shown) as Attributes}, parent);
}

interface Working<T> {
  readonly parent: Context;
  readonly work: () => Promise<T>;
}

async function during<T>(span: Span, {parent, work}: Working<T>, tell: (result: T) => void): Promise<T> {
  try {
    const result = await context.with(trace.setSpan(parent, span), work);
    tell(result);
    return result;
  } catch (error) {
    blame(span, {code: codeOf(error)});
    throw error;
  } finally {
    span.end();
  }
}

/** The code alone: what an error says may quote a payload. */
function blame(span: Span, {code}: Fault): void {
  span.setAttribute('error.type', processSecrets.text(code));
  span.setStatus({code: SpanStatusCode.ERROR});
}

function codeOf(error: unknown): string {
  const {code, network} = Object(error) as {readonly code?: unknown; readonly network?: unknown};
  return [code, network].find((word) => typeof word === 'string') ?? 'unknown';
}

function receiving({connection, feed}: Source): string {
  return `receive ${connection}/${feed}`;
}

function sourceOf({connection, feed}: Source): Attributes {
  return {'jobwire.connection': connection, 'jobwire.feed': feed};
}

/** Another instrumentation of the operator read the header already: its span lies between the sender's and ours. */
function isActive(): boolean {
  const active = trace.getSpanContext(context.active());
  return active !== undefined && isSpanContextValid(active);
}

function remote(traceparent: Traceparent): Context {
  const {trace: traceId, parent: spanId, sampled} = idsOf(traceparent);
  return trace.setSpanContext(ROOT_CONTEXT, {traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true});
}

/** A span that names no trace leaves the one that was given. */
function traceparentOf(span: Span, given: Traceparent | undefined): Traceparent {
  const ids = span.spanContext();
  if (!isSpanContextValid(ids)) return given ?? freshTraceparent();
  return writeTraceparent({trace: ids.traceId, parent: ids.spanId, sampled: (ids.traceFlags & 1) === 1});
}
