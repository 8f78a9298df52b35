/** X-Twilio-Signature over the URL and either the sorted form or a hash of the body. */
import assert from 'node:assert/strict';
import {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'twilio/lib/webhooks/webhooks.js';
import {describeJudge, type Message, message, takes} from './judge.ts';
import {rulesOf} from './rules.ts';

const secret = '12345';
const now = 1_800_000_000_000;
const header = 'x-twilio-signature';
const rules = rulesOf('twilio', 'callbacks');
const form = {'content-type': 'application/x-www-form-urlencoded'};

/** As Express would give the form to the library. */
function paramsOf(body: string): Record<string, string | string[]> {
  const params = new URLSearchParams(body);
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

const signForm = (given: Message): Message => ({
  ...given,
  headers: {...given.headers, [header]: getExpectedTwilioSignature(secret, given.url, paramsOf(given.body))},
});

const forms = {
  'the documented form': message(
    'CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212',
    {url: 'https://mycompany.com/myapp.php?foo=1&bar=2', headers: form},
  ),
  'a form with a repeated name': message(
    'MessageSid=SM1&MediaUrl=b&MediaUrl=a&MediaUrl=b&Body=Gr%C3%BC%C3%9Fe+%E2%9C%93',
    {
      headers: form,
    },
  ),
  'a form with names that sort by case': message('a=1&B=2&_=3&body=x', {headers: form}),
};

describeJudge('the twilio connector, forms', {
  package: 'twilio',
  rules,
  secret,
  now,
  messages: forms,
  sign: signForm,
  accepts: ({url, headers, body}) => validateRequest(secret, headers[header] ?? '', url, paramsOf(body)),
});

describeJudge('the twilio connector, JSON', {
  package: 'twilio',
  rules: rulesOf('twilio', 'eventStreams'),
  secret,
  now,
  messages: {
    'a documented body': message('{"property": "value", "boolean": true}', {
      url: 'https://mycompany.com/myapp.php?foo=1',
    }),
    'a body on a bare path': message('{"n":"✓"}', {url: 'https://mycompany.com/hook'}),
  },
  sign: (given) => {
    const url = `${given.url}${given.url.includes('?') ? '&' : '?'}bodySHA256=${getExpectedBodyHash(given.body)}`;
    return {...given, url, headers: {...given.headers, [header]: getExpectedTwilioSignature(secret, url, {})}};
  },
  accepts: ({url, headers, body}) => validateRequestWithBody(secret, headers[header] ?? '', url, body),
});

describe('twilio and ours', () => {
  const parties = {rules, secret, now};
  const given = forms['the documented form'];

  it('agree on the published example', async () => {
    assert.equal(signForm(given).headers[header], '0/KCTR6DLpKmkAf8muzZqo1nDgQ=');
    assert.ok(await takes(parties, signForm(given)));
  });

  it('take a signature over the URL with or without the default port', async () => {
    const bare = given.url;
    const ported = bare.replace('.com/', '.com:443/');
    for (const [signed, received] of [
      [bare, ported],
      [ported, bare],
    ] as const) {
      const sent = {...signForm({...given, url: signed}), url: received};
      assert.ok(validateRequest(secret, sent.headers[header] ?? '', received, paramsOf(sent.body)));
      assert.ok(await takes(parties, sent));
    }
  });

  it('differ about other ports: the library also takes a signature over the URL without one, we do not', async () => {
    const sent = {...signForm(given), url: given.url.replace('.com/', '.com:8443/')};
    assert.ok(validateRequest(secret, sent.headers[header] ?? '', sent.url, paramsOf(sent.body)));
    assert.equal(await takes(parties, sent), false);
  });

  it('refuse another URL', async () => {
    const sent = {...signForm(given), url: `${given.url}&more=1`};
    assert.equal(validateRequest(secret, sent.headers[header] ?? '', sent.url, paramsOf(sent.body)), false);
    assert.equal(await takes(parties, sent), false);
  });

  it('differ about a body that no hash covers: the library checks the URL alone, we refuse it', async () => {
    const sent = message('{"evil":true}', {
      url: given.url,
      headers: {'content-type': 'application/json', [header]: getExpectedTwilioSignature(secret, given.url, {})},
    });
    assert.ok(validateRequest(secret, sent.headers[header] ?? '', sent.url, {}));
    assert.equal(await takes(parties, sent), false);
  });
});
