/** Who is let in: rows W07 and W24 to W34 of the threat catalogue, and the laws of alternatives, keys and time. */
import assert from 'node:assert/strict';
import {createHmac, generateKeyPairSync, sign} from 'node:crypto';
import fc from 'fast-check';
import type {VerifyRule} from '../../src/generated/types.ts';
import {signDelivery} from '../../src/ingest/signatures/sign.ts';
import {proofProblem, verify} from '../../src/ingest/signatures/verify.ts';
import {delivery, type HookParts, hmacRule, hookOf, proofOf, type Sent} from './support.ts';

const now = 1_700_000_000_000;
const seconds = (shift: number): string => String(now / 1000 + shift);

const hmac = (key: string, base: string, encoding: 'hex' | 'base64' = 'hex', algorithm = 'sha256'): string =>
  createHmac(algorithm, key).update(base).digest(encoding);

function check(rules: VerifyRule | VerifyRule[], sent: Sent, parts: HookParts = {secrets: {key: 'k1'}}): void {
  verify([rules].flat(), proofOf(delivery(sent), parts, now));
}

function refusal(rules: VerifyRule | VerifyRule[], sent: Sent, parts?: HookParts): {code: string; message: string} {
  try {
    check(rules, sent, parts);
  } catch (error) {
    const {jobwireCode, message} = error as {jobwireCode: string; message: string};
    return {code: jobwireCode, message};
  }
  throw new Error('the delivery was let in');
}

/** Several versions of one secret in one header, as Standard Webhooks does it. */
const versioned: VerifyRule = {
  scheme: 'hmac',
  encoding: 'base64',
  signature: {header: 'webhook-signature', split: ' ', pair: ',', key: 'v1'},
  base: '{{request.headers.[webhook-id]}}.{{timestamp}}.{{request.raw}}',
  key: '{{secret.key}}',
  timestamp: {header: 'webhook-timestamp', tolerance: '5m'},
};

interface Shape {
  readonly id?: string;
  readonly at?: string;
  readonly body?: string;
  readonly key?: string;
}

function versionedHeaders({
  id = 'msg_1',
  at = seconds(0),
  body = '{}',
  key = 'k1',
}: Shape = {}): Record<string, string> {
  const signature = hmac(key, `${id}.${at}.${body}`, 'base64');
  return {'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}`};
}

describe('signatures', () => {
  it('takes the published example', () => {
    const rule: VerifyRule = {...hmacRule, signature: {header: 'X-Hub-Signature-256', prefix: 'sha256='}};
    const value = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const sent = {headers: {'x-hub-signature-256': value}, body: 'Hello, World!'};
    check(rule, sent, {secrets: {key: "It's a Secret to Everybody"}});
  });

  it('W07 refuses two signature headers, although one of them is right', () => {
    const headers = versionedHeaders();
    const twice = [headers['webhook-signature'] ?? '', 'v1,AAAA'];
    const {code, message} = refusal(versioned, {headers: {...headers, 'webhook-signature': twice}, body: '{}'});
    assert.equal(code, 'JW4001');
    assert.match(message, /header webhook-signature came 2 times/);
  });

  it('W07 refuses two timestamp headers', () => {
    const headers = {...versionedHeaders(), 'webhook-timestamp': [seconds(0), seconds(0)]};
    assert.match(refusal(versioned, {headers, body: '{}'}).message, /header webhook-timestamp came 2 times/);
  });

  for (const [what, value] of [
    ['no signature', undefined],
    ['an empty signature', ''],
    ['a version without a signature', 'v1,'],
    ['a blank', ' '],
  ] as const)
    it(`W24 refuses ${what}, naming the header that was expected`, () => {
      const {'webhook-signature': _, ...rest} = versionedHeaders();
      const headers = value === undefined ? rest : {...rest, 'webhook-signature': value};
      const {code, message} = refusal(versioned, {headers, body: '{}'});
      assert.equal(code, 'JW4001');
      assert.match(message, /expected a signature in header webhook-signature/);
    });

  it('W25 is not ready without the secret, and refuses at each request', () => {
    const hook = hookOf({feed: {webhook: {verify: [hmacRule]}}});
    assert.equal(proofProblem(hook)?.jobwireCode, 'JW4012');
    assert.match(proofProblem(hook)?.issue().hint ?? '', /secret\.key/);
    const sent = {headers: {'x-signature': hmac('', '{}')}, body: '{}'};
    assert.equal(refusal(hmacRule, sent, {}).code, 'JW4012');
  });

  it('W25 is ready with the secret, and not with an empty verify list', () => {
    assert.equal(proofProblem(hookOf({feed: {webhook: {verify: [hmacRule]}}, secrets: {key: 'k'}})), undefined);
    assert.equal(proofProblem(hookOf({feed: {webhook: {verify: []}}}))?.jobwireCode, 'JW1013');
    assert.equal(refusal([], {body: '{}'}).code, 'JW4001');
  });

  for (const [what, key, rule] of [
    ['an empty text', '', {}],
    ['nothing behind its prefix', 'whsec_', {keyStrip: 'whsec_'}],
    ['not base64 as declared', 'not base64!', {keyEncoding: 'base64'}],
    ['not hex as declared', 'xyz', {keyEncoding: 'hex'}],
  ] as const)
    it(`W25 refuses a key that is ${what}: anybody could sign with it`, () => {
      const sent = {headers: {'x-signature': hmac('', '{}')}, body: '{}'};
      assert.equal(refusal({...hmacRule, ...rule}, sent, {secrets: {key}}).code, 'JW4012');
    });

  for (const value of ['ab', `${hmac('k1', '{}')}00`, 'not hex', 'Ä', 'a'.repeat(9000)])
    it(`W26 refuses ${JSON.stringify(value.slice(0, 20))} without an exception`, () => {
      assert.equal(refusal(hmacRule, {headers: {'x-signature': value}, body: '{}'}).code, 'JW4001');
    });

  it('takes hex in any case and base64 in its url-safe spelling', () => {
    check(hmacRule, {headers: {'x-signature': hmac('k1', '{}').toUpperCase()}, body: '{}'});
    const safe = Buffer.from(hmac('k1', '{}', 'base64'), 'base64').toString('base64url');
    check({...hmacRule, encoding: 'base64'}, {headers: {'x-signature': safe}, body: '{}'});
  });

  it('W27 skips an unknown version beside a known one, and refuses it alone', () => {
    const headers = versionedHeaders();
    const known = headers['webhook-signature'];
    check(versioned, {headers: {...headers, 'webhook-signature': `v9,AAAA ${known}`}, body: '{}'});
    const alone = {...headers, 'webhook-signature': `v9${known?.slice(2)}`};
    assert.equal(refusal(versioned, {headers: alone, body: '{}'}).code, 'JW4001');
  });

  for (const [shift, code] of [
    [-299, undefined],
    [-300, undefined],
    [-301, 'JW4002'],
    [299, undefined],
    [301, 'JW4002'],
  ] as const)
    it(`W28 ${code ? 'refuses' : 'accepts'} a timestamp ${shift} s from now`, () => {
      const sent = {headers: versionedHeaders({at: seconds(shift)}), body: '{}'};
      if (code) assert.equal(refusal(versioned, sent).code, code);
      else check(versioned, sent);
    });

  it('W28 holds the future to its own limit where there is one', () => {
    const rule: VerifyRule = {...versioned, timestamp: {...versioned.timestamp, future: '10s'}};
    check(rule, {headers: versionedHeaders({at: seconds(-200)}), body: '{}'});
    assert.equal(refusal(rule, {headers: versionedHeaders({at: seconds(11)}), body: '{}'}).code, 'JW4002');
  });

  for (const at of ['', 'yesterday', '1e9', '-1', '1700000000.5', '0x65', '9'.repeat(16)])
    it(`refuses the timestamp ${JSON.stringify(at)} instead of skipping the check`, () => {
      assert.equal(refusal(versioned, {headers: versionedHeaders({at}), body: '{}'}).code, 'JW4001');
    });

  it('says when a delivery was signed even for times no calendar has', () => {
    assert.equal(refusal(versioned, {headers: versionedHeaders({at: '9'.repeat(15)}), body: '{}'}).code, 'JW4002');
  });

  for (const [format, text] of [
    ['unix', '1700000000'],
    ['unix-ms', '1700000000000'],
    ['iso', '2023-11-14T22:13:20.000Z'],
    ['iso', '2023-11-14T23:13:20+01:00'],
    ['http', 'Tue, 14 Nov 2023 22:13:20 GMT'],
  ] as const)
    it(`reads the time ${text} as ${format}`, () => {
      const rule: VerifyRule = {
        ...hmacRule,
        base: '{{timestamp}}\n{{request.raw}}',
        timestamp: {header: 'date', format},
      };
      check(rule, {headers: {date: text, 'x-signature': hmac('k1', `${text}\n{}`)}, body: '{}'});
    });

  it('W31 takes old, new and both signatures during a rotation, and the old one no longer after it', () => {
    const [old, fresh] = [versionedHeaders({key: 'old'}), versionedHeaders({key: 'new'})];
    const both = `${old['webhook-signature']} ${fresh['webhook-signature']}`;
    const rotating = {secrets: {key: ['new', 'old']}};
    for (const headers of [old, fresh, {...fresh, 'webhook-signature': both}])
      check(versioned, {headers, body: '{}'}, rotating);
    assert.equal(refusal(versioned, {headers: old, body: '{}'}, {secrets: {key: ['new']}}).code, 'JW4001');
  });

  it('W32 tells that the body may have been altered when a proxy re-formats it', () => {
    const sent = {headers: {'x-signature': hmac('k1', '{"a":1}')}, body: '{ "a": 1 }'};
    const {code, message} = refusal(hmacRule, sent);
    assert.equal(code, 'JW4001');
    assert.match(message, /body was altered/);
    assert.doesNotMatch(message, /k1/);
  });

  it('W33 refuses an id that holds the separator of the signed text', () => {
    const {code, message} = refusal(versioned, {headers: versionedHeaders({id: 'msg.1'}), body: '{}'});
    assert.equal(code, 'JW4001');
    assert.match(message, /webhook-id holds "\."/);
  });

  it('W33 cannot be led to read one signed text in two ways', () => {
    const headers = versionedHeaders({id: 'msg_1', body: `${seconds(0)}.{}`});
    const shifted = {...headers, 'webhook-id': `msg_1.${headers['webhook-timestamp']}`};
    assert.equal(refusal(versioned, {headers: shifted, body: '{}'}).code, 'JW4001');
  });

  it('W34 takes as long for a difference in the first byte as for one in the last', () => {
    const right = hmac('k1', '{}');
    const flip = (at: number): string => right.slice(0, at) + (right[at] === '0' ? '1' : '0') + right.slice(at + 1);
    const times: [number[], number[]] = [[], []];
    const proofs = [flip(0), flip(63)].map((value) =>
      proofOf(delivery({headers: {'x-signature': value}, body: '{}'}), {secrets: {key: 'k1'}}, now),
    );
    for (let i = 0; i < 1500; i++)
      for (const side of [0, 1] as const) {
        const started = process.hrtime.bigint();
        try {
          verify([hmacRule], proofs[side] as (typeof proofs)[0]);
        } catch {
          times[side].push(Number(process.hrtime.bigint() - started));
        }
      }
    const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
    const [first, last] = [median(times[0]), median(times[1])];
    assert.ok(Math.abs(first - last) / Math.max(first, last) < 0.15, `medians ${first} ns and ${last} ns`);
  });
});

describe('alternatives of proof', () => {
  const strong: VerifyRule = {...hmacRule, signature: {header: 'x-strong'}, key: '{{secret.strong}}'};
  const weak: VerifyRule = {scheme: 'token', token: {from: '{{request.headers.[x-token]}}', equals: '{{secret.weak}}'}};
  const secrets = {strong: 's', weak: 'w'};

  it('lets the first whose signature is there decide alone', () => {
    const forged = {headers: {'x-strong': hmac('other', '{}'), 'x-token': 'w'}, body: '{}'};
    assert.equal(refusal([strong, weak], forged, {secrets}).code, 'JW4001');
    check([strong, weak], {headers: {'x-strong': hmac('s', '{}'), 'x-token': 'nonsense'}, body: '{}'}, {secrets});
  });

  it('asks the next when the first is not there', () => {
    check([strong, weak], {headers: {'x-token': 'w'}, body: '{}'}, {secrets});
    assert.match(refusal([strong, weak], {body: '{}'}, {secrets}).message, /header x-strong, or a token/);
  });

  it('tells by the prefix which spelling of a signature it is', () => {
    const hex: VerifyRule = {...hmacRule, signature: {header: 'x-signature', prefix: 'sha256='}};
    const base64: VerifyRule = {...hmacRule, encoding: 'base64'};
    for (const value of [`sha256=${hmac('k1', '{}')}`, hmac('k1', '{}', 'base64')])
      check([hex, base64], {headers: {'x-signature': value}, body: '{}'});
  });

  it('leaves an alternative out whose key is not configured, but not one whose key cannot be read', () => {
    const sent = {headers: {'x-strong': hmac('', '{}'), 'x-token': 'w'}, body: '{}'};
    check([strong, weak], sent, {secrets: {weak: 'w'}});
    assert.equal(refusal([strong, weak], sent, {secrets: {weak: 'w', strong: []}}).code, 'JW4012');
  });

  it('uses the secret of the subscription, and is not ready before there is one', () => {
    const rule: VerifyRule = {...hmacRule, key: '{{subscription.secret}}'};
    const sent = {headers: {'x-signature': hmac('made', '{}')}, body: '{}'};
    check(rule, sent, {subscription: {id: '1', secret: 'made'}});
    assert.equal(refusal(rule, sent, {}).code, 'JW4012');
  });

  for (const scheme of ['jwt', 'x509'] as const)
    it(`refuses everything under scheme ${scheme} where nobody fetched its keys`, () => {
      assert.match(refusal([{scheme}, {scheme: 'none'}], {body: '{}'}).message, /are not checked here/);
    });

  it('takes everything under scheme none, which says so', () => check({scheme: 'none'}, {body: '{}'}, {}));
});

describe('places and keys of a signature', () => {
  it('reads a signature from the query and from the body', () => {
    const inQuery: VerifyRule = {...hmacRule, signature: {query: 'sig'}};
    check(inQuery, {url: `https://jobwire.example/?sig=${hmac('k1', '{}')}`, body: '{}'});
    const twice = `https://jobwire.example/?sig=${hmac('k1', '{}')}&sig=00`;
    assert.match(refusal(inQuery, {url: twice, body: '{}'}).message, /query sig came 2 times/);
    const inBody: VerifyRule = {...hmacRule, signature: {body: '{{request.body.sig}}'}, base: '{{request.body.n}}'};
    check(inBody, {body: JSON.stringify({n: 7, sig: hmac('k1', '7')})});
    assert.equal(refusal(inBody, {body: '{"n":7}'}).code, 'JW4001');
  });

  it('lets the key of a pair name an algorithm from the list, and no other', () => {
    const rule: VerifyRule = {
      ...hmacRule,
      algorithm: {fromKey: ['sha256', 'sha512']},
      signature: {header: 'x-signature', pair: '='},
    };
    check(rule, {headers: {'x-signature': `sha512=${hmac('k1', '{}', 'hex', 'sha512')}`}, body: '{}'});
    check(rule, {headers: {'x-signature': `sha256=${hmac('k1', '{}')}`}, body: '{}'});
    const sha1 = {headers: {'x-signature': `sha1=${hmac('k1', '{}', 'hex', 'sha1')}`}, body: '{}'};
    assert.equal(refusal(rule, sha1).code, 'JW4001');
  });

  it('takes any of several headers, as a sender with two live keys writes them', () => {
    const rule: VerifyRule = {...hmacRule, signature: {header: ['x-signature', 'x-signature-2']}};
    check(rule, {headers: {'x-signature': '00', 'x-signature-2': hmac('k1', '{}')}, body: '{}'});
  });

  it('tries the URL with and without the default port where the rule says either', () => {
    const rule: VerifyRule = {...hmacRule, base: '{{request.url}}{{request.raw}}', url: {ports: 'either'}};
    for (const signed of ['https://a.example/h?x=1', 'https://a.example:443/h?x=1'])
      for (const received of ['https://a.example/h?x=1', 'https://a.example:443/h?x=1']) {
        const sent = {...delivery({headers: {'x-signature': hmac('k1', `${signed}{}`)}, body: '{}'}), url: received};
        verify([rule], proofOf(sent, {secrets: {key: 'k1'}}, now));
      }
    const other = {
      url: 'https://a.example:8443/h?x=1',
      headers: {'x-signature': hmac('k1', 'https://a.example/h?x=1{}')},
    };
    assert.equal(refusal(rule, {...other, body: '{}'}).code, 'JW4001');
  });

  it('does not take a JSON body for an empty form', () => {
    const rule: VerifyRule = {...hmacRule, base: '{{request.url}}{{request.formSorted}}'};
    const url = 'https://a.example/h';
    const headers = {'x-signature': hmac('k1', url), 'content-type': 'application/json'};
    assert.equal(refusal(rule, {url, headers, body: '{"evil":true}'}).code, 'JW4003');
  });

  it('decides a proof that lacks its hash of the body by the next alternative', () => {
    const hashed: VerifyRule = {...hmacRule, base: '{{request.url}}', bodyHash: {query: 'hash'}};
    const url = 'https://a.example/h';
    const sent = {url, headers: {'x-signature': hmac('k1', `${url}{}`)}, body: '{}'};
    check([hashed, {...hmacRule, base: '{{request.url}}{{request.raw}}'}], sent);
    const bare = {url, headers: {'x-signature': hmac('k1', url)}, body: '{}'};
    assert.equal(refusal(hashed, bare).code, 'JW4001');
  });

  it('checks ed25519 with a raw key, a PEM key and during a rotation', () => {
    const {publicKey, privateKey} = generateKeyPairSync('ed25519');
    const raw = publicKey.export({format: 'der', type: 'spki'}).subarray(-32);
    const pem = publicKey.export({format: 'pem', type: 'spki'}).toString();
    const other = generateKeyPairSync('ed25519').publicKey.export({format: 'der', type: 'spki'}).subarray(-32);
    const sent = {headers: {'x-signature': sign(null, Buffer.from('{}'), privateKey).toString('base64')}, body: '{}'};
    const rule: VerifyRule = {...hmacRule, scheme: 'ed25519', encoding: 'base64'};
    check({...rule, keyEncoding: 'base64', keyStrip: 'whpk_'}, sent, {
      secrets: {key: [other.toString('base64'), `whpk_${raw.toString('base64')}`]},
    });
    check(rule, sent, {secrets: {key: pem}});
    assert.equal(refusal(rule, {...sent, body: '{ }'}, {secrets: {key: pem}}).code, 'JW4001');
    assert.equal(refusal(rule, sent, {secrets: {key: 'too short'}}).code, 'JW4012');
  });

  it('checks a token per item and drops the others', () => {
    const rule: VerifyRule = {scheme: 'token', token: {from: '{{item.state}}', equals: '{{secret.key}}'}};
    const verified = verify([rule], proofOf(delivery({body: '[]'}), {secrets: {key: ['k2', 'k1']}}, now));
    const kept = verified.keep([
      {state: 'k1', n: 1},
      {state: 'no', n: 2},
      {n: 3},
      {state: {}, n: 4},
      {state: 'k2', n: 5},
    ]);
    assert.deepEqual(
      kept.map((item) => (item as {n: number}).n),
      [1, 5],
    );
  });

  it('refuses a token that is no text', () => {
    const rule: VerifyRule = {scheme: 'token', token: {from: '{{request.body.token}}', equals: '{{secret.key}}'}};
    check(rule, {body: '{"token":"k1"}'});
    for (const body of ['{"token":"k2"}', '{"token":{}}', '{"token":""}', '{}', '[]'])
      assert.equal(refusal(rule, {body}).code, 'JW4001');
  });
});

describe('signing and verifying', () => {
  const rules: readonly VerifyRule[] = [
    hmacRule,
    versioned,
    {...hmacRule, algorithm: 'sha512', encoding: 'base64', signature: {header: 'x-signature', prefix: 'HMAC '}},
    {...hmacRule, algorithm: {fromKey: ['sha1']}, signature: {header: 'x-signature', pair: '='}},
    {
      ...hmacRule,
      base: '{{timestamp}}.{{request.raw}}',
      signature: {header: 'x-signature', split: ',', pair: '=', key: 'v1'},
      timestamp: {field: 't'},
    },
    {
      scheme: 'digest',
      signature: {header: 'x-signature'},
      base: '{{secret.key}}{{request.method}}{{request.url}}{{request.raw}}',
    },
    {...hmacRule, base: '{{request.url}}', bodyHash: {query: 'hash', algorithm: 'sha512', encoding: 'base64'}},
    {
      ...hmacRule,
      base: '{{request.raw}}{{timestamp}}',
      signature: {query: 'sig'},
      timestamp: {header: 'date', format: 'http'},
    },
    {...hmacRule, base: ['{{request.method}}{{request.raw}}', '{{request.raw}}']},
  ];

  it('agree, and every changed byte is refused', () => {
    const secrets = {key: () => ['c2VjcmV0']};
    fc.assert(
      fc.property(
        fc.constantFrom(...rules),
        fc.uint8Array({minLength: 1, maxLength: 200}),
        fc.nat(),
        fc.integer({min: 1, max: 255}),
        (rule, raw, at, mask) => {
          const unsigned = {
            method: 'POST',
            url: 'https://a.example/hooks/a?x=%2F1',
            headers: {'Webhook-Id': 'msg_1', 'Content-Type': 'application/json'},
            raw,
          };
          const signed = signDelivery(rule, unsigned, {secrets, config: {}, at: now});
          const sent = (body: Uint8Array): Sent => ({url: signed.url, headers: signed.headers, body});
          check(rule, sent(raw), {secrets: {key: 'c2VjcmV0'}});
          const changed = Uint8Array.from(raw);
          changed[at % raw.length] = (changed[at % raw.length] ?? 0) ^ mask;
          assert.equal(refusal(rule, sent(changed), {secrets: {key: 'c2VjcmV0'}}).code, 'JW4001');
          const spoilt = signDelivery(rule, unsigned, {secrets, config: {}, at: now, tamper: true});
          const tampered = {url: spoilt.url, headers: spoilt.headers, body: raw};
          assert.equal(refusal(rule, tampered, {secrets: {key: 'c2VjcmV0'}}).code, 'JW4001');
        },
      ),
      {numRuns: 300},
    );
  });

  it('put tokens where they are looked for', () => {
    const options = {secrets: {key: () => ['k1']}, config: {}, at: now};
    for (const from of [
      '{{request.headers.[x-token]}}',
      "{{after request.headers.authorization 'Bearer '}}",
      "{{default request.query.token ''}}",
    ]) {
      const rule: VerifyRule = {scheme: 'token', token: {from, equals: '{{secret.key}}'}};
      const unsigned = {method: 'POST', url: 'https://a.example/', headers: {}, raw: Buffer.from('{}')};
      const signed = signDelivery(rule, unsigned, options);
      check(rule, {url: signed.url, headers: signed.headers, body: '{}'});
      const spoilt = signDelivery(rule, unsigned, {...options, tamper: true});
      assert.equal(refusal(rule, {url: spoilt.url, headers: spoilt.headers, body: '{}'}).code, 'JW4001');
    }
  });

  it('agree on ed25519, signed with the seed', () => {
    const {publicKey, privateKey} = generateKeyPairSync('ed25519');
    const seed = privateKey.export({format: 'der', type: 'pkcs8'}).subarray(-32).toString('hex');
    const known = publicKey.export({format: 'der', type: 'spki'}).subarray(-32).toString('hex');
    const rule: VerifyRule = {...hmacRule, scheme: 'ed25519', keyEncoding: 'hex'};
    const unsigned = {method: 'POST', url: 'https://a.example/', headers: {}, raw: Buffer.from('{}')};
    const {headers} = signDelivery(rule, unsigned, {secrets: {key: () => [seed]}, config: {}, at: now});
    check(rule, {headers, body: '{}'}, {secrets: {key: known}});
  });

  it('say what cannot be signed', () => {
    const unsigned = {method: 'POST', url: 'https://a.example/', headers: {}, raw: Buffer.from('{}')};
    const options = {secrets: {key: () => ['k1']}, config: {}, at: now};
    for (const rule of [
      {...hmacRule, signature: {body: '{{request.body.sig}}'}},
      {scheme: 'token', token: {from: '{{upper request.headers.a}}', equals: '{{secret.key}}'}},
      {scheme: 'jwt'},
    ] as VerifyRule[])
      assert.throws(() => signDelivery(rule, unsigned, options), {jobwireCode: 'JW7101'});
  });
});
