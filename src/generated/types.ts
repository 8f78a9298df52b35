/** Types of every file format. Generated from schemas/ by `npm run generate`; never edited. */

/** JSON that may hold expressions and directives (language reference, section 2). */
export type Value = unknown;
export type SchemaValue = {[key: string]: unknown} | boolean;
export type Duration = string;
export type Size = string;
export type StatusRule = number | '1xx' | '2xx' | '3xx' | '4xx' | '5xx';
export type DeliveryMode = 'reconcile' | 'at-most-once' | 'at-least-once' | 'queue';
export type OwnerWord = 'author' | 'operator' | 'sender' | 'target';
export type JobStateWord = 'pending' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'canceled' | 'unknown';

export interface Connector {
  $schema?: string;
  $comment?: string;
  jobwire: '1';
  kind: 'connector';
  id: string;
  version: string;
  title: string;
  summary?: string;
  listing?: {categories: string[]; license: string; support?: string; homepage?: string};
  permissions: {hosts: string[]};
  evidence?: Evidence[];
  connection: ConnectionPart;
  http?: HttpDefaults;
  schemas?: {[name: string]: SchemaValue};
  types?: {[name: string]: {[vendorType: string]: SchemaValue}};
  operations: {[name: string]: Operation};
  lookups?: {[name: string]: Lookup};
  actions?: {[name: string]: Action};
  jobs?: {[name: string]: JobKind};
  events?: {[name: string]: EventType};
  feeds?: {[name: string]: Feed};
}
export interface Evidence {at: string; level: 'documented' | 'source' | 'observed' | 'inferred'; from?: string; note?: string}
export interface SecretDeclaration {title: string; summary?: string; optional?: boolean}

/** `connection` of a connector; a variant has the same keys and a title. */
export interface ConnectionPart {
  config?: SchemaValue;
  secrets?: {[name: string]: SecretDeclaration};
  baseUrl?: Value;
  headers?: {[name: string]: Value};
  auth?: Auth;
  prepare?: Prepare;
  probe?: Procedure;
  import?: {title: string; config?: {[key: string]: Value}; secrets?: {[name: string]: Value}};
  variants?: {[id: string]: Variant};
}
export interface Variant extends Omit<ConnectionPart, 'variants'> {title: string; summary?: string}
export interface Prepare extends Procedure {ttl?: Duration}

export interface Auth {
  apply?: {headers?: {[name: string]: Value}; query?: {[name: string]: Value}; body?: {[name: string]: Value}; basic?: {username: Value; password: Value}};
  obtain?: {oauth2: OAuth2} | {login: Login};
  sign?: SignRule;
  crumb?: {request: Request; header: Value; value: Value; for?: 'write' | 'all'; refreshOn?: StatusRule[]};
  cookies?: boolean;
  refreshOn?: StatusRule[];
  origins?: Value[];
}
export interface OAuth2 {
  grant: 'client_credentials' | 'password' | 'refresh_token';
  tokenUrl: Value;
  clientId: Value;
  clientSecret?: Value;
  username?: Value;
  password?: Value;
  refreshToken?: Value;
  scope?: Value;
  fields?: {[key: string]: Value};
  clientAuth?: 'body' | 'basic';
  encoding?: 'form' | 'json';
  lifetime?: Duration;
  skew?: Duration;
}
export interface Login {request: Request; token: Value; lifetime?: Value; skew?: Duration}
export interface SignRule {
  algorithm?: 'sha1' | 'sha256' | 'sha512';
  encoding?: 'hex' | 'base64';
  key: Value;
  keyEncoding?: 'utf8' | 'base64' | 'hex';
  keyStrip?: string;
  base?: Value;
  header: string;
  prefix?: string;
  timestamp?: {header: string; format?: 'unix' | 'unix-ms' | 'iso' | 'http'};
}

export interface HttpDefaults {
  timeout?: Duration;
  retry?: Retry;
  errors?: ErrorRow[];
  errorText?: Value[];
  budgets?: {[name: string]: BudgetRule};
  maxSize?: Size;
}
export interface Retry {limit?: number; base?: Duration; factor?: number; cap?: Duration; jitter?: 'full' | 'none'}
export interface BudgetRule {
  limit: number;
  per: Duration;
  concurrency?: number;
  scope?: 'connection' | 'connector';
  remaining?: Value;
  reset?: Value;
  resetFormat?: 'seconds' | 'unix';
}
export type NetworkWord = 'refused' | 'dns' | 'tls' | 'timeout' | 'reset' | 'parse';
export interface ErrorRow {
  when: {status?: StatusRule[]; network?: NetworkWord[]; test?: Value};
  action: 'fail' | 'retry' | 'rate-limit' | 'refresh' | 'success' | 'unknown';
  code?: string;
  owner?: OwnerWord;
  message?: Value;
  hint?: Value;
  output?: Value;
  after?: Value;
}

export interface Operation {
  title?: string;
  summary?: string;
  $comment?: string;
  effect: 'read' | 'write';
  repeat?: 'safe' | 'unsafe';
  params?: Params;
  request: Request;
  response?: Response;
  page?: Page;
  errors?: ErrorRow[];
  retry?: Retry;
  timeout?: Duration;
  budget?: string;
  idempotency?: {key: Value; header?: string};
  settle?: Settle;
  sample?: unknown;
}
/** `name` or `name?` to a type word or a schema. */
export type Params = {[name: string]: string | SchemaValue};
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export interface Request {
  method: Method;
  path?: Value;
  url?: Value;
  query?: Value;
  headers?: Value;
  dialects?: {[key: string]: 'odata' | 'soql' | 'jql' | 'servicenow'};
  body?: {json?: Value; form?: Value; multipart?: Value; text?: Value; bytes?: Value; contentType?: Value};
  auth?: boolean;
  redirect?: 'error' | 'same-origin' | 'drop-auth';
}
export interface Response {
  type?: 'json' | 'text' | 'bytes' | 'none';
  mediaTypes?: string[];
  expect?: StatusRule[];
  maxSize?: Size;
  items?: Value;
  output?: Value;
  schema?: SchemaValue;
  redact?: string[];
}
export interface Page {
  style: 'cursor' | 'url' | 'link' | 'offset' | 'number';
  next?: Value;
  size?: number;
  start?: number;
  total?: Value;
  pages?: Value;
  done?: Value;
  stop?: 'empty' | 'short';
  maxPages?: number;
  maxItems?: number;
}
export interface Settle {when?: Value; call: string; with?: {[param: string]: Value}; delays?: Duration[]; done: Value; output?: Value; rest?: Value}

export interface Lookup {
  title?: string;
  summary?: string;
  $comment?: string;
  params?: Params;
  call?: string;
  with?: {[param: string]: Value};
  from?: Value;
  where?: {when?: Value; test: Value}[];
  none?: {action?: 'fail' | 'use'; use?: Value; code?: string; owner?: OwnerWord; message?: Value; hint?: Value};
  many?: {action?: 'fail' | 'first' | 'all'; order?: {by: Value; desc?: boolean}; code?: string; owner?: OwnerWord; message?: Value; hint?: Value};
  stale?: {codes: string[]};
  choice?: Value;
  output?: Value;
  cache?: Duration;
  signature?: Signature;
}
export type Signature =
  | {declared: Value; name: Value; type: Value; required?: Value; types: string}
  | {schema: Value};

/** Steps, or one step written inline. */
export interface Procedure {
  steps?: Step[];
  call?: string;
  lookup?: string;
  with?: {[param: string]: Value};
  output?: Value;
}
export interface Step {
  id?: string;
  $comment?: string;
  when?: Value;
  each?: Value;
  as?: string;
  call?: string;
  lookup?: string;
  with?: {[param: string]: Value};
  coerce?: Value;
  to?: Value;
  unknown?: 'fail' | 'drop' | 'keep';
  missing?: 'fail' | 'ignore';
  set?: Value;
  fail?: {code: string; owner?: OwnerWord; message: Value; hint?: Value};
  output?: Value;
  onError?: {codes: string[]; output: Value};
}
export interface Action extends Procedure {
  title: string;
  summary?: string;
  $comment?: string;
  input: SchemaValue;
  variants?: string[];
  starts?: string;
  correlate?: {lookup: string; with?: {[param: string]: Value}; every?: Duration; within?: Duration};
}
export interface JobKind {
  title: string;
  $comment?: string;
  ref: SchemaValue;
  status: JobVerb;
  states: {[raw: string]: JobStateWord};
  poll?: {
    first?: Duration;
    every?: Duration;
    factor?: number;
    cap?: Duration;
    timeout?: Duration;
    missing?: Duration;
    tolerate?: number;
    stuck?: {pending?: Duration; running?: Duration; waiting?: Duration};
  };
  hints?: {event: string; id: Value}[];
  callback?: string;
  list?: JobVerb;
  stop?: JobVerb;
  restart?: JobVerb;
  resume?: JobVerb;
  payload?: JobVerb;
  output?: JobVerb;
  log?: JobVerb;
  attachments?: JobVerb;
  attach?: JobVerb;
  download?: JobVerb;
}
export interface JobVerb extends Procedure {input?: SchemaValue; batch?: number}

export interface EventType {title: string; summary?: string; data: SchemaValue; sample: string}
export interface Feed {
  title: string;
  summary?: string;
  $comment?: string;
  emits: string[];
  webhook?: Webhook;
  poll?: Poll;
  event: EventMapping;
  dedupe?: {window?: Duration; on?: 'accepted' | 'succeeded'};
}
export interface EventMapping {
  when?: Value;
  type: Value;
  types?: {[raw: string]: string};
  id: Value;
  time?: Value;
  subject?: Value;
  data: Value;
}
export interface Webhook {
  methods?: string[];
  verify: VerifyRule[];
  handshake?: Handshake[];
  parse?: 'json' | 'form' | 'xml' | 'text' | 'auto';
  items?: Value;
  ack?: {status?: number; contentType?: string; body?: Value};
  subscribe?: Procedure;
  unsubscribe?: Procedure;
  renew?: Procedure & {before?: Duration};
  check?: Procedure;
}
export interface VerifyRule {
  scheme: 'hmac' | 'digest' | 'token' | 'jwt' | 'x509' | 'ed25519' | 'none';
  algorithm?: 'sha1' | 'sha256' | 'sha512' | {fromKey: ('sha1' | 'sha256' | 'sha512')[]} | Value;
  encoding?: 'hex' | 'base64';
  signature?: {header?: string | string[]; query?: string; body?: Value; prefix?: string; split?: string; pair?: string; key?: string};
  base?: Value;
  key?: Value;
  keyEncoding?: 'utf8' | 'base64' | 'hex';
  keyStrip?: string;
  timestamp?: {header?: string; field?: string; from?: Value; format?: 'unix' | 'unix-ms' | 'iso' | 'http'; tolerance?: Duration; future?: Duration};
  bodyHash?: {query: string; algorithm?: 'sha1' | 'sha256' | 'sha512'; encoding?: 'hex' | 'base64'};
  url?: {ports?: 'exact' | 'either'; decode?: string};
  token?: {from: Value; equals: Value};
  jwt?: {from?: Value; jwks: string; issuer: string[]; audience: Value; algorithms?: string[]; claims?: {[name: string]: Value}; leeway?: Duration};
  x509?: {certificate: Value; hosts: string[]; algorithm: Value};
}
export interface Handshake {
  when: Value;
  verified?: boolean;
  respond?: {status?: number; contentType?: string; headers?: {[name: string]: Value}; body?: Value};
  confirm?: {url: Value; hosts: string[]};
}
export interface Poll {
  call: string;
  with?: {[param: string]: Value};
  every?: Duration;
  jitter?: number;
  atLeast?: Value;
  cursor?: {from: Value; as?: 'time' | 'number' | 'text' | 'token'; format?: string; start?: string};
  overlap?: Duration;
  lag?: Duration;
  order?: 'asc' | 'desc' | 'any';
  conditional?: 'etag' | 'last-modified';
  reset?: {codes: string[]};
  firstRun?: 'skip' | 'emit';
}

export interface Template {
  $schema?: string;
  $comment?: string;
  jobwire: '1';
  kind: 'template';
  id: string;
  version: string;
  title: string;
  summary?: string;
  on: On;
  criteria?: Criterion[];
  do: Target | Target[];
  policy?: Policy;
}
export type On =
  | {connector: string; event: string; connection: string}
  | {schedule: {cron: string; timezone: string; catchUp?: 'none' | 'one' | 'all'}}
  | {manual: {data: SchemaValue; sample: unknown}};
export type Criterion = PathRow | TestRow | {any: (PathRow | TestRow)[]};
export type CriterionOp =
  | 'equals' | 'not-equals' | 'in' | 'not-in' | 'gt' | 'gte' | 'lt' | 'lte' | 'before' | 'after'
  | 'contains' | 'not-contains' | 'starts-with' | 'ends-with' | 'matches' | 'exists' | 'missing';
export interface PathRow {path: string; op: CriterionOp; value?: Value; ignoreCase?: boolean; absent?: 'fault' | 'no-match'; label?: string}
export interface TestRow {test: Value; label?: string}
export interface Target {
  id?: string;
  $comment?: string;
  when?: Value;
  connector: string;
  connection: string;
  action: string;
  input: Value;
  policy?: Policy;
  onComplete?: Follow[];
}
export interface Follow {$comment?: string; when?: Value; connector: string; connection: string; action: string; input: Value; delivery?: DeliveryMode}
export interface Policy {
  delivery?: DeliveryMode;
  concurrency?: {limit: number; key?: Value};
  order?: 'none' | 'key';
  deadline?: Duration;
  retry?: {limit?: number; base?: Duration; factor?: number; cap?: Duration};
  wait?: false | {timeout?: Duration; onTimeout?: 'leave' | 'stop' | 'fail'};
  onFailure?: 'dead-letter' | 'drop';
}

/** A connection file. */
export interface Connection {
  $schema?: string;
  $comment?: string;
  jobwire: '1';
  kind: 'connection';
  id: string;
  title: string;
  summary?: string;
  connector: string;
  variant?: string;
  config: {[key: string]: unknown};
  secrets?: {[name: string]: string | string[]};
  feeds?: {[name: string]: {enabled?: boolean; every?: Duration}};
  budgets?: {[name: string]: {limit?: number; per?: Duration; concurrency?: number}};
  network?: {allowPrivate?: string[]; ca?: string};
}

export interface Case {
  $schema?: string;
  $comment?: string;
  jobwire: '1';
  kind: 'case';
  title: string;
  of: {action: string} | {lookup: string} | {operation: string} | {feed: string} | {template: string} | {job: string; verb: string};
  connection?: CaseConnection;
  connections?: {[id: string]: CaseConnection};
  event?: unknown;
  input?: unknown;
  params?: unknown;
  job?: unknown;
  request?: {method?: string; headers?: {[name: string]: string}; query?: {[name: string]: string}; body?: unknown; sign?: {at?: string; tamper?: boolean}};
  cursor?: unknown;
  now?: string;
  delivery?: DeliveryMode;
  exchanges?: Exchange[];
  cassette?: string;
  expect: Expectation;
}
export interface CaseConnection {variant?: string; config: {[key: string]: unknown}; secrets?: {[name: string]: string | string[]}}
export interface Exchange {
  request: {
    method: string;
    path?: string;
    url?: string;
    query?: {[name: string]: unknown};
    headers?: {[name: string]: unknown};
    body?: unknown;
    form?: {[name: string]: unknown};
    text?: unknown;
  };
  response?: {status: number; headers?: {[name: string]: string}; body?: unknown};
  fault?: 'refused' | 'timeout' | 'reset' | 'parse';
}
export interface TargetExpectation {
  outcome?: 'succeeded' | 'failed' | 'skipped' | 'unknown';
  because?: string;
  output?: unknown;
  jobs?: unknown[];
  error?: {code: string; owner?: string; message?: string; choices?: unknown[]};
  warnings?: string[];
  writes?: number;
}
export interface Expectation extends TargetExpectation {
  events?: unknown[];
  ack?: {status?: number; contentType?: string; body?: unknown};
  cursor?: unknown;
  targets?: {[id: string]: TargetExpectation};
}

/** connectors/<id>/simulator.json */
export interface Simulator {
  $schema?: string;
  $comment?: string;
  jobwire: '1';
  kind: 'simulator';
  title?: string;
  collections: {[name: string]: {[field: string]: unknown}[]};
  settings?: {[name: string]: unknown};
  operations?: {[name: string]: SimulatedOperation};
  /** Endpoints that are no operation of the connector. */
  routes?: SimulatedRoute[];
  timelines?: {[collection: string]: {field: string; steps: {after: Duration; set: {[field: string]: Value}}[]}};
  token?: {lifetime: Duration};
  faults?: {[name: string]: SimulatedFault};
}
export interface SimulatedOperation {
  from?: string;
  filter?: 'odata' | Value;
  reject?: {when: Value; status: number; body?: Value}[];
  insert?: {into: string; record: Value; times?: Value; visibleAfter?: Duration};
  update?: {in: string; where: Value; set: {[field: string]: Value}};
  reply?: {status?: number; headers?: {[name: string]: Value}; body?: Value};
  delay?: Duration;
}
export interface SimulatedRoute extends SimulatedOperation {method: Method; path: string}
export interface SimulatedFault {
  operation: string;
  fault?: 'refused' | 'timeout' | 'reset' | 'parse';
  status?: number;
  after?: 'accept';
  times?: number;
  headers?: {[name: string]: string};
}
