/** Whether a request carries the credentials that a variant of the connector would put into it. It fails closed. */
import {JobwireError} from '../errors/jobwire-error.ts';
import type {Auth, Connector, SignRule, VerifyRule} from '../generated/types.ts';
import type {Keyring} from '../ingest/hook.ts';
import type {ReceivedRequest} from '../ingest/request.ts';
import {createProof} from '../ingest/signatures/proof.ts';
import {verify} from '../ingest/signatures/verify.ts';
import {mergedPart} from '../manifest/variant.ts';
import {isObject, own} from '../values/json.ts';
import {compilePattern, type Pattern, type Reader, type Verdict, worst} from './pattern.ts';

export type Refusal = Exclude<Verdict, undefined> | 'crumb';

export interface Knock {
  readonly received: ReceivedRequest;
  readonly reader: Reader;
  /** A request that changes something needs a crumb where the variant uses one. */
  readonly write: boolean;
}

export type Guard = (knock: Knock) => Refusal | undefined;

/** One way in per variant; a connector without variants has one. */
export function variantsOf(connector: Connector): {readonly name: string | undefined; readonly auth: Auth}[] {
  const names = Object.keys(connector.connection.variants ?? {});
  return (names.length > 0 ? names : [undefined]).map((name) => ({name, auth: mergedPart(connector, name).auth ?? {}}));
}

/** Any of these variants' credentials open the door. */
export function createGuard(connector: Connector, accepted: boolean | readonly string[]): Guard {
  if (accepted === false) return () => undefined;
  const ways = variantsOf(connector)
    .filter(({name}) => accepted === true || (name !== undefined && accepted.includes(name)))
    .map(({auth}) => guardOf(auth));
  return (knock) => {
    const refusals = ways.map((way) => way(knock));
    if (refusals.includes(undefined)) return undefined;
    return refusals.find((refusal) => refusal !== 'missing') ?? 'missing';
  };
}

interface Place {
  readonly read: (received: ReceivedRequest) => string | undefined;
  readonly pattern: Pattern;
}

const bearer: NonNullable<Auth['apply']> = {headers: {Authorization: 'Bearer {{token}}'}};

function guardOf(auth: Auth): Guard {
  const apply = auth.apply ?? (auth.obtain && 'oauth2' in auth.obtain ? bearer : {});
  const places = [
    ...Object.entries(apply.headers ?? {}).map(([name, value]) => placed(value, (r) => header(r, name))),
    ...Object.entries(apply.query ?? {}).map(([name, value]) => placed(value, (r) => textOf(r.delivery.query[name]))),
    ...Object.entries(apply.body ?? {}).map(([name, value]) => placed(value, (r) => textOf(own(bodyOf(r), name)))),
    ...(apply.basic ? basicPlaces(apply.basic) : []),
  ];
  const signed = auth.sign && signatureGuard(auth.sign);
  const crumb = auth.crumb;
  return (knock) => {
    const verdict = worst(places.map(({read, pattern}) => pattern(read(knock.received), knock.reader)));
    if (verdict !== undefined) return verdict;
    const unsigned = signed?.(knock);
    if (unsigned !== undefined) return unsigned;
    if (!crumb || !(knock.write || crumb.for === 'all')) return undefined;
    const value = header(knock.received, crumbHeader(crumb.header));
    return value !== undefined && knock.reader.tokens.stateOf(value, knock.reader.now) === 'live' ? undefined : 'crumb';
  };
}

/** The header a crumb travels in; one that the server names itself gets a name here. */
export function crumbHeader(slot: unknown): string {
  return typeof slot === 'string' && !slot.includes('{{') ? slot : 'x-simulated-crumb';
}

function placed(template: unknown, read: Place['read']): Place {
  return {read, pattern: compilePattern(template)};
}

function basicPlaces({username, password}: {readonly username: unknown; readonly password: unknown}): Place[] {
  return [
    placed(username, (received) => basicPair(received)?.[0]),
    placed(password, (received) => basicPair(received)?.[1]),
  ];
}

/** RFC 7617: everything behind the first colon is the password. */
export function basicPair(received: ReceivedRequest): readonly [string, string] | undefined {
  const encoded = /^basic\s+([A-Za-z0-9+/=]+)$/i.exec(header(received, 'authorization') ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [, name = '', word = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return [name, word];
}

export function header({delivery}: ReceivedRequest, name: string): string | undefined {
  return delivery.headers[name.toLowerCase()]?.join(', ');
}

/** The parsed body, or null where it cannot be read. */
export function bodyOf(received: ReceivedRequest): unknown {
  try {
    return received.body().value;
  } catch (error) {
    if (error instanceof JobwireError) return null;
    throw error;
  }
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** Without the key only that there is a signature can be seen. */
function signatureGuard(sign: SignRule): Guard {
  const rule = verifyRuleOf(sign);
  const needed = [...JSON.stringify([sign.key, sign.base ?? '']).matchAll(/secret\.(\w+)/g)].map(
    (match) => match[1] ?? '',
  );
  return ({received, reader}) => {
    if (!header(received, sign.header)) return 'missing';
    if (!needed.every((name) => Object.hasOwn(reader.secrets, name))) return undefined;
    return isSigned(rule, {received, reader}) ? undefined : 'refused';
  };
}

function verifyRuleOf({
  algorithm,
  encoding,
  key,
  keyEncoding,
  keyStrip,
  base,
  header,
  prefix,
  timestamp,
}: SignRule): VerifyRule {
  return {
    scheme: 'hmac',
    signature: {header, ...(prefix !== undefined && {prefix})},
    key,
    ...(algorithm && {algorithm}),
    ...(encoding && {encoding}),
    ...(keyEncoding && {keyEncoding}),
    ...(keyStrip !== undefined && {keyStrip}),
    ...(base !== undefined && {base}),
    ...(timestamp && {timestamp}),
  };
}

function isSigned(rule: VerifyRule, {received, reader}: {received: ReceivedRequest; reader: Reader}): boolean {
  const secrets = Object.fromEntries(
    Object.entries(reader.secrets).map(([name, texts]) => [name, () => [texts].flat()] as const),
  );
  const keyring: Keyring = {connection: 'simulator', feedName: 'simulator', config: {}, secrets};
  try {
    verify([rule], createProof(received, keyring, reader.now));
    return true;
  } catch (error) {
    if (error instanceof JobwireError) return false;
    throw error;
  }
}

/** An object's own text member, its name in any case: what real clients send is not always spelled alike. */
export function fieldOf(body: unknown, name: string): string | undefined {
  if (!isObject(body)) return undefined;
  const key = Object.keys(body).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : textOf(body[key]);
}
