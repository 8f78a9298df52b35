/** Templates that are off start nothing, and templates that only fail are paused. */
import assert from 'node:assert/strict';
import type {Engine} from '../../src/engine/engine.ts';
import {createPausing, pauseIfFailing} from '../../src/engine/pausing.ts';
import {createSwitches, refuseOff, type Switches, withSwitches} from '../../src/engine/switches.ts';
import {openEngine} from '../../src/engines/index.ts';
import type {JobwireError} from '../../src/errors/jobwire-error.ts';
import {ManualClock} from '../laws/manual-clock.ts';
import {always, arriving, as, batch, codeOf, take, until} from '../laws/subject.ts';

describe('templates that are switched off', () => {
  let clock: ManualClock;
  let engine: Engine;
  let switches: Switches;
  let gated: Engine;
  beforeEach(async () => {
    clock = new ManualClock(Date.parse('2026-01-12T08:00:00Z'));
    engine = await openEngine('sqlite::memory:', {clock, dir: '/'});
    switches = createSwitches(engine.documents, clock);
    gated = withSwitches(engine, switches);
  });
  afterEach(() => engine.close());

  it('start no run; the event is stored and says why', async () => {
    await switches.put('t', {state: 'disabled', by: 'ada'});
    const {uid, runs} = await take(gated, {id: 'a', runs: 2});
    assert.deepEqual(runs, []);
    const event = await engine.events.get(uid);
    assert.deepEqual(
      event?.decisions.map(({outcome, because, run}) => [outcome, because, run]),
      [
        ['skipped', 'disabled', undefined],
        ['skipped', 'disabled', undefined],
      ],
    );
    assert.equal((await take(gated, {id: 'a'})).duplicate, true);
  });

  it('do not keep other templates of the same event from starting', async () => {
    await switches.put('t', {state: 'paused', by: 'Jobwire'});
    const one = arriving({runs: 1});
    const other = {...one.drafts[0], id: 'jw-other', template: 'u'} as NonNullable<(typeof one.drafts)[0]>;
    const decisions = [
      ...one.event.decisions,
      {template: 'u', target: 'do', outcome: 'run' as const, run: 'jw-other', rows: []},
      {template: 't', target: 'x', outcome: 'skipped' as const, because: 'criteria[0]', rows: []},
    ];
    const [accepted] = await gated.accept(
      batch({...one, event: {...one.event, decisions}, drafts: [...one.drafts, other]}),
    );
    assert.deepEqual(accepted?.runs, ['jw-other']);
    const event = await engine.events.get(one.event.uid);
    assert.deepEqual(
      event?.decisions.map(({because}) => because),
      ['paused', undefined, 'criteria[0]'],
    );
  });

  it('are on again when they are enabled, and that is seen within a second by every process', async () => {
    const elsewhere = createSwitches(engine.documents, clock);
    await switches.put('t', {state: 'disabled', by: 'ada'});
    assert.equal((await take(gated)).runs.length, 0);
    await elsewhere.put('t', {state: 'enabled', by: 'bob'});
    assert.equal((await take(gated)).runs.length, 0);
    await elsewhere.put('t', {state: 'enabled', by: 'bob'});
    clock.advance(1000);
    assert.equal((await take(gated)).runs.length, 1);
  });

  it('are refused where a person asks for them', async () => {
    await switches.put('t', {state: 'disabled', by: 'ada'});
    assert.equal(await codeOf(refuseOff(switches, 't')), 'JW5010');
    await assert.rejects(refuseOff(switches, 't'), /template t is disabled since 2026-01-12T08:00:00Z by ada/);
    await switches.put('t', {state: 'enabled', by: 'ada'});
    await refuseOff(switches, 't');
    await refuseOff(switches, 'never-switched');
  });

  describe('by themselves, because they only fail', () => {
    const alerts: JobwireError[] = [];
    const tools = (after = 3) => ({
      engine,
      switches,
      clock,
      after,
      onPaused: (error: JobwireError) => void alerts.push(error),
      onFault: (error: unknown) => assert.fail(String(error)),
    });
    beforeEach(() => void alerts.splice(0));
    const error = {code: 'JW3004', detail: 'POST /jobs answered 400'} as never;
    const end = async (to: 'failed' | 'succeeded' | 'held' | 'canceled', times = 1): Promise<void> => {
      for (let i = 0; i < times; i++) {
        await take(engine);
        await engine.tick(always({to, ...(to === 'failed' && {error})}), as('w'));
      }
    };
    const state = async () => (await switches.get('t'))?.state;

    it('D07: after so many failed runs in a row, with the last problem and one alert', async () => {
      await end('failed', 2);
      await pauseIfFailing('t', tools());
      assert.equal(await state(), undefined);
      await end('failed');
      await pauseIfFailing('t', tools());
      assert.equal(await state(), 'paused');
      assert.deepEqual(
        alerts.map(({message}) => message),
        ['template t failed 3 times in a row: POST /jobs answered 400'],
      );
      assert.equal((await switches.get('t'))?.error?.code, 'JW5009');
      await pauseIfFailing('t', tools());
      assert.equal(alerts.length, 1, 'one alert');
    });

    for (const to of ['succeeded', 'canceled'] as const)
      it(`not when a run between them is ${to}`, async () => {
        await end('failed', 2);
        await end(to);
        await end('failed', 2);
        await pauseIfFailing('t', tools());
        assert.equal(await state(), undefined);
      });

    it('also when a held run lies between them: nobody knows what became of it', async () => {
      await end('failed', 2);
      await end('held');
      await end('failed');
      await pauseIfFailing('t', tools());
      assert.equal(await state(), 'paused');
    });

    it('not for runs from before it was enabled', async () => {
      await end('failed', 3);
      clock.advance(10);
      await switches.put('t', {state: 'enabled', by: 'ada'});
      await pauseIfFailing('t', tools());
      assert.equal(await state(), 'enabled');
      await end('failed', 2);
      await pauseIfFailing('t', tools());
      assert.equal(await state(), 'enabled');
      await end('failed');
      await pauseIfFailing('t', tools());
      assert.equal(await state(), 'paused');
    });

    it('looks a moment later, once for many failures; 0 never looks; stop ends the wait', async () => {
      await end('failed', 3);
      const pausing = createPausing(tools());
      for (let i = 0; i < 5; i++) pausing.failed('t');
      assert.equal(clock.sleeping, 1);
      await pausing.stop();
      assert.equal(clock.sleeping, 0);
      createPausing(tools(0)).failed('t');
      assert.equal(clock.sleeping, 0);
      const second = createPausing(tools());
      second.failed('t');
      clock.advance(1000);
      await until(async () => (await state()) === 'paused');
      await second.stop();
    });
  });
});
