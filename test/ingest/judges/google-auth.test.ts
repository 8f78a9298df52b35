/** Tokens of Google's push deliveries: RS256, signed by a key of our own in the place of the issuer's. */
import assert from 'node:assert/strict';
import {createHash, generateKeyPairSync, sign as signBytes} from 'node:crypto';
import {OAuth2Client} from 'google-auth-library';
import nock from 'nock';
import {createTransport} from '../../../src/http/send.ts';
import {createKeySource, getThrough} from '../../../src/ingest/key-source.ts';
import {VirtualClock} from '../../../src/values/time.ts';
import {type Judge, type Message, made, message, takes} from './judge.ts';
import {rulesOf} from './rules.ts';

/** The library asks the machine for the time. */
const now = Math.floor(Date.now() / 1000) * 1000;
const issuer = generateKeyPairSync('rsa', {modulusLength: 2048});
const stranger = generateKeyPairSync('rsa', {modulusLength: 2048});
const pem = issuer.publicKey.export({format: 'pem', type: 'spki'}).toString();
const {e, kty, n} = issuer.publicKey.export({format: 'jwk'});
const kid = createHash('sha256').update(JSON.stringify({e, kty, n})).digest('base64url');

const claims = {
  iss: 'https://accounts.google.com',
  aud: 'https://jobwire.example/hooks/pubsub',
  azp: '113774264463038321964',
  sub: '113774264463038321964',
  email: 'push@project.iam.gserviceaccount.com',
  email_verified: true,
  iat: now / 1000,
  exp: now / 1000 + 3600,
};

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(changes: object = {}, key = issuer.privateKey): string {
  const text = `${encode({alg: 'RS256', kid, typ: 'JWT'})}.${encode({...claims, ...changes})}`;
  return `${text}.${signBytes('sha256', Buffer.from(text), key).toString('base64url')}`;
}

const push =
  '{"message":{"data":"eyJpZCI6MX0=","messageId":"2070443601311540"},"subscription":"projects/p/subscriptions/s"}';
const sent = (bearer: string): Message =>
  message(push, {
    url: claims.aud,
    headers: {'content-type': 'application/json', authorization: `Bearer ${bearer}`},
  });

const accepts = (bearer: string): Promise<boolean> =>
  new OAuth2Client()
    .verifySignedJwtWithCertsAsync(bearer, {[kid]: pem}, claims.aud, ['https://accounts.google.com'])
    .then(
      () => true,
      () => false,
    );

describe('the google-pubsub connector, judged by google-auth-library', () => {
  const rules = rulesOf('google-pubsub');
  const keysAt = new URL(String(rules.find(({jwt}) => jwt)?.jwt?.jwks));
  const transport = createTransport({hosts: [keysAt.host], allowPrivate: []});
  let judge: Judge;

  before(() => nock.disableNetConnect());
  after(async () => {
    nock.cleanAll();
    nock.enableNetConnect();
    await transport.close();
  });
  beforeEach(() => {
    nock.cleanAll();
    nock(keysAt.origin)
      .get(keysAt.pathname)
      .reply(200, {keys: [{e, kty, n, kid, alg: 'RS256', use: 'sig'}]});
    judge = {
      package: 'google-auth-library',
      rules,
      config: {audience: claims.aud, serviceAccount: claims.email},
      now,
      keys: createKeySource(getThrough(transport), new VirtualClock(now)),
      privateKey: issuer.privateKey.export({format: 'pem', type: 'pkcs8'}).toString(),
      messages: {},
    };
  });

  it('takes a token of the issuer, as the library does', async () => {
    assert.ok(await accepts(token()));
    assert.ok(await takes(judge, sent(token())));
  });

  for (const [what, changes] of [
    ['another audience', {aud: 'https://somebody.example'}],
    ['another issuer', {iss: 'https://issuer.example'}],
    ['an end that has passed', {iat: now / 1000 - 7200, exp: now / 1000 - 3600}],
    ['no end', {exp: undefined}],
  ] as const)
    it(`refuses a token with ${what}, as the library does`, async () => {
      assert.equal(await accepts(token(changes)), false);
      assert.equal(await takes(judge, sent(token(changes))), false);
    });

  it('refuses a token with one byte changed, as the library does', async () => {
    const whole = token();
    for (let at = 0; at < whole.length - 1; at += 25) {
      const changed = whole.slice(0, at) + (whole[at] === 'A' ? 'B' : 'A') + whole.slice(at + 1);
      assert.equal(await accepts(changed), false);
      assert.equal(await takes(judge, sent(changed)), false);
    }
  });

  it('refuses a token under another key, as the library does', async () => {
    assert.equal(await accepts(token({}, stranger.privateKey)), false);
    assert.equal(await takes(judge, sent(token({}, stranger.privateKey))), false);
  });

  it('refuses a token of another service account: any project can have a token for any audience', async () => {
    for (const changes of [{email: 'push@other.iam.gserviceaccount.com'}, {email_verified: false}]) {
      assert.ok(await accepts(token(changes)));
      assert.equal(await takes(judge, sent(token(changes))), false);
    }
  });

  it('makes what the library takes', async () => {
    const bearerOf = ({headers}: Message): string => headers['authorization']?.slice('Bearer '.length) ?? '';
    const unsigned = message(push, {url: claims.aud});
    assert.ok(await accepts(bearerOf(made(judge, unsigned))));
    assert.ok(await takes(judge, made(judge, unsigned)));
    assert.equal(await accepts(bearerOf(made(judge, unsigned, true))), false);
  });
});
