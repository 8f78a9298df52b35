/** What an exchange that went wrong means (language reference, section 4.4): the built-in table, row by row. */
import assert from 'node:assert/strict';
import type {Operation, Retry} from '../../src/generated/types.ts';
import {execute} from '../../src/operations/execute.ts';
import {bench, failureOf, type KindName, kinds, onRecordedWire, outcomeOf, requestOf} from './bench.ts';

const once: Retry = {limit: 0};
const names = Object.keys(kinds) as KindName[];

function benchOf(kind: KindName, more: Partial<Operation> = {}) {
  return bench({operations: {it: {...kinds[kind], retry: once, ...more} as Operation, list: kinds.read}});
}

type Expected = readonly [read: string, safe: string, unsafe: string];

const notReached: Expected = ['retry JW3001', 'retry JW3001', 'retry JW3001'];
const maybe: Expected = ['retry JW3002', 'retry JW3002', 'unknown JW3009'];

const faults: readonly [title: string, error: Error, expected: Expected][] = [
  ['a refused connection', errno('ECONNREFUSED'), notReached],
  ['an unknown host', errno('ENOTFOUND'), notReached],
  ['a certificate that does not fit', errno('ERR_TLS_CERT_ALTNAME_INVALID'), notReached],
  ['a connection that takes too long', errno('UND_ERR_CONNECT_TIMEOUT'), notReached],
  ['no answer in time', errno('UND_ERR_HEADERS_TIMEOUT'), maybe],
  ['a connection that breaks', errno('ECONNRESET'), maybe],
  ['a fault nobody knows', new Error('strange'), maybe],
];

function errno(code: string): Error {
  return Object.assign(new Error(code), {code});
}

const statuses: readonly [status: number, expected: Expected][] = [
  ...[408, 500, 502, 503, 504, 524].map((status): [number, Expected] => [status, maybe]),
  [400, ['fail JW3004', 'fail JW3004', 'fail JW3004']],
  [401, ['fail JW3012', 'fail JW3012', 'fail JW3012']],
  [403, ['fail JW3015', 'fail JW3015', 'fail JW3015']],
  [404, ['fail JW3016', 'fail JW3016', 'fail JW3016']],
  [409, ['fail JW3004', 'fail JW3004', 'fail JW3004']],
  [422, ['fail JW3004', 'fail JW3004', 'fail JW3004']],
  [429, ['retry JW3003', 'retry JW3003', 'retry JW3003']],
  [501, ['fail JW3004', 'fail JW3004', 'fail JW3004']],
  [304, ['fail JW3004', 'fail JW3004', 'fail JW3004']],
];

const unreadable: readonly [title: string, body: string, type: string, expected: Expected][] = [
  ['O04: half a JSON document', '{"a":', 'application/json', ['retry JW3006', 'retry JW3006', 'unknown JW3009']],
  ['a key twice', '{"a":1,"a":2}', 'application/json', ['retry JW3006', 'retry JW3006', 'unknown JW3009']],
  ['an HTML page', '<html></html>', 'text/html', ['retry JW3005', 'retry JW3005', 'unknown JW3009']],
];

describe('an exchange that goes wrong', () => {
  onRecordedWire();

  names.forEach((kind, column) => {
    for (const [title, error, expected] of faults)
      it(`${title} on a ${kind} is ${expected[column]}`, async () => {
        requestOf(kind).replyWithError(error);
        assert.equal(await outcomeOf(benchOf(kind).run('it')), expected[column]);
      });

    for (const [status, expected] of statuses)
      it(`status ${status} on a ${kind} is ${expected[column]}`, async () => {
        requestOf(kind).reply(status, status === 304 ? undefined : {});
        assert.equal(await outcomeOf(benchOf(kind).run('it')), expected[column]);
      });

    for (const [title, body, type, expected] of unreadable)
      it(`${title} with status 200 on a ${kind} is ${expected[column]}`, async () => {
        requestOf(kind).reply(200, body, {'content-type': type});
        assert.equal(await outcomeOf(benchOf(kind).run('it')), expected[column]);
      });

    const tooLarge = kind === 'unsafe write' ? 'unknown JW3009' : 'fail JW3007';
    it(`an answer above maxSize on a ${kind} is ${tooLarge}`, async () => {
      requestOf(kind).reply(200, {text: 'x'.repeat(2000)});
      assert.equal(await outcomeOf(benchOf(kind, {response: {maxSize: '1KB'}}).run('it')), tooLarge);
    });

    const misfit = kind === 'unsafe write' ? 'unknown JW3009' : 'fail JW3006';
    it(`an answer that does not fit its schema on a ${kind} is ${misfit}`, async () => {
      requestOf(kind).reply(200, {id: 'a'});
      const schema = {type: 'object', properties: {id: {type: 'integer'}}};
      const error = await failureOf(benchOf(kind, {response: {schema}}).run('it'));
      assert.equal(`${error.extra.outcome} ${error.jobwireCode}`, misfit);
      assert.match(error.message, /the output at \/id does not fit response\.schema/);
    });

    const missing = kind === 'unsafe write' ? 'unknown JW3009' : 'fail JW2101';
    it(`an output that is not in the answer of a ${kind} is ${missing}`, async () => {
      requestOf(kind).reply(200, {});
      assert.equal(await outcomeOf(benchOf(kind, {response: {output: '{{response.body.id}}'}}).run('it')), missing);
    });

    it(`an address outside the permissions on a ${kind} is fail JW3010`, async () => {
      const request = {...kinds[kind].request, path: undefined, url: 'https://elsewhere.example.com/'};
      const {path: _, ...rest} = request;
      assert.equal(await outcomeOf(benchOf(kind, {request: rest}).run('it')), 'fail JW3010');
    });

    it(`a redirect nobody allowed on a ${kind} is fail JW3011`, async () => {
      requestOf(kind).reply(302, '', {location: '/login'});
      assert.equal(await outcomeOf(benchOf(kind).run('it')), 'fail JW3011');
    });
  });

  describe('that is refused, with an answer the rows ask about', () => {
    const errors = [
      {when: {status: [409], test: '{{eq (default response.body.code 0) 7}}'}, action: 'success', output: 'known'},
    ] as Operation['errors'] & object;
    const damaged: Expected = ['retry JW3002', 'retry JW3002', 'unknown JW3009'];
    names.forEach((kind, column) => {
      it(`O04: and that is cut off, a ${kind} is ${damaged[column]}: nobody knows what it said`, async () => {
        requestOf(kind).reply(409, '{"message":"a duplicate","co', {'content-type': 'application/json'});
        assert.equal(await outcomeOf(benchOf(kind, {errors}).run('it')), damaged[column]);
      });

      it(`and that is whole or was never JSON, a ${kind} is judged by it`, async () => {
        requestOf(kind).reply(409, {code: 8});
        assert.equal(await outcomeOf(benchOf(kind, {errors}).run('it')), 'fail JW3004');
        requestOf(kind).reply(409, 'no', {'content-type': 'text/plain'});
        assert.equal(await outcomeOf(benchOf(kind, {errors}).run('it')), 'fail JW3004');
        requestOf(kind).reply(409, {code: 7});
        assert.equal(await benchOf(kind, {errors}).run('it'), 'known');
      });

      it(`and that is cut off with 401 or 429, a ${kind} was not executed, whatever it said`, async () => {
        const any = [{when: {test: '{{eq (default response.body.code 0) 7}}'}, action: 'success', output: 'known'}];
        for (const [status, outcome] of [
          [401, 'fail JW3012'],
          [429, 'retry JW3003'],
        ] as const) {
          requestOf(kind).reply(status, '{"co', {'content-type': 'application/json'});
          assert.equal(await outcomeOf(benchOf(kind, {errors: any as typeof errors}).run('it')), outcome);
        }
      });

      it(`and that is cut off with a status no row asks about, a ${kind} is judged by the status`, async () => {
        requestOf(kind).reply(410, '{"message":"gone', {'content-type': 'application/json'});
        assert.equal(await outcomeOf(benchOf(kind, {errors}).run('it')), 'fail JW3004');
      });
    });
  });

  it('a fault of ours after a write has left is of unclear outcome too', async () => {
    requestOf('unsafe write').reply(200, {});
    const {live} = benchOf('unsafe write');
    const log = (): never => {
      throw new Error('the disk is full');
    };
    assert.equal(await outcomeOf(execute({connection: live, operation: 'it', params: {}, log})), 'unknown JW9001');
  });

  it('says which request it was, what came back, and how the server names it', async () => {
    requestOf('read').reply(503, {}, {'x-request-id': 'r-17'});
    const error = await failureOf(benchOf('read').run('it'));
    assert.equal(error.message, 'GET https://api.example.com/v1/things: answered 503');
    assert.deepEqual(error.extra.evidence, {requestId: 'r-17'});
  });

  it('names the connection whose credentials were refused', async () => {
    requestOf('read').reply(401, {});
    const {hint} = (await failureOf(benchOf('read').run('it'))).issue();
    assert.equal(hint, 'check the secrets of connection main');
  });
});

describe('repeating in place', () => {
  onRecordedWire();

  it('goes on while the wait is short, then answers', async () => {
    requestOf('read').times(2).reply(503, {});
    requestOf('read').reply(200, {ok: true});
    const {run, clock, live} = bench({operations: {it: kinds.read}});
    const before = clock.now();
    assert.deepEqual(await run('it'), {ok: true});
    assert.equal(clock.now() - before, 250 + 500, 'half of 500 ms, then half of 1 s');
    await live.close();
  });

  it('stops at the limit and gives the wait to the caller', async () => {
    requestOf('read').times(3).reply(503, {});
    const {run} = bench({operations: {it: {...kinds.read, retry: {limit: 2, base: '1s', factor: 1, jitter: 'none'}}}});
    const error = await failureOf(run('it'));
    assert.deepEqual([error.extra.outcome, error.extra.afterMs], ['retry', 1000]);
  });

  it('leaves a wait above two seconds to the engine, which makes it durable', async () => {
    requestOf('read').reply(503, {}, {'retry-after': '3'});
    const error = await failureOf(bench({operations: {it: kinds.read}}).run('it'));
    assert.deepEqual([error.extra.outcome, error.extra.afterMs], ['retry', 3000]);
  });

  it('takes the plan of the connector where the operation has none', async () => {
    requestOf('read').times(2).reply(503, {});
    const {run} = bench({http: {retry: {limit: 1, base: '10ms'}}, operations: {it: kinds.read}});
    assert.equal(await outcomeOf(run('it')), 'retry JW3002');
  });

  it('repeats an unsafe write only while it is certain that nothing was sent', async () => {
    requestOf('unsafe write').replyWithError(errno('ECONNREFUSED'));
    requestOf('unsafe write').replyWithError(errno('ECONNRESET'));
    assert.equal(await outcomeOf(bench({operations: {it: kinds['unsafe write']}}).run('it')), 'unknown JW3009');
  });

  it('waits as long as Retry-After says, as a date too', async () => {
    requestOf('read').reply(429, {}, {'retry-after': 'Mon, 12 Jan 2026 08:15:31 GMT'});
    requestOf('read').reply(200, []);
    const {run, clock} = bench({operations: {it: {...kinds.read, retry: {base: '1ms'}}}});
    const before = clock.now();
    assert.deepEqual(await run('it'), []);
    assert.equal(clock.now() - before, 1000);
  });
});
