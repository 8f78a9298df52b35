/** Limits, senders and feeds that a simulator names are there: `jobwire check` says so before it runs, the simulator when it does. */
import assert from 'node:assert/strict';
import {cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Simulator} from '../../src/generated/types.ts';
import {checkCompanions} from '../../src/manifest/check-companions.ts';
import {loadLibrary} from '../../src/manifest/library.ts';
import {shipped, simulate} from './support.ts';

/** The shipped simulator with wrong names. */
function broken(): Simulator {
  const {simulator} = shipped('uipath-orchestrator');
  const {operations = {}, timelines = {}, senders = {}} = simulator;
  const {listJobs, startJobs} = operations;
  const {jobs} = timelines;
  const {webhooks} = senders;
  assert.ok(listJobs && startJobs && jobs?.notify?.['Running'] && webhooks?.sign);
  listJobs.limit = 'jobList';
  startJobs.notify = [{sender: 'webhook'}];
  jobs.notify['Running'] = {sender: 'hooks'};
  Object.assign(webhooks, {to: 'webhook', sign: {...webhooks.sign, feed: 'webhook'}});
  return simulator;
}

describe('names in a simulator', () => {
  const project = mkdtempSync(join(tmpdir(), 'jobwire-names-'));
  after(() => rmSync(project, {recursive: true}));

  it('are checked before it runs', () => {
    const folder = join(project, 'connectors/uipath-orchestrator');
    cpSync('connectors/uipath-orchestrator', folder, {recursive: true});
    writeFileSync(join(folder, 'simulator.json'), JSON.stringify(broken()));
    const issues = checkCompanions(loadLibrary({project, shipped: '/nowhere'}));
    assert.deepEqual(
      issues.map(({code, at, suggestions}) => `${code} ${at?.pointer} ${suggestions?.[0]}`),
      [
        'JW1004 /senders/webhooks/to webhooks',
        'JW1004 /senders/webhooks/sign/feed webhooks',
        'JW1004 /timelines/jobs/notify/Running/sender webhooks',
        'JW1004 /operations/startJobs/notify/0/sender webhooks',
        'JW1004 /operations/listJobs/limit jobLists',
      ],
    );
  });

  it('that are wrong all the same are a fault of the simulator, not of the client', async () => {
    const manifests = {...shipped('uipath-orchestrator'), simulator: broken()};
    const {call} = await simulate(manifests, {authorization: 'Bearer any'});
    const {status, body} = await call('GET', '/odata/Jobs');
    assert.deepEqual([status, body.simulator.code], [500, 'JW1004']);
  });
});
