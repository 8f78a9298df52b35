/** Error rows of a manifest: which one decides, what it says, and what becomes of the call. */
import assert from 'node:assert/strict';
import nock from 'nock';
import type {ErrorRow, HttpDefaults, Operation} from '../../src/generated/types.ts';
import {base, bench, failureOf, type KindName, kinds, onRecordedWire, outcomeOf, requestOf} from './bench.ts';

interface Rows {
  readonly kind?: KindName;
  readonly http?: HttpDefaults;
  readonly more?: Partial<Operation>;
}

function withRows(errors: ErrorRow[], {kind = 'read', http = {}, more = {}}: Rows = {}) {
  const operation = {...kinds[kind], retry: {limit: 0}, errors, ...more} as Operation;
  return bench({http, operations: {it: operation}});
}

describe('error rows', () => {
  onRecordedWire();

  it('the first that fits decides, the operation before the connector', async () => {
    requestOf('read').reply(404, {code: 7});
    const connector: ErrorRow = {when: {status: [404]}, action: 'fail', code: 'of-the-connector'};
    const rows: ErrorRow[] = [
      {when: {status: [400]}, action: 'fail', code: 'other-status'},
      {when: {status: [404], test: '{{eq response.body.code 8}}'}, action: 'fail', code: 'other-code'},
      {when: {status: ['4xx'], test: '{{eq response.body.code 7}}'}, action: 'fail', code: 'this-one'},
      {when: {status: [404]}, action: 'fail', code: 'too-late'},
    ];
    const error = await failureOf(withRows(rows, {http: {errors: [connector]}}).run('it'));
    assert.equal(error.code, 'this-one');
    requestOf('read').reply(404, {code: 9});
    assert.equal(
      (await failureOf(withRows(rows.slice(0, 3), {http: {errors: [connector]}}).run('it'))).code,
      'of-the-connector',
    );
  });

  it('a test that cannot be evaluated does not fit', async () => {
    requestOf('read').reply(400, '<html>', {'content-type': 'text/html'});
    const rows: ErrorRow[] = [{when: {status: [400], test: '{{eq response.body.errorCode 1}}'}, action: 'retry'}];
    assert.equal(await outcomeOf(withRows(rows).run('it')), 'fail JW3004');
  });

  it('without a status a row is about answers outside expect', async () => {
    const rows: ErrorRow[] = [{when: {test: '{{eq response.status response.status}}'}, action: 'fail', code: 'any'}];
    requestOf('read').reply(200, {fine: true});
    assert.deepEqual(await withRows(rows).run('it'), {fine: true});
    requestOf('read').reply(418, {});
    assert.equal((await failureOf(withRows(rows).run('it'))).code, 'any');
  });

  it('a row for a good status tests successful answers', async () => {
    requestOf('unsafe write').reply(201, {ignored: ['a']});
    const row: ErrorRow = {
      when: {status: [201], test: '{{gt (length response.body.ignored) 0}}'},
      action: 'fail',
      code: 'ignored-fields',
      owner: 'operator',
      message: 'Some variables are not asked for',
    };
    const error = await failureOf(withRows([row], {kind: 'unsafe write'}).run('it'));
    assert.deepEqual(
      [error.code, error.jobwireCode, error.owner, error.message, error.extra.outcome],
      ['ignored-fields', 'JW3004', 'operator', 'Some variables are not asked for', 'fail'],
    );
  });

  const actions: readonly [action: ErrorRow['action'], kind: KindName, expected: string][] = [
    ['fail', 'unsafe write', 'fail JW3002'],
    ['retry', 'unsafe write', 'retry JW3002'],
    ['rate-limit', 'unsafe write', 'retry JW3003'],
    ['refresh', 'unsafe write', 'fail JW3012'],
    ['unknown', 'unsafe write', 'unknown JW3009'],
    ['unknown', 'read', 'retry JW3002'],
  ];
  for (const [action, kind, expected] of actions)
    it(`action ${action} on a ${kind} is ${expected}`, async () => {
      requestOf(kind).reply(500, {});
      const row: ErrorRow = {when: {status: [500]}, action, code: 'mine'};
      const {run} = withRows([row], {kind});
      const error = await failureOf(run('it'));
      assert.deepEqual(
        [`${error.extra.outcome} ${error.jobwireCode}`, error.code, error.owner],
        [expected, 'mine', 'target'],
      );
    });

  it('action success gives its output, and the output of the operation without one', async () => {
    const duplicate: ErrorRow = {when: {status: [409]}, action: 'success', output: {duplicate: true}};
    requestOf('unsafe write').reply(409, {});
    assert.deepEqual(await withRows([duplicate], {kind: 'unsafe write'}).run('it'), {duplicate: true});
    requestOf('unsafe write').reply(409, {id: 5});
    const plain: ErrorRow = {when: {status: [409]}, action: 'success'};
    const more = {response: {output: {id: '{{response.body.id}}'}}};
    assert.deepEqual(await withRows([plain], {kind: 'unsafe write', more}).run('it'), {id: 5});
  });

  it('can speak about faults of the network', async () => {
    const row: ErrorRow = {when: {network: ['reset', 'timeout']}, action: 'retry', code: 'known-to-break'};
    requestOf('unsafe write').replyWithError(Object.assign(new Error('x'), {code: 'ECONNRESET'}));
    const error = await failureOf(withRows([row], {kind: 'unsafe write'}).run('it'));
    assert.deepEqual([error.code, error.extra.outcome], ['known-to-break', 'retry']);
    requestOf('unsafe write').replyWithError(Object.assign(new Error('x'), {code: 'ECONNREFUSED'}));
    assert.equal((await failureOf(withRows([row], {kind: 'unsafe write'}).run('it'))).code, 'JW3001');
  });

  it('can speak about answers that do not parse', async () => {
    const row: ErrorRow = {when: {network: ['parse']}, action: 'fail', code: 'maintenance'};
    requestOf('read').reply(200, '<html>', {'content-type': 'text/html'});
    const error = await failureOf(withRows([row]).run('it'));
    assert.deepEqual([error.code, error.jobwireCode, error.extra.outcome], ['maintenance', 'JW3005', 'fail']);
  });

  const waits: readonly [title: string, after: unknown, headers: Record<string, string>, expected: number][] = [
    ['the target first', '60s', {'retry-after': '30'}, 30_000],
    ['then a duration of the row', '60s', {}, 60_000],
    ['or its seconds', '{{response.body.wait}}', {}, 7000],
    ['at most ten minutes from the target', undefined, {'retry-after': '86400'}, 600_000],
  ];
  for (const [title, after, headers, expected] of waits)
    it(`waits as long as says ${title}`, async () => {
      requestOf('read').reply(403, {wait: 7}, headers);
      const row: ErrorRow = {when: {status: [403]}, action: 'rate-limit', ...(after !== undefined && {after})};
      assert.equal((await failureOf(withRows([row]).run('it'))).extra.afterMs, expected);
    });

  it('message and hint are evaluated; one that cannot be is replaced by ours', async () => {
    const row: ErrorRow = {
      when: {status: [400]},
      action: 'fail',
      message: 'No item {{response.body.item}}',
      hint: 'see {{response.body.nope}}',
    };
    requestOf('read').reply(400, {item: 'a {{b}}'});
    const {message, extra} = await failureOf(withRows([row]).run('it'));
    assert.equal(message, 'No item a {{b}}');
    assert.equal(extra.hint, 'read what the server says');
  });
});

describe('what the server says', () => {
  onRecordedWire();

  const http: HttpDefaults = {errorText: ['{{response.body.message}}', '{{response.body.error}}']};
  const said: readonly [title: string, body: nock.Body, text: string | undefined][] = [
    ['the first text that is present', {error: 'second', message: 'first'}, 'first'],
    ['the next when the first is missing', {error: 'second'}, 'second'],
    ['an object as JSON', {error: {code: 1, why: ['a']}}, '{"code":1,"why":["a"]}'],
    ['nothing when nothing is present', {other: 1}, undefined],
  ];
  for (const [title, body, text] of said)
    it(`is added to the message and the evidence: ${title}`, async () => {
      requestOf('read').reply(400, body);
      const error = await failureOf(withRows([], {http}).run('it'));
      assert.equal(error.message.split('; server says: ')[1], text);
      assert.equal(error.extra.evidence?.serverText, text);
    });

  it('can be tested by rows', async () => {
    requestOf('read').reply(500, {message: 'No workers are running'});
    const row: ErrorRow = {
      when: {status: [500], test: "{{contains response.errorText 'No workers'}}"},
      action: 'fail',
      code: 'no-worker',
    };
    assert.equal((await failureOf(withRows([row], {http}).run('it'))).code, 'no-worker');
  });

  it('is found with the request id of the body when no header has one', async () => {
    requestOf('read').reply(500, {traceId: 't-9', message: 'x'});
    const {evidence} = (await failureOf(withRows([], {http}).run('it'))).extra;
    assert.deepEqual(evidence, {requestId: 't-9', serverText: 'x'});
  });

  it('is cut', async () => {
    requestOf('read').reply(400, {message: 'x'.repeat(5000)});
    const error = await failureOf(withRows([], {http}).run('it'));
    assert.ok(error.message.length < 1200, String(error.message.length));
  });
});

describe('redirects', () => {
  onRecordedWire();

  it('that are expected are answers', async () => {
    requestOf('unsafe write').reply(302, '', {location: `${base}/v1/jobs/7`});
    const more = {
      response: {
        type: 'none' as const,
        expect: [302],
        output: {id: "{{capture response.headers.location 'jobs/(\\d+)'}}"},
      },
    };
    assert.deepEqual(await withRows([], {kind: 'unsafe write', more}).run('it'), {id: '7'});
  });

  it('are followed where the manifest says so', async () => {
    requestOf('read').reply(307, '', {location: '/v2/things'});
    nock(base).get('/v2/things').reply(200, [1]);
    const more = {request: {...kinds.read.request, redirect: 'same-origin' as const}};
    assert.deepEqual(await withRows([], {more}).run('it'), [1]);
  });
});
