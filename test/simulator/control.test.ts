/** The simulator's own address: what is in it, what it saw, its switches; and who may ask. */
import assert from 'node:assert/strict';
import {mkdtempSync, writeFileSync} from 'node:fs';
import {request} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {orchestrator, triage} from './orchestrator.ts';
import {shipped, simulate} from './support.ts';

const info = {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 2, Reference: 'jw-1'};
const code = (wanted: string) => (error: unknown) => error instanceof JobwireError && error.jobwireCode === wanted;

describe('/_simulator', () => {
  it('says what is in it, up to date with the clock', async () => {
    const {call, startJobs, clock} = await orchestrator();
    await startJobs(info);
    clock.advance(3000);
    const {body} = await call('GET', '/_simulator');
    assert.deepEqual([body.name, body.collections.jobs, body.requests], ['uipath-orchestrator', 2, 1]);
    const {records} = (await call('GET', '/_simulator/collections/jobs')).body;
    assert.deepEqual(
      records.map((job: {State: string; Reference: string}) => [job.State, job.Reference]),
      Array(2).fill(['Successful', 'jw-1']),
    );
  });

  it('says which requests came, without what they carried', async () => {
    const {call, startJobs} = await orchestrator({faults: {'gateway-timeout': 1}});
    await startJobs(info);
    await call('GET', '/nowhere?a=1');
    const {body, text} = await call('GET', '/_simulator/requests');
    assert.deepEqual(
      body.requests.map(({method, path, name, status, fault}: Record<string, unknown>) => [
        method,
        path,
        name,
        status,
        fault,
      ]),
      [
        ['POST', '/odata/Jobs/UiPath.Server.Configuration.OData.StartJobs', 'startJobs', 504, 'gateway-timeout'],
        ['GET', '/nowhere', undefined, 404, undefined],
      ],
    );
    assert.doesNotMatch(text, /jw-1|a=1/);
  });

  it('keeps the last thousand requests', async () => {
    const {call, sim} = await simulate(shipped('github'), {authorization: 'Bearer any'});
    for (let i = 0; i < 101; i++) await Promise.all(Array.from({length: 10}, () => call('GET', '/user')));
    assert.deepEqual([sim.requests.length, (await call('GET', '/_simulator')).body.requests], [1000, 1010]);
  });

  it('arms and disarms faults', async () => {
    const {call, jobs} = await orchestrator();
    assert.equal((await call('POST', '/_simulator/faults/too-many', {json: {times: 1}})).status, 200);
    assert.equal((await jobs('')).status, 429);
    await call('POST', '/_simulator/faults/too-many');
    await call('POST', '/_simulator/faults/too-many', {json: {times: 0}});
    assert.equal((await jobs('')).status, 200);
  });

  it('changes settings, and refuses one that is not there', async () => {
    const {call, startJobs} = await orchestrator();
    assert.equal((await call('POST', '/_simulator/settings', {json: {licensed: false}})).body.settings.licensed, false);
    assert.equal((await startJobs(info)).body.errorCode, 1672);
    const wrong = await call('POST', '/_simulator/settings', {json: {licenced: true}});
    assert.deepEqual([wrong.status, wrong.body.code, wrong.body.suggestions], [404, 'JW1004', ['licensed']]);
  });

  const wrong: readonly [name: string, method: string, path: string, body: string | undefined, status: number][] = [
    ['an unknown collection', 'GET', '/_simulator/collections/job', undefined, 404],
    ['an unknown fault', 'POST', '/_simulator/faults/nope', '{}', 404],
    ['an unknown path', 'GET', '/_simulator/nope', undefined, 404],
    ['a wrong method', 'GET', '/_simulator/settings', undefined, 404],
    ['no JSON', 'POST', '/_simulator/settings', '{', 400],
    ['a count that is no count', 'POST', '/_simulator/faults/too-many', '{"times":"2"}', 400],
    ['a path that is not well formed', 'GET', '/_simulator/collections/%zz', undefined, 400],
  ];
  for (const [name, method, path, body, status] of wrong)
    it(`answers ${status} for ${name}`, async () => {
      const {call} = await orchestrator();
      assert.equal((await call(method, path, body === undefined ? {} : {body})).status, status);
    });

  const ask = (port: number, headers: Record<string, string>) =>
    new Promise<number | undefined>((done, failed) => {
      request({port, host: '127.0.0.1', path: '/_simulator', headers}, (answer) => {
        answer.resume();
        done(answer.statusCode);
      })
        .on('error', failed)
        .end();
    });

  for (const [name, headers, status] of [
    ['a program on this machine', {host: 'localhost:1'}, 200],
    ['a page under another name of this machine', {host: 'rebound.example.com'}, 403],
    ['a page of another origin', {origin: 'https://evil.example.com'}, 403],
    ['a page of this machine', {origin: 'http://127.0.0.1:3000'}, 200],
  ] as const)
    it(`answers ${status} to ${name}`, async () => {
      const {sim} = await orchestrator();
      assert.equal(await ask(sim.port, {...headers}), status);
    });
});

describe('starting a simulator', () => {
  it('takes records from a file in place of those of the manifest', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'jobwire-')), 'seed.json');
    writeFileSync(
      file,
      JSON.stringify({incidents: [{sys_id: 'a', number: 'INC1', sys_created_on: '2026-01-01 00:00:00'}]}),
    );
    const {sim} = await simulate(shipped('servicenow'), {}, {seedFile: file});
    assert.deepEqual(
      sim.state
        .collection('incidents')
        .rows()
        .map(({item}) => item['number']),
      ['INC1'],
    );
  });

  for (const [name, text, wanted] of [
    ['is no JSON', '{', 'JW1001'],
    ['is no list of records', '{"incidents":[1]}', 'JW1002'],
    ['names no collection', '{"incident":[]}', 'JW1004'],
  ] as const)
    it(`refuses a file that ${name}`, async () => {
      const file = join(mkdtempSync(join(tmpdir(), 'jobwire-')), 'seed.json');
      writeFileSync(file, text);
      await assert.rejects(simulate(shipped('servicenow'), {}, {seedFile: file}), code(wanted));
    });

  it('refuses settings, operations, parts and files that are not there', async () => {
    const {connector, simulator} = shipped('servicenow');
    await assert.rejects(simulate({connector, simulator}, {}, {settings: {nope: 1}}), code('JW1004'));
    await assert.rejects(simulate({connector, simulator}, {}, {seedFile: '/nowhere/seed.json'}), code('JW1006'));
    await assert.rejects(simulate({connector, simulator: {...simulator, operations: {nope: {}}}}), code('JW1004'));
    await assert.rejects(
      simulate({connector, simulator: {...simulator, operations: {addWorkNote: {uses: ['nope']}}}}),
      code('JW1004'),
    );
    const loop = {...simulator, parts: {a: {uses: ['a']}}, operations: {addWorkNote: {uses: ['a']}}};
    await assert.rejects(simulate({connector, simulator: loop}), code('JW1004'));
  });

  it('answers as late as the data says, after it has acted', async () => {
    const {startJobs, clock, sim} = await orchestrator({settings: {answerAfter: '90s'}});
    const before = clock.now();
    assert.equal((await startJobs(info)).status, 201);
    assert.equal(clock.now() - before, 90_000);
    assert.equal(sim.state.collection('jobs').rows()[0]?.item['CreationTime'], '2026-01-12T08:15:30Z');
  });

  it('says so when the port is taken', async () => {
    const {sim} = await simulate(shipped('github'));
    await assert.rejects(simulate(shipped('github'), {}, {port: sim.port}), code('JW7101'));
  });

  it('says in its journal when its own data is at fault', async () => {
    const {connector, simulator} = shipped('github');
    const broken = {...simulator, operations: {currentUser: {reply: {body: '{{let.nobody}}'}}}};
    const {call, sim} = await simulate({connector, simulator: broken}, {authorization: 'Bearer any'});
    const answer = await call('GET', '/user');
    assert.deepEqual([answer.status, answer.body.simulator.code], [500, 'JW2101']);
    assert.match(sim.requests[0]?.problem ?? '', /^JW2101/);
  });
});
