/** Polls and subscriptions as an operator meets them: commands, and a server that does both by itself. */
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Desk, openDesk} from '../support/poll-desk.ts';
import {endAll, jobwire, startJobwire} from '../support/process.ts';

const soonAgo = (): string => new Date(Date.now() - 60_000).toISOString();

describe('polls and subscriptions of a process', function () {
  this.timeout(60_000);
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(async () => {
    endAll();
    await desk.close();
  });
  const run = (...words: string[]) => jobwire(words, {cwd: desk.dir});

  it('jobwire poll shows what came, and then that nothing is new', async () => {
    const at = soonAgo();
    desk.rows = [{id: 'r1', at}];
    const first = await run('poll', 'desk-main', 'changes');
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /row\.made +r1 +new +jw-/);
    assert.match(first.stderr, /1 rows, 0 known: 1 new; cursor none → /);
    assert.match(first.stderr, /1 run is queued/);
    const second = await run('poll', 'desk-main', 'changes', '--json');
    const {data} = JSON.parse(second.stdout) as {data: {rows: number; known: number; events: []; after: string}};
    assert.deepEqual(data.events, []);
    assert.deepEqual([data.rows, data.known, data.after], [1, 1, at]);
  });

  it('jobwire poll names the feeds there are', async () => {
    const unknown = await run('poll', 'desk-main', 'change');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /JW7102.*\n.*did you mean: changes/);
  });

  it('jobwire serve polls, starts the job, and takes deliveries of a subscription that is made meanwhile', async () => {
    desk.rows = [{id: 'r1', at: soonAgo()}];
    const server = await startJobwire(['serve', '--port', '0'], {cwd: desk.dir});
    assert.deepEqual(await desk.write('POST /jobs'), {id: 'r1'});

    const refused = await run('hooks', 'create', 'desk-main');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--url or set JOBWIRE_PUBLIC_URL/);
    const created = await run('hooks', 'create', 'desk-main', '--url', server.url);
    assert.equal(created.code, 0, created.stderr);
    assert.match(created.stdout, /desk-main +webhooks +active +h1/);
    const {url, secret} = (await desk.write('POST /hooks')) as {url: string; secret: string};
    assert.equal(url, `${server.url}/hooks/desk-main/webhooks`);

    const body = '{"id":"r2"}';
    const signed = (key: string) => ({
      'content-type': 'application/json',
      'x-signature': createHmac('sha256', key).update(body).digest('hex'),
    });
    assert.equal((await fetch(url, {method: 'POST', headers: signed('wrong'), body})).status, 401);
    assert.equal((await fetch(url, {method: 'POST', headers: signed(secret), body})).status, 202);

    const shown = [created, await run('hooks', 'list', '--json'), server.output()];
    const files = globSync(join(desk.dir, '.jobwire/*')).map((file) => readFileSync(file));
    assert.equal(
      Buffer.concat([...files, ...shown.map((one) => Buffer.from(JSON.stringify(one)))]).includes(secret),
      false,
    );

    const deleted = await run('hooks', 'delete', 'desk-main');
    assert.match(deleted.stderr, /ended at the app and forgotten/);
    assert.ok(desk.written.some(({path}) => path === 'DELETE /hooks/h1'));
    assert.equal((await fetch(url, {method: 'POST', headers: signed(secret), body})).status, 503);
    assert.equal(await server.stop(), 0);
  });
});
