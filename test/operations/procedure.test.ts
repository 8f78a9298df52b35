/** Procedures: steps in order, the one unsafe write, stale lookups, plans and going on after a write. */
import assert from 'node:assert/strict';
import nock from 'nock';
import type {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {Lookup, Operation, Procedure, Step} from '../../src/generated/types.ts';
import {CoercionError} from '../../src/operations/coerce.ts';
import {planProcedure} from '../../src/operations/planned.ts';
import {type ProcedureOptions, runProcedure, UnknownWrite} from '../../src/operations/procedure.ts';
import type {Json, JsonObject} from '../../src/values/json.ts';
import {api, base, bench, failureOf, onRecordedWire, type Parts} from './bench.ts';

const operations: Record<string, Operation> = {
  list: {effect: 'read', request: {method: 'GET', path: '/things'}, response: {items: '{{response.body}}'}},
  get: {effect: 'read', params: {id: 'any'}, request: {method: 'GET', path: '/things/{{params.id}}'}},
  touch: {effect: 'write', repeat: 'safe', request: {method: 'PUT', path: '/touch', body: {json: {}}}},
  start: {
    effect: 'write',
    params: {id: 'any'},
    request: {method: 'POST', path: '/jobs', body: {json: {id: '{{params.id}}'}}},
    response: {expect: [201]},
    errors: [{when: {status: [404]}, action: 'fail', code: 'gone'}],
  },
};

const thing: Lookup = {
  params: {name: 'string'},
  call: 'list',
  where: [{test: '{{eq item.name params.name}}'}],
  output: {id: '{{item.id}}'},
  cache: '10m',
  stale: {codes: ['gone']},
};

function stage(parts: Parts = {}) {
  const made = bench({operations, lookups: {thing}, ...parts});
  return {
    ...made,
    run: (procedure: Procedure, roots: JsonObject = {}, more: Partial<ProcedureOptions> = {}) =>
      runProcedure(procedure, roots, {connection: made.live, log: (line) => made.lines.push(line), ...more}),
  };
}

const steps = (...list: Step[]): Procedure => ({steps: list, output: '{{steps}}'});

describe('a procedure', () => {
  onRecordedWire();

  it('gives each step what those before it gave', async () => {
    api()
      .get('/v1/things')
      .reply(200, [{name: 'a', id: 7}]);
    api().get('/v1/things/7').reply(200, {state: 'on'});
    const output = await stage().run(
      {
        steps: [
          {id: 'one', lookup: 'thing', with: {name: '{{input.name}}'}},
          {id: 'two', call: 'get', with: {id: '{{steps.one.id}}'}, output: '{{result.state}}'},
          {id: 'three', set: '{{steps.two}}!'},
        ],
        output: {state: '{{steps.three}}', of: '{{steps.one.id}}'},
      },
      {input: {name: 'a'}},
    );
    assert.deepEqual(output, {state: 'on!', of: 7});
  });

  it('of one step written inline gives the result, or its output', async () => {
    api().get('/v1/things').twice().reply(200, [1, 2]);
    const {run} = stage();
    assert.deepEqual(await run({call: 'list'}), [1, 2]);
    assert.deepEqual(await run({call: 'list', output: '{{length result}} things'}), '2 things');
  });

  it('of steps without an output gives nothing', async () => {
    assert.equal(await stage().run({steps: [{id: 'a', set: 1}]}), undefined);
  });

  it('skips a step whose condition is false, so that it stays absent', async () => {
    const output = await stage().run(
      steps({id: 'a', when: false, set: 1}, {id: 'b', when: '{{not (has steps.a)}}', set: 2}),
    );
    assert.deepEqual(output, {b: 2});
  });

  it('a condition that is not true or false is an error', async () => {
    const error = await failureOf(stage().run(steps({id: 'a', when: 'yes', set: 1})));
    assert.deepEqual([error.jobwireCode, error.extra.outcome], ['JW2103', 'fail']);
  });

  it('calls once for each item', async () => {
    for (const id of ['x', 'y']) api().get(`/v1/things/${id}`).reply(200, {id});
    const output = await stage().run(
      steps({
        id: 'all',
        each: ['x', 'y'],
        as: 'one',
        call: 'get',
        with: {id: '{{one}}'},
        output: '{{result.id}}-{{one}}',
      }),
    );
    assert.deepEqual(output, {all: ['x-x', 'y-y']});
  });

  it('fails where a fail step is reached, in the words of the manifest', async () => {
    const error = await failureOf(
      stage().run(
        steps({
          when: true,
          fail: {code: 'too-large', message: 'It has {{length input.text}} characters', hint: 'shorten it'},
        }),
        {input: {text: 'abc'}},
      ),
    );
    const {code, owner, detail, hint} = error.issue();
    assert.deepEqual(
      {code, owner, detail, hint, outcome: error.extra.outcome},
      {code: 'too-large', owner: 'operator', detail: 'It has 3 characters', hint: 'shorten it', outcome: 'fail'},
    );
  });

  it('goes on with another output for the codes of onError, and only for those', async () => {
    const step: Step = {id: 'a', call: 'get', with: {id: 1}, onError: {codes: ['JW3016'], output: {missing: true}}};
    api().get('/v1/things/1').reply(404, {});
    assert.deepEqual(await stage().run(steps(step)), {a: {missing: true}});
    api().get('/v1/things/1').reply(403, {});
    assert.equal((await failureOf(stage().run(steps(step)))).jobwireCode, 'JW3015');
  });

  it('leaves out parameters that are OMIT', async () => {
    api()
      .get('/v1/things')
      .reply(200, [{name: 'a', id: 1}]);
    const output = await stage().run(
      steps({id: 'a', lookup: 'thing', with: {name: 'a', other: '{{optional input.nope}}'}}),
      {input: {}},
    );
    assert.deepEqual(output, {a: {id: 1}});
  });

  it('names an operation or lookup that does not exist', async () => {
    assert.equal((await failureOf(stage().run(steps({id: 'a', call: 'lst'})))).jobwireCode, 'JW1004');
    assert.equal((await failureOf(stage().run(steps({id: 'a', lookup: 'thin'})))).jobwireCode, 'JW1004');
  });
});

describe('a coercion step', () => {
  const to = {
    type: 'object',
    properties: {
      n: {type: 'integer'},
      t: {type: 'string'},
      u: {'x-jobwire-unchecked': true, 'x-jobwire-type': 'Acme.Odd'},
    },
    required: ['n'],
    additionalProperties: false,
  };

  it('converts, and its log says what became of each argument', async () => {
    const {run, lines} = stage();
    assert.deepEqual(await run(steps({id: 'args', coerce: {n: '3', t: 'x', u: 1}, to})), {args: {n: 3, t: 'x', u: 1}});
    assert.deepEqual(
      lines.map(({step, what, error}) => [step, what, error?.severity]),
      [
        ['args', 'n "3" → 3', undefined],
        ['args', 'JW3103: argument u has type Acme.Odd, which is not in the table', 'warning'],
      ],
    );
  });

  it('reports all findings together', async () => {
    const error = await failureOf(stage().run(steps({id: 'args', coerce: {t: [], x: 1}, to})));
    assert.ok(error instanceof CoercionError);
    assert.deepEqual(
      error.issues.map(({code}) => code),
      ['JW3112', 'JW3110', 'JW3111'],
    );
  });

  it('may drop what is not declared and ignore what is missing', async () => {
    const step: Step = {id: 'args', coerce: {x: 1}, to, unknown: 'drop', missing: 'ignore'};
    assert.deepEqual(await stage().run(steps(step)), {args: {}});
  });
});

describe('the unsafe write of a procedure', () => {
  onRecordedWire();

  const procedure = steps(
    {id: 'one', set: {a: 1}},
    {id: 'touch', call: 'touch'},
    {id: 'job', call: 'start', with: {id: 5}},
  );

  it('is handed to the engine, safe writes are not', async () => {
    api().put('/v1/touch').reply(200, {});
    const calls: unknown[] = [];
    const unsafe = async (call: unknown): Promise<Json> => {
      calls.push(call);
      return {job: 9};
    };
    assert.deepEqual(await stage().run(procedure, {}, {unsafe}), {one: {a: 1}, touch: {}, job: {job: 9}});
    assert.deepEqual(calls, [{operation: 'start', params: {id: 5}}]);
  });

  it('of unclear outcome carries what is needed to settle it', async () => {
    api().put('/v1/touch').reply(200, {});
    api().post('/v1/jobs').reply(504, {});
    const error = await failureOf(stage().run(procedure));
    assert.ok(error instanceof UnknownWrite);
    assert.deepEqual([error.jobwireCode, error.extra.outcome], ['JW3009', 'unknown']);
    assert.deepEqual(error.write, {step: 2, operation: 'start', params: {id: 5}, steps: {one: {a: 1}, touch: {}}});
  });

  it('of unclear outcome is never explained away by onError', async () => {
    api().post('/v1/jobs').reply(504, {});
    const step: Step = {id: 'job', call: 'start', with: {id: 5}, onError: {codes: ['JW3009'], output: null}};
    assert.ok((await failureOf(stage().run(steps(step)))) instanceof UnknownWrite);
  });

  it('that was refused is no unclear outcome', async () => {
    api().post('/v1/jobs').reply(400, {});
    const error = await failureOf(stage().run(steps({id: 'job', call: 'start', with: {id: 5}})));
    assert.ok(!(error instanceof UnknownWrite));
    assert.equal(error.extra.outcome, 'fail');
  });

  it('is not sent again when the procedure goes on after it', async () => {
    const from = {step: 1, steps: {one: {a: 1}}, value: {id: 4}};
    const output = await stage().run(
      {
        steps: [
          {id: 'one', set: {a: 2}},
          {id: 'job', call: 'start', with: {id: 5}, output: {number: '{{result.id}}'}},
          {id: 'three', set: '{{steps.one.a}}/{{steps.job.number}}'},
        ],
        output: '{{steps.three}}',
      },
      {},
      {from},
    );
    assert.equal(output, '1/4');
  });

  it('written inline goes on with its output', async () => {
    const inline: Procedure = {call: 'start', with: {id: 5}, output: {jobs: ['{{result.id}}']}};
    assert.deepEqual(await stage().run(inline, {}, {from: {step: 0, steps: {}, value: {id: 4}}}), {jobs: [4]});
  });
});

describe('a stale lookup', () => {
  onRecordedWire();

  const start: Procedure = {
    steps: [
      {id: 'thing', lookup: 'thing', with: {name: 'a'}},
      {id: 'job', call: 'start', with: {id: '{{steps.thing.id}}'}},
    ],
    output: '{{steps.job}}',
  };

  const rows = (id: number) =>
    api()
      .get('/v1/things')
      .reply(200, [{name: 'a', id}]);

  it('is fetched anew, and the procedure starts once more', async () => {
    const {run, lines} = stage();
    rows(1);
    api().post('/v1/jobs', {id: 1}).reply(201, {n: 1});
    await run(start);
    api().post('/v1/jobs', {id: 1}).reply(404, {});
    rows(2);
    api().post('/v1/jobs', {id: 2}).reply(201, {n: 2});
    assert.deepEqual(await run(start), {n: 2});
    assert.ok(lines.some(({what}) => what === 'the cached rows of lookup thing are out of date'));
  });

  it('is not to blame when it was just fetched', async () => {
    rows(1);
    api().post('/v1/jobs', {id: 1}).reply(404, {});
    assert.equal((await failureOf(stage().run(start))).code, 'gone');
  });

  it('is fetched anew only once', async () => {
    const {run} = stage();
    rows(1);
    api().post('/v1/jobs').reply(201, {});
    await run(start);
    api().post('/v1/jobs').reply(404, {});
    rows(1);
    api().post('/v1/jobs').reply(404, {});
    assert.equal((await failureOf(run(start))).code, 'gone');
  });

  it('is left alone once the unsafe write has succeeded', async () => {
    const gone: Operation = {
      ...(operations['get'] as Operation),
      errors: [{when: {status: [404]}, action: 'fail', code: 'gone'}],
    };
    const {run} = stage({operations: {...operations, get: gone}});
    rows(1);
    await run({lookup: 'thing', with: {name: 'a'}});
    api().post('/v1/jobs').reply(201, {});
    api().get('/v1/things/9').reply(404, {});
    const after: Procedure = {steps: [...(start.steps ?? []), {id: 'look', call: 'get', with: {id: 9}}]};
    assert.equal((await failureOf(run(after))).code, 'gone');
  });
});

describe('a planned procedure', () => {
  onRecordedWire();

  const procedure: Procedure = {
    steps: [
      {id: 'thing', lookup: 'thing', with: {name: 'a'}},
      {id: 'job', call: 'start', with: {id: '{{steps.thing.id}}'}},
      {id: 'after', set: 'job {{steps.job.n}}'},
    ],
    output: '{{steps.after}}',
  };

  it('makes reads, withholds the write and goes on with its sample', async () => {
    api()
      .get('/v1/things')
      .reply(200, [{name: 'a', id: 1}]);
    const sample = {...(operations['start'] as Operation), sample: {n: 42}};
    const {live, lines} = stage({operations: {...operations, start: sample}});
    const planned = await planProcedure(procedure, {}, {connection: live, log: (line) => lines.push(line)});
    assert.deepEqual(planned, {kind: 'done', output: 'job 42'});
    assert.deepEqual(
      lines.map(({step, what}) => `${step}: ${what}`),
      ['thing: GET /v1/things answered 200', 'thing: thing is {"id":1}', 'job: withheld POST /v1/jobs'],
    );
  });

  it('stops at a write without a sample', async () => {
    api()
      .get('/v1/things')
      .twice()
      .reply(200, [{name: 'a', id: 1}]);
    const {live} = stage();
    const planned = await planProcedure(procedure, {}, {connection: live});
    assert.deepEqual(planned.kind === 'stopped' && [planned.operation, (planned.request as {url: string}).url], [
      'start',
      `${base}/v1/jobs`,
    ]);
    const {run, lines} = stage();
    assert.equal(await run(procedure, {}, {mode: 'plan'}), undefined);
    assert.equal(lines.at(-1)?.what, 'the plan stops at start, which has no sample');
  });
});

describe('what a procedure shows', () => {
  onRecordedWire();

  const access = 'https://files.example.com/blob?sig=canary-signature';
  const blob: Record<string, Operation> = {
    ...operations,
    create: {
      effect: 'write',
      repeat: 'safe',
      request: {method: 'POST', path: '/files', body: {json: {}}},
      response: {redact: ['/access/uri', '/list/*/key']},
    },
    upload: {
      effect: 'write',
      repeat: 'safe',
      params: {to: 'string'},
      request: {method: 'PUT', url: '{{params.to}}', body: {text: 'x'}},
      response: {type: 'none'},
    },
  };

  it('never holds what an operation redacts, not even in the request it is used for', async () => {
    api()
      .post('/v1/files')
      .reply(200, {access: {uri: access}, list: [{key: 'abc', n: 1}]});
    nock('https://files.example.com').put('/blob').query({sig: 'canary-signature'}).reply(201);
    api().post('/v1/jobs').reply(502, {});
    const {run, lines} = stage({operations: blob});
    const error: JobwireError = await failureOf(
      run(
        steps(
          {id: 'file', call: 'create'},
          {id: 'up', call: 'upload', with: {to: '{{steps.file.access.uri}}'}},
          {id: 'job', call: 'start', with: {id: 1}},
        ),
      ),
    );
    assert.ok(error instanceof UnknownWrite);
    assert.deepEqual(error.write.steps['file'], {access: {uri: '[secret]'}, list: [{key: 'abc', n: 1}]});
    assert.deepEqual((lines[0]?.response as {body: Json} | undefined)?.body, {
      access: {uri: '[secret]'},
      list: [{key: '[secret]', n: 1}],
    });
    assert.doesNotMatch(JSON.stringify(lines), /canary/);
  });

  it('never holds a sensitive part of the input', async () => {
    const input = {type: 'object', properties: {pin: {type: 'string', 'x-jobwire-sensitive': true}}};
    const action = {title: 'x', input, ...steps({id: 'a', call: 'get', with: {id: '{{input.pin}}'}})};
    api().get('/v1/things/canary-pin').reply(404, {});
    const {run, lines} = stage();
    const error = await failureOf(run(action, {input: {pin: 'canary-pin'}}));
    assert.doesNotMatch(JSON.stringify([lines, error.issue()]), /canary/);
  });
});
