/** `jobwire hooks check`: whether the app still has a subscription, asked of an Orchestrator on this machine. */
import assert from 'node:assert/strict';
import type {Connection} from '../../src/generated/types.ts';
import {inProcess, openWorkshop, type Workshop} from '../commands/jobs-line.ts';
import type {Ended} from '../support/process.ts';

describe('jobwire hooks check', function () {
  this.timeout(30_000);
  let shop: Workshop;
  beforeEach(async () => {
    shop = await openWorkshop();
    const {feeds: _, ...connection} = shop.project.json<Connection & Record<string, unknown>>(
      'connections/uipath-prod.json',
    );
    shop.project.write('connections/uipath-prod.json', connection);
  });
  afterEach(() => shop.close());

  const line = (...argv: string[]): Promise<Ended> => inProcess(['hooks', ...argv, '-C', shop.project.dir]);
  const create = async (): Promise<void> => {
    const {code, stderr} = await line('create', 'uipath-prod', '--url', 'https://jobwire.example.com');
    assert.equal(code, 0, stderr);
  };

  it('says that a subscription is alive', async () => {
    await create();
    const {code, stdout, stderr} = await line('check', 'uipath-prod');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /uipath-prod +webhooks +active/);
    assert.match(stderr, /^alive$/m);
    const seen = await (await fetch(`${shop.robots.url}/_simulator/requests`)).text();
    assert.match(seen, /Ping/);
    const shown = JSON.parse((await line('check', 'uipath-prod', 'webhooks', '--json')).stdout) as {
      data: {alive: boolean; asked: boolean};
    };
    assert.deepEqual([shown.data.alive, shown.data.asked], [true, true]);
  });

  it('ends with 1 when the app has lost it, and says what helps', async () => {
    await create();
    const webhooks = shop.robots.state.collection('webhooks');
    for (const row of webhooks.rows()) webhooks.remove(row);
    const {code, stderr} = await line('check', 'uipath-prod');
    assert.equal(code, 1);
    assert.match(stderr, /not alive: the app has no such subscription.*\n {2}fix: jobwire hooks create uipath-prod/);
  });

  it('ends with 1 when there is none', async () => {
    const {code, stderr} = await line('check', 'uipath-prod');
    assert.equal(code, 1);
    assert.match(stderr, /not alive: there is no subscription/);
  });

  it('fails as a remote fault when the app does not answer', async () => {
    await create();
    await shop.robots.close();
    const {code, stderr} = await line('check', 'uipath-prod');
    assert.equal(code, 5, stderr);
  });
});
