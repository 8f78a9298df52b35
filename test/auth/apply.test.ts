/** Static credentials: where they go, and where they never go. */
import assert from 'node:assert/strict';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {mask} from '../../src/values/secret.ts';
import {bench, get, postJson, read, write} from './bench.ts';

const texts = {apiKey: 'canary-key-1', password: 'canary:pässword'};
const keyHeader = {apply: {headers: {Authorization: '{{connection.username}} {{secret.apiKey}}'}}};

describe('applied credentials', () => {
  it('stand in headers, replacing the same header in another spelling', async () => {
    const {authorizer} = bench(keyHeader, {texts});
    const sent = await authorizer.authorize(get('/v1/things', {authorization: 'mine', accept: 'a/b'}), read);
    assert.deepEqual(sent.headers, {accept: 'a/b', Authorization: 'jo canary-key-1'});
    assert.deepEqual(sent.secretHeaders, ['Authorization']);
  });

  it('stand in the query, encoded, after what is there', async () => {
    const {authorizer} = bench({apply: {query: {key: '{{secret.password}}'}}}, {texts});
    const sent = await authorizer.authorize(get('/v1/things?a=1'), read);
    assert.equal(sent.url, 'https://api.example.com/v1/things?a=1&key=canary%3Ap%C3%A4ssword');
  });

  it('stand in basic, encoded as UTF-8, and both spellings are masked', async () => {
    const {authorizer, redactor} = bench(
      {apply: {basic: {username: 'joes', password: '{{secret.password}}'}}},
      {texts},
    );
    const sent = await authorizer.authorize(get(), read);
    assert.equal(sent.headers['Authorization'], `Basic ${Buffer.from('joes:canary:pässword').toString('base64')}`);
    assert.equal(redactor.text(sent.headers['Authorization'] ?? ''), `Basic ${mask}`);
    assert.equal(redactor.text('x canary:pässword y'), `x ${mask} y`);
  });

  it('are merged into a json body', async () => {
    const {authorizer} = bench({apply: {body: {key: '{{secret.apiKey}}', a: 2}}}, {texts});
    const sent = await authorizer.authorize(postJson({a: 1, b: 1}), write);
    assert.equal(Buffer.from(sent.body ?? '').toString(), '{"a":2,"b":1,"key":"canary-key-1"}');
  });

  it('are merged into a form body', async () => {
    const {authorizer} = bench({apply: {body: {key: '{{secret.apiKey}}', a: 'x y'}}}, {texts});
    const form = {
      ...postJson({}),
      fields: {
        form: [
          ['a', '1'],
          ['b', '2'],
          ['b', '3'],
        ] as const,
      },
    };
    const sent = await authorizer.authorize(form, write);
    assert.equal(Buffer.from(sent.body ?? '').toString(), 'b=2&b=3&key=canary-key-1&a=x+y');
  });

  it('leave a request without a body alone, and refuse a body they cannot enter', async () => {
    const {authorizer} = bench({apply: {body: {key: '{{secret.apiKey}}'}}}, {texts});
    assert.equal((await authorizer.authorize(get(), read)).body, undefined);
    const bytes = {method: 'POST', url: 'https://api.example.com/v1/x', headers: {}, body: Buffer.from('x')};
    await assert.rejects(
      authorizer.authorize(bytes, write),
      (error) => error instanceof JobwireError && error.jobwireCode === 'JW2107',
    );
  });

  it('come from secrets read only when used', async () => {
    let reads = 0;
    const secrets = {
      apiKey: () => {
        reads++;
        return ['canary-key-1', 'canary-key-0'];
      },
      other: () => {
        throw new Error('not needed');
      },
    };
    const {authorizer, redactor} = bench(keyHeader, {secrets});
    assert.equal(reads, 0);
    assert.equal((await authorizer.authorize(get(), read)).headers['Authorization'], 'jo canary-key-1');
    assert.equal(redactor.text('canary-key-0'), mask);
  });

  it('are absent when auth is empty, and nothing is renewed', async () => {
    const {authorizer} = bench({}, {texts});
    const sent = await authorizer.authorize(get(), read);
    assert.deepEqual([sent.headers, sent.secretHeaders], [{}, []]);
    assert.equal(authorizer.refused(401, sent), false);
  });
});

describe('the origin of the credentials', () => {
  const auth = {...keyHeader, origins: ['https://{{connection.tenant}}.example.com']};
  for (const [url, has] of [
    ['https://api.example.com/other', true],
    ['https://api.example.com:443/v1', true],
    ['https://acme.example.com/v9', true],
    ['https://api.example.com:8443/v1', false],
    ['http://api.example.com/v1', false],
    ['https://api.example.com.evil.example/v1', false],
    ['https://evil.example/https://api.example.com/v1', false],
  ] as const)
    it(`E17 ${has ? 'includes' : 'excludes'} ${url}`, async () => {
      const {authorizer} = bench(auth, {texts});
      const sent = await authorizer.authorize(get(url), read);
      assert.equal(Object.hasOwn(sent.headers, 'Authorization'), has);
    });

  it('E17 is an error where the request insists', async () => {
    const {authorizer} = bench(auth, {texts});
    const refused = authorizer.authorize(get('https://files.example.net/x'), {write: false, auth: true});
    await assert.rejects(
      refused,
      (error) =>
        error instanceof JobwireError &&
        error.jobwireCode === 'JW3014' &&
        /https:\/\/files\.example\.net/.test(error.message),
    );
  });

  it('gets nothing where the request declines', async () => {
    const {authorizer} = bench({...auth, sign: {key: '{{secret.apiKey}}', header: 'X-Sig'}}, {texts});
    const sent = await authorizer.authorize(get(), {write: false, auth: false});
    assert.deepEqual(sent.headers, {});
  });
});
