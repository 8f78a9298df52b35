/** Proof by a token that an issuer signed for this receiver (RFC 7519). It proves the sender, not the body. */
import {createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyOptions, jwtVerify} from 'jose';
import {fail, JobwireError} from '../../errors/jobwire-error.ts';
import {evaluate, evaluateText, OMIT, renderUrl} from '../../expressions/evaluate.ts';
import type {JwtRule, VerifyRule} from '../../generated/types.ts';
import {type Json, type JsonObject, own, sameJson} from '../../values/json.ts';
import {iso, ms} from '../../values/time.ts';
import type {KeyDocument, KeySource} from '../key-source.ts';
import {absent} from './absent.ts';
import {keyProblem} from './configured.ts';
import {single} from './extract.ts';
import {evidenceOf, type Proof} from './proof.ts';
import {type Gatherer, type Prover, provesAll} from './verdict.ts';

type KeySet = ReturnType<typeof createLocalJWKSet>;

/** The claims of a token whose signature, issuer, audience and time hold. */
export const gatherToken: Gatherer = async (rule, proof, keys) => {
  const {jwt} = rule;
  const token = jwt && readToken(jwt, proof);
  if (!jwt || token === undefined) return undefined;
  const document = keySetAt(renderUrl(jwt.jwks, {connection: proof.keyring.config}));
  const options = optionsOf(jwt, rule, proof);
  try {
    return {claims: await checkWithKeys(token, options, {document, keys})};
  } catch (error) {
    throw refusal(error);
  }
};

/** What else the rule expects of the claims. An expectation that is left out expects nothing. */
export const proveJwt: Prover = (rule, proof) => {
  const evidence = evidenceOf(rule, proof);
  if (!evidence || !('claims' in evidence)) return 'absent';
  for (const [name, value] of Object.entries(rule.jwt?.claims ?? {})) {
    const expected = evaluate(value, proof.scope());
    if (expected === OMIT) continue;
    const claim = own(evidence.claims, name);
    if (claim === undefined || !sameJson(claim, expected as Json))
      throw fail('JW4001', {problem: `the claim ${name} of the token is not the one expected`});
  }
  return provesAll;
};

const compact = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** A text of another form is somebody else's: another alternative may know it. */
function readToken({from}: JwtRule, proof: Proof): string | undefined {
  const text = from === undefined ? bearerOf(proof) : absent(() => evaluateText(from, proof.scope()));
  return text !== undefined && compact.test(text) ? text : undefined;
}

function bearerOf({request}: Proof): string | undefined {
  const header = single(request.delivery.headers['authorization'], 'header authorization');
  return /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

/** A blank audience would be taken for none, and a token for anybody would do. */
function optionsOf(jwt: JwtRule, rule: VerifyRule, proof: Proof): JWTVerifyOptions {
  const audience = evaluateText(jwt.audience, proof.scope());
  const issuer = jwt.issuer.map((one) => evaluateText(one, {connection: proof.keyring.config}));
  if ([audience, ...issuer].some((text) => text.trim() === ''))
    throw keyProblem(rule, proof.keyring, 'the issuer or the audience of its tokens is empty');
  return {
    algorithms: jwt.algorithms ?? ['RS256'],
    audience,
    issuer,
    clockTolerance: ms(jwt.leeway ?? '60s') / 1000,
    currentDate: new Date(proof.now),
    requiredClaims: ['exp'],
  };
}

/** Issuers change keys every few weeks and announce them in advance; what they withdraw must not serve for long. */
function keySetAt(url: string): KeyDocument<KeySet> {
  return {
    url,
    parse: (text) => createLocalJWKSet(JSON.parse(text) as JSONWebKeySet),
    freshMs: ms('10m'),
    keptMs: ms('1h'),
  };
}

interface KeyPlace {
  readonly document: KeyDocument<KeySet>;
  readonly keys: KeySource;
}

/** An unknown key may be a new one: the set is read once more. */
async function checkWithKeys(token: string, options: JWTVerifyOptions, place: KeyPlace): Promise<JsonObject> {
  const set = await place.keys.read(place.document);
  try {
    return await check(token, set, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    const newer = await place.keys.reread(place.document);
    if (newer === set) throw error;
    return check(token, newer, options);
  }
}

async function check(token: string, set: KeySet, options: JWTVerifyOptions): Promise<JsonObject> {
  try {
    return (await jwtVerify(token, set, options)).payload as JsonObject;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    return checkEach(token, error, options);
  }
}

/** A token that does not name its key: each that could be meant is tried. */
async function checkEach(
  token: string,
  candidates: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<JsonObject> {
  for await (const key of candidates)
    try {
      return (await jwtVerify(token, key, options)).payload as JsonObject;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Whatever the library cannot check is refused; values of claims are not repeated. */
function refusal(error: unknown): unknown {
  if (error instanceof JobwireError) return error;
  if (error instanceof errors.JWTExpired) return outside('the token expired at', error.payload.exp);
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed')
      return outside('the token does not hold before', error.payload.nbf);
    return no(
      `the claim ${error.claim} of the token is ${error.reason === 'missing' ? 'missing' : 'not accepted here'}`,
    );
  }
  if (error instanceof errors.JWKSNoMatchingKey) return no('its issuer has no key of the token’s id and kind');
  if (error instanceof errors.JWSSignatureVerificationFailed) return no('no key of the issuer gives its signature');
  if (error instanceof errors.JOSEError || error instanceof TypeError) return no(`the token: ${error.message}`);
  return error;
}

function no(problem: string): JobwireError {
  return fail('JW4001', {problem});
}

/** Seconds since 1970; an issuer may write any number, a calendar cannot. */
function outside(what: string, time: number | undefined): JobwireError {
  const at = (time ?? 0) * 1000;
  return fail('JW4002', {}, {detail: `${what} ${Math.abs(at) <= 8.64e15 ? iso(at) : `${time} s after 1970`}`});
}
