/** Operating a project from the command line: triggers, templates, runs, and the end of a server (row D10). */
import assert from 'node:assert/strict';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {openEngine} from '../../src/engines/index.ts';
import {systemClock} from '../../src/values/time.ts';
import {type Desk, openDesk} from '../support/poll-desk.ts';
import {endAll, jobwire, startJobwire} from '../support/process.ts';

const manual = {
  jobwire: '1',
  kind: 'template',
  id: 'by-hand',
  version: '1.0.0',
  title: 'By hand',
  on: {
    manual: {
      data: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}},
      sample: {id: 'r1'},
    },
  },
  do: {connector: 'desk@^1', connection: 'desk-main', action: 'start', input: {id: '{{event.data.id}}'}},
};

function put(dir: string, path: string, content: unknown): void {
  mkdirSync(dirname(join(dir, path)), {recursive: true});
  writeFileSync(join(dir, path), JSON.stringify(content));
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
const dataOf = (stdout: string): any => JSON.parse(stdout).data;

describe('operating from the command line', function () {
  this.timeout(60_000);
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
    put(desk.dir, 'templates/by-hand/template.json', manual);
    put(desk.dir, 'templates/nightly/template.json', {
      ...manual,
      id: 'nightly',
      on: {schedule: {cron: '0 6 * * *', timezone: 'Europe/Vienna'}},
      do: {...manual.do, input: {id: '{{event.data.scheduledFor}}'}},
    });
  });
  after(async () => {
    endAll();
    await desk.close();
  });
  const run = (...words: string[]) => jobwire(words, {cwd: desk.dir});

  it('a template is triggered, switched off, refused, switched on again, and has a history', async () => {
    const triggered = await run('trigger', 'by-hand', '--data', '{"id":"a"}', '--id', 'first');
    assert.equal(triggered.code, 0, triggered.stderr);
    assert.match(triggered.stdout, /event first\n +by-hand \/ do: run jw-/);
    assert.match(triggered.stderr, /1 run is queued/);
    const shown = dataOf((await run('events', 'show', 'first', '--json')).stdout);
    assert.match(shown.trace, /^[0-9a-f]{32}$/);
    const [, started = ''] = /run (jw-\w+)/.exec(triggered.stdout) ?? [];
    assert.match((await run('runs', 'show', started)).stdout, new RegExp(`^trace +${shown.trace}$`, 'm'));

    const disabled = await run('templates', 'disable', 'by-hand');
    assert.match(disabled.stdout, /by-hand is disabled/);
    const refused = await jobwire(['trigger', 'by-hand', '--data', '-'], {cwd: desk.dir, input: '{"id":"b"}'});
    assert.equal(refused.code, 6);
    assert.match(refused.stderr, /JW5010: template by-hand is disabled since .* by .*\(command line\)/);
    const list = await run('templates', 'list');
    assert.match(list.stdout, /by-hand +1\.0\.0 +disabled +by hand/);
    assert.match(list.stdout, /nightly +1\.0\.0 +enabled +0 6 \* \* \* Europe\/Vienna +\d{4}-/);

    assert.match((await run('templates', 'enable', 'by-hand')).stdout, /by-hand is enabled/);
    const history = await run('templates', 'history', 'by-hand');
    assert.match(history.stdout, /^1 run: 1 queued\n\nRUN +TARGET +STATE/);
  });

  it('runs are canceled, retried, replayed, compared with another project, and purged', async () => {
    const {runs, event} = dataOf((await run('trigger', 'by-hand', '--data', '{"id":"x"}', '--json')).stdout);
    const [id] = runs as [string];
    assert.match((await run('runs', 'retry', id)).stdout, new RegExp(`${id} {2}queued`));
    const notHeld = await run('runs', 'decide', id, 'give-up');
    assert.equal(notHeld.code, 6);
    assert.match((await run('runs', 'cancel', id)).stdout, /canceled/);

    const other = mkdtempSync(join(tmpdir(), 'jobwire-other-'));
    cpSync(desk.dir, other, {recursive: true});
    put(other, 'templates/by-hand/template.json', {
      ...manual,
      do: {...manual.do, input: {id: 'new {{event.data.id}}'}},
    });
    const compared = await run('runs', 'replay', event, '--against', other);
    rmSync(other, {recursive: true, force: true});
    assert.equal(compared.code, 1, compared.stderr);
    assert.match(compared.stdout, /by-hand\/do: 1 difference\n +writes\[0\]\.body\.id\n +- "x"\n +\+ "new x"/);
    assert.deepEqual(desk.written, [], 'nothing was sent');

    const replayed = await run('runs', 'replay', '--state', 'canceled', '--rate', '50/s');
    assert.equal(replayed.code, 0, replayed.stderr);
    assert.match(replayed.stdout, new RegExp(`${event} {2}jw-`));

    const purged = await run('runs', 'purge', '--older-than', '0s', '--json');
    assert.deepEqual([dataOf(purged.stdout).events, dataOf(purged.stdout).keys], [1, 0]);
  });

  it('D20: after a restore, queued runs are named by a dry run and become unclear with --yes', async () => {
    const {runs} = dataOf((await run('trigger', 'by-hand', '--data', '{"id":"r"}', '--json')).stdout);
    const [id] = runs as [string];
    const bare = await run('runs', 'after-restore');
    assert.deepEqual([bare.code, /JW7101: every queued run is changed/.test(bare.stderr)], [2, true], bare.stderr);
    const dry = await run('runs', 'after-restore', '--dry-run');
    assert.match(dry.stdout, new RegExp(`^${id}  would be looked up first`, 'm'));
    assert.equal(dataOf((await run('runs', 'show', id, '--json')).stdout).state, 'queued');
    const done = await run('runs', 'after-restore', '--yes', '--json');
    assert.ok(dataOf(done.stdout).unclear.includes(id), done.stdout);
    assert.equal(dataOf((await run('runs', 'show', id, '--json')).stdout).state, 'starting');
  });

  it('D14: makes up for a time that was missed while it did not run', async () => {
    const schedule = {cron: '0 * * * *', timezone: 'UTC'};
    put(desk.dir, 'templates/hourly/template.json', {
      ...manual,
      id: 'hourly',
      on: {schedule},
      do: {...manual.do, input: {id: '{{event.id}}'}},
    });
    const engine = await openEngine('sqlite:.jobwire/jobwire.db', {clock: systemClock, dir: desk.dir});
    const at = new Date(Date.now() - 3 * 3_600_000).toISOString();
    await engine.accept({events: [], cursor: {connection: 'hourly', feed: '@schedule', value: {at, ...schedule}}});
    await engine.close();
    const server = await startJobwire(['serve', '--port', '0'], {cwd: desk.dir});
    const fired = () => desk.written.filter(({body}) => /^\d{4}-\d\d-\d\dT\d\d:00:00Z$/.test(String(body['id'])));
    for (let i = 0; i < 500 && fired().length === 0; i++) await wait(10);
    assert.equal(fired().length, 1);
    assert.equal(await server.stop(), 0);
  });
});

describe('a server that is asked to end', function () {
  this.timeout(60_000);
  let desk: Desk;
  let waiting: ServerResponse[] = [];
  const target = createServer((_request, response) => void waiting.push(response));
  beforeEach(async () => {
    waiting = [];
    desk = await openDesk();
    put(desk.dir, 'templates/by-hand/template.json', manual);
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const file = join(desk.dir, 'connections/desk-main.json');
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
    put(desk.dir, 'connections/desk-main.json', {
      ...JSON.parse(readFileSync(file, 'utf8')),
      config: {url},
      feeds: {changes: {enabled: false}},
    });
  });
  afterEach(async () => {
    endAll();
    target.closeAllConnections();
    await new Promise((resolve) => target.close(resolve));
    await desk.close();
  });

  /** A server that has sent a start and waits for the answer. */
  const busy = async (env: Record<string, string> = {}) => {
    const server = await startJobwire(['serve', '--port', '0'], {cwd: desk.dir, env});
    const response = await fetch(`${server.url}/api/v1/templates/by-hand/trigger`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: '{"data":{"id":"a"}}',
    });
    const {runs} = (await response.json()) as {runs: string[]};
    for (let i = 0; i < 500 && waiting.length === 0; i++) await wait(10);
    assert.equal(waiting.length, 1);
    return {server, run: runs[0] ?? ''};
  };
  const stateOf = async (run: string): Promise<string> =>
    dataOf((await jobwire(['runs', 'show', run, '--json'], {cwd: desk.dir})).stdout).state;

  it('D10: takes nothing new, finishes what is under way, and leaves with 0', async () => {
    const {server, run} = await busy();
    const ended = server.stop('SIGTERM');
    await wait(300);
    const late = await fetch(`${server.url}/livez`).then(
      ({status}) => status,
      () => 503,
    );
    assert.equal(late, 503);
    waiting[0]?.setHeader('content-type', 'application/json').end('{"id":"J1"}');
    assert.equal(await ended, 0);
    assert.equal(await stateOf(run), 'succeeded');
  });

  it('D10: leaves at once with 1 when it is asked a second time; the run is found as begun', async () => {
    const {server, run} = await busy();
    const ended = server.stop('SIGTERM');
    await wait(300);
    server.child.kill('SIGTERM');
    assert.equal(await ended, 1);
    assert.equal(await stateOf(run), 'starting');
  });

  it('D10: leaves with 1 when what is under way does not end in time', async () => {
    const {server, run} = await busy({JOBWIRE_DRAIN_MS: '300'});
    assert.equal(await server.stop('SIGTERM'), 1);
    assert.equal(await stateOf(run), 'starting');
  });
});
