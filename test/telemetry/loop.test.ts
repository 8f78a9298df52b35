/** Whether a process had time (row D17). */
import assert from 'node:assert/strict';
import {setTimeout as wait} from 'node:timers/promises';
import {watchLoop} from '../../src/telemetry/loop.ts';
import {systemClock} from '../../src/values/time.ts';
import {onTheRealWire} from '../http/wire.ts';
import {closeAll, startServer} from '../server/support.ts';

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('an event loop that was blocked', () => {
  onTheRealWire();
  afterEach(closeAll);
  const pace = {everyMs: 20, longMs: 200, rememberedMs: 500};

  it('D17: is not ready for a while, is alive all the time, and is ready again by itself', async () => {
    const loop = watchLoop(systemClock, pace);
    const {port} = await startServer({ready: async () => !loop.wasBlocked()});
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    try {
      await wait(50);
      assert.deepEqual([await status('/livez'), await status('/readyz')], [200, 200]);
      block(600);
      assert.deepEqual([await status('/livez'), await status('/readyz')], [200, 503]);
      for (let i = 0; i < 100 && (await status('/readyz')) !== 200; i++) await wait(20);
      assert.deepEqual([await status('/livez'), await status('/readyz')], [200, 200]);
    } finally {
      loop.stop();
    }
  });

  it('D17: a short pause is none', async () => {
    const loop = watchLoop(systemClock, {...pace, longMs: 10_000});
    await wait(30);
    block(60);
    await wait(30);
    assert.equal(loop.wasBlocked(), false);
    loop.stop();
  });
});
