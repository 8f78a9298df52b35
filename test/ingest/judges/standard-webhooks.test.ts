/** Standard Webhooks with shared secrets (v1), as its reference library and Svix have them; and with key pairs (v1a). */
import assert from 'node:assert/strict';
import {createPrivateKey, createPublicKey, generateKeyPairSync, sign as signBytes} from 'node:crypto';
import {Webhook} from 'standardwebhooks';
import {Webhook as Svix} from 'svix';
import {describeJudge, type Message, machineStandsAt, made, message, secretNames, takes} from './judge.ts';
import {rulesOf} from './rules.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
/** Both libraries ask the machine for the time, which stands still while they judge. */
const now = Math.floor(Date.now() / 1000) * 1000;
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';

const libraries = [
  ['standardwebhooks', 'webhook', new Webhook(secret)],
  ['svix', 'svix', new Svix(secret)],
] as const;

describe('Standard Webhooks libraries', () => {
  machineStandsAt(now);

  for (const [name, prefix, library] of libraries) {
    const rules = rulesOf('standard-webhooks').filter(({signature}) =>
      JSON.stringify(signature).includes(`${prefix}-signature`),
    );
    const shared = rules.find(({scheme}) => scheme === 'hmac');
    const messages = {
      'a number': message('{"test": 2432232314}', {headers: {[`${prefix}-id`]: id}}),
      'text beyond ASCII': message('{"test":"Grüße ✓"}', {headers: {[`${prefix}-id`]: 'msg_2'}}),
    };

    describeJudge(`the standard-webhooks connector with ${prefix} headers`, {
      package: name,
      rules,
      ...(shared && {rule: shared}),
      secret,
      now,
      messages,
      sign: (given) => ({
        ...given,
        headers: {
          ...given.headers,
          [`${prefix}-timestamp`]: String(now / 1000),
          [`${prefix}-signature`]: library.sign(given.headers[`${prefix}-id`] ?? '', new Date(now), given.body),
        },
      }),
      accepts: ({body, headers}) => {
        try {
          library.verify(body, headers);
          return true;
        } catch {
          return false;
        }
      },
    });

    describe(`the clock of ${name}`, () => {
      for (const [seconds, fits] of [
        [-290, true],
        [-310, false],
        [290, true],
        [310, false],
      ] as const)
        it(`and ours agree about a delivery signed ${seconds} s from now`, async () => {
          const at = now + seconds * 1000;
          const sent = made(
            {rules, ...(shared && {rule: shared}), secret, now: at, package: name, messages},
            messages['a number'],
          );
          assert.equal(await takes({rules, secret, now}, sent), fits);
          const verify = (): unknown => library.verify(sent.body, sent.headers as Record<string, string>);
          if (fits) verify();
          else assert.throws(verify);
        });
    });
  }
});

describe('the standard-webhooks connector with key pairs (v1a)', () => {
  const rules = rulesOf('standard-webhooks').filter(({signature}) => signature?.header === 'webhook-signature');
  const rule = rules.find(({scheme}) => scheme === 'ed25519');

  /** A fixed pair, by RFC 8032, section 7.1, test 1. */
  const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const privateKey = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey).export({format: 'der', type: 'spki'}).subarray(-32);
  const at = 1_614_265_330;
  const [secretName = ''] = secretNames(rule?.key);
  const parties = {rules, secret: `whpk_${publicKey.toString('base64')}`, secretName, now: at * 1000};

  const signed = (body: string, more: string[] = []): Message =>
    message(body, {
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(at),
        'webhook-signature': [
          ...more,
          `v1a,${signBytes(null, Buffer.from(`${id}.${at}.${body}`), privateKey).toString('base64')}`,
        ].join(' '),
      },
    });

  it('has the public key the RFC gives', () =>
    assert.equal(publicKey.toString('hex'), 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'));

  it('takes a delivery signed by node:crypto, and refuses it with one byte changed', async () => {
    const sent = signed('{"test": 2432232314}');
    assert.ok(await takes(parties, sent));
    for (let i = 0; i < sent.body.length; i++) {
      const raw = Buffer.from(sent.body);
      raw[i] = (raw[i] ?? 0) ^ 1;
      assert.equal(await takes(parties, sent, raw), false);
    }
  });

  it('takes it beside a shared-secret signature it has no secret for', async () =>
    assert.ok(await takes(parties, signed('{}', ['v1,AAAA']))));

  it('refuses it under another key', async () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({format: 'der', type: 'spki'}).subarray(-32);
    assert.equal(await takes({...parties, secret: `whpk_${other.toString('base64')}`}, signed('{}')), false);
  });

  it('signs as node:crypto does', () => {
    const pem = privateKey.export({format: 'pem', type: 'pkcs8'}).toString();
    const unsigned = message('{}', {headers: {'webhook-id': id}});
    const judge = {...parties, package: 'node:crypto', messages: {}, privateKey: pem, ...(rule && {rule})};
    assert.equal(made(judge, unsigned).headers['webhook-signature'], signed('{}').headers['webhook-signature']);
  });
});
