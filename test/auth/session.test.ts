/** Logins, cookies and crumbs: what a session needs before and between requests. */
import assert from 'node:assert/strict';
import nock from 'nock';
import {createCookieJar} from '../../src/auth/cookies.ts';
import type {AuthSettings, LoginSettings} from '../../src/auth/settings.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {mask, Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {base, bench, get, now, read, write} from './bench.ts';

const texts = {password: 'canary-password'};
const loginWith = (change: Partial<LoginSettings> = {}): AuthSettings => ({
  obtain: {
    login: {
      request: {
        method: 'POST',
        path: '/login',
        body: {json: {user: '{{connection.username}}', password: '{{secret.password}}'}},
      },
      token: '{{response.body.result}}',
      ...change,
    },
  },
  apply: {headers: {'X-Authorization': '{{token}}'}},
});
const api = () => nock(base);

describe('a login', () => {
  afterEach(() => {
    nock.cleanAll();
  });

  it('sends the rendered request and applies its token', async () => {
    api()
      .post('/v1/login', {user: 'jo', password: 'canary-password'})
      .matchHeader('content-type', 'application/json')
      .reply(200, {result: 'canary-login'});
    const {authorizer, redactor} = bench(loginWith(), {texts});
    assert.deepEqual((await authorizer.authorize(get(), read)).headers, {'X-Authorization': 'canary-login'});
    assert.equal(redactor.text('canary-login canary-password'), `${mask} ${mask}`);
  });

  it('may be a form to another address, with headers and query', async () => {
    nock('https://login.example.com')
      .post('/in', 'user=jo&again=a&again=b')
      .query({tenant: 'acme'})
      .matchHeader('x-app', 'jo')
      .matchHeader('content-type', 'application/x-www-form-urlencoded')
      .reply(200, {result: 'canary-login'});
    const request = {
      method: 'POST',
      url: 'https://login.example.com/in',
      query: {tenant: '{{connection.tenant}}'},
      headers: {'X-App': '{{connection.username}}'},
      body: {form: {user: '{{connection.username}}', gone: null, again: ['a', 'b']}},
    };
    const {authorizer} = bench(loginWith({request}), {texts});
    assert.equal((await authorizer.authorize(get(), read)).headers['X-Authorization'], 'canary-login');
  });

  it('may find its token in a header', async () => {
    api().post('/v1/login').reply(204, '', {'X-Session': 'canary-login'});
    const {authorizer} = bench(loginWith({token: '{{response.headers.x-session}}'}), {texts});
    assert.equal((await authorizer.authorize(get(), read)).headers['X-Authorization'], 'canary-login');
  });

  for (const [what, status, body] of [
    ['a page with 200', 200, '<html></html>'],
    ['no token', 200, '{"result":null}'],
    ['an empty token', 200, '{"result":""}'],
    ['a refusal', 401, '{"message":"wrong password"}'],
  ] as const)
    it(`O08 is refused for good when the answer is ${what}`, async () => {
      api().post('/v1/login').reply(status, body);
      const {authorizer} = bench(loginWith(), {texts});
      await assert.rejects(
        authorizer.authorize(get(), read),
        (error) => error instanceof JobwireError && error.jobwireCode === 'JW3013',
      );
    });

  for (const [what, lifetime, answer, seconds] of [
    ['29 minutes by default', undefined, {}, 1740],
    ['by a duration', '25m', {}, 1440],
    ['by seconds of the answer', '{{response.body.ttl}}', {ttl: 600}, 540],
    ['by seconds as text', '{{response.body.ttl}}', {ttl: '600'}, 540],
    ['29 minutes when the answer is nonsense', '{{response.body.ttl}}', {ttl: 'soon'}, 1740],
  ] as const)
    it(`is repeated after its lifetime: ${what}`, async () => {
      let logins = 0;
      api()
        .post('/v1/login')
        .times(3)
        .reply(200, () => ({result: `canary-login-${++logins}`, ...answer}));
      const {authorizer, clock} = bench(loginWith(lifetime === undefined ? {} : {lifetime}), {texts});
      await authorizer.authorize(get(), read);
      clock.advance(seconds * 1000 - 1);
      await authorizer.authorize(get(), read);
      assert.equal(logins, 1);
      clock.advance(1);
      await authorizer.authorize(get(), read);
      assert.equal(logins, 2);
    });

  it('O07 is repeated once after a refusal', async () => {
    let logins = 0;
    api()
      .post('/v1/login')
      .times(9)
      .reply(200, () => ({result: `canary-login-${++logins}`}));
    const {authorizer} = bench(loginWith(), {texts});
    const sent = await authorizer.authorize(get(), read);
    assert.equal(authorizer.refused(401, sent), true);
    assert.equal((await authorizer.authorize(get(), read)).headers['X-Authorization'], 'canary-login-2');
  });
});

describe('cookies', () => {
  afterEach(() => {
    nock.cleanAll();
  });

  it('of a login and of later answers go with the next requests', async () => {
    api()
      .post('/v1/login')
      .reply(200, {result: 'canary-login'}, {'Set-Cookie': ['session=canary-cookie; Path=/; HttpOnly', 'lang=en']});
    const {authorizer, redactor} = bench({...loginWith(), cookies: true}, {texts});
    const first = await authorizer.authorize(get('/v1/things', {cookie: 'own=1'}), read);
    assert.equal(first.headers['Cookie'], 'own=1; session=canary-cookie; lang=en');
    assert.ok(first.secretHeaders.includes('Cookie'));
    assert.equal(redactor.text('canary-cookie'), mask);
    authorizer.received({url: `${base}/v1/things`, cookies: ['lang=; Max-Age=0', 'extra=2']});
    assert.equal((await authorizer.authorize(get(), read)).headers['Cookie'], 'session=canary-cookie; extra=2');
  });

  it('of an old session are gone after a new login', async () => {
    let logins = 0;
    api()
      .post('/v1/login')
      .times(2)
      .reply(() => [200, {result: 'canary-login'}, {'Set-Cookie': logins++ === 0 ? 'old=1' : 'new=1'}]);
    const {authorizer} = bench({...loginWith(), cookies: true}, {texts});
    assert.equal(authorizer.refused(401, await authorizer.authorize(get(), read)), true);
    assert.equal((await authorizer.authorize(get(), read)).headers['Cookie'], 'new=1');
  });

  it('are not kept unless the connection says so', async () => {
    const {authorizer} = bench({});
    authorizer.received({url: `${base}/v1/things`, cookies: ['a=1']});
    assert.deepEqual((await authorizer.authorize(get(), read)).headers, {});
  });

  for (const [cookie, header] of [
    ['a=1', 'a=1'],
    ['a=b=c; Secure', 'a=b=c'],
    ['a=', 'a='],
    ['a=1; Max-Age=60', 'a=1'],
    ['a=1; max-age=0', undefined],
    ['a=1; Max-Age=-1', undefined],
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT', 'a=1'],
    ['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'a=1'],
    ['no pair', undefined],
    ['=1', undefined],
    ['__proto__=1', '__proto__=1'],
  ] as const)
    it(`"${cookie}" becomes ${header ?? 'nothing'}`, () => {
      const jar = createCookieJar(new VirtualClock(now), new Redactor());
      jar.keep(`${base}/x`, ['a=old', cookie].slice(cookie.startsWith('a=') ? 0 : 1));
      assert.equal(jar.header(`${base}/y`), header);
    });

  it('E08 go back to the origin that set them only', () => {
    const jar = createCookieJar(new VirtualClock(now), new Redactor());
    jar.keep(`${base}/x`, ['a=1; Domain=example.com']);
    assert.equal(jar.header('https://login.example.com/'), undefined);
    assert.equal(jar.header('https://api.example.com:8443/'), undefined);
  });
});

describe('a crumb', () => {
  afterEach(() => {
    nock.cleanAll();
  });
  const crumb: AuthSettings = {
    apply: {basic: {username: '{{connection.username}}', password: '{{secret.password}}'}},
    crumb: {
      request: {method: 'GET', path: '/crumbIssuer/api/json'},
      header: '{{response.body.crumbRequestField}}',
      value: '{{response.body.crumb}}',
    },
    cookies: true,
  };
  const issue = (n: number) =>
    [200, {crumbRequestField: 'X-Crumb', crumb: `canary-crumb-${n}`}, {'Set-Cookie': `session=canary-${n}`}] as const;

  it('is fetched before the first write and reused, with its session cookie', async () => {
    let issued = 0;
    api()
      .get('/v1/crumbIssuer/api/json')
      .times(9)
      .reply(() => [...issue(++issued)]);
    const {authorizer, redactor} = bench(crumb, {texts});
    assert.equal((await authorizer.authorize(get(), read)).headers['X-Crumb'], undefined);
    assert.equal(issued, 0);
    const sent = await Promise.all(Array.from({length: 20}, () => authorizer.authorize(get(), write)));
    assert.equal(issued, 1);
    for (const {headers} of sent)
      assert.deepEqual([headers['X-Crumb'], headers['Cookie']], ['canary-crumb-1', 'session=canary-1']);
    assert.ok(sent[0]?.secretHeaders.includes('X-Crumb'));
    assert.equal(redactor.text('canary-crumb-1'), mask);
  });

  it('is fetched for reads too where it says so', async () => {
    api()
      .get('/v1/crumbIssuer/api/json')
      .reply(...issue(1));
    const settings = crumb.crumb;
    assert.ok(settings);
    const {authorizer} = bench({...crumb, crumb: {...settings, for: 'all'}}, {texts});
    assert.equal((await authorizer.authorize(get(), read)).headers['X-Crumb'], 'canary-crumb-1');
  });

  it('is renewed after a 403, once for all who were refused', async () => {
    let issued = 0;
    api()
      .get('/v1/crumbIssuer/api/json')
      .times(9)
      .reply(() => [...issue(++issued)]);
    const {authorizer} = bench(crumb, {texts});
    const one = await authorizer.authorize(get(), write);
    const two = await authorizer.authorize(get(), write);
    assert.equal(authorizer.refused(401, one), false);
    assert.equal(authorizer.refused(403, one), true);
    const renewed = await authorizer.authorize(get(), write);
    assert.equal(authorizer.refused(403, two), true);
    assert.equal((await authorizer.authorize(get(), write)).headers['X-Crumb'], renewed.headers['X-Crumb']);
    assert.equal(issued, 2);
  });

  it('is asked for without credentials unless its request says auth', async () => {
    const seen: (string | undefined)[] = [];
    api()
      .get('/v1/crumbIssuer/api/json')
      .times(2)
      .reply((request: Request) => {
        seen.push(request.headers.get('authorization') ?? undefined);
        return [...issue(1)];
      });
    const settings = crumb.crumb;
    assert.ok(settings);
    await bench(crumb, {texts}).authorizer.authorize(get(), write);
    await bench(
      {...crumb, crumb: {...settings, request: {...settings.request, auth: true}}},
      {texts},
    ).authorizer.authorize(get(), write);
    assert.deepEqual(seen, [undefined, `Basic ${Buffer.from('jo:canary-password').toString('base64')}`]);
  });

  it('is renewed with the login it belongs to', async () => {
    let logins = 0;
    let issued = 0;
    api()
      .post('/v1/login')
      .times(2)
      .reply(200, () => ({result: `canary-login-${++logins}`}));
    api()
      .get('/v1/crumbIssuer/api/json')
      .times(2)
      .reply(() => [...issue(++issued)]);
    assert.ok(crumb.crumb);
    const {authorizer} = bench({...loginWith(), crumb: crumb.crumb}, {texts});
    assert.equal(authorizer.refused(401, await authorizer.authorize(get(), write)), true);
    const {headers} = await authorizer.authorize(get(), write);
    assert.deepEqual([headers['X-Authorization'], headers['X-Crumb']], ['canary-login-2', 'canary-crumb-2']);
  });

  it('that cannot be rendered fails each time, and never hangs', async () => {
    const settings = crumb.crumb;
    assert.ok(settings);
    const {authorizer} = bench(
      {...crumb, crumb: {...settings, request: {method: 'GET', path: '/{{connection.nope}}'}}},
      {texts},
    );
    for (let i = 0; i < 2; i++)
      await assert.rejects(
        authorizer.authorize(get(), write),
        (error) => error instanceof JobwireError && error.jobwireCode === 'JW2101',
      );
  });
});
