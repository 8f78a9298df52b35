/** X-HubSpot-Signature-v3 (hmac over method, URL, body and time), and the older X-HubSpot-Signature (plain digests). */
import assert from 'node:assert/strict';
import {Signature} from '@hubspot/api-client';
import {describeJudge, type Message, machineStandsAt, message, takes} from './judge.ts';
import {rulesOf} from './rules.ts';

const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
/** The library asks the machine for the time. */
const now = Date.now();
const rules = rulesOf('hubspot');

/** What a sender signs is the URL with these escapes undone; the library leaves that to its caller. */
const plain = (url: string): string =>
  url.replace(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (code) => decodeURIComponent(code));

const optionsOf = ({url, body}: Message, timestamp = now) => ({
  signature: '',
  clientSecret: secret,
  requestBody: body,
  url: plain(url),
  timestamp,
});

function sign(version: 'v1' | 'v2' | 'v3', given: Message, timestamp = now): Message {
  const signature = Signature.getSignature(given.method, version, optionsOf(given, timestamp));
  const proof: Record<string, string> =
    version === 'v3'
      ? {'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(timestamp)}
      : {'x-hubspot-signature': signature, 'x-hubspot-signature-version': version};
  return {...given, headers: {...given.headers, ...proof}};
}

function accepts(version: 'v1' | 'v2' | 'v3', given: Message): boolean {
  const {headers, method} = given;
  const signature = headers[version === 'v3' ? 'x-hubspot-signature-v3' : 'x-hubspot-signature'] ?? '';
  const timestamp = version === 'v3' ? Number(headers['x-hubspot-request-timestamp']) : now;
  return Signature.isValid({...optionsOf(given, timestamp), signature, method, signatureVersion: version});
}

const batch =
  '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1462216307945,"subscriptionType":"contact.creation"}]';
const messages = {
  'a batch': message(batch),
  'a workflow call': message('{"example_field":"example_välue"}', {url: 'https://www.example.com/webhook_uri?a=b%20c'}),
  'a call with escapes': message('{}', {
    url: 'https://www.example.com/hook?u=https%3A%2F%2Fx.example%2F%28a%29&n=%C3%A9',
  }),
};

describe('the library of HubSpot', () => {
  machineStandsAt(now);

  describeJudge('the hubspot connector, v3', {
    package: '@hubspot/api-client',
    rules,
    secret,
    now,
    messages,
    sign: (given) => sign('v3', given),
    accepts: (given) => accepts('v3', given),
  });

  describe('the hubspot connector, v1 and v2, judged by @hubspot/api-client', () => {
    for (const version of ['v1', 'v2'] as const)
      it(`takes ${version} signed by the library, and refuses it with one byte changed`, async () => {
        for (const given of Object.values(messages)) {
          const sent = sign(version, {...given, url: 'https://www.example.com/webhook_uri'});
          assert.ok(accepts(version, sent));
          assert.ok(await takes({rules, secret, now}, sent));
          const raw = Buffer.from(sent.body);
          raw[1] = (raw[1] ?? 0) ^ 1;
          assert.equal(await takes({rules, secret, now}, sent, raw), false);
        }
      });

    it('does not go down to v2 when a v3 signature is there', async () => {
      const given = messages['a workflow call'];
      const both = sign('v3', sign('v2', given));
      assert.ok(await takes({rules, secret, now}, both));
      const wrong = {...both, headers: {...both.headers, 'x-hubspot-signature-v3': 'AAAA'}};
      assert.ok(accepts('v2', wrong));
      assert.equal(await takes({rules, secret, now}, wrong), false);
    });
  });

  describe('@hubspot/api-client and ours', () => {
    const parties = {rules, secret, now};

    it('agree on the published examples', async () => {
      const given = message("{'example_field':'example_value'}", {url: 'https://www.example.com/webhook_uri'});
      for (const [at, signature] of [
        [1_693_657_560_000, 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y='],
        [1_700_000_300_000, 'RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw='],
      ] as const) {
        const sent = sign('v3', given, at);
        assert.equal(sent.headers['x-hubspot-signature-v3'], signature);
        assert.ok(await takes({...parties, now: at}, sent));
      }
    });

    it('refuse what is older than five minutes', async () => {
      const sent = sign('v3', messages['a batch'], now - 301_000);
      assert.throws(() => accepts('v3', sent));
      assert.equal(await takes(parties, sent), false);
    });

    it('differ about the future and about times that are none: the library takes both, we do not', async () => {
      const late = sign('v3', messages['a batch'], now + 6_000_000);
      assert.ok(accepts('v3', late));
      assert.equal(await takes(parties, late), false);
      const timeless = sign('v3', messages['a batch'], Number.NaN);
      assert.ok(accepts('v3', timeless));
      assert.equal(await takes(parties, timeless), false);
    });
  });
});
