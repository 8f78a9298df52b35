/** Rules of the smaller simulators: queue items, incidents, agent jobs, comments. */
import assert from 'node:assert/strict';
import {orchestrator} from './orchestrator.ts';
import {type Running, shipped, simulate} from './support.ts';

describe('a queue of the Orchestrator simulator', () => {
  const add = ({call}: Running, itemData: object) =>
    call('POST', '/odata/Queues/UiPathODataSvc.AddQueueItem', {json: {itemData}});
  const table: readonly [name: string, item: object, status: number, code: number | undefined][] = [
    ['takes a name in any case', {Name: 'INCIDENTS', Reference: 'a', SpecificContent: {n: 1}}, 201, undefined],
    ['does not know another name', {Name: 'nope', Reference: 'a'}, 404, 1002],
    ['wants a reference where references are unique', {Name: 'Incidents', SpecificContent: {}}, 400, 1850],
    ['takes no nested content', {Name: 'Loose', SpecificContent: {a: {b: 1}}}, 400, 1000],
    ['takes no long reference', {Name: 'Loose', Reference: 'r'.repeat(129)}, 400, 1000],
  ];
  for (const [name, item, status, code] of table)
    it(name, async () => {
      const answer = await add(await orchestrator(), item);
      assert.deepEqual([answer.status, answer.body.errorCode], [status, code], answer.text);
    });

  it('refuses a reference that was used, only where references are unique', async () => {
    const running = await orchestrator();
    const status = async (Name: string) => (await add(running, {Name, Reference: 'INC1'})).status;
    assert.deepEqual(
      [await status('Incidents'), await status('Incidents'), await status('Loose'), await status('Loose')],
      [201, 409, 201, 201],
    );
    const {body} = await add(running, {Name: 'Incidents', Reference: 'INC1'});
    assert.deepEqual([body.errorCode, body.message], [1016, 'Error creating Transaction. Duplicate Reference.']);
    assert.equal(running.sim.state.collection('queueItems').size, 3);
  });

  it('adds once when the answer is lost and the client tries again', async () => {
    const running = await orchestrator({faults: {'item-lost': 1}});
    await assert.rejects(add(running, {Name: 'Incidents', Reference: 'INC1'}));
    assert.equal((await add(running, {Name: 'Incidents', Reference: 'INC1'})).status, 409);
    assert.equal(running.sim.state.collection('queueItems').size, 1);
  });
});

describe('the incident table', () => {
  const headers = {authorization: `Basic ${Buffer.from('jobwire:word').toString('base64')}`};
  const path = '/api/now/table/incident';
  const list = (running: Running, query: Record<string, string>) => running.call('GET', path, {query});

  it('gives pages that are linked, each incident once', async () => {
    const running = await simulate(shipped('servicenow'), headers);
    const seen: string[] = [];
    let next: string | undefined =
      `${path}?sysparm_query=ORDERBYsys_created_on%5EORDERBYsys_id&sysparm_limit=1&sysparm_fields=number`;
    for (let page = 0; next !== undefined && page < 10; page++) {
      const answer = await running.call('GET', next);
      seen.push(...answer.body.result.map(({number}: {number: string}) => number));
      next = /<http:\/\/[^/]+(.*)>;rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    assert.deepEqual(seen, ['INC0010004', 'INC0010001', 'INC0010002', 'INC0010003']);
  });

  it('finds what changed since a moment, also after a work note', async () => {
    const running = await simulate(shipped('servicenow'), headers);
    const changed = async () =>
      (
        await list(running, {
          sysparm_query: 'sys_updated_on>=2026-01-12 08:20:00^ORDERBYsys_updated_on',
          sysparm_fields: 'number,sys_mod_count',
        })
      ).body.result;
    assert.deepEqual((await changed()).length, 2);
    running.clock.advance(3_600_000);
    await running.call('PATCH', `${path}/9d385017c611228701d22104cc95c371`, {json: {work_notes: 'note'}});
    assert.deepEqual((await changed()).at(-1), {number: 'INC0010001', sys_mod_count: '1'});
    assert.deepEqual(
      running.sim.state
        .collection('workNotes')
        .rows()
        .map(({item}) => item['value']),
      ['note'],
    );
  });

  it('refuses a query it does not understand instead of ignoring it', async () => {
    const running = await simulate(shipped('servicenow'), headers);
    assert.equal((await list(running, {sysparm_query: 'priority=1'})).status, 400);
  });

  it('makes an incident', async () => {
    const running = await simulate(shipped('servicenow'), headers);
    const {status, body} = await running.call('POST', path, {json: {short_description: "O'Hare", priority: '1'}});
    assert.deepEqual(
      [status, body.result.number, body.result.priority, body.result.state],
      [201, 'INC0010005', '1', '1'],
    );
    assert.equal((await running.call('GET', `${path}/${body.result.sys_id}`)).body.result.short_description, "O'Hare");
  });

  for (const [name, id, settings, json, status] of [
    ['an unknown incident', 'nope', {}, {work_notes: 'a'}, 404],
    ['a user who may not write', '9d385017c611228701d22104cc95c371', {readOnly: true}, {work_notes: 'a'}, 403],
    ['nothing to change', '9d385017c611228701d22104cc95c371', {}, {}, 400],
  ] as const)
    it(`answers ${status} for ${name}`, async () => {
      const running = await simulate(shipped('servicenow'), headers, {settings});
      assert.equal((await running.call('PATCH', `${path}/${id}`, {json})).status, status);
      assert.equal(running.sim.state.collection('workNotes').size, 0);
    });
});

describe('the agent jobs', () => {
  const headers = {authorization: 'Bearer any'};
  const id = (n: number) => `job_550e8400-e29b-41d4-a716-44665544000${n}`;
  const trigger = ({call}: Running, n: number, body: unknown = {parameters: {}}) =>
    call('POST', `/api/v1/jobs/${id(n)}/trigger`, {json: body});

  const refusals: readonly [
    name: string,
    n: number,
    body: unknown,
    settings: Record<string, boolean>,
    status: number,
    detail: RegExp,
  ][] = [
    ['a missing parameter', 1, {parameters: {incident: 'INC1'}}, {}, 500, /Missing required parameters: summary$/],
    ['a job that is disabled', 4, {parameters: {}}, {}, 400, /^Job is disabled$/],
    [
      'a job without plan',
      3,
      {parameters: {}},
      {},
      500,
      /Unsupported planning_mode 'on_the_fly' or entity_type 'None'$/,
    ],
    ['an unknown job', 9, {parameters: {}}, {}, 404, /not found$/],
    ['no worker', 5, {parameters: {}}, {worker: false}, 500, /No workers are currently running/],
  ];
  for (const [name, n, body, settings, status, detail] of refusals)
    it(`answers ${status} for ${name}`, async () => {
      const running = await simulate(shipped('kubiya'), headers, {settings});
      const answer = await trigger(running, n, body);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.body.detail, detail);
      assert.equal(running.sim.state.collection('executions').size, 0);
    });

  it('answers 422 for a body that is not of its kind', async () => {
    const running = await simulate(shipped('kubiya'), headers);
    assert.equal((await trigger(running, 5, {parameters: 'x'})).status, 422);
  });

  it('substitutes nothing when no parameter is sent, so nothing is missing', async () => {
    const running = await simulate(shipped('kubiya'), headers);
    assert.equal((await trigger(running, 1, {})).status, 200);
  });

  for (const [result, seen] of [
    ['completed', ['pending', 'running', 'completed']],
    ['failed', ['pending', 'running', 'failed']],
    ['waiting_for_input', ['pending', 'running', 'waiting_for_input']],
  ] as const)
    it(`an execution ends as ${result}`, async () => {
      const running = await simulate(shipped('kubiya'), headers, {settings: {result, asList: true}});
      const {execution_id} = (await trigger(running, 5)).body;
      const states: string[] = [];
      for (const ms of [0, 1000, 2000]) {
        running.clock.advance(ms);
        states.push((await running.call('GET', `/api/v1/executions/${execution_id}`)).body[0].status);
      }
      assert.deepEqual(states, seen);
    });

  it('a terminated execution stays so', async () => {
    const running = await simulate(shipped('kubiya'), headers);
    const {execution_id} = (await trigger(running, 5)).body;
    await running.call('POST', `/api/v1/executions/${execution_id}/terminate`, {json: {reason: 'enough'}});
    running.clock.advance(60_000);
    const {status, error_message} = (await running.call('GET', `/api/v1/executions/${execution_id}`)).body;
    assert.deepEqual([status, error_message], ['terminated', 'enough']);
  });
});

describe('the comments', () => {
  const headers = {authorization: 'Bearer any'};
  const path = '/repos/octo/repo/issues/7/comments';

  it('are of one issue, also below the path of an enterprise server', async () => {
    const running = await simulate(shipped('github'), headers);
    assert.equal((await running.call('POST', `/api/v3${path}`, {json: {body: 'a'}})).status, 201);
    const count = async (at: string) => (await running.call('GET', at)).body.length;
    assert.deepEqual([await count(path), await count('/repos/octo/repo/issues/8/comments')], [1, 0]);
  });

  it('are refused without text and on a locked issue', async () => {
    const running = await simulate(shipped('github'), headers);
    assert.equal((await running.call('POST', path, {json: {body: ' '}})).status, 422);
    running.sim.set({locked: true});
    assert.equal((await running.call('POST', path, {json: {body: 'a'}})).status, 403);
  });
});
