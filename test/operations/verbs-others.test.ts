/** The same job verbs on targets of another make: one job at a time, pages, jobs that go on as others, logs, references of several parts. */
import assert from 'node:assert/strict';
import nock from 'nock';
import type {JobKind, Operation} from '../../src/generated/types.ts';
import {chooseKind} from '../../src/operations/verbs.ts';
import {createJobs, type Jobs} from '../../src/operations/verbs-jobs.ts';
import {type Bench, base, bench, failureOf, onRecordedWire, outcomeOf} from './bench.ts';
import {agents, nobody, stand} from './verbs-stand.ts';

describe('jobs that are read one by one', () => {
  it('are listed by the name of their job or its id', async () => {
    const {jobs, job, ids, sent} = await agents(4);
    const {jobs: rows, more} = await jobs.list({jobId: job}, 3);
    assert.deepEqual([rows.length, more, sent()], [3, true, ['GET listExecutions']]);
    const rest = await jobs.list({job: 'Nightly Backup', offset: 3});
    assert.deepEqual([new Set([...rows, ...rest.jobs].map(({ref}) => ref.id)), rest.more], [new Set(ids), false]);
    assert.equal((await failureOf(jobs.list({job: 'Nightly'}))).code, 'kubiya-job-not-found');
  });

  for (const input of [{}, {job: 'a', jobId: 'b'}, {jobId: 'b', limit: 101}, {jobid: 'b'}] as const)
    it(`are not listed with ${JSON.stringify(input)}: nothing is sent`, async () => {
      const {jobs, sim} = await stand('kubiya');
      assert.match((await failureOf(jobs.list(input))).code, /^(kubiya-job-needed|JW200[57])$/);
      assert.equal(sim.requests.length, 0);
    });

  it('are found or not', async () => {
    const {jobs, ids} = await agents(1);
    assert.deepEqual([await jobs.exists(ids[0] ?? ''), await jobs.exists(nobody)], [true, false]);
    assert.equal((await failureOf(jobs.get(nobody))).jobwireCode, 'JW3016');
  });

  it('are waited for until they are over', async () => {
    const {jobs, ids} = await agents(2);
    assert.deepEqual(
      (await jobs.wait(ids)).map(({state, raw}) => [state, raw]),
      Array(2).fill(['succeeded', 'completed']),
    );
    assert.equal(await jobs.output(ids[0] ?? ''), 'Diagnosis finished.');
  });

  it('are stopped all or none, with the reason that is given or that of the connector', async () => {
    const {jobs, ids, sent} = await agents(3);
    assert.equal((await failureOf(jobs.stop([...ids, nobody]))).jobwireCode, 'JW3016');
    assert.ok(!sent().includes('POST terminate'));
    await jobs.stop(ids.slice(0, 1), {reason: 'wrong branch'});
    await jobs.stop(ids.slice(1));
    assert.deepEqual(
      (await jobs.getAll(ids)).map(({state, message}) => [state, message]),
      ['wrong branch', 'stopped through Jobwire', 'stopped through Jobwire'].map((reason) => ['canceled', reason]),
    );
    sent();
    await jobs.stop(ids);
    assert.ok(!sent().includes('POST terminate'));
  });

  it('wait for people without being over', async () => {
    const {jobs, ids} = await agents(1, {settings: {result: 'waiting_for_input'}});
    assert.equal(await outcomeOf(jobs.wait(ids, {timeoutMs: 30_000})), 'fail JW3205');
    assert.equal((await jobs.get(ids[0] ?? '')).state, 'waiting');
  });

  for (const verb of ['restart', 'attachments'] as const)
    it(`have no ${verb}`, async () => {
      const {jobs, sim} = await stand('kubiya');
      assert.equal(await outcomeOf(jobs[verb](nobody)), 'fail JW3202');
      assert.equal(sim.requests.length, 0);
    });
});

const read = (path: string, response: Operation['response'] = {}): Operation => ({
  effect: 'read',
  params: {'id?': 'any', 'repo?': 'string', 'cursor?': 'any'},
  request: {method: 'GET', path},
  response,
});
const write = (path: string): Operation => ({
  effect: 'write',
  params: {'id?': 'any'},
  request: {method: 'POST', path, body: {json: {}}},
  response: {type: 'none'},
});

const build: JobKind = {
  title: 'Build',
  ref: {
    type: 'object',
    required: ['id', 'repo'],
    properties: {id: {type: 'integer', minimum: 1}, repo: {type: 'string', minLength: 1}},
  },
  status: {
    call: 'build',
    with: {id: '{{job.id}}', repo: '{{job.repo}}'},
    output: {
      state: ['{{result.status}}', '{{optional result.conclusion}}'],
      progress: '{{optional result.percent}}',
      output: '{{optional result.artifact}}',
    },
  },
  states: {running: 'running', 'completed/success': 'succeeded', 'completed/failure': 'failed'},
  stop: {call: 'cancel', with: {id: '{{job.id}}'}},
  log: {
    call: 'log',
    with: {id: '{{job.id}}', cursor: '{{optional cursor}}'},
    output: {text: '{{result.text}}', cursor: '{{optional result.next}}', done: '{{result.done}}'},
  },
};
const ticket: JobKind = {
  title: 'Queue item',
  ref: {type: 'object', required: ['id'], properties: {id: {type: 'integer'}}},
  status: {
    call: 'ticket',
    with: {id: '{{job.id}}'},
    output: {
      state: '{{if (has result.build) "left" "queued"}}',
      follow: {
        $if: '{{has result.build}}',
        then: {kind: 'build', ref: {id: '{{result.build}}', repo: 'app'}},
      },
    },
  },
  states: {queued: 'pending'},
  list: {call: 'tickets', output: {$each: '{{result}}', as: 'row', do: {ref: {id: '{{row.id}}'}, state: '{{row.s}}'}}},
};

function works(): Bench & {readonly jobs: (kind: string) => Jobs} {
  const made = bench({
    operations: {
      list: read('/things'),
      build: read('/repos/{{params.repo}}/builds/{{params.id}}'),
      ticket: read('/queue/{{params.id}}'),
      tickets: {
        effect: 'read',
        request: {method: 'GET', path: '/queue', query: {page: '{{page.number}}'}},
        response: {items: '{{response.body}}'},
        page: {style: 'number', size: 2, maxPages: 3},
      },
      log: {
        ...read('/log/{{params.id}}'),
        request: {method: 'GET', path: '/log/{{params.id}}', query: {from: '{{optional params.cursor}}'}},
      },
      cancel: write('/builds/{{params.id}}/cancel'),
    },
    jobs: {build, ticket},
  });
  return {...made, jobs: (kind) => createJobs({connection: made.live}, kind)};
}

const at = (path: string, body: object): nock.Scope => nock(`${base}/v1`).get(path).reply(200, body);

describe('jobs of a made-up target', () => {
  onRecordedWire();

  it('are of the kind that is named, where there are several', () => {
    const {live} = works();
    assert.equal(chooseKind(live.connector, 'build'), 'build');
    assert.throws(() => chooseKind(live.connector), {jobwireCode: 'JW7101', message: /several job kinds/});
    assert.throws(() => chooseKind(live.connector, 'bild'), {jobwireCode: 'JW1004'});
  });

  it('have references of several parts: an id alone is not enough, and says what is missing', async () => {
    const {jobs} = works();
    const error = await failureOf(jobs('build').get('7'));
    assert.match(error.message, /argument repo \(string\) is required; give the whole reference as JSON/);
  });

  it('are different jobs when a part differs, and the same when only the writing does', async () => {
    const {jobs} = works();
    for (const repo of ['a', 'b']) at(`/repos/${repo}/builds/7`, {status: 'running'});
    const refs = [
      {id: 7, repo: 'a'},
      {id: '7', repo: 'a'},
      {id: 7, repo: 'b'},
    ];
    const found = await jobs('build').getAll(refs);
    assert.deepEqual(
      found.map(({ref}) => ref),
      [
        {id: 7, repo: 'a'},
        {id: 7, repo: 'b'},
      ],
    );
  });

  for (const id of ['0', '-1', '1.5', 'seven', '9e99'])
    it(`is not numbered ${id}`, async () => {
      assert.equal(await outcomeOf(works().jobs('build').get({id, repo: 'a'})), 'fail JW2007');
    });

  it('tell how far they are, and warn of a word that nobody listed', async () => {
    const {jobs} = works();
    at('/repos/a/builds/7', {status: 'completed', conclusion: 'skipped', percent: 40});
    const job = await jobs('build').get({id: 7, repo: 'a'});
    assert.deepEqual([job.state, job.raw, job.progress], ['unknown', 'completed/skipped', 40]);
    assert.equal(job.warning?.code, 'JW3201');
  });

  it('give the output their status holds, where there is no verb for it', async () => {
    const {jobs} = works();
    at('/repos/a/builds/7', {status: 'completed', conclusion: 'success', artifact: 'app.zip'});
    assert.equal(await jobs('build').output({id: 7, repo: 'a'}), 'app.zip');
    at('/repos/a/builds/8', {status: 'running'});
    assert.equal(await outcomeOf(jobs('build').output({id: 8, repo: 'a'})), 'fail JW3202');
  });

  it('are followed where they go on as jobs of another kind', async () => {
    const {jobs} = works();
    at('/queue/3', {});
    at('/queue/3', {build: 130});
    at('/repos/app/builds/130', {status: 'running'});
    at('/repos/app/builds/130', {status: 'completed', conclusion: 'success'});
    const [job] = await jobs('ticket').wait(['3']);
    assert.deepEqual([job?.ref, job?.state], [{id: 130, repo: 'app'}, 'succeeded']);
  });

  it('are waited for through faults that pass, but not for ever', async () => {
    const {jobs} = works();
    nock(`${base}/v1`).get('/repos/a/builds/7').times(10).reply(503);
    at('/repos/a/builds/7', {status: 'completed', conclusion: 'success'});
    assert.equal((await jobs('build').wait([{id: 7, repo: 'a'}]))[0]?.state, 'succeeded');
    nock(`${base}/v1`).get('/repos/a/builds/8').times(25).reply(503);
    assert.equal(await outcomeOf(jobs('build').wait([{id: 8, repo: 'a'}])), 'retry JW3002');
  });

  it('are not asked for again where no later read can mend it', async () => {
    const {jobs} = works();
    nock(`${base}/v1`).get('/repos/a/builds/7').reply(403);
    assert.equal(await outcomeOf(jobs('build').wait([{id: 7, repo: 'a'}])), 'fail JW3015');
  });

  it('are listed no further than wanted, also past the most pages that are allowed', async () => {
    const {jobs} = works();
    const page = (number: number, ids: number[]): void => {
      nock(`${base}/v1`)
        .get('/queue')
        .query({page: number})
        .reply(
          200,
          ids.map((id) => ({id, s: 'queued'})),
        );
    };
    page(1, [1, 2]);
    page(2, [3, 4]);
    const some = await jobs('ticket').list({}, 3);
    assert.deepEqual([some.jobs.map(({ref}) => ref.id), some.more], [[1, 2, 3], true]);
    page(1, [1, 2]);
    page(2, []);
    assert.deepEqual((await jobs('ticket').list({}, 2)).more, false);
    for (const number of [1, 2, 3]) page(number, [number * 2, number * 2 + 1]);
    const cut = await jobs('ticket').list();
    assert.deepEqual([cut.jobs.length, cut.more], [6, true]);
  });

  it('name those that were asked to stop before one failed', async () => {
    const {jobs} = works();
    for (const id of [7, 8]) at(`/repos/a/builds/${id}`, {status: 'running'});
    nock(`${base}/v1`).post('/builds/7/cancel').reply(200).post('/builds/8/cancel').reply(403);
    const error = await failureOf(jobs('build').stop([7, 8].map((id) => ({id, repo: 'a'}))));
    assert.equal(error.jobwireCode, 'JW3015');
    assert.match(error.message, /; already asked to stop: 7$/);
  });

  it('are of unclear outcome when the answer to the only write is lost', async () => {
    const {jobs} = works();
    at('/repos/a/builds/7', {status: 'running'});
    nock(`${base}/v1`).post('/builds/7/cancel').reply(504);
    assert.equal(await outcomeOf(jobs('build').stop([{id: 7, repo: 'a'}])), 'unknown JW3009');
  });

  it('write logs that are given piece by piece, each once', async () => {
    const {jobs, clock} = works();
    const piece = (from: string | undefined, body: object): void => {
      nock(`${base}/v1`)
        .get('/log/7')
        .query(from === undefined ? {} : {from})
        .reply(200, body);
    };
    piece(undefined, {text: 'one\n', next: 'a', done: false});
    piece('a', {text: 'two\n', next: 'b', done: false});
    piece('b', {text: '', next: 'b', done: false});
    assert.deepEqual(await collect(jobs('build'), false), ['one\n', 'two\n']);
    const began = clock.now();
    piece(undefined, {text: 'one\n', next: 'a', done: false});
    piece('a', {text: '', next: 'a', done: false});
    piece('a', {text: 'two\n', done: true});
    assert.deepEqual(await collect(jobs('build'), true), ['one\n', 'two\n']);
    assert.ok(clock.now() > began);
  });
});

async function collect(jobs: Jobs, follow: boolean): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of jobs.log({id: 7, repo: 'a'}, {follow})) pieces.push(piece);
  return pieces;
}
