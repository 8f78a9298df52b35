/** X-Slack-Signature. Bolt only judges, so a sender signs with two lines of node:crypto, as the vendor documents it. */
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {isValidSlackRequest} from '@slack/bolt';
import {describeJudge, type Message, message, takes} from './judge.ts';
import {connectorOf, rulesOf} from './rules.ts';

const secret = '8f742231b10e8888abcd99yyyzzz85a5';
const now = 1_531_420_618_000;

const sign = (given: Message, at = now): Message => {
  const time = String(at / 1000);
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${time}:${given.body}`).digest('hex')}`;
  return {
    ...given,
    headers: {...given.headers, 'x-slack-request-timestamp': time, 'x-slack-signature': signature},
  };
};

const accepts = ({body, headers}: Message, at = now): boolean =>
  isValidSlackRequest({
    signingSecret: secret,
    body,
    headers: {
      'x-slack-signature': headers['x-slack-signature'] ?? '',
      'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
    },
    nowMilliseconds: at,
  });

const form = {'content-type': 'application/x-www-form-urlencoded'};
const messages = {
  'an event': message('{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention","text":"hé ✓"}}'),
  'a slash command': message('token=x&command=%2Fweather&text=94070&trigger_id=1.2', {headers: form}),
};
const feeds = Object.entries(connectorOf('slack').feeds ?? {}).flatMap(([name, {webhook}]) => (webhook ? [name] : []));

for (const feed of feeds)
  describeJudge(`the slack connector, feed ${feed}`, {
    package: '@slack/bolt',
    rules: rulesOf('slack', feed),
    secret,
    now,
    messages,
    sign,
    accepts,
  });

describe('@slack/bolt and ours', () => {
  const rules = rulesOf('slack');

  it('agree on the documented example', async () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
    const sent = message(body, {
      headers: {...form, 'x-slack-request-timestamp': '1531420618', 'x-slack-signature': signature},
    });
    assert.ok(accepts(sent));
    assert.ok(await takes({rules, secret, now}, sent));
  });

  it('refuse what is older than five minutes', async () => {
    const sent = sign(messages['an event'], now - 301_000);
    assert.equal(accepts(sent), false);
    assert.equal(await takes({rules, secret, now}, sent), false);
  });

  it('differ about the future: the library takes what will be signed in 100 minutes, we do not', async () => {
    const sent = sign(messages['an event'], now + 6_000_000);
    assert.ok(accepts(sent));
    assert.equal(await takes({rules, secret, now}, sent), false);
  });

  it('refuse another version of the signature', async () => {
    const sent = sign(messages['an event']);
    const other = {
      ...sent,
      headers: {...sent.headers, 'x-slack-signature': `v1${sent.headers['x-slack-signature']?.slice(2)}`},
    };
    assert.equal(accepts(other), false);
    assert.equal(await takes({rules, secret, now}, other), false);
  });
});
