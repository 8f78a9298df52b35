/** `jobwire jobs`, `connections` and `options` as people type them: the same words for a robot and for an agent, exit codes, --json. */
import assert from 'node:assert/strict';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type JobList, openProject} from '../../src/index.ts';
import type {Ended} from '../support/process.ts';
import {inProcess, openWorkshop, type Workshop} from './jobs-line.ts';

const nobody = '11111111-0000-4000-8000-000000000001';

describe('jobwire jobs', function () {
  this.timeout(20_000);
  let shop: Workshop;
  let robot = '';
  let agent = '';
  let definition = '';
  before(async () => {
    shop = await openWorkshop();
    await using project = await openProject(shop.project.dir);
    const input = {process: 'NoArguments', strategy: 'ModernJobsCount'};
    robot = String((await project.startAction('uipath-prod', 'startJob', input)).jobs?.[0]?.id);
    const started = await project.startAction('kubiya-main', 'triggerJob', {job: 'Nightly Backup'});
    agent = String(started.jobs?.[0]?.id);
    definition = String(started.jobs?.[0]?.['jobId']);
    await project.jobs('uipath-prod').wait([robot], {everyMs: 1});
    await project.jobs('kubiya-main').wait([agent], {everyMs: 1});
  });
  after(() => shop.close());

  const line = (...argv: string[]): Promise<Ended> => inProcess([...argv, '-C', shop.project.dir]);

  for (const [connection, id, more] of [
    ['uipath-prod', () => robot, () => []],
    ['kubiya-main', () => agent, () => ['--input', `jobId=${definition}`]],
  ] as const) {
    it(`lists those of ${connection}`, async () => {
      const {code, stdout} = await line('jobs', 'list', connection, ...more());
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^JOB +STATE.*\\n${id()} +succeeded`));
    });

    it(`shows one of ${connection}`, async () => {
      const {code, stdout} = await line('jobs', 'get', connection, id());
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^job +${id()}\\n(reference .*\\n)?state +succeeded`));
    });

    it(`says no with exit code 1 for one that ${connection} does not know, and 5 where it is wanted`, async () => {
      const no = await line('jobs', 'get', connection, nobody, '--exists');
      assert.deepEqual(no, {code: 1, stdout: 'no\n', stderr: ''});
      const {code, stdout, stderr} = await line('jobs', 'get', connection, nobody);
      assert.deepEqual([code, stdout], [5, '']);
      assert.match(stderr, /^JW3016: there is no job 11111111.*\n {2}fix: check the ids/);
    });

    it(`stops none of ${connection} when one is not known, and sends nothing when all are over`, async () => {
      const {code, stderr} = await line('jobs', 'stop', connection, id(), nobody);
      assert.equal(code, 5);
      assert.match(stderr, /so none was stopped/);
      const idle = await line('jobs', 'stop', connection, id());
      assert.deepEqual([idle.code, idle.stdout], [0, `${id()}  was over already: succeeded\n`]);
      assert.match(idle.stderr, /nothing was sent/);
    });

    it(`waits for one of ${connection} and shows what it gave`, async () => {
      const {code, stdout} = await line('jobs', 'wait', connection, id());
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^${id()} {2}succeeded`));
      assert.match((await line('jobs', 'output', connection, id())).stdout, /finished/);
    });
  }

  it('takes a whole reference from a list', async () => {
    const {stdout} = await line('jobs', 'list', 'kubiya-main', '--input', `jobId=${definition}`, '--json');
    const {jobs, more} = (JSON.parse(stdout) as {data: JobList}).data;
    assert.deepEqual([jobs.length, more], [1, false]);
    assert.equal((await line('jobs', 'get', 'kubiya-main', JSON.stringify(jobs[0]?.ref))).code, 0);
  });

  const wrong: readonly [argv: string[], code: number, message: RegExp][] = [
    [['get', 'uipath-prod', '42'], 3, /JW2007: "42" is not a job id: a uuid is expected/],
    [['get', 'uipath-prod'], 2, /JW7101: Missing 1 required arg/],
    [['get', 'uipath-prod', nobody, '--exsts'], 2, /JW7101: Nonexistent flag: --exsts/],
    [['get', 'nowhere', nobody], 1, /JW7102: there is no connection nowhere/],
    [['get', 'github-main', nobody], 3, /connector github has no job kinds/],
    [
      ['list', 'uipath-prod', '--limit', '1001', '--input', 'skip=10001'],
      3,
      /skip must be at most 10000; input\.top must be at most 1000/,
    ],
    [['list', 'uipath-prod', '--filter', 'State is 1'], 5, /uipath-invalid/],
    [['resume', 'uipath-prod', nobody, '--payload', 'yes'], 2, /--payload is not JSON/],
    [
      ['resume', 'uipath-prod', nobody, '--payload', '@missing.json'],
      1,
      /JW7102: there is no readable file missing\.json/,
    ],
    [['restart', 'kubiya-main', nobody], 1, /JW3202.*\n {2}fix: connector kubiya offers: status, list, stop, output/],
    [['attach', 'uipath-prod', nobody], 2, /exactly one of --file, --content and --id/],
    [
      ['attach', 'uipath-prod', nobody, '--file', 'a', '--content', 'b'],
      2,
      /exactly one of --file, --content and --id/,
    ],
    [['attach', 'uipath-prod', nobody, '--content', 'b'], 2, /needs a --name/],
    [['attach', 'uipath-prod', '--id', nobody], 2, /--id needs a job/],
    [['wait', 'uipath-prod', nobody, '--timeout', 'soon'], 2, /write a duration/],
  ];
  for (const [argv, code, message] of wrong)
    it(`ends with ${code}: jobs ${argv.join(' ')}`, async () => {
      const ended = await line('jobs', ...argv);
      assert.match(ended.stderr, message);
      assert.deepEqual([ended.code, ended.stdout], [code, '']);
    });

  it('restarts, prints the new id alone, waits in vain with 124, and ends with 1 for one that was stopped', async () => {
    shop.robots.set({runningFor: '1h'});
    const {code, stdout} = await line('jobs', 'restart', 'uipath-prod', robot);
    assert.deepEqual([code, /^[0-9a-f-]{36}\n$/.test(stdout)], [0, true]);
    const slow = await line('jobs', 'wait', 'uipath-prod', stdout.trim(), '--timeout', '30ms', '--every', '10ms');
    assert.deepEqual([slow.code, slow.stderr.startsWith('JW3205')], [124, true]);
    await line('jobs', 'stop', 'uipath-prod', stdout.trim(), '--force');
    shop.robots.set({runningFor: '0s', stoppingFor: '0s'});
    const stopped = await line('jobs', 'wait', 'uipath-prod', stdout.trim(), '--every', '10ms');
    assert.equal(stopped.code, 1);
    assert.match(stopped.stdout, /canceled \(Stopped\): Job canceled\n$/);
  });

  it('resumes from a file and shows what was delivered', async () => {
    shop.robots.set({result: 'Suspended'});
    await using project = await openProject(shop.project.dir);
    const jobs = project.jobs('uipath-prod');
    const [waiting] = await jobs.restart(robot);
    const id = String(waiting?.id);
    while ((await jobs.get(id)).state !== 'waiting');
    const file = join(shop.project.dir, 'answer.json');
    writeFileSync(file, '{"approved": true}');
    assert.equal((await line('jobs', 'resume', 'uipath-prod', id, '--payload', `@${file}`)).stdout, 'delivered\n');
    const [row] = shop.robots.state.collection('jobTriggers').rows();
    const {stdout} = await line('jobs', 'payload', 'uipath-prod', '--input', `inbox=${row?.item['ItemKey']}`);
    assert.equal(stdout, '{"approved":true}\n');
  });

  it('attaches, lists and downloads the same bytes', async () => {
    const file = join(shop.project.dir, 'a b.bin');
    const bytes = Buffer.from(Array.from({length: 3000}, (_, i) => i % 256));
    writeFileSync(file, bytes);
    const attached = await line('jobs', 'attach', 'uipath-prod', robot, '--file', file, '--input', 'category=Input');
    const id = attached.stdout.trim();
    const {stdout} = await line('jobs', 'attachments', 'uipath-prod', robot);
    assert.match(stdout, new RegExp(`^ATTACHMENT.*\\n${id} +a b\\.bin +Input\\n$`));
    const out = join(shop.project.dir, 'out.bin');
    const saved = await line('jobs', 'download', 'uipath-prod', robot, id, '--out', out);
    assert.deepEqual([saved.code, readFileSync(out)], [0, bytes]);
    const raw = await line('jobs', 'download', 'uipath-prod', robot, id, '--out', '-');
    assert.deepEqual(Buffer.from(raw.stdout, 'latin1'), bytes);
  });

  it('keeps an attachment in the project while there is no job', async () => {
    const sent = shop.robots.requests.length;
    const {code, stdout} = await line(
      'jobs',
      'attach',
      'uipath-prod',
      '--content',
      'later',
      '--name',
      '../../note.txt',
    );
    assert.equal(code, 0);
    const path = join(shop.project.dir, '.jobwire', 'attachments', `${stdout.trim()}-.._.._note.txt`);
    assert.equal(readFileSync(path, 'utf8'), 'later');
    assert.equal(shop.robots.requests.length, sent);
  });

  it('masks what the target echoes of our secrets', async () => {
    const secret = readFileSync(join(shop.project.dir, 'connections/secrets/kubiya-api-key'), 'utf8').trim();
    const rows = shop.agents.state.collection('executions');
    for (const row of rows.rows()) rows.set(row, {response: `key ${secret}`});
    const {stdout} = await line('jobs', 'output', 'kubiya-main', agent);
    assert.equal(stdout, 'key [secret]\n');
  });
});

describe('jobwire connections and options', function () {
  this.timeout(20_000);
  let shop: Workshop;
  before(async () => {
    shop = await openWorkshop();
  });
  after(() => shop.close());
  const line = (...argv: string[]): Promise<Ended> => inProcess([...argv, '-C', shop.project.dir]);

  it('show help with examples, as all commands about jobs do', async () => {
    const words = readdirSync('src/commands/jobs').map((file) => ['jobs', file.replace('.ts', '')]);
    for (const command of [...words, ['connections', 'list'], ['connections', 'test'], ['options']]) {
      const {code, stdout} = await inProcess([...command, '--help']);
      assert.equal(code, 0, command.join(' '));
      assert.match(stdout, /EXAMPLES/, command.join(' '));
    }
  });

  it('lists connections without asking anything', async () => {
    const {code, stdout} = await line('connections', 'list');
    assert.equal(code, 0);
    assert.match(stdout, /uipath-prod +uipath-orchestrator@\d\S* +automation-suite .* job +startJob/);
    assert.equal(shop.robots.requests.length, 0);
  });

  it('tells as whom and where a connection works', async () => {
    const {code, stdout} = await line('connections', 'test', 'uipath-prod');
    assert.deepEqual([code, stdout.split('\n')[0]], [0, 'uipath-prod works: jobwire, Shared']);
  });

  it('tells which permissions to read are missing', async () => {
    shop.robots.arm('jobs-forbidden', 1);
    const {code, stderr} = await line('connections', 'test', 'uipath-prod');
    assert.match(stderr, /uipath-permissions-missing: jobwire lacks Jobs\.View \(scope OR\.Jobs\)/);
    assert.equal(code, 1);
  });

  const faults: readonly [
    what: string,
    argv: string,
    change: (text: string) => string,
    code: number,
    message: RegExp,
  ][] = [
    [
      'a secret is missing',
      'uipath-prod',
      (text) => text.replace(/file:[^"]+/, 'env:JOBWIRE_TEST_NOWHERE'),
      1,
      /JW7001: .*env:JOBWIRE_TEST_NOWHERE is not set/,
    ],
    [
      'the folder does not exist',
      'uipath-prod',
      (text) => text.replace('"Shared"', '"Nowhere"'),
      5,
      /uipath-folder-not-found: There is no folder Nowhere/,
    ],
    [
      'a private address is not allowed',
      'kubiya-main',
      (text) => text.replace(/"allowPrivate": \[[^\]]*\]/, '"allowPrivate": []'),
      5,
      /JW3010/,
    ],
  ];
  for (const [what, connection, change, code, message] of faults)
    it(`says what is wrong when ${what}`, async () => {
      const file = `connections/${connection}.json`;
      const kept = shop.project.read(file);
      shop.project.write(file, change(kept));
      const ended = await line('connections', 'test', connection);
      shop.project.write(file, kept);
      assert.match(ended.stderr, message);
      assert.equal(ended.code, code);
    });

  it('says with exit code 4 that the target refuses our key', async () => {
    shop.agents.arm('key-refused', 2);
    const {code, stderr} = await line('connections', 'test', 'kubiya-main');
    assert.match(stderr, /^JW3012: .*\n/);
    assert.match(stderr, /fix: check the secrets of connection kubiya-main/);
    assert.equal(code, 4);
  });

  it('tells choices, one a line', async () => {
    const {code, stdout} = await line('options', 'kubiya-main', 'triggerJob', 'job');
    assert.equal(code, 0);
    assert.ok(stdout.split('\n').includes('Nightly Backup'));
  });

  it('tells arguments with their types', async () => {
    const {stdout} = await line('options', 'uipath-prod', 'startJob', 'arguments', '--with', 'process=SupportTriage');
    assert.match(stdout, /^ARGUMENT +TYPE +REQUIRED.*\nIncidentId +System\.String +yes/);
  });

  it('asks for the field that is needed first', async () => {
    const {code, stderr} = await line('options', 'uipath-prod', 'startJob', 'arguments');
    assert.equal(code, 3);
    assert.match(stderr, /depend on input\.process.*\n {2}fix: give process/);
  });
});
