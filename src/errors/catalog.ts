/** Every JW code once: what it says, whose fault it is, how HTTP answers it and what to do next. Codes are never reused. */

export type Severity = 'error' | 'warning' | 'info';
/** Who can mend it: the author of a manifest, the operator of this installation, the sender, the target system, or us. */
export type Owner = 'author' | 'operator' | 'sender' | 'target' | 'jobwire';

export interface CatalogEntry {
  readonly title: string;
  readonly owner: Owner;
  /** Sentence with {facts}; a thrower must give each fact. */
  readonly detail: string;
  readonly fix: string;
  readonly severity: Severity;
  /** HTTP status where the error answers a request. */
  readonly status: number;
}

type Row = [title: string, owner: Owner, detail: string, fix: string, severity?: Severity, status?: number];

const rows = {
  // Manifest
  JW1001: [
    'not strict JSON',
    'author',
    '{problem}',
    'write strict JSON: UTF-8, no comments, no trailing commas, each key once',
  ],
  JW1002: ['does not fit the format', 'author', '{problem}', 'compare with the reference of this kind of file'],
  JW1003: ['unknown key', 'author', 'there is no key {key} here', 'remove the key or correct its name'],
  JW1004: [
    'nothing has this name',
    'author',
    'there is no {what} {name}',
    'use one of the names that exist, or add it',
  ],
  JW1005: [
    'id and place differ',
    'author',
    'the id is {id}, its place says {place}',
    'rename the folder or file, or change the id',
  ],
  JW1006: [
    'path leaves the folder or file missing',
    'author',
    'the file {path} {problem}',
    'name a file below the folder of this unit',
  ],
  JW1007: [
    'schema keyword not allowed',
    'author',
    '{problem}',
    'use the keywords listed in the language reference, section 1.3',
  ],
  JW1008: [
    'sample, default or literal does not fit',
    'author',
    '{problem}',
    'change the value or the schema it must fit',
  ],
  JW1009: ['part is never used', 'author', '{what} {name} is never used', 'remove it or refer to it', 'warning'],
  JW1010: [
    'read operation with a writing method',
    'author',
    '{method} cannot be a read',
    'say effect write, or use GET, HEAD or POST',
  ],
  JW1011: [
    'write not allowed in this place, or second unsafe write',
    'author',
    '{problem}',
    'call a read here, or mark the write repeat safe if sending it twice does no more than once',
  ],
  JW1012: [
    'job contract incomplete',
    'author',
    '{problem}',
    'give the action an output with jobs, and the job kind a status',
  ],
  JW1013: [
    'feed needs one transport and proof',
    'author',
    '{problem}',
    'give the feed exactly one of webhook and poll, and a webhook its verify list',
  ],
  JW1014: [
    'delivery mode not possible',
    'author',
    'delivery {mode} needs {need} on operation {operation}',
    'choose another delivery mode or declare what it needs',
  ],
  JW1015: [
    'variant incomplete',
    'author',
    'variant {variant} has no {missing}',
    'give the variant, or the connection above it, what is missing',
  ],
  JW1016: [
    'host not in permissions',
    'author',
    'host {host} is not listed in permissions.hosts',
    'add the host to permissions.hosts',
  ],
  JW1017: [
    'version or range not valid or not met',
    'author',
    '{problem}',
    'write a version such as 1.2.3, ~1.2 or ^1 that an installed unit meets',
  ],
  // Expressions and mapping
  JW2001: [
    'expression does not parse',
    'author',
    '{problem}',
    'correct the expression; a list index is written items.[0]',
  ],
  JW2002: [
    'unknown helper',
    'author',
    'there is no helper {name}',
    'use a helper of the table in the language reference, section 2.5',
  ],
  JW2003: [
    'construct not allowed',
    'author',
    '{construct} is not part of the language',
    'use paths, helper calls and literals only',
  ],
  JW2004: ['root not available in this place', 'author', '{root} is not available here', 'use one of: {roots}'],
  JW2005: ['path not in the data', 'author', 'there is no {path}', 'use one of the names the data has'],
  JW2006: ['value may be missing', 'author', '{path} may be missing', 'wrap it: default, optional or has'],
  JW2007: ['type does not fit', 'author', '{problem}', 'convert the value, or change what is expected'],
  JW2008: ['helper arguments', 'author', '{helper}: {problem}', 'call it as {signature}'],
  JW2009: ['comparison is never true', 'author', '{problem}', 'compare values of one type', 'warning'],
  JW2010: [
    'pattern not supported',
    'author',
    'the pattern {pattern} is not supported: {problem}',
    'write an RE2 pattern: no look-around, no back-references',
  ],
  JW2011: ['encoder needed', 'author', 'a value enters {dialect} text unencoded', 'use the {encoder} helper'],
  JW2012: ['forbidden name', 'author', '{name} may not be read', 'name the field differently'],
  JW2013: ['expression too large', 'author', '{problem}', 'split it: use set steps'],
  JW2014: ['malformed directive', 'author', '{problem}', 'write exactly the keys of the directive'],
  JW2015: [
    'expression in host',
    'author',
    '{problem}',
    'use a setting whose pattern allows only letters, digits and -, or a whole url setting',
  ],
  JW2016: ['secret outside its place', 'author', 'a secret may not stand here', 'use secrets in auth and verify only'],
  JW2101: ['value missing', 'author', 'there is no {path}', 'wrap it in default or optional if it may be missing'],
  JW2102: [
    'value cannot stand in text',
    'author',
    '{path} is {type}, text takes string, number or boolean',
    'let the expression stand alone, or use join or json',
  ],
  JW2103: ['not true or false', 'author', 'the test gave {type}', 'compare with eq, has, gt, …'],
  JW2104: ['conversion failed', 'author', '{helper}: {problem}', 'check the value, or give a default'],
  JW2105: ['no case fits', 'author', 'no case for {value}', 'add the case or a default'],
  JW2106: ['duplicate key', 'author', 'the key {key} is made twice', 'make the keys different'],
  JW2107: ['value not allowed in this place', 'author', '{problem}', 'check the value that goes into the request'],
  JW2108: ['evaluation limit', 'author', '{problem}', 'take less data: select, truncate or page'],
  JW2109: [
    'digits would be lost',
    'author',
    '{path} has more digits than arithmetic keeps',
    'use it as it is, or as string',
  ],
  // Operations, auth, egress, lookups, jobs
  JW3001: [
    'not reached',
    'target',
    '{request} was not reached: {problem}',
    'check address, network and certificates',
    'error',
    502,
  ],
  JW3002: ['temporarily unavailable', 'target', '{request}: {problem}', 'wait; the request is repeated', 'error', 502],
  JW3003: [
    'rate limited',
    'target',
    '{request} answered {status}',
    'wait; the request is repeated after the time the target asks for',
    'error',
    503,
  ],
  JW3004: ['unexpected status', 'target', '{request} answered {status}', 'read what the server says', 'error', 502],
  JW3005: [
    'unexpected content type',
    'target',
    '{request}: expected {expected}, got {got}',
    'check the address: a login or error page answers instead of the API',
    'error',
    502,
  ],
  JW3006: ['body unreadable', 'target', '{request}: {problem}', 'read what the server sent', 'error', 502],
  JW3007: [
    'response too large',
    'target',
    '{request}: more than {limit} bytes',
    'ask for less, or raise maxSize',
    'error',
    502,
  ],
  JW3009: [
    'write may have happened',
    'target',
    '{request} may have been executed: {problem}',
    'look at the target, then decide: start again, adopt the job or give up',
    'error',
    502,
  ],
  JW3010: [
    'host or address not permitted',
    'operator',
    '{host} may not be called: {problem}',
    'list the host in permissions, or allow the private host in the connection file',
    'error',
    502,
  ],
  JW3011: ['redirect refused', 'target', '{request} redirects to {location}', 'use the final address', 'error', 502],
  JW3012: [
    'credentials refused',
    'operator',
    '{request} refused the credentials',
    'check the secrets of connection {connection}',
    'error',
    502,
  ],
  JW3013: [
    'token answer unusable',
    'operator',
    'the token request got {problem}',
    'check token address, client and scope',
    'error',
    502,
  ],
  JW3014: [
    'credentials would leave their origin',
    'author',
    'the request goes to {origin}',
    'list the origin in auth.origins',
    'error',
    502,
  ],
  JW3015: ['not allowed', 'operator', '{request} answered 403', 'give the account the permission', 'error', 502],
  JW3016: [
    'not found',
    'operator',
    '{request} answered 404',
    'check the name, the id and the folder or project',
    'error',
    502,
  ],
  JW3017: ['page repeats', 'target', 'the page {page} came again', 'check next in the manifest', 'error', 502],
  JW3018: [
    'too many pages or items',
    'target',
    'more than {limit} {what}',
    'narrow the query or raise the limit',
    'error',
    502,
  ],
  JW3101: ['lookup found nothing', 'operator', 'lookup {lookup} found nothing', 'use one of the choices'],
  JW3102: [
    'lookup found several',
    'operator',
    'lookup {lookup} found {count}',
    'narrow the input to one of the choices',
  ],
  JW3103: [
    'vendor type unknown',
    'author',
    'argument {argument} has type {type}, which is not in the table',
    'it is passed unchecked; add the type to the table',
    'warning',
  ],
  JW3110: ['unknown argument', 'operator', 'there is no argument {argument}', 'use one of: {names}'],
  JW3111: ['missing argument', 'operator', 'argument {argument} ({type}) is required', 'map it in the template'],
  JW3112: [
    'value would change',
    'operator',
    'argument {argument} takes {type}, got {value}',
    'map a value of that type',
  ],
  JW3113: ['signature unusable', 'target', '{problem}', 'check the declared arguments of the process'],
  JW3114: ['refused by the connector', 'operator', '{problem}', 'change the input or the settings of the connection'],
  JW3201: [
    'job state unknown',
    'target',
    'job {job} has state {state}, which is not in the table',
    'add the state to the job kind',
    'warning',
  ],
  JW3202: [
    'verb not offered',
    'author',
    'job kind {kind} has no {verb}',
    'use another verb, or add it to the connector',
  ],
  JW3203: [
    'job not found after start',
    'target',
    'job {job} was not found for {time}',
    'look at the target; the job may have been removed',
  ],
  JW3204: ['job stuck', 'target', 'job {job} has been {state} for {time}', 'look at the target; then decide'],
  JW3205: [
    'job not finished in time',
    'target',
    'job {job} was not finished after {time}',
    'look at the target, or raise the timeout',
  ],
  // Ingest
  JW4001: [
    'not authentic',
    'sender',
    '{problem}',
    'check the secret on both sides, and that nothing alters the body',
    'error',
    401,
  ],
  JW4002: [
    'outside the time window',
    'sender',
    'the delivery was signed at {at}, {skew} away from now',
    'check the clocks; resend the delivery',
    'error',
    401,
  ],
  JW4003: ['body unreadable', 'sender', '{problem}', 'send the body in the declared format', 'error', 400],
  JW4004: ['event does not fit', 'author', '{problem}', 'change the mapping or the schema of the event'],
  JW4005: ['event mapping failed', 'author', '{problem}', 'correct the event mapping of the feed'],
  JW4006: ['event not emitted', 'author', '{problem}', 'list the event in emits if it should start something', 'info'],
  JW4007: ['handshake refused', 'sender', '{problem}', 'check the handshake of the feed', 'error', 400],
  JW4008: ['confirmation refused', 'sender', '{problem}', 'check the hosts of the handshake', 'error', 400],
  JW4009: ['subscription failed', 'operator', '{problem}', 'create the subscription again: jobwire hooks create'],
  JW4010: [
    'cursor does not move',
    'target',
    'rows came three times without a later cursor',
    'check cursor.from of the poll',
  ],
  JW4011: [
    'body too large or type refused',
    'sender',
    '{problem}',
    'send less, in the declared content type',
    'error',
    413,
  ],
  JW4012: [
    'no key configured',
    'operator',
    'feed {feed} of connection {connection} has no signing key',
    'set the secret {secret} of the connection',
    'error',
    503,
  ],
  JW4013: [
    'method not taken',
    'sender',
    '{method} is not taken here',
    'send the delivery with {methods}',
    'error',
    405,
  ],
  // Engine
  JW5001: [
    'criterion cannot be evaluated',
    'author',
    '{row}: {problem}',
    'correct the criterion, or say absent no-match',
  ],
  JW5002: [
    'deadline passed',
    'operator',
    'the run was not started within {deadline}',
    'start it by hand if it still matters',
  ],
  JW5003: ['lease lost', 'jobwire', 'run {run} was taken over by another worker', 'nothing; the other worker goes on'],
  JW5004: [
    'retries used up',
    'target',
    '{attempts} attempts: {problem}',
    'mend the cause, then jobwire runs retry {run}',
  ],
  JW5005: ['wait timed out', 'target', 'the job was not finished within {timeout}', 'look at the target'],
  JW5007: [
    'outcome unknown, run held',
    'target',
    'the start may have happened: {problem}',
    'look at the target, then decide: start again, adopt the job or give up',
  ],
  JW5008: ['follow-up failed', 'operator', '{problem}', 'the run itself is not changed; see the follow-up run'],
  // Packages
  JW6001: ['file not allowed', 'author', '{path}: {problem}', 'pack data files only'],
  JW6002: ['digest or signature wrong', 'operator', '{problem}', 'install the package again from a source you trust'],
  JW6003: ['needs a newer runtime', 'operator', 'needs Jobwire {range}, this is {version}', 'upgrade Jobwire'],
  JW6004: ['new permission needs consent', 'operator', '{problem}', 'review and accept the new permissions'],
  JW6005: ['breaking change without major version', 'author', '{problem}', 'raise the major version'],
  // Configuration and cases
  JW7001: [
    'secret not found',
    'operator',
    'secret {secret}: {reference} {problem}',
    'set the variable or write the file',
  ],
  JW7002: ['literal secret', 'author', 'a credential is written literally', 'use a reference: env:NAME or file:path'],
  JW7003: ['configuration does not fit', 'operator', '{problem}', 'correct config of the connection'],
  JW7004: ['variant missing or unknown', 'operator', 'variant {variant} {problem}', 'use one of: {variants}'],
  JW7010: ['unexpected request', 'author', '{problem}', 'add the exchange, or correct the mapping'],
  JW7011: ['exchange not used', 'author', '{problem}', 'remove the exchange, or correct the mapping'],
  JW7012: ['expectation not met', 'author', '{problem}', 'correct the mapping or the expectation'],
  JW7101: ['wrong usage', 'operator', '{problem}', 'see --help', 'error', 400],
  JW7102: ['nothing here', 'operator', 'there is no {what} {id}', 'list what there is', 'error', 404],
  JW7103: ['store not usable', 'operator', '{problem}', 'check JOBWIRE_STORE and the disk', 'error', 503],
  JW7104: [
    'queue full',
    'operator',
    '{depth} runs wait, the bound is {limit}',
    'the sender should try again later',
    'error',
    503,
  ],
  JW7105: [
    'access refused',
    'operator',
    '{problem}',
    'send the API token as Authorization: Bearer, or call from the machine Jobwire runs on',
    'error',
    401,
  ],
  JW7106: [
    'too many requests',
    'sender',
    'more than {limit} requests within {window}',
    'send more slowly; try again after {after} s',
    'error',
    429,
  ],
  // Jobwire itself
  JW9001: ['fault in Jobwire', 'jobwire', '{problem}', 'please report it with the run or request id', 'error', 500],
} as const satisfies Record<string, Row>;

export type Code = keyof typeof rows;

export const catalog: Readonly<Record<Code, CatalogEntry>> = Object.fromEntries(
  Object.entries(rows as Record<string, Row>).map(
    ([code, [title, owner, detail, fix, severity = 'error', status = 422]]) => [
      code,
      {title, owner, detail, fix, severity, status},
    ],
  ),
) as Record<Code, CatalogEntry>;

export function isCode(text: string): text is Code {
  return Object.hasOwn(rows, text);
}
