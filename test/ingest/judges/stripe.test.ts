/** Stripe-Signature. */
import assert from 'node:assert/strict';
import {Stripe} from 'stripe';
import {describeJudge, type Message, message, takes} from './judge.ts';
import {rulesOf} from './rules.ts';

const secret = 'whsec_test_secret';
const now = 1_677_834_000_000;
const rules = rulesOf('stripe');
const {webhooks} = new Stripe('sk_test_no_calls_are_made');

interface Plan {
  readonly at?: number;
  readonly under?: string;
  readonly scheme?: string;
}

const headerOf = (payload: string, {at = now, under = secret, scheme = 'v1'}: Plan = {}): string =>
  webhooks.generateTestHeaderString({payload, secret: under, timestamp: at / 1000, scheme});

const signed = (body: string, header: string): Message => message(body, {headers: {'stripe-signature': header}});

/** The library’s own tolerance and a clock of our choice. */
const accepts = ({body, headers}: Message, at = now): boolean => {
  try {
    webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret, 300, undefined, at);
    return true;
  } catch {
    return false;
  }
};

const body = '{"id":"evt_1","object":"event","type":"charge.refunded","data":{"object":{"amount":4200}}}';

describeJudge('the stripe connector', {
  package: 'stripe',
  rules,
  secret,
  now,
  messages: {
    'an event': message(body),
    'an event with text': message('{"id":"evt_2","object":"event","note":"5 €, ja?"}'),
  },
  sign: (given) => signed(given.body, headerOf(given.body)),
  accepts: (given) => accepts(given),
});

describe('stripe and ours', () => {
  it('take the signature of either of two secrets during a rotation', async () => {
    const [old, fresh] = [headerOf(body, {under: 'whsec_old'}), headerOf(body)];
    const both = signed(body, `${old},${fresh.split(',')[1]}`);
    assert.ok(accepts(both));
    assert.ok(await takes({rules, secret, now}, both));
    assert.ok(await takes({rules, secret: [secret, 'whsec_old'], now}, signed(body, old)));
  });

  it('take nothing from signatures of another version', async () => {
    const sent = signed(body, headerOf(body, {scheme: 'v0'}));
    assert.equal(accepts(sent), false);
    assert.equal(await takes({rules, secret, now}, sent), false);
  });

  it('refuse what was signed 301 s ago, and take 300 s', async () => {
    for (const [age, fits] of [
      [300, true],
      [301, false],
    ] as const) {
      const sent = signed(body, headerOf(body, {at: now - age * 1000}));
      assert.equal(accepts(sent), fits);
      assert.equal(await takes({rules, secret, now}, sent), fits);
    }
  });

  it('differ about the future: the library takes what will be signed in 100 minutes, we do not', async () => {
    const sent = signed(body, headerOf(body, {at: now + 6_000_000}));
    assert.ok(accepts(sent));
    assert.equal(await takes({rules, secret, now}, sent), false);
  });
});
