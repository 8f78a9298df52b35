/** Where a signer puts a proof whose place is an expression: the rule that verifies must find it there. */
import assert from 'node:assert/strict';
import type {VerifyRule} from '../../src/generated/types.ts';
import {signDelivery} from '../../src/ingest/signatures/sign.ts';
import {verify} from '../../src/ingest/signatures/verify.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {delivery, proofOf} from './support.ts';

const now = 1_700_000_000_000;
const unsigned = {method: 'POST', url: 'https://jobwire.example/hooks/app', headers: {}, raw: Buffer.from('{"id":1}')};
const header = '(get request.headers (lower connection.header))';

function placedAt(body: unknown): VerifyRule {
  return {scheme: 'hmac', signature: {body}, key: '{{secret.key}}'};
}

function sign(rule: VerifyRule, config: JsonObject) {
  return signDelivery(rule, unsigned, {secrets: {key: () => ['k1']}, config, at: now});
}

/** Signs, verifies what was signed, and gives the headers. */
function roundTrip(body: unknown, config: JsonObject): Record<string, string> {
  const rule = placedAt(body);
  const {headers, url, raw} = sign(rule, config);
  verify([rule], proofOf(delivery({url, headers, body: raw}), {secrets: {key: 'k1'}, config}, now));
  return headers;
}

describe('a proof is put', () => {
  it('into the header that a setting names', () => {
    const headers = roundTrip(`{{${header.slice(1, -1)}}}`, {header: 'X-Acme-Signature'});
    assert.deepEqual(Object.keys(headers), ['x-acme-signature']);
    assert.match(headers['x-acme-signature'] ?? '', /^[0-9a-f]{64}$/);
  });

  it('behind the text that a setting gives, where it gives one', () => {
    const body = `{{if (has connection.prefix) (after ${header} (default connection.prefix '')) ${header}}}`;
    const {'x-sig': long} = roundTrip(body, {header: 'x-sig', prefix: 'sha256='});
    const {'x-sig': short} = roundTrip(body, {header: 'x-sig'});
    assert.equal(long, `sha256=${short}`);
  });

  it('into the branch that a setting chooses', () => {
    const body = "{{if (eq connection.place 'query') request.query.sig request.headers.[x-sig]}}";
    const rule = placedAt(body);
    assert.deepEqual(Object.keys(sign(rule, {place: 'query'}).query ?? {}), ['sig']);
    assert.deepEqual(Object.keys(sign(rule, {place: "it's elsewhere"}).headers), ['x-sig']);
  });

  it('into the first branch that can hold it, where only the delivery decides', () => {
    const headers = roundTrip("{{if (has request.headers.[x-other]) '' request.headers.[x-sig]}}", {});
    assert.deepEqual(Object.keys(headers), ['x-sig']);
  });

  it('nowhere when the settings leave the rule no place', () => {
    const other = "{{if (eq connection.algorithm 'sha512') request.headers.[x-sig] ''}}";
    for (const body of [other, `{{${header.slice(1, -1)}}}`, '{{concat request.headers.a request.headers.b}}'])
      assert.throws(() => sign(placedAt(body), {algorithm: 'sha256'}), {
        jobwireCode: 'JW7101',
        message: /turned round/,
      });
  });
});
