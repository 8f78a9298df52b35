/** Job verbs against the simulated Orchestrator, whose rules for jobs are the strictest: what is sent, and what is refused before that. */
import assert from 'node:assert/strict';
import {failureOf, outcomeOf} from './bench.ts';
import {nobody, robots, type Stand, stand, startRobots} from './verbs-stand.ts';

const inbox = (made: Stand): string => {
  const [row] = made.sim.state.collection('jobTriggers').rows();
  return String((row?.item as {ItemKey: string} | undefined)?.ItemKey);
};

describe('a list of jobs', () => {
  const refusals: readonly [input: Record<string, number | string>, message: RegExp][] = [
    [{skip: -1}, /input\.skip must be at least 0/],
    [{skip: 10_001}, /input\.skip must be at most 10000/],
    [{top: 0}, /input\.top must be at least 1/],
    [{top: 1001}, /input\.top must be at most 1000/],
    [{top: '5'}, /input\.top must be a whole number/],
    [{filtre: 'x'}, /there is no input\.filtre/],
  ];
  for (const [input, message] of refusals)
    it(`refuses ${JSON.stringify(input)} before any request`, async () => {
      const {jobs, sim} = await stand('uipath-orchestrator');
      const error = await failureOf(jobs.list(input));
      assert.match(error.message, message);
      assert.match(error.extra.hint ?? '', /top \(integer\)/);
      assert.equal(sim.requests.length, 0);
    });

  it('takes the largest skip and top', async () => {
    const {jobs} = await robots(1);
    assert.deepEqual(await jobs.list({skip: 10_000, top: 1000}), {jobs: [], more: false});
  });

  it('is one request, and says that there may be more when it is full', async () => {
    const {jobs, sent} = await robots(7);
    const {jobs: rows, more} = await jobs.list({}, 5);
    assert.deepEqual([rows.length, more, sent()], [5, true, ['GET listJobs']]);
  });

  it('goes on where skip says, and then has no more', async () => {
    const {jobs, ids} = await robots(7);
    const first = await jobs.list({}, 5);
    const rest = await jobs.list({skip: 5}, 5);
    assert.equal(rest.more, false);
    assert.deepEqual(new Set([...first.jobs, ...rest.jobs].map(({ref}) => ref.id)), new Set(ids));
  });

  it('filters in the words of the target, and tells states in ours', async () => {
    const {jobs, clock} = await robots(2);
    clock.advance(1500);
    const {jobs: rows} = await jobs.list({filter: "State eq 'Running'"});
    assert.deepEqual(
      rows.map(({state, raw, title}) => ({state, raw, title})),
      Array(2).fill({state: 'running', raw: 'Running', title: 'NoArguments'}),
    );
    assert.deepEqual((await jobs.list({filter: "State eq 'Faulted'"})).jobs, []);
  });

  it('says what the target thinks of a wrong filter', async () => {
    const {jobs} = await stand('uipath-orchestrator');
    const error = await failureOf(jobs.list({filter: 'State equals 1'}));
    assert.equal(error.code, 'uipath-invalid');
    assert.match(error.message, /server says: Invalid OData query options/);
  });
});

describe('the id of a job', () => {
  it('may be typed in any way a UUID is written', async () => {
    const {jobs, ids} = await robots(1);
    const [id = ''] = ids;
    for (const text of [id.toUpperCase(), `{${id}}`, `urn:uuid:${id}`, id.replaceAll('-', ''), ` ${id} `])
      assert.equal((await jobs.get(text)).ref.id, id, text);
  });

  for (const text of ['', '42', 'abc', `${nobody}0`, nobody.replace('-', '_'), `{${nobody}`])
    it(`is refused before any request: ${JSON.stringify(text)}`, async () => {
      const {jobs, sim} = await stand('uipath-orchestrator');
      for (const ask of [jobs.get(text), jobs.stop([nobody, text]), jobs.output(text), jobs.exists(text)])
        assert.equal(await outcomeOf(ask), 'fail JW2007');
      assert.equal(sim.requests.length, 0);
    });

  it('names all that are none in one message', async () => {
    const {jobs} = await stand('uipath-orchestrator');
    const error = await failureOf(jobs.getAll(['a', nobody, 'b']));
    assert.equal(error.message, '"a" is not a job id: a uuid is expected; "b" is not a job id: a uuid is expected');
  });

  it('may come as the whole reference that a list gave', async () => {
    const {jobs} = await robots(1);
    const {jobs: rows} = await jobs.list();
    assert.equal((await jobs.get(rows[0]?.ref ?? '')).state, 'pending');
  });
});

describe('the state of jobs', () => {
  it('comes in the order that was asked for, each once, 50 with one request', async () => {
    const {jobs, ids, sent} = await robots(60);
    const asked = [...ids].reverse();
    const found = await jobs.getAll([...asked, ids[0]?.toUpperCase() ?? '']);
    assert.deepEqual(
      found.map(({ref}) => ref.id),
      asked,
    );
    assert.deepEqual(
      sent(),
      ['GET jobsByKey', 'GET jobsByKey'].map(() => 'GET listJobs'),
    );
  });

  it('is not made up for a job that is not there', async () => {
    const {jobs, ids} = await robots(1);
    const error = await failureOf(jobs.getAll([...ids, nobody]));
    assert.equal(error.jobwireCode, 'JW3016');
    assert.equal(error.message, `there is no job ${nobody} behind connection main`);
    assert.deepEqual([await jobs.exists(nobody), await jobs.exists(ids[0] ?? '')], [false, true]);
  });
});

describe('stopping jobs', () => {
  it('reads them, then asks once per 50', async () => {
    const {jobs, ids, sent, sim} = await robots(120);
    const stopped = await jobs.stop(ids);
    assert.ok(stopped.every(({asked}) => asked));
    assert.deepEqual(sent().filter((line) => line === 'POST stopJobs').length, 3);
    assert.deepEqual(new Set(statesIn(sim.state.collection('jobs').rows())), new Set(['Stopped']));
  });

  for (const count of [2, 60])
    it(`stops none of ${count} when one is not known`, async () => {
      const {jobs, ids, sent, sim} = await robots(count);
      const error = await failureOf(jobs.stop([...ids, nobody]));
      assert.equal(error.jobwireCode, 'JW3016');
      assert.match(error.message, /so none was stopped/);
      assert.ok(!sent().includes('POST stopJobs'));
      assert.deepEqual(new Set(statesIn(sim.state.collection('jobs').rows())), new Set(['Pending']));
    });

  it('sends nothing for an empty list', async () => {
    const {jobs, sim} = await stand('uipath-orchestrator');
    assert.deepEqual(await jobs.stop([]), []);
    assert.equal(sim.requests.length, 0);
  });

  it('sends nothing when nothing is left to stop', async () => {
    const {jobs, ids, sent, clock} = await robots(2);
    clock.advance(10_000);
    const stopped = await jobs.stop(ids);
    assert.deepEqual(
      stopped.map(({state, asked}) => [state, asked]),
      [
        ['succeeded', false],
        ['succeeded', false],
      ],
    );
    assert.ok(!sent().includes('POST stopJobs'));
  });

  it('takes a job named twice as one', async () => {
    const {jobs, ids} = await robots(1);
    assert.equal((await jobs.stop([...ids, ...ids, ids[0]?.toUpperCase() ?? ''])).length, 1);
  });

  for (const [force, raw] of [
    [false, 'Stopping'],
    [true, 'Terminating'],
  ] as const)
    it(`${force ? 'kills' : 'asks to end'} with force ${force}`, async () => {
      const {jobs, ids, clock} = await robots(1);
      clock.advance(1500);
      await jobs.stop(ids, {force});
      assert.equal((await jobs.get(ids[0] ?? '')).raw, raw);
    });

  it('refuses a word for force before anything is sent', async () => {
    const {jobs, sim} = await stand('uipath-orchestrator');
    assert.equal(await outcomeOf(jobs.stop([nobody], {force: 'yes'})), 'fail JW2007');
    assert.equal(sim.requests.length, 0);
  });
});

describe('restarting a job', () => {
  it('gives the new job, which is not the old one', async () => {
    const {jobs, ids, clock} = await robots(1);
    clock.advance(10_000);
    const [job] = await jobs.restart(ids[0] ?? '');
    assert.notEqual(job?.id, ids[0]);
    assert.equal((await jobs.get(String(job?.id))).state, 'pending');
  });

  it('is refused by the target while the job is not over', async () => {
    const {jobs, ids} = await robots(1);
    assert.equal((await failureOf(jobs.restart(ids[0] ?? ''))).code, 'uipath-job-unfinished');
  });

  it('of an unknown job starts nothing', async () => {
    const {jobs, sent} = await robots(1);
    assert.equal((await failureOf(jobs.restart(nobody))).code, 'uipath-job-not-found');
    assert.ok(!sent().includes('POST restartJob'));
  });
});

describe('resuming a job', () => {
  const suspended = async (): Promise<Stand & {readonly ids: string[]}> => {
    const made = await robots(1, {settings: {result: 'Suspended'}});
    made.clock.advance(10_000);
    assert.equal((await made.jobs.get(made.ids[0] ?? '')).state, 'waiting');
    return made;
  };

  it('finds the inbox of the job and delivers', async () => {
    const {jobs, ids, ...made} = await suspended();
    await jobs.resume(ids[0], {approved: true});
    assert.equal((await jobs.get(ids[0] ?? '')).raw, 'Resumed');
    assert.deepEqual(await jobs.payload({inbox: inbox({jobs, ...made})}), {approved: true});
  });

  it('needs no job where the inbox is known', async () => {
    const {jobs, ids, ...made} = await suspended();
    await jobs.resume(undefined, 'The response', {inbox: inbox({jobs, ...made})});
    assert.equal((await jobs.get(ids[0] ?? '')).raw, 'Resumed');
  });

  it('asks for one of them when neither is given', async () => {
    const {jobs, sim} = await stand('uipath-orchestrator');
    assert.equal((await failureOf(jobs.resume(undefined, 1))).code, 'uipath-nothing-to-resume');
    assert.ok(!sim.requests.some(({method, name}) => method === 'POST' && name === 'deliverPayload'));
  });

  it('says that a running job waits for nothing', async () => {
    const {jobs, ids} = await robots(1);
    assert.equal((await failureOf(jobs.resume(ids[0], 1))).code, 'uipath-no-inbox');
  });

  for (const text of ['5', 'nobody'])
    it(`refuses the inbox ${text} before any request`, async () => {
      const {jobs, sim} = await stand('uipath-orchestrator');
      assert.equal(await outcomeOf(jobs.resume(undefined, 1, {inbox: text})), 'fail JW2007');
      assert.equal(await outcomeOf(jobs.payload({inbox: text})), 'fail JW2007');
      assert.equal(sim.requests.length, 0);
    });

  it('knows no payload of an inbox that does not exist', async () => {
    const {jobs} = await stand('uipath-orchestrator');
    assert.equal((await failureOf(jobs.payload({inbox: nobody}))).code, 'uipath-not-found');
    assert.equal(await outcomeOf(jobs.payload()), 'fail JW2006');
  });
});

describe('the output of a job', () => {
  it('is what the job gave inline', async () => {
    const {jobs, ids, clock} = await robots(1, {settings: {output: {Total: 12}}});
    clock.advance(10_000);
    assert.deepEqual(await jobs.output(ids[0] ?? ''), {Total: 12});
  });

  it('is null before the job gave any', async () => {
    const {jobs, ids} = await robots(1);
    assert.equal(await jobs.output(ids[0] ?? ''), null);
  });

  it('is read from its file where the target keeps it in one', async () => {
    const {jobs, ids, sim} = await robots(1);
    const file = await jobs.attach(ids[0] ?? '', {name: 'output.json', content: '{"Rows": [1, 2]}'});
    const all = sim.state.collection('jobs');
    for (const row of all.rows()) all.set(row, {OutputFile: file});
    assert.deepEqual(await jobs.output(ids[0] ?? ''), {Rows: [1, 2]});
  });

  it('of an unknown job is an error of the target', async () => {
    const {jobs} = await robots(1);
    assert.equal((await failureOf(jobs.output(nobody))).code, 'uipath-not-found');
  });
});

describe('attachments', () => {
  it('are uploaded, listed and downloaded as they were', async () => {
    const {jobs, ids} = await robots(1);
    const [job = ''] = ids;
    const content = Uint8Array.from({length: 100_000}, (_, i) => i % 256);
    const id = await jobs.attach(job, {name: 'a b é.bin', content}, {category: 'Input'});
    assert.deepEqual(await jobs.attachments(job), [{id, name: 'a b é.bin', category: 'Input'}]);
    assert.deepEqual(new Uint8Array(await jobs.download(job, id)), content);
  });

  it('that are there already are linked to another job', async () => {
    const made = await robots(1);
    const id = await made.jobs.attach(made.ids[0] ?? '', {name: 'note.txt', content: 'ok'});
    const [other = ''] = await startRobots(made, 1);
    assert.equal(await made.jobs.attach(other, {id}), id);
    assert.deepEqual(
      (await made.jobs.attachments(other)).map(({name}) => name),
      ['note.txt'],
    );
  });

  it('need a name that the target takes', async () => {
    const {jobs, ids, sent} = await robots(1);
    assert.equal(await outcomeOf(jobs.attach(ids[0] ?? '', {name: 'x'.repeat(257), content: ''})), 'fail JW2007');
    assert.deepEqual(sent(), []);
  });

  it('are not linked to a job that does not exist', async () => {
    const {jobs} = await robots(1);
    assert.equal((await failureOf(jobs.attach(nobody, {name: 'a', content: 'x'}))).code, 'uipath-not-found');
  });

  it('need a UUID to be downloaded by', async () => {
    const {jobs, sim} = await stand('uipath-orchestrator');
    assert.equal(await outcomeOf(jobs.download(nobody, '../secrets')), 'fail JW2007');
    assert.equal(sim.requests.length, 0);
  });
});

describe('waiting for jobs', () => {
  it('tells each change and ends when all are over', async () => {
    const {jobs, ids} = await robots(2);
    const told: string[] = [];
    const ended = await jobs.wait(ids, {everyMs: 500, onChange: ({raw}) => told.push(raw ?? '')});
    assert.deepEqual(
      ended.map(({state}) => state),
      ['succeeded', 'succeeded'],
    );
    assert.deepEqual(told, ['Pending', 'Pending', 'Running', 'Running', 'Successful', 'Successful']);
  });

  it('looks as seldom as the connector says', async () => {
    const {jobs, ids, sent, clock} = await robots(1, {settings: {runningFor: '60s'}});
    const began = clock.now();
    await jobs.wait(ids);
    // At once, then after 5 s, 10 s, 15 s, 22.5 s and 33.75 s.
    assert.deepEqual([sent().length, clock.now() - began], [6, 86_250]);
  });

  it('ends in time with JW3205 while a job still runs', async () => {
    const {jobs, ids, clock} = await robots(1, {settings: {runningFor: '2h'}});
    const began = clock.now();
    assert.equal(await outcomeOf(jobs.wait(ids, {timeoutMs: 60_000})), 'fail JW3205');
    assert.equal(clock.now() - began, 60_000);
  });

  it('gives a job a minute to appear, then says JW3203', async () => {
    const {jobs, clock} = await robots(1);
    const began = clock.now();
    assert.equal(await outcomeOf(jobs.wait([nobody])), 'fail JW3203');
    assert.ok(clock.now() - began >= 60_000);
  });

  it('calls a job that faulted failed, with what the target says', async () => {
    const {jobs, ids} = await robots(1, {settings: {result: 'Faulted'}});
    const [job] = await jobs.wait(ids);
    assert.deepEqual([job?.state, job?.message], ['failed', 'System.Exception: The application could not be reached.']);
  });
});

describe('a verb the target does not have', () => {
  it('is JW3202 with those it has, and nothing is sent', async () => {
    const {jobs, sim} = await stand('uipath-orchestrator');
    const error = await failureOf(jobs.log(nobody).next());
    assert.equal(error.jobwireCode, 'JW3202');
    assert.match(error.extra.hint ?? '', /offers: status, list, stop, restart/);
    assert.equal(sim.requests.length, 0);
  });
});

function statesIn(rows: readonly {readonly item: object}[]): string[] {
  return rows.map(({item}) => (item as {State: string}).State);
}
