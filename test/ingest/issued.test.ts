/** Proof by tokens that an issuer signed: jwt, with the issuer's keys behind a real TLS wire. */
import assert from 'node:assert/strict';
import {constants, createHash, createHmac, generateKeyPairSync, type KeyObject, sign} from 'node:crypto';
import {readFileSync} from 'node:fs';
import type {VerifyRule} from '../../src/generated/types.ts';
import {createKeySource, getThrough, type KeySource} from '../../src/ingest/key-source.ts';
import {gatherEvidence} from '../../src/ingest/signatures/evidence.ts';
import {signDelivery} from '../../src/ingest/signatures/sign.ts';
import {proofProblem, verify} from '../../src/ingest/signatures/verify.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {onTheRealWire, serve, transport} from '../http/wire.ts';
import {delivery, type HookParts, hmacRule, hookOf, proofOf, type Sent} from './support.ts';

const tls = {
  key: readFileSync('test/fixtures/tls/valid.key', 'utf8'),
  cert: readFileSync('test/fixtures/tls/valid.pem', 'utf8'),
};
const ca = readFileSync('test/fixtures/tls/ca.pem', 'utf8');
const start = 1_800_000_000_000;
const rsa = generateKeyPairSync('rsa', {modulusLength: 2048});
const other = generateKeyPairSync('rsa', {modulusLength: 2048});

const jwk = (key: KeyObject, more: object = {}): object => ({
  ...key.export({format: 'jwk'}),
  use: 'sig',
  ...more,
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Plan {
  readonly key?: KeyObject;
  readonly header?: object;
  readonly claims?: object;
}

const expected = {
  iss: 'https://issuer.example',
  aud: 'jobwire',
  sub: 'sender-1',
  email: 'robot@project.example',
  iat: start / 1000,
  exp: start / 1000 + 3600,
};

/** RS256 by hand (RFC 7515), so that nothing of ours signs. */
function token({key = rsa.privateKey, header = {}, claims = {}}: Plan = {}): string {
  const text = `${encode({alg: 'RS256', kid: 'k1', typ: 'JWT', ...header})}.${encode({...expected, ...claims})}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

describe('tokens of an issuer', () => {
  onTheRealWire();

  let clock: VirtualClock;
  let keys: KeySource;
  let jwks: object;
  let fetched: number;
  let rule: VerifyRule;

  beforeEach(async () => {
    clock = new VirtualClock(start);
    fetched = 0;
    jwks = {keys: [jwk(rsa.publicKey, {kid: 'k1', alg: 'RS256'})]};
    const port = await serve((_request, response) => {
      fetched++;
      response.end(JSON.stringify(jwks));
    }, tls);
    keys = createKeySource(getThrough(transport({ca})), clock);
    rule = {
      scheme: 'jwt',
      jwt: {
        jwks: `https://localhost:${port}/keys`,
        issuer: ['https://issuer.example', 'issuer.example'],
        audience: '{{connection.audience}}',
        claims: {email: '{{connection.sender}}', sub: '{{optional connection.subject}}'},
      },
    };
  });

  const parts: HookParts = {config: {audience: 'jobwire', sender: 'robot@project.example'}, secrets: {key: 'k'}};
  const bearer = (text: string): Sent => ({headers: {authorization: `Bearer ${text}`}, body: '{}'});

  async function check(rules: VerifyRule | VerifyRule[], sent: Sent, more: HookParts = parts): Promise<void> {
    const list = [rules].flat();
    verify(list, await gatherEvidence(list, proofOf(delivery(sent), more, clock.now()), keys));
  }

  async function refusal(rules: VerifyRule | VerifyRule[], sent: Sent, more?: HookParts): Promise<string> {
    try {
      await check(rules, sent, more);
    } catch (error) {
      const {jobwireCode, message} = error as {jobwireCode: string; message: string};
      return `${jobwireCode} ${message}`;
    }
    throw new Error('the delivery was let in');
  }

  it('are taken in the header authorization, whatever the case of its scheme', async () => {
    await check(rule, bearer(token()));
    await check(rule, {headers: {authorization: `bearer  ${token()}`}, body: '{}'});
    assert.equal(fetched, 1);
  });

  it('are taken from where the rule says', async () => {
    const inQuery: VerifyRule = {...rule, jwt: {...rule.jwt, from: '{{request.query.token}}'} as typeof rule.jwt & {}};
    await check(inQuery, {url: `https://jobwire.example/?token=${token()}`, body: '{}'});
    assert.match(await refusal(inQuery, bearer(token())), /^JW4001 the delivery carries no proof/);
  });

  for (const [what, plan, message] of [
    ['another audience', {claims: {aud: 'somebody-else'}}, /the claim aud of the token is not accepted/],
    ['no audience', {claims: {aud: undefined}}, /the claim aud of the token is missing/],
    ['another issuer', {claims: {iss: 'https://evil.example'}}, /the claim iss/],
    ['an issuer that is nearly it', {claims: {iss: 'https://issuer.example/'}}, /the claim iss/],
    ['no end', {claims: {exp: undefined}}, /the claim exp of the token is missing/],
    ['an end that is text', {claims: {exp: '9999999999'}}, /the claim exp/],
    [
      'another sender',
      {claims: {email: 'other@project.example'}},
      /the claim email of the token is not the one expected/,
    ],
    ['a sender of another type', {claims: {email: ['robot@project.example']}}, /the claim email/],
    ['no sender', {claims: {email: undefined}}, /the claim email/],
    ['another key under the same id', {key: other.privateKey}, /no key of the issuer gives its signature/],
    ['an id no key has', {header: {kid: 'k9'}}, /no key of the token/],
    ['an algorithm that is not allowed', {header: {alg: 'RS512'}}, /JW4001 the token/],
    ['no algorithm', {header: {alg: 'none'}}, /JW4001 the token/],
    ['an extension nobody knows', {header: {crit: ['x'], x: 1}}, /JW4001 the token/],
  ] as const)
    it(`are refused with ${what}`, async () => {
      const message_ = await refusal(rule, bearer(token(plan)));
      assert.match(message_, /^JW4001 /);
      assert.match(message_, message);
      assert.doesNotMatch(message_, /other@project|evil/);
    });

  it('are refused when a byte of any of their parts is changed', async () => {
    const [head = '', body = '', signature = ''] = token().split('.');
    const forged = encode({...expected, email: 'robot@project.example', sub: 'root'});
    for (const text of [`${head}.${forged}.${signature}`, `${head}.${body}.${signature.slice(0, -8)}AAAAAAAA`])
      assert.match(await refusal(rule, bearer(text)), /^JW4001 /);
  });

  it('are not taken under a secret that is the public key of the issuer', async () => {
    const pem = rsa.publicKey.export({format: 'pem', type: 'spki'});
    const text = `${encode({alg: 'HS256', kid: 'k1'})}.${encode(expected)}`;
    const forged = `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
    assert.match(await refusal(rule, bearer(forged)), /^JW4001 /);
  });

  for (const [seconds, code] of [
    [3600 + 59, undefined],
    [3600 + 60, 'JW4002'],
    [-60, undefined],
    [-61, 'JW4002'],
  ] as const)
    it(`are ${code ? 'refused' : 'taken'} ${seconds} s after they begin to hold for an hour`, async () => {
      const text = token({claims: {nbf: start / 1000}});
      clock = new VirtualClock(start + seconds * 1000);
      if (code)
        assert.match(await refusal(rule, bearer(text)), new RegExp(`^${code} the token (expired|does not hold)`));
      else await check(rule, bearer(text));
    });

  it('W07 are refused in two headers, although one of them is right', async () => {
    const twice = {headers: {authorization: [`Bearer ${token()}`, 'Bearer x']}, body: '{}'};
    assert.match(await refusal(rule, twice), /came 2 times/);
  });

  it('under a new key are taken at once, a minute after the keys were last read', async () => {
    await check(rule, bearer(token()));
    jwks = {keys: [jwk(other.publicKey, {kid: 'k2'})]};
    const rotated = token({key: other.privateKey, header: {kid: 'k2'}});
    assert.match(await refusal(rule, bearer(rotated)), /^JW4001 /);
    assert.equal(fetched, 1);
    clock.advance(60_000);
    await check(rule, bearer(rotated));
    assert.equal(fetched, 2);
    assert.match(await refusal(rule, bearer(token())), /^JW4001 its issuer has no key/);
    assert.equal(fetched, 2);
  });

  it('that do not name their key are tried with each of the issuer', async () => {
    jwks = {keys: [jwk(other.publicKey, {kid: 'k2'}), jwk(rsa.publicKey, {kid: 'k1'})]};
    await check(rule, bearer(token({header: {kid: undefined}})));
    const stranger = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey;
    assert.match(await refusal(rule, bearer(token({key: stranger, header: {kid: undefined}}))), /no key of the issuer/);
  });

  it('are answered with 503 when the keys cannot be had: the sender may try again', async () => {
    jwks = {message: 'no keys here'};
    assert.match(
      await refusal(rule, bearer(token())),
      /^JW4014 the keys at https:\/\/localhost:\d+\/keys cannot be had/,
    );
    const alone = await gatherEvidence([rule], proofOf(delivery(bearer(token())), parts, start), undefined);
    assert.throws(() => verify([rule], alone), {jobwireCode: 'JW4014'});
  });

  it('decide alone: a valid token of another kind does not repair a wrong one', async () => {
    const weak: VerifyRule = {scheme: 'token', token: {from: '{{request.query.t}}', equals: '{{secret.key}}'}};
    const sent = {...bearer(token({claims: {aud: 'x'}})), url: 'https://jobwire.example/?t=k'};
    assert.match(await refusal([rule, weak], sent), /^JW4001 the claim aud/);
    await check([rule, weak], {
      url: 'https://jobwire.example/?t=k',
      headers: {authorization: 'Bearer opaque'},
      body: '{}',
    });
    await check([weak, rule], sent);
  });

  it('are not asked for when no delivery carries one', async () => {
    await refusal(rule, {body: '{}'});
    await refusal(rule, {headers: {authorization: 'Basic eA=='}, body: '{}'});
    assert.equal(fetched, 0);
  });

  it('need an audience that says something', async () => {
    const blank = {...parts, config: {...parts.config, audience: ' '}};
    assert.match(await refusal(rule, bearer(token({claims: {aud: 'anybody'}})), blank), /^JW4012 /);
  });

  it('may have an issuer and a key set of the connection’s settings', async () => {
    const own: VerifyRule = {
      ...rule,
      jwt: {jwks: '{{connection.url}}/keys', issuer: ['https://{{connection.tenant}}.example'], audience: 'jobwire'},
    };
    const url = String(rule.jwt?.jwks).replace('/keys', '');
    await check(own, bearer(token()), {config: {url, tenant: 'issuer'}});
    assert.match(await refusal(own, bearer(token()), {config: {url, tenant: 'other'}}), /the claim iss/);
  });

  it('make a feed ready without a secret, once the connection says who issues them', () => {
    assert.equal(proofProblem(hookOf({feed: {webhook: {verify: [rule]}}})), undefined);
    const own: VerifyRule = {scheme: 'jwt', jwt: {jwks: '{{connection.url}}/k', issuer: ['i'], audience: 'a'}};
    const parts = {feed: {webhook: {verify: [own]}}};
    assert.equal(proofProblem(hookOf({...parts, config: {url: 'https://i.example'}})), undefined);
    const problem = proofProblem(hookOf(parts))?.issue();
    assert.deepEqual([problem?.code, problem?.hint], ['JW4012', 'set who issues the tokens: connection.url']);
  });

  for (const [algorithm, pair, digest] of [
    ['PS256', rsa, {padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32}],
    ['ES256', generateKeyPairSync('ec', {namedCurve: 'P-256'}), {dsaEncoding: 'ieee-p1363'}],
    ['EdDSA', generateKeyPairSync('ed25519'), undefined],
  ] as const)
    it(`are taken under ${algorithm} where the rule allows it, and only there`, async () => {
      jwks = {keys: [jwk(pair.publicKey, {kid: 'k1'})]};
      const text = `${encode({alg: algorithm, kid: 'k1'})}.${encode(expected)}`;
      const key = {key: pair.privateKey, ...digest};
      const signature = sign(digest ? 'sha256' : null, Buffer.from(text), key).toString('base64url');
      const allowing: VerifyRule = {...rule, jwt: {...rule.jwt, algorithms: [algorithm]} as typeof rule.jwt & {}};
      await check(allowing, bearer(`${text}.${signature}`));
      assert.match(await refusal(rule, bearer(`${text}.${signature}`)), /^JW4001 /);
    });

  for (const [algorithm, pair] of [
    ['RS256', rsa],
    ['RS512', rsa],
    ['PS384', rsa],
    ['ES256', generateKeyPairSync('ec', {namedCurve: 'P-256'})],
    ['ES384', generateKeyPairSync('ec', {namedCurve: 'P-384'})],
    ['ES512', generateKeyPairSync('ec', {namedCurve: 'P-521'})],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ] as const)
    it(`are made for samples under ${algorithm}, under the thumbprint of their key`, async () => {
      const allowing: VerifyRule = {...rule, jwt: {...rule.jwt, algorithms: [algorithm]} as typeof rule.jwt & {}};
      const {kty, crv, e, n, x, y} = pair.publicKey.export({format: 'jwk'}) as Record<string, string>;
      const members = kty === 'RSA' ? {e, kty, n} : kty === 'EC' ? {crv, kty, x, y} : {crv, kty, x};
      const kid = createHash('sha256').update(JSON.stringify(members)).digest('base64url');
      jwks = {keys: [jwk(pair.publicKey, {kid})]};
      const privateKey = pair.privateKey.export({format: 'pem', type: 'pkcs8'}).toString();
      const unsigned = {method: 'POST', url: 'https://a.example/', headers: {}, raw: Buffer.from('{}')};
      const options = {secrets: {privateKey: () => [privateKey]}, config: parts.config as JsonObject, at: start};
      await check(allowing, {headers: signDelivery(allowing, unsigned, options).headers, body: '{}'});
      const spoilt = signDelivery(allowing, unsigned, {...options, tamper: true});
      assert.match(await refusal(allowing, {headers: spoilt.headers, body: '{}'}), /^JW4001 /);
    });

  it('cannot be made without the key of the issuer', () => {
    const unsigned = {method: 'POST', url: 'https://a.example/', headers: {}, raw: Buffer.from('{}')};
    const options = {secrets: {}, config: parts.config as JsonObject, at: start};
    assert.throws(() => signDelivery(rule, unsigned, options), {jobwireCode: 'JW7101', message: /privateKey/});
    const broken = {...options, secrets: {privateKey: () => ['no key']}};
    assert.throws(() => signDelivery(rule, unsigned, broken), {jobwireCode: 'JW7101', message: /PEM/});
    assert.throws(() => signDelivery({...hmacRule, scheme: 'jwt'}, unsigned, options), {jobwireCode: 'JW7101'});
  });
});
