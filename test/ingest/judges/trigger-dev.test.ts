/** Our rules beside the presets of @trigger.dev/core: each takes what the other signs; where they differ, it is listed with its reason. */
import assert from 'node:assert/strict';
import {generateKeyPairSync} from 'node:crypto';
import type {VerifyRule} from '../../../src/generated/types.ts';
import {made, message, takes} from './judge.ts';
import {acceptedBy, asRule, knobsOf, presetKnobs, presets} from './presets.ts';
import {rulesOf} from './rules.ts';

const now = 1_800_000_000_000;
const secret = `whsec_${Buffer.from('a secret of the two, 32 bytes ..').toString('base64')}`;

interface Difference {
  readonly knob: string;
  readonly ours: unknown;
  readonly theirs: unknown;
  readonly because: string;
}

interface Pair {
  readonly connector: string;
  /** Where the connector has several rules. */
  readonly header?: string;
  readonly differences: readonly Difference[];
}

const pairs: Readonly<Record<string, Pair>> = {
  github: {connector: 'github', differences: []},
  stripe: {connector: 'stripe', differences: []},
  slack: {connector: 'slack', differences: []},
  sentry: {connector: 'sentry', differences: []},
  'standard-webhooks': {connector: 'standard-webhooks', differences: []},
  svix: {
    connector: 'standard-webhooks',
    header: 'svix-signature',
    differences: [
      {
        knob: 'header',
        ours: undefined,
        theirs: 'svix-signature',
        because:
          'ours is read only where no webhook-id stands beside it: the id of the event must be the one that is signed',
      },
    ],
  },
  pagerduty: {
    connector: 'pagerduty',
    differences: [
      {
        knob: 'items',
        ours: ',',
        theirs: undefined,
        because:
          'during a rotation the sender writes several signatures with commas between; unsplit, none of them fits',
      },
    ],
  },
  jira: {
    connector: 'jira-cloud',
    differences: [
      {
        knob: 'algorithm',
        ours: {fromKey: ['sha256', 'sha512']},
        theirs: 'sha256',
        because: 'the sender announces that the method in front of the signature may change',
      },
      {knob: 'field', ours: undefined, theirs: 'sha256', because: 'follows from the algorithm that the field names'},
    ],
  },
  zendesk: {
    connector: 'zendesk',
    differences: [
      {
        knob: 'format',
        ours: 'iso',
        theirs: 'unix',
        because: 'real deliveries carry ISO 8601; theirs never reads the time, as it has no tolerance',
      },
      {knob: 'tolerance', ours: '5m', theirs: 'none', because: 'the time is signed, so an old delivery can be refused'},
    ],
  },
  shopify: {
    connector: 'shopify',
    differences: [
      {
        knob: 'header',
        ours: ['x-shopify-hmac-sha256', 'shopify-hmac-sha256'],
        theirs: 'x-shopify-hmac-sha256',
        because: 'the newer Events of the sender use the same scheme under a header without x-',
      },
    ],
  },
};

function ruleOf({connector, header}: Pair): VerifyRule {
  const rules = rulesOf(connector);
  const rule =
    header === undefined ? rules[0] : rules.find(({signature}) => JSON.stringify(signature).includes(header));
  return rule ?? assert.fail(`${connector} has no such rule`);
}

/** Whatever any of the schemes reads. */
const sample = message(
  JSON.stringify({
    id: 'evt_1',
    text: 'Grüße ✓',
    webhookTimestamp: now,
    webhookMetadata: {webhookDeliveryAttemptTimestamp: new Date(now).toISOString()},
  }),
  {
    headers: {
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'svix-id': 'msg_1',
      'x-metronome-date': new Date(now).toUTCString(),
    },
  },
);
const changed = (body: string): string => body.replace('evt_1', 'evt_2');

describe('the presets of @trigger.dev/core', () => {
  for (const [name, pair] of Object.entries(pairs)) {
    const rule = ruleOf(pair);
    const preset = presets[name] ?? assert.fail(name);
    const judge = {package: '@trigger.dev/core', rules: [rule], secret, now, messages: {}};

    it(`take what the ${pair.connector} connector signs as ${name}, and do not with one byte changed`, () => {
      const ours = made(judge, sample);
      assert.ok(acceptedBy(preset, ours, {key: secret, now}));
      assert.equal(acceptedBy(preset, {...ours, body: changed(ours.body)}, {key: secret, now}), false);
    });

    it(`differ from it in ${pair.differences.map(({knob}) => knob).join(', ') || 'nothing'}`, () => {
      const [ours, theirs] = [knobsOf(rule), presetKnobs(preset)] as Record<string, unknown>[];
      const names = [...new Set([...Object.keys(ours ?? {}), ...Object.keys(theirs ?? {})])];
      const found = names
        .map((knob) => ({knob, ours: ours?.[knob], theirs: theirs?.[knob]}))
        .filter((one) => JSON.stringify(one.ours) !== JSON.stringify(one.theirs));
      assert.deepEqual(
        found,
        pair.differences.map(({because: _, ...rest}) => rest),
      );
    });
  }

  it('take a rotated PagerDuty delivery no more, which we take', async () => {
    const rule = ruleOf(pairs['pagerduty'] ?? assert.fail());
    const judge = {package: '', rules: [rule], secret, now, messages: {}};
    const sent = made(judge, sample);
    const both = {
      ...sent,
      headers: {...sent.headers, 'x-pagerduty-signature': `v1=00,${sent.headers['x-pagerduty-signature']}`},
    };
    assert.ok(await takes(judge, both));
    assert.equal(acceptedBy(presets['pagerduty'] ?? assert.fail(), both, {key: secret, now}), false);
  });

  const {publicKey, privateKey} = generateKeyPairSync('ed25519');
  const raw = publicKey.export({format: 'der', type: 'spki'}).subarray(-32).toString('hex');

  for (const [name, preset] of Object.entries(presets))
    it(`can be said in our language: ${name}`, async () => {
      const key = preset.scheme === 'asymmetric' ? raw : secret;
      const rule = asRule(preset);
      const judge = {
        package: '@trigger.dev/core',
        rules: [rule],
        secret: key,
        now,
        messages: {},
        ...(preset.scheme === 'asymmetric' && {
          privateKey: privateKey.export({format: 'pem', type: 'pkcs8'}).toString(),
        }),
      };
      const sent = made(judge, sample);
      assert.ok(await takes(judge, sent));
      if (preset.scheme === 'shared-secret') {
        assert.equal(sent.headers['authorization'], `Bearer ${key}`);
        return;
      }
      assert.ok(acceptedBy(preset, sent, {key, now}));
      for (const body of [changed(sent.body), `${sent.body} `]) {
        assert.equal(acceptedBy(preset, {...sent, body}, {key, now}), false);
        assert.equal(await takes(judge, {...sent, body}), false);
      }
    });
});
