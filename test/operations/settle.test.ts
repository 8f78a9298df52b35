/** Did it happen? One look at the target after a write of unclear outcome. */
import assert from 'node:assert/strict';
import type {Action, Operation, Settle} from '../../src/generated/types.ts';
import {prepareInput} from '../../src/operations/input.ts';
import {settleOnce} from '../../src/operations/settle.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {api, bench, failureOf, onRecordedWire} from './bench.ts';

const find: Operation = {
  effect: 'read',
  params: {ref: 'string'},
  request: {method: 'GET', path: '/jobs', query: {ref: '{{params.ref}}'}},
  response: {items: '{{response.body}}'},
  retry: {limit: 0},
};

const settle: Settle = {
  when: '{{has params.ref}}',
  call: 'find',
  with: {ref: '{{params.ref}}'},
  done: '{{gte (length result) params.count}}',
  output: {jobs: '{{pluck result "id"}}'},
  rest: {$if: '{{gt params.count 1}}', then: {count: '{{subtract params.count (length result)}}'}},
};

function settling(rule: Settle | undefined, params: JsonObject) {
  const start: Operation = {
    effect: 'write',
    params: {'ref?': 'string', count: 'integer', 'note?': 'string'},
    request: {method: 'POST', path: '/jobs', body: {json: {}}},
    ...(rule && {settle: rule}),
  };
  const {live} = bench({operations: {start, find}});
  return settleOnce({connection: live, operation: 'start', params});
}

const answered = (...ids: number[]) =>
  api()
    .get('/v1/jobs')
    .query({ref: 'r1'})
    .reply(
      200,
      ids.map((id) => ({id})),
    );

describe('settling', () => {
  onRecordedWire();

  it('is done when the test says so, with its output', async () => {
    answered(1, 2);
    assert.deepEqual(await settling(settle, {ref: 'r1', count: 2}), {kind: 'done', output: {jobs: [1, 2]}});
  });

  it('gives the result without an output of its own', async () => {
    answered(1);
    const {output: _, ...plain} = settle;
    assert.deepEqual(await settling(plain, {ref: 'r1', count: 1}), {kind: 'done', output: [{id: 1}]});
  });

  it('finds nothing in an empty list', async () => {
    answered();
    assert.deepEqual(await settling(settle, {ref: 'r1', count: 1}), {kind: 'none'});
  });

  it('finds a part, and gives the parameters that send the rest', async () => {
    answered(1);
    assert.deepEqual(await settling(settle, {ref: 'r1', count: 3, note: 'x'}), {
      kind: 'partial',
      found: [{id: 1}],
      rest: {ref: 'r1', count: 2, note: 'x'},
    });
  });

  it('finds a part without a rest where there is none, or it is left out', async () => {
    answered(1);
    const never: Settle = {...settle, done: false};
    assert.deepEqual(await settling(never, {ref: 'r1', count: 1}), {kind: 'partial', found: [{id: 1}]});
    answered(1);
    const {rest: _, ...without} = never;
    assert.deepEqual(await settling(without, {ref: 'r1', count: 3}), {kind: 'partial', found: [{id: 1}]});
  });

  it('is refused where the condition is false or nothing is declared', async () => {
    assert.equal((await settling(settle, {count: 1})).kind, 'refused');
    assert.equal((await settling(undefined, {ref: 'r1', count: 1})).kind, 'refused');
  });

  const failures: readonly [status: number, outcome: string][] = [
    [503, 'retry'],
    [400, 'fail'],
  ];
  for (const [status, outcome] of failures)
    it(`whose read answers ${status} is ${outcome}`, async () => {
      api().get('/v1/jobs').query({ref: 'r1'}).reply(status, {});
      assert.equal((await failureOf(settling(settle, {ref: 'r1', count: 1}))).extra.outcome, outcome);
    });

  it('never calls a write', async () => {
    const error = await failureOf(settling({...settle, call: 'start', with: {count: 1}}, {ref: 'r1', count: 1}));
    assert.equal(error.jobwireCode, 'JW1011');
  });
});

describe('the input of an action', () => {
  const action: Action = {
    title: 'Start',
    input: {
      type: 'object',
      required: ['process'],
      properties: {
        process: {type: 'string'},
        count: {type: 'integer', minimum: 1, default: 1},
        arguments: {type: 'object', default: {}},
        of: {$ref: '#/schemas/kind'},
      },
    },
  };
  const {live} = bench({schemas: {kind: {enum: ['a', 'b']}}});
  const prepare = (input: unknown) => prepareInput(action, input as JsonObject, live);
  const refusal = (input: unknown) => failureOf((async () => prepare(input))());

  it('gets its defaults', () => {
    assert.deepEqual(prepare({process: 'p', of: 'b'}), {process: 'p', of: 'b', count: 1, arguments: {}});
  });

  const wrong: readonly [input: unknown, code: string, message: RegExp][] = [
    [{}, 'JW2006', /^input\.process is missing$/],
    [{process: 5}, 'JW2007', /^input\.process must be text/],
    [{process: 'p', count: 0}, 'JW2007', /^input\.count /],
    [{process: 'p', of: 'c'}, 'JW2007', /^input\.of /],
    [{process: 'p', proces: 1}, 'JW2005', /^there is no input\.proces$/],
    [[], 'JW2007', /object/],
  ];
  for (const [input, code, message] of wrong)
    it(`${JSON.stringify(input)} is ${code}`, async () => {
      const error = await refusal(input);
      assert.deepEqual([error.jobwireCode, error.extra.outcome], [code, 'fail'], error.message);
      assert.match(error.message, message);
    });

  it('is refused with everything that is wrong, and the nearest names', async () => {
    const error = await refusal({proces: 'p', count: 'x'});
    assert.match(error.message, /process is missing/);
    assert.match(error.message, /no input\.proces/);
    assert.match(error.message, /input\.count/);
    assert.deepEqual(error.extra.suggestions, ['process']);
  });

  it('is refused for a variant the action does not work with', () => {
    assert.throws(() => prepareInput({...action, variants: ['cloud']}, {process: 'p'}, live), {jobwireCode: 'JW7004'});
  });
});
