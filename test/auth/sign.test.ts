/** Signatures of requests, over the exact bytes. */
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import type {SignSettings} from '../../src/auth/settings.ts';
import {bench, get, postJson, read, write} from './bench.ts';

const texts = {key: ['canary-key', 'canary-old'], strange: `whsec_${Buffer.from([0, 1, 255, 254]).toString('base64')}`};
const sign = (change: Partial<SignSettings> = {}) => ({
  sign: {key: '{{secret.key}}', header: 'X-Signature', ...change},
});
const hmac = (key: string | Buffer, text: string, algorithm = 'sha256') => createHmac(algorithm, key).update(text);

describe('a signature', () => {
  it('covers the exact bytes with the first live key, as sha256 hex by default', async () => {
    const request = {...postJson({}), body: Buffer.from('{ "a" : "é" }')};
    const sent = await bench(sign(), {texts}).authorizer.authorize(request, write);
    assert.equal(sent.headers['X-Signature'], hmac('canary-key', '{ "a" : "é" }').digest('hex'));
    assert.deepEqual(sent.secretHeaders, ['X-Signature']);
  });

  it('covers what apply added', async () => {
    const auth = {...sign(), apply: {body: {k: 'v'}}};
    const sent = await bench(auth, {texts}).authorizer.authorize(postJson({a: 1}), write);
    assert.equal(sent.headers['X-Signature'], hmac('canary-key', '{"a":1,"k":"v"}').digest('hex'));
  });

  it('of a request without a body covers no bytes', async () => {
    const sent = await bench(sign(), {texts}).authorizer.authorize(get(), read);
    assert.equal(sent.headers['X-Signature'], hmac('canary-key', '').digest('hex'));
  });

  for (const algorithm of ['sha1', 'sha256', 'sha512'] as const)
    it(`may be ${algorithm}, base64, with a prefix`, async () => {
      const sent = await bench(sign({algorithm, encoding: 'base64', prefix: 'v1='}), {texts}).authorizer.authorize(
        postJson({a: 1}),
        write,
      );
      assert.equal(sent.headers['X-Signature'], `v1=${hmac('canary-key', '{"a":1}', algorithm).digest('base64')}`);
    });

  it('takes a key in base64 behind a prefix', async () => {
    const auth = sign({key: '{{secret.strange}}', keyStrip: 'whsec_', keyEncoding: 'base64'});
    const sent = await bench(auth, {texts}).authorizer.authorize(postJson({a: 1}), write);
    assert.equal(sent.headers['X-Signature'], hmac(Buffer.from([0, 1, 255, 254]), '{"a":1}').digest('hex'));
  });

  for (const [format, text] of [
    ['unix', '1768205730'],
    ['unix-ms', '1768205730000'],
    ['iso', '2026-01-12T08:15:30Z'],
    ['http', 'Mon, 12 Jan 2026 08:15:30 GMT'],
  ] as const)
    it(`adds its time as ${format} and covers it`, async () => {
      const auth = sign({timestamp: {header: 'X-Time', format}, base: '{{timestamp}}.{{request.raw}}'});
      const sent = await bench(auth, {texts}).authorizer.authorize(postJson({a: 1}), write);
      assert.equal(sent.headers['X-Time'], text);
      assert.equal(sent.headers['X-Signature'], hmac('canary-key', `${text}.{"a":1}`).digest('hex'));
    });

  it('may cover method, path, query and headers, part by part', async () => {
    const base = [
      '{{request.method}}\n',
      '{{request.path}}?{{request.query.b}}\n',
      '{{request.headers.x-time}}\n',
      '{{request.raw}}',
    ];
    const auth = sign({timestamp: {header: 'X-Time'}, base});
    const request = {...postJson({a: 1}), url: 'https://api.example.com/v1/a%20b?b=2'};
    const sent = await bench(auth, {texts}).authorizer.authorize(request, write);
    assert.equal(
      sent.headers['X-Signature'],
      hmac('canary-key', 'POST\n/v1/a%20b?2\n1768205730\n{"a":1}').digest('hex'),
    );
  });
});
