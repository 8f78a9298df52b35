/** What a working server forgets, and when. */
import assert from 'node:assert/strict';
import {readConfig} from '../../src/config.ts';
import {type Forgotten, startRetention} from '../../src/engine/retention.ts';
import {openEngine} from '../../src/engines/index.ts';
import {arriving} from '../laws/subject.ts';
import {SteppedClock} from '../support/stepped-clock.ts';

const start = Date.parse('2026-01-12T08:00:00Z');
const day = 86_400_000;
const hour = day / 24;

describe('retention', () => {
  it('forgets each hour what has been over for the time to keep, and nothing that goes on', async () => {
    const clock = new SteppedClock(start);
    const engine = await openEngine('sqlite::memory:', {clock, dir: '/'});
    const forgotten: Forgotten[] = [];
    const event = {receivedAt: start};
    await engine.accept({
      events: [
        arriving({id: 'over', draft: {state: 'failed'}, event, windowMs: 7 * day}),
        arriving({id: 'waits', draft: {wakeAt: start}, event}),
      ],
    });
    const retention = startRetention({
      ...{engine, clock, keepMs: 30 * day},
      onForgotten: (one) => forgotten.push(one),
      onFault: (error) => assert.fail(String(error)),
    });
    await clock.asleep();
    for (let hours = 0; hours < 30 * 24; hours++) await clock.advance(hour);
    assert.deepEqual(forgotten, []);
    await clock.advance(hour);
    await clock.asleep();
    assert.deepEqual(forgotten, [{events: 1, runs: 1, keys: 0}]);
    assert.deepEqual(
      (await engine.events.list({}, {limit: 10})).items.map(({id}) => id),
      ['waits'],
    );
    await retention.stop();
    await engine.close();
  });

  it('is 90 days, another time of at least a day, or never', () => {
    assert.equal(readConfig({}, {}).keepMs, 90 * day);
    assert.equal(readConfig({}, {JOBWIRE_KEEP: '7d'}).keepMs, 7 * day);
    assert.equal(readConfig({}, {JOBWIRE_KEEP: 'forever'}).keepMs, undefined);
    for (const text of ['never', '1h', '0d', '-3d', '90'])
      assert.throws(() => readConfig({}, {JOBWIRE_KEEP: text}), {jobwireCode: 'JW7101'});
  });
});
