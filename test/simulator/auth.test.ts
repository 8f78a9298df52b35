/** Credentials as the connectors declare them: tokens, logins, keys, passwords, signatures, crumbs. */
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import type {Connector, Simulator} from '../../src/generated/types.ts';
import {ns, orchestrator} from './orchestrator.ts';
import {shipped, simulate} from './support.ts';

const form = (fields: Record<string, string>) => ({body: new URLSearchParams(fields)});
const client = {grant_type: 'client_credentials', client_id: 'jobwire', client_secret: 'word'};
const tokenPath = '/identity_/connect/token';
const releases = (token: string) => ({headers: {authorization: `Bearer ${token}`}});
const basic = (name: string, word: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}`,
});

describe('the token endpoint', () => {
  it('gives a token that opens the door until it expires', async () => {
    const {call, clock} = await simulate(shipped('uipath-orchestrator'));
    const {status, body} = await call('POST', tokenPath, form({...client, scope: 'OR.Jobs'}));
    assert.equal(status, 200);
    assert.deepEqual(
      {...body, access_token: ''},
      {access_token: '', token_type: 'Bearer', expires_in: 3600, scope: 'OR.Jobs'},
    );
    const open = async () =>
      (await call('GET', '/acme/prod/orchestrator_/odata/Releases', releases(body.access_token))).status;
    assert.equal(await open(), 200);
    clock.advance(3_599_999);
    assert.equal(await open(), 200);
    clock.advance(1);
    assert.equal(await open(), 401);
  });

  const refusals: readonly [name: string, fields: Record<string, string>, status: number, error: string][] = [
    ['no grant', {client_id: 'a', client_secret: 'b'}, 400, 'invalid_request'],
    ['another grant', {...client, grant_type: 'authorization_code'}, 400, 'unsupported_grant_type'],
    ['no client', {grant_type: 'client_credentials', client_secret: 'b'}, 401, 'invalid_client'],
    ['no secret', {grant_type: 'client_credentials', client_id: 'a'}, 401, 'invalid_client'],
    ['an empty secret', {...client, client_secret: ''}, 401, 'invalid_client'],
  ];
  for (const [name, fields, status, error] of refusals)
    it(`refuses ${name}`, async () => {
      const {call} = await simulate(shipped('uipath-orchestrator'));
      const answer = await call('POST', tokenPath, form(fields));
      assert.deepEqual([answer.status, answer.body], [status, {error}]);
    });

  it('takes exactly the secret that was given', async () => {
    const {call} = await simulate(shipped('uipath-orchestrator'), {}, {secrets: {clientSecret: ['old', 'new']}});
    const status = async (word: string) =>
      (await call('POST', tokenPath, form({...client, client_secret: word}))).status;
    assert.deepEqual([await status('old'), await status('new'), await status('word')], [200, 200, 401]);
  });

  it('takes the client from the header', async () => {
    const {call} = await simulate(shipped('uipath-orchestrator'));
    const {grant_type} = client;
    const answer = await call('POST', tokenPath, {...form({grant_type}), headers: basic('jobwire', 'a%2Bb')});
    assert.equal(answer.status, 200);
  });

  it('refuses JSON where a form is declared, and the other way round', async () => {
    const {call} = await simulate(shipped('uipath-orchestrator'));
    assert.equal((await call('POST', tokenPath, {json: client})).status, 400);
    const key = {grant_type: 'refresh_token', client_id: 'a', refresh_token: 'user key'};
    assert.equal((await call('POST', '/oauth/token', {json: key})).status, 200);
    assert.equal((await call('POST', '/oauth/token', form(key))).status, 400);
  });

  it('takes a password grant and refuses it without password', async () => {
    const {call} = await simulate(shipped('servicenow'));
    const grant = {grant_type: 'password', client_id: 'a', client_secret: 'b', username: 'jobwire', password: 'word'};
    const {body} = await call('POST', '/oauth_token.do', form(grant));
    assert.equal(body.scope, 'useraccount');
    assert.equal((await call('GET', '/api/now/table/incident', releases(body.access_token))).status, 200);
    const {password: _password, ...without} = grant;
    assert.deepEqual((await call('POST', '/oauth_token.do', form(without))).body, {error: 'invalid_grant'});
  });
});

describe('the login', () => {
  const path = '/api/Account/Authenticate';
  const fields = {tenancyName: 'default', usernameOrEmailAddress: 'admin', password: 'pw'};

  for (const [name, at, json] of [
    ['camel case', path, fields],
    [
      'Pascal case, at a path in lower case',
      path.toLowerCase(),
      {TenancyName: 'default', UsernameOrEmailAddress: 'admin', Password: 'pw'},
    ],
  ] as const)
    it(`takes ${name} and answers with the envelope of its kind`, async () => {
      const {call} = await simulate(shipped('uipath-orchestrator'));
      const {status, body} = await call('POST', at, {json});
      assert.equal(status, 200);
      assert.deepEqual(
        {...body, result: ''},
        {result: '', targetUrl: null, success: true, error: null, unAuthorizedRequest: false, __abp: true},
      );
      assert.equal(
        (await call('GET', '/odata/Releases', {headers: {authorization: `bearer ${body.result}`}})).status,
        200,
      );
    });

  it('refuses a missing password as the vendor does', async () => {
    const {call} = await simulate(shipped('uipath-orchestrator'));
    const answer = await call('POST', path, {json: {...fields, password: ''}});
    assert.deepEqual([answer.status, answer.body.errorCode], [401, 1000]);
  });
});

describe('the door', () => {
  it('is closed without credentials, with a body of the vendor', async () => {
    const {call} = await simulate(shipped('uipath-orchestrator'));
    const answer = await call('GET', '/odata/Releases');
    assert.deepEqual([answer.status, answer.body.message], [401, 'You are not authenticated!']);
  });

  it('takes any token of the operator by default, and exactly the given one otherwise', async () => {
    const any = await simulate(shipped('uipath-orchestrator'));
    assert.equal((await any.call('GET', '/odata/Releases', releases('whatever'))).status, 200);
    const exact = await simulate(shipped('uipath-orchestrator'), {}, {secrets: {token: 'mine'}});
    const status = async (token: string) => (await exact.call('GET', '/odata/Releases', releases(token))).status;
    assert.deepEqual([await status('mine'), await status('whatever')], [200, 401]);
  });

  it('needs none where the operation sends none', async () => {
    const {call} = await simulate(shipped('kubiya'));
    assert.equal((await call('GET', '/api/openapi.json')).status, 200);
  });

  it('checks a user name and password', async () => {
    const {call} = await simulate(shipped('servicenow'), {}, {secrets: {password: 'pass:word'}});
    const status = async (headers: Record<string, string>) =>
      (await call('GET', '/api/now/table/incident', {headers})).status;
    assert.deepEqual(
      [
        await status(basic('jobwire', 'pass:word')),
        await status(basic('jobwire', 'x')),
        await status(basic('', 'pass:word')),
        await status({}),
      ],
      [200, 401, 401, 401],
    );
  });

  it('checks a key behind any scheme', async () => {
    const {call} = await simulate(shipped('kubiya'), {}, {secrets: {apiKey: 'k-1'}});
    const status = async (authorization: string) =>
      (await call('GET', '/api/v1/jobs', {headers: {authorization}})).status;
    assert.deepEqual(
      [await status('Bearer k-1'), await status('UserKey k-1'), await status('Bearer k-2')],
      [200, 200, 401],
    );
  });

  it('checks a signature over the bytes', async () => {
    const {call} = await simulate(shipped('kubiya'), {}, {secrets: {webhookSecret: 'hook secret'}});
    const body = '{"parameters":{"branch_name":"main","environment":"test"}}';
    const signature = createHmac('sha256', 'hook secret').update(body).digest('hex');
    const send = (headers: Record<string, string>, text = body) =>
      call('POST', '/api/v1/jobs/webhook/Jm3vQ0b4l8k7c1xZ', {
        body: text,
        headers: {'content-type': 'application/json', ...headers},
      });
    assert.equal((await send({'x-webhook-signature': signature})).status, 200);
    const altered = await send({'x-webhook-signature': signature}, `${body} `);
    assert.deepEqual([altered.status, altered.body.detail], [401, 'Invalid webhook signature']);
    const unsigned = await send({authorization: 'Bearer k-1'});
    assert.deepEqual([unsigned.status, unsigned.body.detail], [401, 'Missing X-Webhook-Signature header']);
  });

  it('expires every token when told to', async () => {
    const {call} = await orchestrator();
    const {body} = await call('POST', tokenPath, form(client));
    assert.equal((await call('POST', '/_simulator/tokens/expire')).status, 200);
    assert.equal((await call('GET', `/odata/Users/${ns}.GetCurrentUser`, releases(body.access_token))).status, 401);
  });
});

describe('a crumb', () => {
  const connector: Connector = {
    ...shipped('github').connector,
    connection: {
      baseUrl: 'https://ci.example.com/ci',
      secrets: {token: {title: 'Token'}},
      auth: {
        apply: {query: {key: '{{secret.token}}'}},
        crumb: {
          request: {method: 'GET', path: '/crumbIssuer/api/json'},
          header: '{{response.body.crumbRequestField}}',
          value: '{{response.body.crumb}}',
        },
      },
    },
    operations: {
      read: {effect: 'read', request: {method: 'GET', path: '/job'}, sample: {name: 'a'}},
      build: {effect: 'write', request: {method: 'POST', path: '/job/build'}, response: {type: 'none', expect: [201]}},
    },
  };
  const simulator: Simulator = {jobwire: '1', kind: 'simulator', collections: {}};

  it('is handed out and needed for writes only', async () => {
    const {call} = await simulate({connector, simulator});
    const key = {query: {key: 'word'}};
    assert.equal((await call('GET', '/ci/job', key)).status, 200);
    assert.equal((await call('GET', '/ci/job')).status, 401);
    assert.equal((await call('POST', '/ci/job/build', key)).status, 403);
    const {body} = await call('GET', '/ci/crumbIssuer/api/json', key);
    const headers = {[body.crumbRequestField]: body.crumb};
    assert.equal((await call('POST', '/ci/job/build', {...key, headers})).status, 201);
  });
});
