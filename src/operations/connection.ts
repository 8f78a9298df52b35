/** An operator's access to one system, opened: settings, credentials, reach and budgets of every call made through it. */
import {authScope, type RefreshTokens} from '../auth/context.ts';
import {createHolder, type Holder} from '../auth/held.ts';
import {type Authorizer, createAuthorizer} from '../auth/index.ts';
import {nearest} from '../errors/jobwire-error.ts';
import {renderHeaders, renderUrl} from '../expressions/evaluate.ts';
import type {Connection, Connector} from '../generated/types.ts';
import type {Budget} from '../http/budget.ts';
import type {EgressPolicy} from '../http/egress.ts';
import {lowerCase} from '../http/header-names.ts';
import {createTransport, type Transport, type WireRequest} from '../http/send.ts';
import {type EffectiveConnection, effectiveConnection} from '../manifest/variant.ts';
import {traceExchange} from '../telemetry/spans.ts';
import {isObject, type JsonObject} from '../values/json.ts';
import type {Redactor} from '../values/secret.ts';
import {type Chance, type Clock, ms} from '../values/time.ts';
import {andThen} from './at-once.ts';
import {type Budgets, makeBudgets} from './budgets.ts';
import {unknownName} from './call.ts';
import {readPolicy} from './hosts.ts';
import {createLookups, type Lookups} from './lookup.ts';
import {type PreparedOperation, prepareOperation} from './operation.ts';
import {runProcedure} from './procedure.ts';
import {readSecrets, readSettings, type Secrets} from './settings.ts';
import type {Log} from './trace.ts';

export interface LiveConnection {
  readonly id: string;
  readonly connector: Connector;
  readonly variant?: string;
  /** Connection and variant of the connector, merged. */
  readonly part: EffectiveConnection;
  /** Root `connection`: defaults applied. */
  readonly config: JsonObject;
  readonly secrets: Secrets;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly transport: Transport;
  readonly authorizer: Authorizer;
  readonly budgets: Budgets;
  readonly lookups: Lookups;
  /** Root `prepared`: the output of the connector's `prepare`, made when first needed and kept for its time to live. */
  prepared(log?: Log): JsonObject | Promise<JsonObject>;
  baseUrl(prepared: JsonObject): string;
  /** Headers of every request, lower-case names. */
  headers(prepared: JsonObject): Readonly<Record<string, string>>;
  /** JW1004 when the connector has none of this name. */
  operation(name: string): PreparedOperation;
  close(): Promise<void>;
}

export interface ConnectionTools {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly redactor: Redactor;
  /** Tokens of all connections of a process. */
  readonly tokens: Holder<string>;
  /** Where rotated refresh tokens outlive the process; without it they are kept in memory. */
  readonly refreshTokens?: RefreshTokens;
  readonly secret: (reference: string, dir: string) => string;
  /** Certificate authorities. */
  readonly readFile: (path: string) => string;
  readonly openTransport?: (policy: EgressPolicy) => Transport;
  /** Budgets of scope `connector`. */
  readonly sharedBudgets: Map<string, Budget>;
}

export interface ConnectionUnit {
  readonly manifest: Connection;
  readonly dir: string;
}

/** Opens nothing on the network. Errors: JW7002, JW7003, JW7004, JW1006. */
export function openConnection(unit: ConnectionUnit, connector: Connector, tools: ConnectionTools): LiveConnection {
  const {manifest, dir} = unit;
  const part = effectiveConnection(connector, manifest.variant);
  const config = readSettings(part, manifest.config);
  const secrets = readSecrets(part, manifest.secrets, {...tools, dir});
  const policy = readPolicy({connector, config, network: manifest.network, dir, readFile: tools.readFile});
  const transport = (tools.openTransport ?? ((reach) => createTransport(reach)))(policy);
  const {clock, chance, redactor} = tools;
  let latest: JsonObject = nothing;
  const context = {
    key: `${manifest.id}/${manifest.variant ?? ''}`,
    connection: config,
    secrets,
    baseUrl: () => baseUrl(latest),
    send(request: WireRequest) {
      const {method, url} = request;
      const asked = {connection: manifest.id, operation: 'credentials', method, url};
      return traceExchange(asked, () => transport.send(request));
    },
    clock,
    redactor,
    tokens: tools.tokens,
    ...(tools.refreshTokens && {refreshTokens: tools.refreshTokens}),
  };
  const baseUrl: (prepared: JsonObject) => string = keptFor(
    (prepared) => renderUrl(part.baseUrl, authScope(context, {prepared})),
    readsSecrets(part.baseUrl),
  );
  const bare: LiveConnection = {
    id: manifest.id,
    connector,
    ...(manifest.variant !== undefined && {variant: manifest.variant}),
    part,
    config,
    secrets,
    redactor,
    clock,
    chance,
    transport,
    authorizer: createAuthorizer(part.auth, context),
    budgets: makeBudgets(manifest.budgets, {connector, clock, shared: tools.sharedBudgets}),
    lookups: createLookups(clock),
    prepared: () => nothing,
    baseUrl,
    headers: headersOf(part, config),
    operation: operationsOf(connector),
    close: () => transport.close(),
  };
  if (part.prepare === undefined) return bare;
  const prepare = preparation(bare);
  return {
    ...bare,
    lookups: createLookups(clock),
    prepared(log) {
      return andThen(prepare(log), (prepared) => {
        latest = prepared;
        return prepared;
      });
    },
  };
}

const nothing: JsonObject = Object.freeze({});

/** Runs `prepare` on the bare connection, where `prepared` is empty: one run serves all callers, and only a success is kept. */
function preparation(bare: LiveConnection): LiveConnection['prepared'] {
  const {part, config, clock} = bare;
  const holder = createHolder<JsonObject>(clock);
  return (log) => {
    const ready = holder.ready('prepared');
    if (ready !== undefined) return ready.value;
    const held = holder.get('prepared', async () => {
      const roots = {connection: config};
      const output = part.prepare && (await runProcedure(part.prepare, roots, {connection: bare, log}));
      return {value: isObject(output) ? output : nothing, freshUntil: clock.now() + ms(part.prepare?.ttl ?? '1h')};
    });
    return held.then(({value}) => value);
  };
}

/** Made once for each `prepared`, unless it reads what may change meanwhile. */
function keptFor<T>(make: (prepared: JsonObject) => T, changes = false): (prepared: JsonObject) => T {
  let kept: {readonly from: JsonObject; readonly made: T} | undefined;
  return (prepared) => {
    if (changes) return make(prepared);
    if (kept?.from !== prepared) kept = {from: prepared, made: make(prepared)};
    return kept.made;
  };
}

/** Whoever reads a secret names it. */
function readsSecrets(value: unknown): boolean {
  return JSON.stringify(value).includes('secret');
}

function headersOf({headers}: EffectiveConnection, config: JsonObject): LiveConnection['headers'] {
  return keptFor((prepared) => lowerCase(renderHeaders(headers, {connection: config, prepared})));
}

function operationsOf(connector: Connector): LiveConnection['operation'] {
  const known = new Map<string, PreparedOperation>();
  return (name) => {
    const ready = known.get(name);
    if (ready !== undefined) return ready;
    const manifest = Object.hasOwn(connector.operations, name) ? connector.operations[name] : undefined;
    if (manifest === undefined) throw unknownName('operation', name, nearest(name, Object.keys(connector.operations)));
    const made = prepareOperation(name, manifest, connector);
    known.set(name, made);
    return made;
  };
}
