import assert from 'node:assert/strict';
import {Script} from '../../src/cases/exchange.ts';
import type {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {Exchange} from '../../src/generated/types.ts';
import type {WireRequest} from '../../src/http/send.ts';
import {WireFault} from '../../src/http/wire-fault.ts';
import {VirtualClock} from '../../src/values/time.ts';

const policy = {hosts: ['api.example.com'], allowPrivate: []};

function request(more: Partial<WireRequest> = {}): WireRequest {
  return {
    method: 'GET',
    url: 'https://api.example.com/a/b?x=1&y=2',
    headers: {authorization: 'Bearer t'},
    timeoutMs: 30_000,
    maxBytes: 1000,
    redirect: 'error',
    secretHeaders: [],
    ...more,
  };
}

const post = (body: string, type = 'application/json'): WireRequest =>
  request({method: 'POST', url: 'https://api.example.com/a', headers: {'content-type': type}, body: Buffer.from(body)});

function play(exchanges: Exchange[], now = 0) {
  const clock = new VirtualClock(now);
  const script = new Script(exchanges, clock);
  return {script, clock, wire: script.open(policy)};
}

const thrown = async (sending: Promise<unknown>): Promise<JobwireError> => {
  const error = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error);
  return error as JobwireError;
};

const fitting: readonly [title: string, expected: Exchange['request'], sent?: WireRequest][] = [
  ['method and path', {method: 'GET', path: '/a/b'}],
  ['the whole address', {method: 'GET', url: 'https://api.example.com/a/b'}],
  ['an address with its query', {method: 'GET', url: 'https://api.example.com/a/b?x=1&y=2'}],
  ['a query whose numbers are text', {method: 'GET', path: '/a/b', query: {x: 1, y: '2'}}],
  ['some of the headers, in any case', {method: 'GET', path: '/a/b', headers: {Authorization: {$matches: '^Bearer '}}}],
  [
    'a readable path for an encoded one',
    {method: 'GET', path: "/a b/O'Hare(1)"},
    request({url: "https://api.example.com/a%20b/O'Hare(1)"}),
  ],
  [
    'a repeated parameter as a list',
    {method: 'GET', path: '/a', query: {x: ['1', '2']}},
    request({url: 'https://api.example.com/a?x=1&x=2'}),
  ],
  ['JSON whatever its spelling', {method: 'POST', path: '/a', body: {n: 1, t: 'x'}}, post('{ "t": "x", "n": 1 }')],
  [
    'a form',
    {method: 'POST', path: '/a', form: {grant_type: 'client_credentials', scope: 'a b', n: 1}},
    post('grant_type=client_credentials&scope=a+b&n=1', 'application/x-www-form-urlencoded'),
  ],
  ['a text', {method: 'POST', path: '/a', text: {$matches: '^he'}}, post('hello', 'text/plain')],
];

const unlike: readonly [title: string, expected: Exchange['request'], says: RegExp, sent?: WireRequest][] = [
  ['another method', {method: 'PUT', path: '/a/b'}, /method: expected "PUT", got "GET"/],
  ['another path', {method: 'GET', path: '/a'}, /path: expected \/a, got \/a\/b/],
  [
    'an encoded slash for two segments',
    {method: 'GET', path: '/a/b'},
    /path: expected/,
    request({url: 'https://api.example.com/a%2Fb'}),
  ],
  [
    'another host',
    {method: 'GET', url: 'https://www.example.com/a/b'},
    /url: expected https:\/\/www\.example\.com\/a\/b/,
  ],
  ['a parameter too many', {method: 'GET', path: '/a/b', query: {x: '1'}}, /query\.y: not expected: "2"/],
  [
    'a missing parameter',
    {method: 'GET', path: '/a/b', query: {x: '1', y: '2', z: '3'}},
    /query\.z: expected "3", got nothing/,
  ],
  [
    'a missing header',
    {method: 'GET', path: '/a/b', headers: {accept: '*/*'}},
    /headers\.accept: expected "\*\/\*", got nothing/,
  ],
  [
    'another member of the body',
    {method: 'POST', path: '/a', body: {n: 1}},
    /body\.n: expected 1, got 2/,
    post('{"n":2}'),
  ],
  ['no body', {method: 'GET', path: '/a/b', body: {n: 1}}, /body: expected \{"n":1\}, got nothing/],
  ['a body that is no JSON', {method: 'POST', path: '/a', body: {n: 1}}, /body: expected JSON, got "n=1"/, post('n=1')],
];

describe('the wire of a case', () => {
  for (const [title, expected, sent = request()] of fitting)
    it(`takes ${title}`, async () => {
      const {wire, script} = play([{request: expected, response: {status: 204}}]);
      assert.equal((await wire.send(sent)).status, 204);
      assert.deepEqual(script.problems(), []);
    });

  for (const [title, expected, says, sent = request()] of unlike)
    it(`refuses ${title}`, async () => {
      const {wire, script} = play([{request: expected, response: {status: 204}}]);
      const error = await thrown(wire.send(sent));
      assert.equal(error.jobwireCode, 'JW7010');
      assert.match(error.message, says);
      assert.deepEqual(script.problems(), [{error, exchange: 0}]);
    });

  it('answers in order, with JSON, text and nothing', async () => {
    const expected = {method: 'GET', path: '/a/b'};
    const {wire} = play([
      {request: expected, response: {status: 200, body: {n: 1}}},
      {request: expected, response: {status: 502, headers: {'Content-Type': 'text/html'}, body: '<p>'}},
      {request: expected, response: {status: 201}},
    ]);
    const answers = [await wire.send(request()), await wire.send(request()), await wire.send(request())];
    assert.deepEqual(
      answers.map(({status, headers, body}) => [status, headers['content-type'], Buffer.from(body).toString()]),
      [
        [200, 'application/json', '{"n":1}'],
        [502, 'text/html', '<p>'],
        [201, undefined, ''],
      ],
    );
  });

  it('says what came after the last exchange, and keeps only the first surprise', async () => {
    const {wire, script} = play([]);
    const first = await thrown(wire.send(post('{"n":1}')));
    await thrown(wire.send(request()));
    assert.match(
      first.message,
      /^POST https:\/\/api\.example\.com\/a came after the last of 0 exchanges\n {2}body: \{"n":1\}$/,
    );
    assert.deepEqual(script.problems(), [{error: first}]);
  });

  it('tells what was left over, each by itself', async () => {
    const {wire, script} = play(
      ['/a/b', '/c', '/d'].map((path) => ({request: {method: 'GET', path}, response: {status: 200}})),
    );
    await wire.send(request());
    assert.deepEqual(
      script.problems().map(({error, exchange}) => [error.jobwireCode, exchange, error.message]),
      [
        ['JW7011', 1, 'exchange 1 was not used: GET /c'],
        ['JW7011', 2, 'exchange 2 was not used: GET /d'],
      ],
    );
  });

  const faults = [
    {fault: 'refused', sent: false, takes: 0},
    {fault: 'timeout', sent: true, takes: 30_000},
    {fault: 'reset', sent: true, takes: 0},
  ] as const;
  for (const {fault, sent, takes} of faults)
    it(`fails as the real wire would: ${fault}`, async () => {
      const {wire, clock} = play([{request: {method: 'GET', path: '/a/b'}, fault}]);
      const error = await thrown(wire.send(request()));
      assert.ok(error instanceof WireFault);
      assert.deepEqual({network: error.network, sent: error.sent, takes: clock.now()}, {network: fault, sent, takes});
    });

  it('breaks off in the middle of the JSON', async () => {
    const {wire} = play([{request: {method: 'GET', path: '/a/b'}, fault: 'parse'}]);
    const {status, body} = await wire.send(request());
    assert.equal(status, 200);
    assert.throws(() => JSON.parse(Buffer.from(body).toString()));
  });

  it('reaches permitted hosts only', async () => {
    const {wire, script} = play([{request: {method: 'GET', path: '/'}, response: {status: 200}}]);
    const error = await thrown(wire.send(request({url: 'https://evil.example.net/'})));
    assert.equal(error.jobwireCode, 'JW3010');
    assert.equal(script.problems().length, 1);
  });

  it('follows the redirects a request allows', async () => {
    const moved: Exchange = {
      request: {method: 'GET', path: '/a/b'},
      response: {status: 301, headers: {location: '/c'}},
    };
    const exchanges: Exchange[] = [moved, {request: {method: 'GET', path: '/c'}, response: {status: 200}}];
    assert.equal((await play(exchanges).wire.send(request({redirect: 'same-origin'}))).status, 200);
    assert.equal((await thrown(play(exchanges).wire.send(request()))).jobwireCode, 'JW3011');
  });

  it('holds the limit of an answer', async () => {
    const {wire} = play([{request: {method: 'GET', path: '/a/b'}, response: {status: 200, body: 'x'.repeat(1001)}}]);
    assert.equal((await thrown(wire.send(request()))).jobwireCode, 'JW3007');
  });
});
