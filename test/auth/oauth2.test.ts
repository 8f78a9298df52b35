/** OAuth 2 tokens: how they are asked for, shared, renewed, and what a bad answer means. */
import assert from 'node:assert/strict';
import nock from 'nock';
import type {AuthSettings, OAuth2Settings} from '../../src/auth/settings.ts';
import type {Code} from '../../src/errors/catalog.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {mask} from '../../src/values/secret.ts';
import {bench, get, read} from './bench.ts';

const texts = {clientSecret: 'canary-secret', password: 'canary-password', userKey: 'canary-user-key'};
const tokenUrl = 'https://login.example.com/connect/token';
const client: OAuth2Settings = {
  grant: 'client_credentials',
  tokenUrl,
  clientId: 'app 1',
  clientSecret: '{{secret.clientSecret}}',
  scope: 'jobs.read jobs',
};
const oauth = (change: Partial<OAuth2Settings> = {}): AuthSettings => ({obtain: {oauth2: {...client, ...change}}});
const login = () => nock('https://login.example.com');
const token = (n: number, more = {}) => ({
  access_token: `canary-token-${n}`,
  token_type: 'Bearer',
  expires_in: 3600,
  ...more,
});

function isFault(code: Code, more: {message?: RegExp; outcome?: string} = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof JobwireError, String(error));
    assert.equal(error.jobwireCode, code, error.message);
    if (more.message) assert.match(error.message, more.message);
    assert.equal(error.extra.outcome, more.outcome ?? 'fail');
    return true;
  };
}

describe('an oauth2 token', () => {
  afterEach(() => {
    nock.cleanAll();
  });

  const requests: readonly [string, Partial<OAuth2Settings>, Record<string, string>][] = [
    [
      'client_credentials',
      {},
      {grant_type: 'client_credentials', client_id: 'app 1', client_secret: 'canary-secret', scope: 'jobs.read jobs'},
    ],
    [
      'password',
      {
        grant: 'password',
        username: '{{connection.username}}',
        password: '{{secret.password}}',
        scope: '{{optional connection.scope}}',
      },
      {
        grant_type: 'password',
        client_id: 'app 1',
        client_secret: 'canary-secret',
        username: 'jo',
        password: 'canary-password',
      },
    ],
    [
      'refresh_token with an extra field',
      {grant: 'refresh_token', refreshToken: '{{secret.userKey}}', fields: {audience: 'https://{{connection.tenant}}'}},
      {
        grant_type: 'refresh_token',
        client_id: 'app 1',
        client_secret: 'canary-secret',
        refresh_token: 'canary-user-key',
        scope: 'jobs.read jobs',
        audience: 'https://acme',
      },
    ],
  ];
  for (const [name, change, body] of requests) {
    it(`is asked for as a form: ${name}`, async () => {
      login()
        .post('/connect/token', body)
        .matchHeader('content-type', 'application/x-www-form-urlencoded')
        .reply(200, token(1));
      const sent = await bench(oauth(change), {texts}).authorizer.authorize(get(), read);
      assert.equal(sent.headers['Authorization'], 'Bearer canary-token-1');
    });

    it(`is asked for as json: ${name}`, async () => {
      login().post('/connect/token', body).matchHeader('content-type', 'application/json').reply(200, token(1));
      await bench(oauth({...change, encoding: 'json'}), {texts}).authorizer.authorize(get(), read);
    });
  }

  it('is asked for with the client in the Authorization header, each part encoded', async () => {
    const header = `Basic ${Buffer.from('app+1:canary-secret').toString('base64')}`;
    login()
      .post('/connect/token', {grant_type: 'client_credentials', scope: 'jobs.read jobs'})
      .matchHeader('authorization', header)
      .reply(200, token(1));
    await bench(oauth({clientAuth: 'basic'}), {texts}).authorizer.authorize(get(), read);
  });

  it('goes where apply says', async () => {
    login().post('/connect/token').reply(200, token(1));
    const {authorizer} = bench({...oauth(), apply: {headers: {'X-Token': 't {{token}}'}}}, {texts});
    assert.deepEqual((await authorizer.authorize(get(), read)).headers, {'X-Token': 't canary-token-1'});
  });

  it('R01 is masked, as are the secrets it was asked for with', async () => {
    login()
      .post('/connect/token')
      .reply(200, token(1, {refresh_token: 'canary-refresh'}));
    const {authorizer, redactor} = bench(oauth(), {texts});
    await authorizer.authorize(get(), read);
    assert.equal(redactor.text('canary-token-1 canary-secret canary-refresh'), `${mask} ${mask} ${mask}`);
  });

  it('is not asked for when the request goes elsewhere', async () => {
    const {authorizer} = bench(oauth(), {texts});
    const sent = await authorizer.authorize(get('https://files.example.net/x'), read);
    assert.deepEqual(sent.headers, {});
  });

  it('O07 is asked for once by 50 callers', async () => {
    let asked = 0;
    login()
      .post('/connect/token')
      .times(50)
      .delay(20)
      .reply(200, () => token(++asked));
    const {authorizer} = bench(oauth(), {texts});
    const sent = await Promise.all(Array.from({length: 50}, () => authorizer.authorize(get(), read)));
    assert.equal(asked, 1);
    assert.deepEqual([...new Set(sent.map(({headers}) => headers['Authorization']))], ['Bearer canary-token-1']);
  });

  it('O07 is renewed once when 50 callers are refused, and nobody gets the old one again', async () => {
    let asked = 0;
    login()
      .post('/connect/token')
      .times(50)
      .delay(5)
      .reply(200, () => token(++asked));
    const {authorizer} = bench(oauth(), {texts});
    const first = await Promise.all(Array.from({length: 50}, () => authorizer.authorize(get(), read)));
    const second = await Promise.all(
      first.map(async (sent) => {
        assert.equal(authorizer.refused(401, sent), true);
        return authorizer.authorize(get(), read);
      }),
    );
    assert.equal(asked, 2);
    assert.deepEqual([...new Set(second.map(({headers}) => headers['Authorization']))], ['Bearer canary-token-2']);
    assert.equal(authorizer.refused(401, first[0] as (typeof first)[0]), true);
    assert.equal((await authorizer.authorize(get(), read)).headers['Authorization'], 'Bearer canary-token-2');
  });

  it('is renewed for the statuses of refreshOn only', async () => {
    login().post('/connect/token').reply(200, token(1));
    const {authorizer} = bench({...oauth(), refreshOn: [419, '5xx']}, {texts});
    const sent = await authorizer.authorize(get(), read);
    assert.deepEqual(
      [401, 419, 503, 200].map((status) => authorizer.refused(status, sent)),
      [false, true, true, false],
    );
  });

  for (const [what, answer, change, seconds] of [
    ['two minutes before expires_in', {expires_in: 3600}, {}, 3480],
    ['before expires_in sent as text', {expires_in: '3600'}, {}, 3480],
    ['by lifetime when the answer does not say', {expires_in: undefined}, {lifetime: '30m'}, 1680],
    ['after an hour when nobody says', {expires_in: undefined}, {}, 3480],
    ['by lifetime when expires_in is nonsense', {expires_in: -5}, {lifetime: '10m', skew: '0s'}, 600],
    ['by its own skew', {expires_in: 3600}, {skew: '10m'}, 3000],
    ['after half its life when it lives shorter than the skew', {expires_in: 60}, {}, 30],
  ] as const)
    it(`is renewed ${what}`, async () => {
      let asked = 0;
      login()
        .post('/connect/token')
        .times(3)
        .reply(200, () => token(++asked, answer));
      const {authorizer, clock} = bench(oauth(change), {texts});
      await authorizer.authorize(get(), read);
      clock.advance(seconds * 1000 - 1);
      await authorizer.authorize(get(), read);
      assert.equal(asked, 1);
      clock.advance(1);
      await authorizer.authorize(get(), read);
      assert.equal(asked, 2);
    });

  it('O17 is shared by the same connection opened again, and by nothing else', async () => {
    let asked = 0;
    login()
      .post('/connect/token')
      .times(9)
      .reply(200, () => token(++asked, {scope: 'everything', tenant: 'other'}));
    const {authorizer, again} = bench(oauth(), {texts});
    const bearerOf = async (one: typeof authorizer) => (await one.authorize(get(), read)).headers['Authorization'];
    assert.equal(await bearerOf(authorizer), 'Bearer canary-token-1');
    assert.equal(await bearerOf(again()), 'Bearer canary-token-1');
    assert.equal(await bearerOf(again(oauth(), {key: 'other/api'})), 'Bearer canary-token-2');
    assert.equal(await bearerOf(again(oauth({scope: 'jobs'}))), 'Bearer canary-token-3');
    assert.equal(await bearerOf(again(oauth({clientId: 'app 2'}))), 'Bearer canary-token-4');
    login().post('/connect/token?t=2').reply(200, token(5));
    assert.equal(await bearerOf(again(oauth({tokenUrl: `${tokenUrl}?t=2`}))), 'Bearer canary-token-5');
  });

  it('O17 belongs to one version of the secret', async () => {
    let asked = 0;
    login()
      .post('/connect/token')
      .times(2)
      .reply(200, () => token(++asked));
    let secret = 'canary-one';
    const {authorizer} = bench(oauth(), {secrets: {clientSecret: () => [secret]}});
    await authorizer.authorize(get(), read);
    secret = 'canary-two';
    assert.equal((await authorizer.authorize(get(), read)).headers['Authorization'], 'Bearer canary-token-2');
  });
});

describe('a rotated refresh token', () => {
  afterEach(() => {
    nock.cleanAll();
  });
  const rotating = oauth({
    grant: 'refresh_token',
    refreshToken: '{{secret.userKey}}',
    clientSecret: undefined,
    scope: undefined,
  });

  it('is used next, stored before the answer counts', async () => {
    const asked: string[] = [];
    login()
      .post('/connect/token')
      .times(3)
      .reply(200, async (request: Request) => {
        asked.push(new URLSearchParams(await request.text()).get('refresh_token') ?? '');
        return token(asked.length, {refresh_token: asked.length < 3 ? `canary-refresh-${asked.length}` : undefined});
      });
    const stored: [string, string][] = [];
    const kept = new Map<string, string>();
    const refreshTokens = {
      load: async (key: string) => kept.get(key),
      store: async (key: string, text: string) => {
        stored.push([key, text]);
        kept.set(key, text);
      },
    };
    const {authorizer, again, clock} = bench(rotating, {texts, refreshTokens});
    await authorizer.authorize(get(), read);
    clock.advance(3_600_000);
    await again().authorize(get(), read);
    clock.advance(3_600_000);
    await again().authorize(get(), read);
    assert.deepEqual(asked, ['canary-user-key', 'canary-refresh-1', 'canary-refresh-2']);
    assert.deepEqual(
      stored.map(([, text]) => text),
      ['canary-refresh-1', 'canary-refresh-2'],
    );
    assert.equal(new Set(stored.map(([key]) => key)).size, 1);
  });

  it('is kept in memory without a store', async () => {
    const asked: string[] = [];
    login()
      .post('/connect/token')
      .times(2)
      .reply(200, async (request: Request) => {
        asked.push(new URLSearchParams(await request.text()).get('refresh_token') ?? '');
        return token(asked.length, {refresh_token: 'canary-refresh'});
      });
    const {authorizer, clock} = bench(rotating, {texts});
    await authorizer.authorize(get(), read);
    clock.advance(3_600_000);
    await authorizer.authorize(get(), read);
    assert.deepEqual(asked, ['canary-user-key', 'canary-refresh']);
  });
});

describe('a token answer', () => {
  afterEach(() => {
    nock.cleanAll();
  });
  const authorize = () => bench(oauth(), {texts}).authorizer.authorize(get(), read);

  for (const [what, status, body, headers, message] of [
    ['a login page with 200', 200, '<html>Sign in</html>', {'content-type': 'text/html'}, /text\/html instead of JSON/],
    ['JSON without a token', 200, '{"error":"nope"}', {}, /status 200 without access_token/],
    ['an empty token', 200, '{"access_token":""}', {}, /without access_token/],
    ['a token that is no text', 200, '{"access_token":5}', {}, /without access_token/],
    ['nothing', 204, '', {}, /status 204 without access_token/],
    ['invalid_client', 401, '{"error":"invalid_client"}', {}, /status 401/],
    ['an unknown path', 404, 'not here', {}, /status 404/],
  ] as const)
    it(`O08 is refused for good when it is ${what}`, async () => {
      login().post('/connect/token').reply(status, body, headers);
      await assert.rejects(authorize(), isFault('JW3013', {message}));
    });

  it('O04 is asked for again later when the answer is cut off: the operation was not sent', async () => {
    login().post('/connect/token').reply(200, '{"access_token":"abc","expi', {'content-type': 'application/json'});
    await assert.rejects(authorize(), isFault('JW3002', {outcome: 'retry', message: /cut off or damaged/}));
  });

  it('keeps what the server says, masked', async () => {
    login()
      .post('/connect/token')
      .reply(400, {error: 'invalid_grant', error_description: 'canary-secret is old', hint: 'x'});
    await assert.rejects(authorize(), (error) => {
      assert.ok(error instanceof JobwireError);
      assert.deepEqual(error.extra.evidence, {serverText: `invalid_grant: ${mask} is old`});
      return true;
    });
  });

  it('E21 is refused when it is a redirect', async () => {
    login().post('/connect/token').reply(302, '', {location: 'https://login.example.com/page'});
    await assert.rejects(authorize(), isFault('JW3011'));
  });

  for (const [status, code, headers, afterMs] of [
    [429, 'JW3003', {'retry-after': '7'}, 7000],
    [503, 'JW3002', {'retry-after': '3'}, 3000],
    [500, 'JW3002', {}, undefined],
    [502, 'JW3002', {}, undefined],
    [408, 'JW3002', {}, undefined],
  ] as const)
    it(`is asked for again later after ${status}, because the operation was not sent`, async () => {
      login().post('/connect/token').reply(status, '', headers);
      await assert.rejects(authorize(), (error) => {
        assert.ok(isFault(code, {outcome: 'retry'})(error));
        assert.equal((error as JobwireError).extra.afterMs, afterMs);
        return true;
      });
    });

  for (const [cause, code] of [
    ['ECONNREFUSED', 'JW3001'],
    ['ENOTFOUND', 'JW3001'],
    ['ECONNRESET', 'JW3002'],
  ] as const)
    it(`O03 that never comes (${cause}) leaves the operation unsent: ${code}, outcome retry`, async () => {
      login()
        .post('/connect/token')
        .replyWithError(Object.assign(new Error('broken'), {code: cause}));
      await assert.rejects(
        authorize(),
        isFault(code, {outcome: 'retry', message: /POST https:\/\/login\.example\.com\/connect\/token/}),
      );
    });

  it('that fails is not remembered', async () => {
    login().post('/connect/token').reply(500).post('/connect/token').reply(200, token(1));
    const {authorizer} = bench(oauth(), {texts});
    await assert.rejects(authorizer.authorize(get(), read));
    assert.equal((await authorizer.authorize(get(), read)).headers['Authorization'], 'Bearer canary-token-1');
  });

  it('is reported without credentials', async () => {
    login().post('/connect/token?k=1').reply(200, token(1));
    const seen: unknown[] = [];
    const auth = oauth({tokenUrl: `${tokenUrl}?k=1`});
    await bench(auth, {texts, observe: (exchange) => seen.push(exchange)}).authorizer.authorize(get(), read);
    assert.deepEqual(seen, [{purpose: 'token', request: `POST ${tokenUrl}`, status: 200}]);
  });
});
