/** Limits of the Orchestrator simulator: how many lists a minute, and which calls they do not touch. */
import assert from 'node:assert/strict';
import {ns, type Orchestrator, orchestrator} from './orchestrator.ts';

async function listMany({call}: Orchestrator, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push((await call('GET', '/odata/Jobs', {query: {$top: '1'}})).status);
  return statuses;
}

describe('limits of a simulator', () => {
  it('refuse the list of jobs that is one too many in a minute, and say when to come back', async () => {
    const running = await orchestrator();
    assert.deepEqual([...new Set(await listMany(running, 100))], [200]);
    running.clock.advance(20_000);
    const refused = await running.call('GET', '/odata/Jobs');
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '40']);
    assert.equal(refused.body.message, 'Too many requests.');
    running.clock.advance(40_000);
    assert.deepEqual(await listMany(running, 1), [200]);
  });

  it('leave reading one job alone, and count queue items by themselves', async () => {
    const running = await orchestrator({settings: {listsPerMinute: 1}});
    await listMany(running, 2);
    const path = `/odata/Jobs/${ns}.GetByKey(identifier=0b7c6f5e-0000-4000-8000-000000000001)`;
    assert.equal((await running.call('GET', path)).status, 404);
    assert.equal((await running.call('GET', '/odata/QueueItems')).status, 200);
  });

  it('are switched off by null', async () => {
    const running = await orchestrator({settings: {listsPerMinute: null}});
    assert.deepEqual([...new Set(await listMany(running, 130))], [200]);
  });

  it('do not count who is turned away for his credentials', async () => {
    const running = await orchestrator({settings: {listsPerMinute: 1}});
    assert.equal((await running.call('GET', '/odata/Jobs', {headers: {authorization: ''}})).status, 401);
    assert.deepEqual(await listMany(running, 1), [200]);
  });
});
