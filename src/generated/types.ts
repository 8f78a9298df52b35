/** Types of every file format. Generated from schemas/ by `npm run generate`; never edited. */

/** A JSON Schema (2020-12) written by an author, from the list of keywords in section 1.3. */
export type SchemaValue = ({
  [k: string]: unknown
} | boolean)

/** The id of a unit or a variant. */
export type Id = string

/** A name inside a manifest: of an operation, a lookup, an action, a parameter, a step. */
export type Name = string

/** JSON that may hold expressions and directives (language reference, section 2). */
export type Value = unknown

/** Run in order; later ones read steps.<id>. */
export type Steps = Step[]

/** An HTTP status or a class of statuses. */
export type StatusRule = (number | ("2xx" | "3xx" | "4xx" | "5xx"))

/** Exactly one of oauth2 and login. The answer must be 2xx JSON with the token (JW3013). */
export type Obtain = ({
  $comment?: string
  login: Login
} | {
  $comment?: string
  oauth2: OAuth2
})

/** The HTTP method of a request. */
export type Method = ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE")

/** A query language whose literals have their own encoder. */
export type QueryDialect = ("odata" | "soql" | "jql" | "servicenow")

/** The name of an HTTP header, in any case. */
export type HeaderName = string

/** Exactly one of action, lookup, operation, feed and template; or a job kind and a verb. */
export type CaseSubject = ({
  action: Name
} | {
  lookup: Name
} | {
  operation: Name
} | {
  feed: Name
} | {
  template: Id
} | {
  job: Name
  verb: ("status" | "list" | "stop" | "restart" | "resume" | "payload" | "output" | "log" | "attachments" | "attach" | "download")
})

/** An ISO 8601 time with offset or Z. */
export type Time = string

/** What follows when the outcome of the unsafe write is unknown. */
export type DeliveryMode = ("reconcile" | "at-most-once" | "at-least-once" | "queue")

/** How a simulated exchange fails without an answer that can be read. */
export type FaultWord = ("refused" | "timeout" | "reset" | "parse")

/** How it ended. */
export type OutcomeWord = ("succeeded" | "failed" | "skipped" | "unknown")

/** In a list of codes to react to, Jobwire's own codes may stand beside those of the author. */
export type AnyErrorCode = string

/** An id and the versions that will do: id@range. The loader reads the range, so that a wrong one is JW1017. */
export type UnitReference = string

/** A whole number and a unit: ms, s, m, h or d. */
export type Duration = string

/** The version of a unit, by semver.org. */
export type Version = string

/** A host pattern, or connection: and the name of a URL setting, whose host is meant. */
export type PermittedHost = string

/** A place in a JSON document, by RFC 6901. */
export type JsonPointer = string

/** How an exchange failed without an answer that could be read. */
export type NetworkWord = ("refused" | "dns" | "tls" | "timeout" | "reset" | "parse")

/** A code chosen by the author for one kind of error. */
export type ErrorCode = string

/** A type word or a schema. A secret is masked everywhere and may only stand in headers or body. */
export type Param = (("string" | "integer" | "number" | "boolean" | "object" | "array" | "any" | "file" | "secret" | "uuid" | "date-time" | "uri") | SchemaValue)

/** A type and subtype. */
export type MediaType = string

/** A JSON pointer in which the segment * stands for every item or member. */
export type MaskPointer = string

/** Author codes and JW codes. */
export type Codes = AnyErrorCode[]

/** The argument schema of one process, fetched at run time; the lookup result gains signature. */
export type Signature = ({
  $comment?: string
  /** The vendor already serves JSON Schema. */
  schema: Value
} | {
  $comment?: string
  /** The declared arguments; null counts as none. */
  declared: Value
  /** Root arg. */
  name: Value
  /** The vendor's type; root arg. */
  type: Value
  /** Default: false. */
  required?: Value
  /** dotnet, or a table of types. */
  types: Name
})

/** The states every job kind is mapped to; succeeded, failed and canceled are terminal. */
export type JobStateWord = ("pending" | "running" | "waiting" | "succeeded" | "failed" | "canceled" | "unknown")

/** Ids joined by dots. */
export type EventName = string

/** A file, relative to the manifest; it stays in the unit's own folder (else JW1006). */
export type FilePath = string

/** A hash function. */
export type HashName = ("sha1" | "sha256" | "sha512")

/** A host, or *. and a domain for every name below it; a host may name a port. */
export type HostPattern = string

/** A file of any kind; kind says which. The root from which types are generated. */
export type Manifest = (Connector | Template | Connection | Case | Cassette | Simulator | Package)

/** An event of a connection, a schedule, or a person. Any template can be run by hand. */
export type On = (OnSchedule | OnManual | OnEvent)

/** A row about a path, a test, or any of several rows (no nesting). A row that cannot be evaluated is a fault (JW5001), never a quiet no. */
export type Criterion = ({
  $comment?: string
  any: Row[]
} | Row)

/** A row about a path, or a test. */
export type Row = (TestRow | PathRow)

/** How a path is compared with a value. */
export type CriterionOp = ("equals" | "not-equals" | "in" | "not-in" | "gt" | "gte" | "lt" | "lte" | "before" | "after" | "contains" | "not-contains" | "starts-with" | "ends-with" | "matches" | "exists" | "missing")

/** A value, or the records of a collection: the first, or with all a list. What is not there leaves the name absent. */
export type LetRow = ({
  $comment?: string
  name: Name
  value: Value
} | {
  $comment?: string
  name: Name
  /** A collection. */
  in: Name
  by?: FieldValues
  /** Root row. */
  where?: Value
  /** Default: false. */
  all?: boolean
})

/** A scope and a name. */
export type PackageId = string

/** Which versions will do: 1.2.3, ~1.2, ^1 or ^1.2. The loader reads the range itself, so that a wrong one is JW1017. */
export type Range = string

/** The sha256 of a file: 64 hexadecimal digits, small letters. */
export type Sha256 = string

/** jwk1- and the first 26 characters of the sha256 of a public key in base32. */
export type KeyId = string

/** The 32 bytes of an ed25519 public key in base64. */
export type RawPublicKey = string

/** A time in UTC to the second: 2026-01-12T08:15:40Z. */
export type Moment = string

/** The first half of a package id: @acme. */
export type PackageScope = string

/** A name for the command line; dashes are allowed. */
export type FaultName = string

/** The key under which a parameter is declared; a question mark at the end makes it optional. */
export type ParameterName = string

/** A whole number and a unit: B, KB (1024 B) or MB. */
export type Size = string

/** Who can mend an error. */
export type OwnerWord = ("author" | "operator" | "sender" | "target")

/** How the bytes of a signature are written. Hex in any case; base64 also url-safe. */
export type DigestEncoding = ("hex" | "base64")

/** How the bytes of a key are written in its text. */
export type KeyEncoding = ("utf8" | "base64" | "hex")

/** How a time is written in a header or field. */
export type TimestampFormat = ("unix" | "unix-ms" | "iso" | "http")

/** What templates can do with a connector. Input is validated statically and after evaluation. */
export interface Action {
  $comment?: string
  title: string
  summary?: string
  input: SchemaValue
  /** The connection variants it works with; all by default. */
  variants?: Id[]
  /** A job kind; the output has jobs, or correlate finds them. */
  starts?: Name
  correlate?: Correlation
  /** Asks the target, by reading only, whether the write would go well. It runs when a plan is validated, after the steps; root write holds the parameters of the unsafe write. It outputs problems? and note?, and valid unless the target could not be asked. */
  preflight?: Procedure
  steps?: Steps
  /** An operation. */
  call?: Name
  /** A lookup. */
  lookup?: Name
  with?: Arguments
  output?: Value
}

/** Repeats its lookup until it finds the job the vendor gave no id for; after within JW3203. */
export interface Correlation {
  $comment?: string
  lookup: Name
  with?: Arguments
  /** Default: "5s". */
  every?: Duration
  /** Default: "2m". */
  within?: Duration
}

/** Parameters of the called operation or lookup. */
export interface Arguments {
  [k: string]: Value
}

/** Exactly one of call, lookup, coerce, set and fail. */
export interface Step {
  $comment?: string
  /** Its result is steps.<id>; not on fail. */
  id?: Name
  /** False: the step is skipped and its result is absent. */
  when?: Value
  /** Call or lookup once per item, reads only; the result is a list. */
  each?: Value
  /** Root of the item of each. */
  as?: Name
  /** An operation. */
  call?: Name
  /** A lookup. */
  lookup?: Name
  with?: Arguments
  /** Values to convert without loss. */
  coerce?: Value
  /** The schema they must fit. */
  to?: Value
  /** What the schema does not declare. Default: "fail". */
  unknown?: ("fail" | "drop" | "keep")
  /** What is required and not given. Default: "fail". */
  missing?: ("fail" | "ignore")
  /** The result itself. */
  set?: Value
  /** Ends the procedure when reached. */
  fail?: Failure
  /** Replaces the result; root result. */
  output?: Value
  /** Yields output instead of failing. */
  onError?: ErrorOutput
}

/** How requests prove who sends them: what is applied to each, how a token is obtained, how bytes are signed. An empty object means no authentication. Credentials go only to the origin of baseUrl and to origins. */
export interface Auth {
  $comment?: string
  /** What each request gets. */
  apply?: Apply
  /** How root token is got; with oauth2 and no apply it is sent as Authorization: Bearer. */
  obtain?: Obtain
  /** A signature of each request, over the exact bytes sent. */
  sign?: SignRule
  /** A value fetched before writes and sent as a header. */
  crumb?: Crumb
  /** Keep cookies per connection session. Default: false. */
  cookies?: boolean
  /** Statuses that drop the token: it is obtained once more and the request is sent once more. Default: [401]. */
  refreshOn?: StatusRule[]
  /** More origins that may receive the credentials. */
  origins?: Value[]
}

/** Headers, query entries, body members and basic credentials that each request gets. */
export interface Apply {
  $comment?: string
  headers?: HeaderValues
  query?: {
    [k: string]: Value
  }
  /** Shallow-merged into a json or form body. */
  body?: {
    [k: string]: Value
  }
  /** HTTP basic authentication. */
  basic?: {
    $comment?: string
    username: Value
    password: Value
  }
}

/** Headers by name; null leaves one out. */
export interface HeaderValues {
  [k: string]: Value
}

/** A token by one request. The request may read secret, carries no apply and follows no redirect. */
export interface Login {
  $comment?: string
  request: Request
  token: Value
  /** Default: "30m". */
  lifetime?: Value
  /** Default: "1m". */
  skew?: Duration
}

/** One HTTP request. Exactly one of path and url. Every host must match permissions.hosts. */
export interface Request {
  $comment?: string
  method: Method
  /** Appended to baseUrl; each expression result is encoded as one segment. */
  path?: Value
  /** Absolute. */
  url?: Value
  /** A list repeats the key; null leaves it out. */
  query?: Value
  /** Text or numbers; null leaves one out. */
  headers?: Value
  /** Entries of query, form or top-level json that are query language. */
  dialects?: {
    [k: string]: QueryDialect
  }
  body?: RequestBody
  /** Whether the request carries credentials. Default: true. */
  auth?: boolean
  /** At most 3; drop-auth: to any permitted host, without credentials. Default: "error". */
  redirect?: ("error" | "same-origin" | "drop-auth")
}

/** After evaluation exactly one of json, form, multipart, text and bytes. */
export interface RequestBody {
  /** Serialised once. */
  json?: Value
  /** Nested names are written out. */
  form?: Value
  /** A list of {name, value} or {name, file, type?}. */
  multipart?: Value
  text?: Value
  /** A file or a bytes response. */
  bytes?: Value
  contentType?: Value
}

/** A token by an OAuth 2 grant. A new refresh_token in the answer is stored encrypted and used next. */
export interface OAuth2 {
  $comment?: string
  grant: ("client_credentials" | "password" | "refresh_token")
  tokenUrl: Value
  clientId: Value
  clientSecret?: Value
  username?: Value
  password?: Value
  refreshToken?: Value
  scope?: Value
  /** More fields of the token request. */
  fields?: {
    [k: string]: Value
  }
  /** Where client id and secret stand. Default: "body". */
  clientAuth?: ("body" | "basic")
  /** Default: "form". */
  encoding?: ("form" | "json")
  /** Used when the answer has no expires_in. Default: "1h". */
  lifetime?: Duration
  /** How long before its end a token is renewed. Default: "2m". */
  skew?: Duration
}

/** Runs last, over the exact bytes sent. Its timestamp adds that header, and the text is root timestamp. */
export interface SignRule {
  $comment?: string
  /** Default: "sha256". */
  algorithm?: HashName
  /** Default: "hex". */
  encoding?: DigestEncoding
  key: Value
  /** Default: "utf8". */
  keyEncoding?: KeyEncoding
  /** Text taken off the front of the key. */
  keyStrip?: string
  /** What is signed. Default: "{{request.raw}}". */
  base?: Value
  header: HeaderName
  /** Text put in front of the signature. */
  prefix?: string
  timestamp?: {
    $comment?: string
    header: HeaderName
    /** Default: "unix". */
    format?: TimestampFormat
  }
}

/** A request before writes whose answer is sent as a header and reused until refreshOn. */
export interface Crumb {
  $comment?: string
  request: Request
  header: Value
  value: Value
  /** Default: "write". */
  for?: ("write" | "all")
  /** Default: [403]. */
  refreshOn?: StatusRule[]
}

/** Given an event, input or delivery and the target's answers, these requests and this outcome. Plain JSON, never evaluated; time is virtual. */
export interface Case {
  /** For editors only. */
  $schema?: string
  $comment?: string
  jobwire: "1"
  kind: "case"
  title: string
  summary?: string
  of: CaseSubject
  connection?: CaseConnection
  /** For templates, by id. */
  connections?: {
    [k: string]: CaseConnection
  }
  /** An event, or the path of a sample. */
  event?: unknown
  /** Input of the action or verb. */
  input?: unknown
  /** Params of the operation or lookup. */
  params?: unknown
  /** A job reference, or a list of them. */
  job?: unknown
  request?: CaseDelivery
  /** The stored value of the poll. */
  cursor?: unknown
  now?: Time
  delivery?: DeliveryMode
  /** Consumed in order. */
  exchanges?: Exchange[]
  /** Exchanges that were recorded. */
  cassette?: FilePath
  expect: Expectation
}

/** Settings and literal fake secrets, which are allowed in cases only. */
export interface CaseConnection {
  $comment?: string
  variant?: Id
  config: {
    [k: string]: unknown
  }
  secrets?: {
    [k: string]: string | string[]
  }
}

/** A request as the sender makes it; sign signs it with the feed's first rule. */
export interface CaseDelivery {
  $comment?: string
  /** Default: "POST". */
  method?: string
  headers?: {
    [k: string]: string
  }
  query?: {
    [k: string]: string
  }
  /** JSON; text is sent as it is. */
  body?: unknown
  sign?: {
    $comment?: string
    /** By default now. */
    at?: Time
    /** Spoils the signature. Default: false. */
    tamper?: boolean
  }
}

/** A request that is expected, and the answer or fault it gets. Plain JSON, never evaluated; matchers are {$any}, {$matches} and {$json}. */
export interface Exchange {
  $comment?: string
  request: ExpectedRequest
  response?: GivenResponse
  fault?: FaultWord
}

/** headers match partially; query and body exactly when given. */
export interface ExpectedRequest {
  $comment?: string
  method: string
  path?: string
  url?: string
  query?: {
    [k: string]: unknown
  }
  headers?: {
    [k: string]: unknown
  }
  /** JSON. */
  body?: unknown
  form?: {
    [k: string]: unknown
  }
  /** Text, or a matcher. */
  text?: unknown
}

/** What the target answers. */
export interface GivenResponse {
  $comment?: string
  status: number
  headers?: {
    [k: string]: string
  }
  /** JSON; text is sent as it is. */
  body?: unknown
}

/** What must have happened. headers, output and events match partially. */
export interface Expectation {
  $comment?: string
  outcome?: OutcomeWord
  /** Why it was skipped, for example criteria[0]. */
  because?: string
  /** Output of the action, lookup, operation or verb. */
  output?: unknown
  jobs?: unknown[]
  error?: ExpectedError
  warnings?: AnyErrorCode[]
  /** Number of writing requests. */
  writes?: number
  /** Events a feed emits, in order. */
  events?: unknown[]
  ack?: {
    $comment?: string
    status?: number
    contentType?: string
    /** The body of the acknowledgement. */
    body?: unknown
  }
  /** The value stored afterwards. */
  cursor?: unknown
  /** For a template with several targets, by id. */
  targets?: {
    [k: string]: TargetExpectation
  }
}

/** The message is contained in the real one. */
export interface ExpectedError {
  $comment?: string
  code: AnyErrorCode
  owner?: ("author" | "operator" | "sender" | "target" | "jobwire")
  message?: string
  choices?: unknown[]
}

/** output and jobs match partially. */
export interface TargetExpectation {
  $comment?: string
  outcome?: OutcomeWord
  /** Why it was skipped, for example criteria[0]. */
  because?: string
  /** Output of the action, lookup, operation or verb. */
  output?: unknown
  jobs?: unknown[]
  error?: ExpectedError
  warnings?: AnyErrorCode[]
  /** Number of writing requests. */
  writes?: number
}

/** Recorded exchanges, masked before writing. */
export interface Cassette {
  /** For editors only. */
  $schema?: string
  $comment?: string
  jobwire: "1"
  kind: "cassette"
  title?: string
  summary?: string
  exchanges: Exchange[]
  recordedAt: Time
  connector: UnitReference
}

/** What a connection to the system needs: settings, secrets, address, authentication. With variants, each must end with baseUrl, auth and probe (JW1015). */
export interface ConnectionPart {
  $comment?: string
  /** Settings; they appear as root connection. */
  config?: SchemaValue
  /** The secrets an operator has to give. */
  secrets?: SecretDeclarations
  /** Where the paths of operations begin; https except on loopback. */
  baseUrl?: Value
  /** Sent with every operation; no credentials. */
  headers?: HeaderValues
  /** How requests are authenticated; {} means not at all. */
  auth?: Auth
  /** Reads whose output is root prepared. */
  prepare?: Prepare
  /** Reads that prove the connection; the output is its label. */
  probe?: Procedure
  /** How a credential file of the vendor fills settings and secrets. */
  import?: CredentialImport
  /** Ways to connect; a connection file chooses one. */
  variants?: {
    [k: string]: Variant
  }
}

/** One way to connect. It adds properties and required to config, entries to secrets and headers, and replaces the other keys. */
export interface Variant {
  $comment?: string
  title: string
  summary?: string
  config?: SchemaValue
  secrets?: SecretDeclarations
  baseUrl?: Value
  headers?: HeaderValues
  auth?: Auth
  prepare?: Prepare
  probe?: Procedure
  import?: CredentialImport
}

/** Secrets by name. */
export interface SecretDeclarations {
  [k: string]: SecretDeclaration
}

/** What an operator is asked for. */
export interface SecretDeclaration {
  $comment?: string
  title: string
  summary?: string
  /** Default: false. */
  optional?: boolean
}

/** A procedure that may only read; its output is root prepared and kept for ttl. */
export interface Prepare {
  $comment?: string
  /** Default: "1h". */
  ttl?: Duration
  steps?: Steps
  call?: Name
  lookup?: Name
  with?: Arguments
  output?: Value
}

/** A list of steps, or one call or lookup written inline. At most one unsafe write (JW1011). */
export interface Procedure {
  $comment?: string
  steps?: Steps
  /** An operation. */
  call?: Name
  /** A lookup. */
  lookup?: Name
  with?: Arguments
  /** The output; root result when written inline. */
  output?: Value
}

/** Root file is the JSON of a file the vendor hands out. */
export interface CredentialImport {
  $comment?: string
  title: string
  config?: {
    [k: string]: Value
  }
  secrets?: {
    [k: string]: Value
  }
}

/** One operator's access to one system. Only this file can open private addresses. It is never packed. */
export interface Connection {
  /** For editors only. */
  $schema?: string
  $comment?: string
  jobwire: "1"
  kind: "connection"
  /** The name of the file (JW1005). */
  id: Id
  title: string
  summary?: string
  connector: UnitReference
  /** Required when the connector has variants (JW7004). */
  variant?: Id
  /** Settings; they fit the connector's config (JW7003). */
  config: {
    [k: string]: unknown
  }
  secrets?: SecretReferences
  feeds?: {
    [k: string]: {
      $comment?: string
      enabled?: boolean
      every?: Duration
    }
  }
  /** May only tighten the connector's budgets. */
  budgets?: {
    [k: string]: {
      $comment?: string
      limit?: number
      per?: Duration
      concurrency?: number
    }
  }
  network?: {
    $comment?: string
    /** Hosts and addresses, exact, that may be private or loopback. */
    allowPrivate?: string[]
    /** A file of certificate authorities, PEM. */
    ca?: string
  }
}

/** Where each secret is: env:NAME or file:relative/path. A list holds live keys for rotation; the first one signs. */
export interface SecretReferences {
  [k: string]: string | string[]
}

/** One outside system as data: how to authenticate, its HTTP operations, lookups, actions, job kinds, events and feeds. Nothing in it is code. */
export interface Connector {
  /** For editors only. */
  $schema?: string
  $comment?: string
  jobwire: "1"
  kind: "connector"
  /** The name of its folder (JW1005). */
  id: Id
  version: Version
  title: string
  summary?: string
  /** What a list of connectors shows. */
  listing?: {
    $comment?: string
    categories: Id[]
    /** An SPDX expression. */
    license: string
    support?: string
    homepage?: string
  }
  permissions: Permissions
  /** Where facts come from. */
  evidence?: Evidence[]
  connection: ConnectionPart
  http?: HttpDefaults
  /** Schemas for #/schemas/<name>. */
  schemas?: {
    [k: string]: SchemaValue
  }
  /** Tables of the vendor's argument types. */
  types?: {
    [k: string]: TypeTable
  }
  operations: {
    [k: string]: Operation
  }
  lookups?: {
    [k: string]: Lookup
  }
  actions?: {
    [k: string]: Action
  }
  jobs?: {
    [k: string]: JobKind
  }
  events?: {
    [k: string]: EventType
  }
  feeds?: {
    [k: string]: Feed
  }
}

/** Every host the connector may reach. */
export interface Permissions {
  $comment?: string
  hosts: PermittedHost[]
}

/** Where a fact comes from; what is inferred is shown to operators. */
export interface Evidence {
  $comment?: string
  at: JsonPointer
  level: ("documented" | "source" | "observed" | "inferred")
  from?: string
  note?: string
}

/** Defaults for all operations of a connector, and its budgets. */
export interface HttpDefaults {
  $comment?: string
  /** Total time of one exchange. Default: "30s". */
  timeout?: Duration
  retry?: Retry
  /** Tried after the rows of the operation. */
  errors?: ErrorRow[]
  /** Where the server's own words are; the first that is present is response.errorText. */
  errorText?: Value[]
  budgets?: {
    [k: string]: BudgetRule
  }
  /** Decoded bytes of an answer. Default: "5MB". */
  maxSize?: Size
}

/** How an exchange whose outcome is retry is repeated. */
export interface Retry {
  $comment?: string
  /** Default: 4. */
  limit?: number
  /** Default: "500ms". */
  base?: Duration
  /** Default: 2. */
  factor?: number
  /** Default: "60s". */
  cap?: Duration
  /** Default: "full". */
  jitter?: ("full" | "none")
}

/** What an answer or a network fault means. The first matching row wins. */
export interface ErrorRow {
  $comment?: string
  when: {
    $comment?: string
    /** By default every status outside expect. */
    status?: StatusRule[]
    network?: NetworkWord[]
    test?: Value
  }
  /** retry on a write is the author's word that nothing was executed. */
  action: ("fail" | "retry" | "rate-limit" | "refresh" | "success" | "unknown")
  code?: ErrorCode
  /** Default: "target". */
  owner?: OwnerWord
  message?: Value
  hint?: Value
  /** The result of success. */
  output?: Value
  /** How long to wait before the next try. */
  after?: Value
}

/** How many requests may be sent in a time, and how many at once. One request counts one unit. */
export interface BudgetRule {
  $comment?: string
  limit: number
  per: Duration
  concurrency?: number
  /** Whether connections share it. Default: "connection". */
  scope?: ("connection" | "connector")
  /** What the answer says is left. */
  remaining?: Value
  /** When the answer says it is filled again. */
  reset?: Value
  /** Default: "seconds". */
  resetFormat?: ("seconds" | "unix")
}

/** The vendor's types to schemas; * stands for all others. A type that is not listed passes unchecked (JW3103). */
export interface TypeTable {
  [k: string]: SchemaValue
}

/** One HTTP exchange; nothing else leaves Jobwire. */
export interface Operation {
  $comment?: string
  title?: string
  summary?: string
  /** Plan mode sends reads and prints writes. */
  effect: ("read" | "write")
  /** safe: sending twice does what sending once does. Default safe for a read, unsafe for a write. */
  repeat?: ("safe" | "unsafe")
  params?: Params
  request: Request
  response?: Response
  /** Needs response.items. */
  page?: Page
  errors?: ErrorRow[]
  retry?: Retry
  /** Total. Default: "30s". */
  timeout?: Duration
  /** A budget of http.budgets. */
  budget?: Name
  idempotency?: Idempotency
  settle?: Settle
  /** A response body; plan mode and the simulator use it; it must fit response.schema. */
  sample?: unknown
}

/** name, or name? when optional, to a type word or a schema. */
export interface Params {
  [k: string]: Param
}

/** How an answer is read. Header names are lower-case; an empty body is null. */
export interface Response {
  $comment?: string
  /** Default: "json". */
  type?: ("json" | "text" | "bytes" | "none")
  /** Accepted besides application/json and *+json. */
  mediaTypes?: MediaType[]
  /** Statuses of success. Default: ["2xx"]. */
  expect?: StatusRule[]
  /** Decoded bytes. Default: "5MB". */
  maxSize?: Size
  /** Makes the operation a list. */
  items?: Value
  /** The result when there are no items. Default: "{{response.body}}". */
  output?: Value
  /** Of output, or of one item. */
  schema?: SchemaValue
  /** Masked wherever shown or stored; still usable in expressions. */
  redact?: MaskPointer[]
}

/** The target recognises the key: it rejects or merges a repeat. */
export interface Idempotency {
  $comment?: string
  key: Value
  /** Also sends the key in this header. */
  header?: HeaderName
}

/** Answers did it happen? when the outcome of a write is unknown: after each delay the read runs. */
export interface Settle {
  $comment?: string
  /** False: the run is held. */
  when?: Value
  /** A read operation. */
  call: Name
  with?: Arguments
  /** Default: ["5s","15s","60s"]. */
  delays?: Duration[]
  /** Root result: the write happened. */
  done: Value
  /** Default: "{{result}}". */
  output?: Value
  /** Params that send only what is missing, when it happened in part; OMIT leaves it unknown. */
  rest?: Value
}

/** A name becomes one thing, or an error that lists the candidates: fetch rows, narrow them by where, count. */
export interface Lookup {
  $comment?: string
  title?: string
  summary?: string
  params?: Params
  /** A list operation. */
  call?: Name
  with?: Arguments
  /** Rows that are already there. */
  from?: Value
  where?: FilterRow[]
  none?: NoneRule
  many?: ManyRule
  /** Codes of a later step that make a cached answer stale. */
  stale?: {
    $comment?: string
    codes: Codes
  }
  /** How a candidate is shown. */
  choice?: Value
  /** Default: "{{item}}". */
  output?: Value
  /** How long fetched rows are kept; never an empty list. */
  cache?: Duration
  signature?: Signature
}

/** Keeps the rows for which test is true; skipped when its own when is false. */
export interface FilterRow {
  $comment?: string
  when?: Value
  test: Value
}

/** What happens when no row is left (default JW3101). */
export interface NoneRule {
  $comment?: string
  /** Default: "fail". */
  action?: ("fail" | "use")
  /** The result instead. */
  use?: Value
  code?: ErrorCode
  /** Default: "operator". */
  owner?: OwnerWord
  message?: Value
  hint?: Value
}

/** What happens when several rows are left (default JW3102); all yields a list. */
export interface ManyRule {
  $comment?: string
  /** Default: "fail". */
  action?: ("fail" | "first" | "all")
  order?: {
    $comment?: string
    /** Root item. */
    by: Value
    /** Default: false. */
    desc?: boolean
  }
  code?: ErrorCode
  /** Default: "operator". */
  owner?: OwnerWord
  message?: Value
  hint?: Value
}

/** Makes the target's jobs followable and stoppable alike for every target. */
export interface JobKind {
  $comment?: string
  title: string
  /** An object with required id (string or integer) and whatever else the verbs need. */
  ref: SchemaValue
  /** Gives {state, message?, code?, progress?, startedAt?, endedAt?, output?, follow?}; with batch a list of them, each with its id. */
  status: JobVerb
  /** Raw state to state; * stands for all others. Matching ignores case. */
  states: {
    [k: string]: JobStateWord
  }
  poll?: JobPoll
  /** Own events after which the job is polled at once; the poll decides. */
  hints?: {
    $comment?: string
    event: EventName
    /** Root event. */
    id: Value
  }[]
  /** The feed whose URL is run.callbackUrl. */
  callback?: Name
  /** [{ref, state, title?, startedAt?, endedAt?}] */
  list?: JobVerb
  stop?: JobVerb
  /** {jobs: [ref]} */
  restart?: JobVerb
  resume?: JobVerb
  payload?: JobVerb
  /** Any JSON or bytes. */
  output?: JobVerb
  /** {text, cursor?, done} */
  log?: JobVerb
  /** [{id, name?, category?}] */
  attachments?: JobVerb
  /** {id} */
  attach?: JobVerb
  /** Bytes. */
  download?: JobVerb
}

/** How often the status is read, and when to give up. */
export interface JobPoll {
  $comment?: string
  /** Default: "2s". */
  first?: Duration
  /** Default: "10s". */
  every?: Duration
  /** Default: 1.5. */
  factor?: number
  /** Default: "2m". */
  cap?: Duration
  /** Then JW3205. Default: "24h". */
  timeout?: Duration
  /** How long after the start not found counts as pending. Default: "1m". */
  missing?: Duration
  /** Consecutive failed polls, then JW3002. Default: 5. */
  tolerate?: number
  /** How long one state may last; then JW3204 and the run is held. */
  stuck?: {
    $comment?: string
    pending?: Duration
    running?: Duration
    waiting?: Duration
  }
}

/** A procedure; root job, or jobs (a list) with batch. */
export interface JobVerb {
  $comment?: string
  /** Its own flags. */
  input?: SchemaValue
  /** How many jobs at once; longer lists are cut into chunks. */
  batch?: number
  steps?: Steps
  /** An operation. */
  call?: Name
  /** A lookup. */
  lookup?: Name
  with?: Arguments
  output?: Value
}

/** A kind of event a connector offers. The sample is a file with a whole event; its data must fit. */
export interface EventType {
  $comment?: string
  title: string
  summary?: string
  data: SchemaValue
  sample: FilePath
  /** A file with a delivery of this event as the app sends it: headers and body; jobwire emit signs and sends it. */
  delivery?: FilePath
}

/** One way events of a connection arrive: exactly one of webhook and poll. */
export interface Feed {
  $comment?: string
  title: string
  summary?: string
  emits: EventName[]
  webhook?: Webhook
  poll?: Poll
  event: EventMapping
  dedupe?: {
    $comment?: string
    /** Default: "7d". */
    window?: Duration
    /** succeeded: an id whose runs all failed is let through again. Default: "accepted". */
    on?: ("accepted" | "succeeded")
  }
}

/** Receives signed deliveries. A batch is acknowledged only when every item is stored. */
export interface Webhook {
  $comment?: string
  /** Limits deliveries; a handshake may answer any method. Default: ["POST"]. */
  methods?: string[]
  /** Alternatives in order; the first whose signature can be extracted decides alone. */
  verify: VerifyRule[]
  handshake?: Handshake[]
  /** auto: by Content-Type. Default: "auto". */
  parse?: ("json" | "form" | "xml" | "text" | "auto")
  /** By default one item, request.body. */
  items?: Value
  ack?: {
    $comment?: string
    /** Default: 202. */
    status?: number
    contentType?: string
    body?: Value
  }
  /** Its output is root subscription: id, secret? and expiresAt?. */
  subscribe?: Procedure
  unsubscribe?: Procedure
  renew?: Renew
  /** True while the subscription is there. */
  check?: Procedure
}

/** How a delivery proves who sent it. With none only the unguessable URL protects. */
export interface VerifyRule {
  $comment?: string
  scheme: ("hmac" | "digest" | "token" | "jwt" | "x509" | "ed25519" | "none")
  /** A hash, or fromKey: the pair key names one of the allowed. Default: "sha256". */
  algorithm?: (NamedAlgorithm | HashName)
  /** Default: "hex". */
  encoding?: DigestEncoding
  signature?: SignaturePlace
  /** What is signed; a list holds alternatives. OMIT parts are dropped; secret is allowed for digest. Default: "{{request.raw}}". */
  base?: Value
  /** The secret; every live key of a list is tried. */
  key?: Value
  /** Default: "utf8". */
  keyEncoding?: KeyEncoding
  /** Text taken off the front of the key. */
  keyStrip?: string
  timestamp?: SignedTimestamp
  bodyHash?: BodyHash
  /** How the sender may have spelled the URL. */
  url?: {
    $comment?: string
    /** either: with and without the default port. Default: "exact". */
    ports?: ("exact" | "either")
    /** Percent-escapes to undo. */
    decode?: string
  }
  /** Reading item it is checked per item and others are dropped. */
  token?: {
    $comment?: string
    from: Value
    /** The secret. */
    equals: Value
  }
  jwt?: JwtRule
  x509?: {
    $comment?: string
    /** Where the certificate is: a file over https, without a query. */
    certificate: Value
    hosts: HostPattern[]
    algorithm: Value
  }
}

/** The pair key names the hash; only the listed ones are accepted. */
export interface NamedAlgorithm {
  $comment?: string
  fromKey: HashName[]
}

/** split separates several signatures, pair a key from each, key selects; unknown keys are skipped, any match suffices. */
export interface SignaturePlace {
  $comment?: string
  /** One header, or several that may hold it. */
  header?: (HeaderName[] | HeaderName)
  query?: string
  body?: Value
  /** Literal text in front of it. */
  prefix?: string
  split?: string
  pair?: string
  key?: string
}

/** When the delivery was signed; outside the window it is refused (JW4002). Tolerance holds in both directions. */
export interface SignedTimestamp {
  $comment?: string
  header?: HeaderName
  /** Another pair of the same header. */
  field?: string
  from?: Value
  /** Default: "unix". */
  format?: TimestampFormat
  /** Default: "5m". */
  tolerance?: Duration
  /** By default as tolerance. */
  future?: Duration
}

/** A query parameter that must equal the hash of the body. */
export interface BodyHash {
  $comment?: string
  query: string
  /** Default: "sha256". */
  algorithm?: HashName
  /** Default: "hex". */
  encoding?: DigestEncoding
}

/** A token signed by a known issuer for this receiver. */
export interface JwtRule {
  $comment?: string
  /** By default the bearer token. */
  from?: Value
  /** Where the keys of the issuer are, over https; only settings of the connection may stand in it. */
  jwks: Value
  /** Any of them; only settings of the connection may stand in it. */
  issuer: Value[]
  audience: Value
  /** Default: ["RS256"]. */
  algorithms?: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "ES512" | "EdDSA")[]
  claims?: {
    [k: string]: Value
  }
  /** Default: "60s". */
  leeway?: Duration
}

/** Answers what a sender asks before it delivers. Answers hold at most 1 KiB from the request. */
export interface Handshake {
  $comment?: string
  /** May compare with secret. */
  when: Value
  /** Only after verification. Default: false. */
  verified?: boolean
  respond?: {
    $comment?: string
    /** Default: 200. */
    status?: number
    /** Default: "text/plain". */
    contentType?: string
    headers?: HeaderValues
    body?: Value
  }
  /** One GET to an allowed https host, always after verification. */
  confirm?: {
    $comment?: string
    url: Value
    hosts: HostPattern[]
  }
}

/** A procedure, run before the subscription ends. */
export interface Renew {
  $comment?: string
  /** How long before expiresAt. */
  before: Duration
  steps?: Steps
  call?: Name
  lookup?: Name
  with?: Arguments
  output?: Value
}

/** Finds events by asking, alone or to repair missed webhooks. The cursor is stored only together with the events. */
export interface Poll {
  $comment?: string
  /** A list operation that reads. */
  call: Name
  with?: Arguments
  /** Default: "1m". */
  every?: Duration
  /** Default: 0.1. */
  jitter?: number
  /** How long the vendor asks to wait; root response. */
  atLeast?: Value
  cursor?: PollCursor
  /** Taken off the stored value. Default: "0s". */
  overlap?: Duration
  /** Taken off now for cursor.until. Default: "0s". */
  lag?: Duration
  /** Default: "any". */
  order?: ("asc" | "desc" | "any")
  conditional?: ("etag" | "last-modified")
  /** Codes that forget the cursor and read from start. */
  reset?: {
    $comment?: string
    codes: Codes
  }
  /** Without cursor. Default: "skip". */
  firstRun?: ("skip" | "emit")
}

/** Where reading goes on. Over item the maximum of all rows; over response the value of the last page. */
export interface PollCursor {
  $comment?: string
  from: Value
  /** Default: "time". */
  as?: ("time" | "number" | "text" | "token")
  /** As the helper date. Default: "iso". */
  format?: string
  /** now, text or a signed duration. Default: "now". */
  start?: string
}

/** How an item becomes an event. Two feeds for one event must build the same id. */
export interface EventMapping {
  $comment?: string
  /** False: the item is ignored. */
  when?: Value
  type: Value
  /** The sender's names to event names. */
  types?: {
    [k: string]: EventName
  }
  /** Identity, together with connection and event name. */
  id: Value
  time?: Value
  subject?: Value
  data: Value
}

/** Joins one event to actions: criteria, input mapping, policy. */
export interface Template {
  /** For editors only. */
  $schema?: string
  $comment?: string
  jobwire: "1"
  kind: "template"
  /** The name of its folder (JW1005). */
  id: Id
  version: Version
  title: string
  summary?: string
  on: On
  /** All must hold. */
  criteria?: Criterion[]
  /** One target or a list; in a list each has an id. Each that applies is its own run. */
  do: (Target[] | Target)
  /** Default of the targets. */
  policy?: Policy
}

/** Times by a cron rule of five fields. A local time that is skipped runs at the next valid minute, one that repeats runs once. */
export interface OnSchedule {
  $comment?: string
  schedule: {
    $comment?: string
    cron: string
    /** An IANA name. */
    timezone: string
    /** What happens with times missed while stopped. Default: "one". */
    catchUp?: ("none" | "one" | "all")
  }
}

/** Started by a person or program with data. */
export interface OnManual {
  $comment?: string
  manual: {
    $comment?: string
    data: SchemaValue
    /** Data that fits. */
    sample: unknown
  }
}

/** An event of one connection. */
export interface OnEvent {
  $comment?: string
  connector: UnitReference
  event: EventName
  connection: Id
}

/** A test, with a label for people. */
export interface TestRow {
  $comment?: string
  test: Value
  label?: string
}

/** A path without braces, an operator and its value. A path that may be missing needs absent (JW2006). */
export interface PathRow {
  $comment?: string
  path: string
  op: CriterionOp
  /** What the path is compared with; not for exists and missing. */
  value?: Value
  /** Default: false. */
  ignoreCase?: boolean
  /** Default: "fault". */
  absent?: ("fault" | "no-match")
  label?: string
}

/** An action with its input. Input is checked against the action's. */
export interface Target {
  $comment?: string
  /** Required in a list. */
  id?: Name
  when?: Value
  connector: UnitReference
  connection: Id
  action: Name
  input: Value
  policy?: Policy
  onComplete?: Follow[]
}

/** How runs are delivered, limited, ordered, retried and waited for. A template's policy is the default; a target overrides it key by key. */
export interface Policy {
  $comment?: string
  /** By default reconcile where the unsafe write has settle, else at-most-once. */
  delivery?: DeliveryMode
  concurrency?: {
    $comment?: string
    limit: number
    /** Counts runs with the same key. */
    key?: Value
  }
  /** key: one at a time in arrival order. Default: "none". */
  order?: ("none" | "key")
  /** From acceptance to start; then JW5002. */
  deadline?: Duration
  retry?: RunRetry
  /** Only for actions that start jobs; false does not wait for them. Default: {}. */
  wait?: (false | Wait)
}

/** Whole-run attempts after a retry outcome; then JW5004. */
export interface RunRetry {
  $comment?: string
  /** Default: 5. */
  limit?: number
  /** Default: "30s". */
  base?: Duration
  /** Default: 2. */
  factor?: number
  /** Default: "30m". */
  cap?: Duration
}

/** How long to wait for the jobs a run started. */
export interface Wait {
  $comment?: string
  /** Default: "24h". */
  timeout?: Duration
  /** fail: JW5005. Default: "leave". */
  onTimeout?: ("leave" | "stop" | "fail")
}

/** An action run once when the run has ended in any way; root result. A failing follow-up (JW5008) never changes the run. */
export interface Follow {
  $comment?: string
  when?: Value
  connector: UnitReference
  connection: Id
  action: Name
  input: Value
  delivery?: DeliveryMode
}

/** A local target that behaves by data; requests are routed by the operations' own method and path. Without reply an operation answers its sample. Tokens, signatures and crumbs are checked as auth declares them. */
export interface Simulator {
  /** For editors only. */
  $schema?: string
  $comment?: string
  jobwire: "1"
  kind: "simulator"
  title?: string
  summary?: string
  /** Records by collection, as they are at the start. */
  collections: {
    [k: string]: {
      [k: string]: unknown
    }[]
  }
  /** The first value of root id. Default: 1. */
  firstId?: number
  /** Switches for cases and the command line. */
  settings?: {
    [k: string]: unknown
  }
  /** Paths before the operations' own, besides those of the base URLs; a segment :name stands for any. */
  prefixes?: string[]
  /** Paths in any case. Default: false. */
  ignoreCase?: boolean
  /** Behaviour that operations and routes share by uses. */
  parts?: {
    [k: string]: SimulatedOperation
  }
  /** Behaviour by the name of the operation. */
  operations?: {
    [k: string]: SimulatedOperation
  }
  /** Endpoints that are no operation of the connector. */
  routes?: SimulatedRoute[]
  /** What query options may ask for; an operation can change it. */
  odata?: OdataRules
  /** How records of a collection change with time. */
  timelines?: {
    [k: string]: Timeline
  }
  /** How many requests are taken in a time, by name; operations and routes refer to them. */
  limits?: {
    [k: string]: SimulatedLimit
  }
  /** Who is told about what happens here; timelines and operations notify through them. */
  senders?: {
    [k: string]: Sender
  }
  token?: TokenRules
  /** For an address that nothing answers; 404 by default. */
  notFound?: PlainReply
  /** For refused credentials; roots reason and problem; 401 by default, 403 for a crumb. */
  unauthorized?: PlainReply
  /** Faults that cases and the command line can arm, by name. */
  faults?: {
    [k: string]: SimulatedFault
  }
}

/** let and reject run first, then rows are read, records removed, inserted and changed, and the answer is given. Roots: request, params, settings, let, rows, row, total, inserted, updated, problem, origin, id (next integer), key (a fresh uuid), now. */
export interface SimulatedOperation {
  $comment?: string
  /** Parts whose let and reject come first and whose other keys hold where this has none. */
  uses?: Name[]
  /** Whose credentials are accepted: of every variant, of some, or none are needed. Default: true. */
  auth?: (Id[] | boolean)
  /** A limit this counts against. */
  limit?: Name
  /** What is looked up first; root let. */
  let?: LetRow[]
  /** The first that applies answers instead. */
  reject?: Rejection[]
  /** The collection of rows. */
  from?: Name
  /** Rows whose fields have these values. */
  by?: FieldValues
  /** Rows for which this is true; root row. */
  where?: Value
  /** odata: by the query of the request; else a test with root row. */
  filter?: Value
  odata?: OdataRules
  order?: {
    $comment?: string
    /** Root row. */
    by: Value
    /** Default: false. */
    desc?: boolean
  }[]
  skip?: Value
  top?: Value
  /** The fields of a row that are shown. */
  select?: Value
  /** Records to add. */
  insert?: (Insertion[] | Insertion)
  /** Changes of records. */
  update?: (RecordUpdate[] | RecordUpdate)
  remove?: Removal
  /** Who is told about it, after everything happened; roots inserted and updated. */
  notify?: (Notice[] | Notice)
  /** The answer; of several the first whose when is true. */
  reply?: (SimulatedReply[] | SimulatedReply)
  /** How long the answer takes. */
  delay?: Value
}

/** Fields that must equal a value, or one of a list of values; what is left out restricts nothing. */
export interface FieldValues {
  [k: string]: Value
}

/** Answers instead, when its test is true, or when its value cannot be had or does not fit the schema (root problem). */
export interface Rejection {
  $comment?: string
  when?: Value
  /** A value that must be there. */
  value?: Value
  /** What the value must fit. */
  schema?: SchemaValue
  status: number
  headers?: HeaderValues
  body?: Value
}

/** Limits of the query options; beyond them the request is refused. */
export interface OdataRules {
  $comment?: string
  /** Default: 1000. */
  maxTop?: number
  /** Rows without $top; all by default. */
  defaultTop?: number
  /** Default: 100. */
  maxExpressions?: number
  /** Default: 5. */
  maxOrderBy?: number
  /** Default: 2. */
  maxExpandDepth?: number
  /** Fields that are shown only when expanded. */
  expand?: string[]
  /** For a query that is refused; root problem; 400 by default. */
  invalid?: PlainReply
}

/** Adds records to a collection; root inserted afterwards. */
export interface Insertion {
  $comment?: string
  into: Name
  record: Value
  /** How many, when there is no each or it is left out. Default: 1. */
  times?: Value
  /** One record per item; roots item and index. */
  each?: Value
  /** How long reads do not see it. */
  visibleAfter?: Value
}

/** Sets fields of the records that are meant; root row. */
export interface RecordUpdate {
  $comment?: string
  in: Name
  by?: FieldValues
  where?: Value
  set: Value
}

/** Removes the records that are meant; root row. */
export interface Removal {
  $comment?: string
  from: Name
  by?: FieldValues
  where?: Value
}

/** What the receivers of a sender are told: one body, made once and the same for all; by default the sender's. */
export interface Notice {
  $comment?: string
  sender: Name
  when?: Value
  /** Root notice.type of the sender. */
  type?: string
  body?: Value
}

/** What the simulator answers. */
export interface SimulatedReply {
  $comment?: string
  when?: Value
  /** Default: 200. */
  status?: number
  headers?: HeaderValues
  body?: Value
}

/** An endpoint that is no operation of the connector: a page of the vendor, a file store. */
export interface SimulatedRoute {
  $comment?: string
  /** A name for faults. */
  name?: Name
  method: Method
  /** A segment :name or {{params.name}} becomes a param. */
  path: string
  /** Parts whose let and reject come first and whose other keys hold where this has none. */
  uses?: Name[]
  /** Whose credentials are accepted: of every variant, of some, or none are needed. Default: true. */
  auth?: (Id[] | boolean)
  /** A limit this counts against. */
  limit?: Name
  /** What is looked up first; root let. */
  let?: LetRow[]
  /** The first that applies answers instead. */
  reject?: Rejection[]
  /** The collection of rows. */
  from?: Name
  /** Rows whose fields have these values. */
  by?: FieldValues
  /** Rows for which this is true; root row. */
  where?: Value
  /** odata: by the query of the request; else a test with root row. */
  filter?: Value
  odata?: OdataRules
  order?: {
    $comment?: string
    /** Root row. */
    by: Value
    /** Default: false. */
    desc?: boolean
  }[]
  skip?: Value
  top?: Value
  /** The fields of a row that are shown. */
  select?: Value
  /** Records to add. */
  insert?: (Insertion[] | Insertion)
  /** Changes of records. */
  update?: (RecordUpdate[] | RecordUpdate)
  remove?: Removal
  /** Who is told about it, after everything happened; roots inserted and updated. */
  notify?: (Notice[] | Notice)
  /** The answer; of several the first whose when is true. */
  reply?: (SimulatedReply[] | SimulatedReply)
  /** How long the answer takes. */
  delay?: Value
}

/** What happens to a record after it came into being. */
export interface Timeline {
  $comment?: string
  /** The field whose change by a request ends the timeline. */
  field: string
  /** Who is told when the field of a record takes a value, by time or by a request; by that value; root row. */
  notify?: {
    [k: string]: Notice
  }
  steps: {
    $comment?: string
    /** Taken when the field has this value; else when the step before was taken. */
    from?: string
    /** Root row. */
    when?: Value
    after: Value
    set: Value
    insert?: TimelineInsertion
  }[]
}

/** A record that a step adds, a log line for example; root row. */
export interface TimelineInsertion {
  $comment?: string
  into: Name
  record: Value
}

/** How many requests are taken in a time; more are refused until the window has moved on. A limit of null is none. Roots request, settings, params and, in reply, retryAfter (seconds). */
export interface SimulatedLimit {
  $comment?: string
  limit: Value
  per: Duration
  /** What is counted apart; all together by default. */
  key?: Value
  /** For a request too many; 429 by default. */
  reply: PlainReply
}

/** Posts notices to the addresses that records of a collection hold: webhooks that were registered here. Only this machine is told, and nothing is sent twice unless times says so. Roots target (the record, not in body), notice.type, and those of what is told; in failed also problem. */
export interface Sender {
  $comment?: string
  /** The collection of receivers. */
  to: Name
  /** Receivers for which this is true. */
  where?: Value
  url: Value
  headers?: HeaderValues
  /** For notices that say no body of their own. */
  body?: Value
  /** How long it takes to leave. */
  after?: Value
  /** How often it is sent: 0 loses it, 2 repeats it. Default: 1. */
  times?: Value
  sign?: SenderSignature
  /** What is set in the record of a receiver that does not answer with 2xx. */
  failed?: Value
}

/** Signs as a feed of the connector verifies: by one of its rules, with what the receiver registered as root subscription. */
export interface SenderSignature {
  $comment?: string
  /** False: it is sent unsigned. */
  when?: Value
  feed: Name
  /** Which of the alternatives in verify. Default: 0. */
  rule?: Value
  /** Root subscription of the rule. */
  subscription?: Value
}

/** What the endpoints that hand out tokens answer. */
export interface TokenRules {
  $comment?: string
  /** How long tokens are good; by default as auth says. */
  lifetime?: Value
  /** More members of an OAuth answer; root token. */
  answer?: Value
  /** More members of a login's answer; root token. */
  login?: Value
  /** For a refused login; 401 by default. */
  refused?: PlainReply
}

/** Makes an operation or route fail, or all of them (*), or with auth where tokens are handed out; after accept performs the write and then loses the answer. Settings hold for the requests it meets. refused closes the port, for all. */
export interface SimulatedFault {
  $comment?: string
  title?: string
  operation?: string
  /** Default: false. */
  auth?: boolean
  fault?: FaultWord
  status?: number
  after?: "accept"
  /** Default: 1. */
  times?: number
  headers?: {
    [k: string]: string
  }
  body?: Value
  /** How long the port stays closed; until disarmed by default. */
  for?: Duration
  settings?: {
    [k: string]: unknown
  }
}

/** Connectors and templates to publish together; completed by jobwire pack. */
export interface Package {
  /** For editors only. */
  $schema?: string
  $comment?: string
  jobwire: "1"
  kind: "package"
  id: PackageId
  version: Version
  title: string
  summary?: string
  /** An SPDX expression. */
  license: string
  author: {
    $comment?: string
    name: string
    url?: string
  }
  /** Found by these in a registry; pack puts jobwire-package in front. */
  keywords?: Id[]
  homepage?: string
  requires?: {
    $comment?: string
    runtime?: Range
  }
  contents: {
    $comment?: string
    connectors?: Id[]
    templates?: Id[]
  }
  /** The picture beside the manifest; added by pack. */
  icon?: ("icon.svg" | "icon.png")
  /** Of the manifests inside; added by pack. */
  language?: "1"
  permissions?: PackagePermissions
  /** Path to sha256; added by pack. */
  files?: {
    [k: string]: string
  }
}

/** What an operator consents to; added by pack. An upgrade that adds one asks again (JW6004). */
export interface PackagePermissions {
  $comment?: string
  hosts?: PermittedHost[]
  /** What may be sent to each host. */
  methods?: {
    [k: string]: Method[]
  }
  /** Writes at a target: connector/action, connector/kind.verb of a job kind, connector/feed.subscribe; and all that templates call elsewhere. */
  actions?: string[]
  /** connector/event, as the connectors emit and the templates receive them. */
  events?: string[]
  /** connector/secret: what an operator is asked for. */
  secrets?: string[]
}

/** What exactly is installed, and what the operator consented to: jobwire.lock in version control. Written by jobwire install, update and remove. */
export interface Lock {
  lockVersion: 1
  /** By package id. */
  packages: {
    [k: string]: LockedPackage
  }
}

/** One installed package: its version, the digests of its bytes, who signed it and what it may do. */
export interface LockedPackage {
  version: Version
  /** Where the archive came from: registry: and an address, or file: and a path below the project. */
  source: string
  range: Range
  /** Of the archive, as registries write it. */
  integrity: string
  digest: Sha256
  /** The key that signed it; null for a package that is not signed. */
  signer: (KeyId | null)
  permissions: PackagePermissions
  /** Connectors of Jobwire or of another package that this one stands for, as the operator said. */
  replaces?: Id[]
  provenance?: Publisher
}

/** Who built the archive, by its sigstore provenance. */
export interface Publisher {
  /** Who vouched for the identity. */
  issuer: string
  /** The identity without the revision it was at: a workflow or an address. */
  subject: string
}

/** Who vouches for a package: jobwire-signature.json, an ed25519 signature over jobwire-package.json with the key, the time and the end of the signature. */
export interface PackageSignature {
  signatureVersion: 1
  package: PackageId
  version: Version
  digest: Sha256
  key: KeyId
  publicKey: RawPublicKey
  signedAt: Moment
  expiresAt?: Moment
  /** 64 bytes in base64. */
  signature: string
}

/** How a list operation reads the next page. The request reads page.cursor, page.offset, page.number and page.size. */
export interface Page {
  $comment?: string
  style: ("cursor" | "url" | "link" | "offset" | "number")
  /** cursor: goes to page.cursor; url: of the same origin; absent ends. */
  next?: Value
  /** Default: 100. */
  size?: number
  /** Where counting begins: 0 for offset, 1 for number. */
  start?: number
  /** Number of rows; ends when reached. */
  total?: Value
  /** Number of pages; ends when reached. */
  pages?: Value
  /** Ends when true. */
  done?: Value
  /** short: fewer rows than size ends. Default: "empty". */
  stop?: ("empty" | "short")
  /** Default: 50. */
  maxPages?: number
  /** Default: 10000. */
  maxItems?: number
}

/** Exactly one of steps, call and lookup; with belongs to call and lookup. */
export interface ProcedureShape {
  steps?: unknown
  call?: unknown
  lookup?: unknown
  with?: unknown
  [k: string]: unknown
}

/** An error chosen by the author. */
export interface Failure {
  $comment?: string
  code: ErrorCode
  /** Default: "operator". */
  owner?: OwnerWord
  message: Value
  hint?: Value
}

/** What a step yields when it fails with one of the codes. */
export interface ErrorOutput {
  $comment?: string
  codes: Codes
  output: Value
}

/** A private key of a publisher, in a file of its own that only its owner can read. Written by jobwire keys create; never part of a project. */
export interface SigningKey {
  keyVersion: 1
  id: KeyId
  name: Id
  publicKey: RawPublicKey
  createdAt: Moment
  /** PKCS #8 in base64; without a passphrase. */
  privateKey?: string
  sealed?: SealedKey
}

/** PKCS #8 sealed with AES-256-GCM under a key that scrypt makes of the passphrase. */
export interface SealedKey {
  kdf: "scrypt"
  /** N of scrypt; r is 8, p is 1. */
  cost: number
  salt: string
  text: string
}

/** An answer without condition; the default of status depends on its place. */
export interface PlainReply {
  $comment?: string
  status?: number
  headers?: HeaderValues
  body?: Value
}

/** Whose signatures count in a project: trust.json beside jobwire.lock. Written by jobwire keys trust and keys revoke. */
export interface Trust {
  /** For editors only. */
  $schema?: string
  trustVersion: 1
  /** By key id. */
  keys: {
    [k: string]: TrustedKey
  }
}

/** A public key, for which scopes it counts and until when. */
export interface TrustedKey {
  publicKey: RawPublicKey
  /** Whose key it is, in words of the operator. */
  name: string
  /** Packages of these scopes only. Without it the key counts for every scope. */
  scopes?: PackageScope[]
  addedAt: Moment
  revokedAt?: Moment
  expiresAt?: Moment
}
