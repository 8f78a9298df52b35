/** A tracer provider and a context manager as an SDK brings them, as small as the interfaces of the API allow: spans are kept in a list. */
import {AsyncLocalStorage} from 'node:async_hooks';
import {randomBytes} from 'node:crypto';
import {
  type AttributeValue,
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';

export interface Kept {
  readonly name: string;
  readonly kind: SpanKind;
  readonly ids: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly attributes: Record<string, AttributeValue>;
  status: SpanStatus;
  ended: boolean;
}

export interface Collector {
  readonly spans: Kept[];
  named(name: string): Kept[];
  /** When so many of this name have ended. */
  ended(name: string, count?: number): Promise<Kept[]>;
  stop(): void;
}

/** From now on the API is served by this one, for the whole process. */
export function collect(): Collector {
  const spans: Kept[] = [];
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const look of waiting) look();
  };
  const provider: TracerProvider = {getTracer: () => tracerInto(spans, tell)};
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(contexts());
  const named = (name: string) => spans.filter((span) => span.name === name);
  return {
    spans,
    named,
    ended: (name, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = named(name).filter(({ended}) => ended);
          if (found.length < count) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    stop() {
      trace.disable();
      context.disable();
    },
  };
}

function tracerInto(spans: Kept[], tell: () => void): Tracer {
  return {
    startSpan(name, {kind = SpanKind.INTERNAL, attributes = {}} = {}, within = context.active()) {
      const parent = trace.getSpanContext(within);
      const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
      const ids = {traceId, spanId: randomBytes(8).toString('hex'), traceFlags: 1};
      const kept: Kept = {
        ...{name, kind, ids, parent, attributes: {...attributes} as Kept['attributes']},
        status: {code: SpanStatusCode.UNSET},
        ended: false,
      };
      spans.push(kept);
      return spanOf(kept, tell);
    },
    startActiveSpan() {
      throw new Error('nobody needs it');
    },
  };
}

function spanOf(kept: Kept, tell: () => void): Span {
  const span: Span = {
    spanContext: () => kept.ids,
    setAttribute(key, value) {
      kept.attributes[key] = value;
      return span;
    },
    setAttributes(attributes) {
      Object.assign(kept.attributes, attributes);
      return span;
    },
    addEvent: () => span,
    addLink: () => span,
    addLinks: () => span,
    setStatus(status) {
      kept.status = status;
      return span;
    },
    updateName: () => span,
    end() {
      kept.ended = true;
      tell();
    },
    isRecording: () => true,
    recordException: () => undefined,
  };
  return span;
}

function contexts(): ContextManager {
  const current = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => current.getStore() ?? ROOT_CONTEXT,
    with: (given, work, self, ...args) => current.run(given, () => work.apply(self as never, args)),
    bind: (_given, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
