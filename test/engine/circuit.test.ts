/** A target that does not answer is left alone, looked at, and asked more and more (rows O14, O21, D08). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {admit, type Circuit, circuitRule, closed, type Heard, hear, parkUntil} from '../../src/engine/circuit.ts';
import {createCircuits} from '../../src/engine/circuits.ts';
import {createGate} from '../../src/engine/gate.ts';
import type {ClaimedRun, Run} from '../../src/engine/run.ts';
import {createStep} from '../../src/engine/step.ts';
import type {Transport, WireRequest} from '../../src/http/send.ts';
import {WireFault} from '../../src/http/wire-fault.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {arriving, as, moved, until} from '../laws/subject.ts';
import {openYard, start, type Yard} from './yard.ts';

const {after, firstMs, capMs, full} = circuitRule;
const moment = (now = 0, chance = () => 1) => ({now, chance});
const told = (heard: readonly Heard[], from: Circuit = closed, at = moment()): Circuit =>
  heard.reduce((circuit, one) => hear(circuit, one, at), from);
const downs = (n: number): Heard[] => Array.from({length: n}, () => 'down');
const ups = (n: number): Heard[] => Array.from({length: n}, () => 'up');

describe('a circuit', () => {
  it('stays closed while the target answers now and then', () => {
    const circuit = told([...downs(after - 1), 'up', ...downs(after - 1)]);
    assert.equal(circuit.state, 'closed');
    assert.equal(admit(circuit, {now: 0, active: 1000}), 'go');
  });

  it('opens after some exchanges in a row without an answer, and lets one look when the wait is over', () => {
    const circuit = told(downs(after));
    assert.deepEqual(circuit, {state: 'open', times: 0, probeAt: firstMs, probing: false});
    assert.equal(admit(circuit, {now: firstMs - 1, active: 0}), 'wait');
    assert.equal(admit(circuit, {now: firstMs, active: 0}), 'probe');
    assert.equal(admit({...circuit, probing: true} as Circuit, {now: firstMs, active: 0}), 'wait');
  });

  it('waits twice as long after each look in vain, up to the cap', () => {
    let circuit = told(downs(after));
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      circuit = hear({...circuit, probing: true} as Circuit, 'down', moment());
      waits.push(circuit.state === 'open' ? circuit.probeAt : Number.NaN);
    }
    assert.deepEqual(waits, [10_000, 20_000, 40_000, 80_000, capMs, capMs, capMs, capMs]);
  });

  it('learns nothing from requests that were under way when it opened', () => {
    const circuit = told(downs(after));
    assert.equal(told(downs(60), circuit, moment(4000)), circuit);
  });

  it('O14: lets one more start with each success, until nothing is held back', () => {
    let circuit = told(['up'], told(downs(after)));
    const limits: number[] = [];
    while (circuit.state === 'ramp') {
      limits.push(circuit.limit);
      assert.equal(admit(circuit, {now: 0, active: circuit.limit - 1}), 'go');
      assert.equal(admit(circuit, {now: 0, active: circuit.limit}), 'wait');
      circuit = told(ups(circuit.limit), circuit);
    }
    assert.deepEqual(limits, [1, 2, 4, 8, 16, 32]);
    assert.deepEqual(circuit, closed);
    assert.ok(full >= 64);
  });

  it('opens again at the first failure while it ramps up', () => {
    assert.deepEqual(told(['up', 'up', 'down'], told(downs(after))), {
      state: 'open',
      times: 1,
      probeAt: 10_000,
      probing: false,
    });
  });

  it('O15: waits are within half and the whole of what doubles, and never above the cap', () => {
    const chances = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});
    fc.assert(
      fc.property(chances, fc.integer({min: 0, max: 60}), fc.integer({min: 0, max: 1e12}), (chance, times, now) => {
        const circuit = hear({state: 'open', times, probeAt: 0, probing: true}, 'down', {now, chance: () => chance});
        const whole = Math.min(capMs, firstMs * 2 ** Math.min(30, times + 1));
        const wait = circuit.state === 'open' ? circuit.probeAt - now : Number.NaN;
        assert.ok(wait >= Math.floor(whole / 2) && wait <= whole, `${wait} of ${whole}`);
      }),
    );
  });

  it('O14: whatever is heard, nobody asks a silent target more than once in a wait', () => {
    const events = fc.array(fc.tuple(fc.constantFrom<Heard>('up', 'down'), fc.nat({max: 20_000})), {maxLength: 60});
    fc.assert(
      fc.property(events, (list) => {
        let now = 0;
        let circuit: Circuit = closed;
        for (const [heard, wait] of list) {
          now += wait;
          const admission = admit(circuit, {now, active: 0});
          if (circuit.state === 'open')
            assert.equal(admission, !circuit.probing && now >= circuit.probeAt ? 'probe' : 'wait');
          else assert.equal(admission, 'go');
          if (admission === 'probe' && circuit.state === 'open') circuit = {...circuit, probing: true};
          circuit = hear(circuit, heard, {now, chance: () => 0.5});
        }
      }),
    );
  });

  it('D08: 10,000 runs that wait come back spread over minutes, none before the next look', () => {
    const circuit: Circuit = {state: 'open', times: 3, probeAt: 40_000, probing: false};
    let seed = 1;
    const chance = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const seconds = new Map<number, number>();
    for (let parked = 1; parked <= 10_000; parked++) {
      const at = parkUntil(circuit, parked, {now: 0, chance});
      assert.ok(at >= 40_000 && at <= 40_000 + 200_000);
      const second = Math.floor(at / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    assert.ok(Math.max(...[...seconds].filter(([second]) => second > 60).map(([, n]) => n)) < 250);
    assert.ok(seconds.size > 150);
  });
});

describe('the circuits of a process', () => {
  const request = {method: 'GET', url: 'https://x.example/'} as WireRequest;
  const open = () => {
    const clock = new VirtualClock(0);
    const changes: string[] = [];
    const circuits = createCircuits({clock, chance: () => 0, onChange: (id, state) => changes.push(`${id} ${state}`)});
    let next: number | Error = 200;
    const transport: Transport = {
      send: async () => {
        if (next instanceof Error) throw next;
        return {status: next, url: '', headers: {}, cookies: [], body: new Uint8Array()};
      },
      close: async () => undefined,
    };
    const watched = circuits.watch('yard', transport);
    const hears = async (answer: number | Error, times = 1): Promise<void> => {
      next = answer;
      for (let i = 0; i < times; i++) await watched.send(request).catch(() => undefined);
    };
    return {circuits, changes, clock, hears};
  };

  for (const answer of [
    502,
    503,
    504,
    new WireFault('refused', false),
    new WireFault('timeout', true),
    new WireFault('reset', true),
  ])
    it(`hear silence in ${answer instanceof Error ? answer.network : answer}`, async () => {
      const {circuits, changes, hears} = open();
      await hears(answer, after);
      assert.deepEqual([circuits.stateOf('yard'), circuits.open(), changes], ['open', ['yard'], ['yard open']]);
      assert.equal(circuits.stateOf('other'), 'closed');
    });

  for (const answer of [200, 400, 401, 404, 409, 429, 500, new Error('JW3010')])
    it(`hear an answer, or nothing at all, in ${answer instanceof Error ? 'a refusal of our own' : answer}`, async () => {
      const {circuits, hears} = open();
      await hears(answer, 50);
      assert.equal(circuits.stateOf('yard'), 'closed');
    });

  it('tell when the target is silent, answers and takes all again', async () => {
    const {changes, hears} = open();
    await hears(503, after);
    await hears(200, full);
    assert.deepEqual(changes, ['yard open', 'yard ramp', 'yard closed']);
  });

  it('let somebody else look when a look never came to asking', async () => {
    const {circuits, clock, hears} = open();
    await hears(503, after);
    clock.advance(firstMs);
    assert.equal(circuits.enter('yard'), 'probe');
    assert.equal(circuits.enter('yard'), 'wait');
    circuits.leave('yard', 'probe');
    assert.equal(circuits.enter('yard'), 'probe');
  });
});

describe('runs of a silent target', () => {
  let yard: Yard;
  afterEach(() => yard?.close());

  /** The yard behind circuits; `silent` says whether it answers. */
  const open = async (plan: Parameters<typeof openYard>[0] = {}) => {
    yard = await openYard(plan);
    const circuits = createCircuits({clock: yard.clock, chance: () => 0.5});
    const live = yard.tools.connection('yard-main');
    const asked: string[] = [];
    const state = {silent: false, asked};
    const transport: Transport = {
      async send(request) {
        asked.push(`${request.method} ${new URL(request.url).pathname}`);
        if (state.silent) throw new WireFault('refused', false);
        return live.transport.send(request);
      },
      close: async () => undefined,
    };
    const watched = {...live, transport: circuits.watch('yard-main', transport)};
    const tools = {...yard.tools, connection: () => watched};
    const step = createStep(tools, {circuits});
    const tick = () => yard.engine.tick(step, {worker: 'w', leaseMs: 1e12, limit: 100});
    /** Jumps to when something is due and works it. */
    const next = async (): Promise<void> => {
      const going = (await yard.all()).filter(({state: one}) => ['queued', 'starting', 'tracking'].includes(one));
      yard.clock.jumpTo(Math.min(...going.map(({wakeAt}) => wakeAt)));
      await tick();
    };
    return {circuits, state, asked, tick, next};
  };
  const all = (): Promise<readonly Run[]> => yard.all();
  const errorsOf = async (): Promise<(string | undefined)[]> => (await all()).map(({error}) => error?.code);

  it('O14: are parked without a call and without using up an attempt', async () => {
    const {state, asked, tick, circuits} = await open();
    state.silent = true;
    for (let i = 0; i < 10; i++) await yard.take();
    await tick();
    assert.equal(circuits.stateOf('yard-main'), 'open');
    const before = asked.length;
    const runs = await all();
    await yard.take('late');
    await tick();
    const late = (await all()).find(({event}) => !runs.some((run) => run.event === event));
    assert.deepEqual([late?.state, late?.attempt, late?.error?.code, asked.length], ['queued', 0, 'JW5012', before]);
    assert.ok((late?.wakeAt ?? 0) > yard.clock.now());
  });

  it('O21: the look is the read of the connector, and the runs start when it is answered', async () => {
    const {state, asked, tick, circuits} = await open();
    state.silent = true;
    for (let i = 0; i < 6; i++) await yard.take();
    await tick();
    asked.length = 0;
    yard.clock.advance(600_000);
    await tick();
    assert.deepEqual(asked, ['GET /robots']);
    assert.deepEqual(new Set(await errorsOf()), new Set(['JW5012']));
    state.silent = false;
    asked.length = 0;
    yard.clock.advance(600_000);
    await tick();
    assert.equal(asked[0], 'GET /robots');
    assert.ok(asked.filter((one) => one === 'POST /jobs').length >= 1);
    assert.notEqual(circuits.stateOf('yard-main'), 'open');
    for (let i = 0; i < 200 && (await all()).some(({state: one}) => one === 'queued'); i++) {
      yard.clock.advance(5000);
      await tick();
    }
    assert.deepEqual(new Set((await all()).map(({state: one}) => one)), new Set(['tracking']));
    assert.equal(yard.jobs.length, 6);
  });

  it('that follow jobs look themselves: a status is a read', async () => {
    const {state, asked, tick, next, circuits} = await open();
    const run = await yard.take();
    await tick();
    state.silent = true;
    for (let i = 0; i < 8 && circuits.stateOf('yard-main') !== 'open'; i++) {
      await yard.take();
      await tick();
    }
    asked.length = 0;
    yard.clock.jumpTo((await yard.run(run)).wakeAt + 600_000);
    await tick();
    assert.deepEqual(asked, ['GET /jobs']);
    assert.equal((await yard.run(run)).state, 'tracking');
    state.silent = false;
    await next();
    await next();
    assert.notEqual(circuits.stateOf('yard-main'), 'open');
  });

  it('end in time when their deadline passes while they wait', async () => {
    const {state, tick, asked} = await open({deadlineMs: 20_000});
    state.silent = true;
    for (let i = 0; i < 6; i++) await yard.take();
    await tick();
    await yard.take('late');
    await tick();
    asked.length = 0;
    yard.clock.jumpTo(start + 20_001);
    await tick();
    const ended = (await all()).filter(({state: one}) => one === 'failed');
    assert.ok(ended.length >= 1);
    assert.deepEqual(new Set(ended.map(({error}) => error?.code)), new Set(['JW5002']));
    assert.deepEqual(
      asked.filter((one) => one === 'POST /jobs'),
      [],
    );
  });

  it('whose worker died are taken up all the same: their time must stay what it was', async () => {
    const {state, tick, circuits} = await open({delivery: 'at-most-once'});
    const run = await yard.take();
    void yard.engine.tick((runs) => runs.map(() => new Promise<never>(() => undefined)), {
      worker: 'dead',
      leaseMs: 1000,
      limit: 1,
    });
    await until(async () => (await yard.run(run)).state === 'starting');
    state.silent = true;
    for (let i = 0; i < 6; i++) await yard.take();
    await tick();
    assert.equal(circuits.stateOf('yard-main'), 'open');
    yard.clock.advance(1000);
    await tick();
    assert.equal((await yard.run(run)).state, 'held');
  });

  it('do not hold back runs of other connections', async () => {
    yard = await openYard();
    const clock = new VirtualClock(0);
    const circuits = createCircuits({clock, chance: () => 0.5});
    const down: Transport = {send: () => Promise.reject(new WireFault('refused', false)), close: async () => undefined};
    const watched = circuits.watch('silent', down);
    for (let i = 0; i < after; i++) await watched.send({} as WireRequest).catch(() => undefined);
    const worked: string[] = [];
    const gate = createGate(
      (runs) =>
        runs.map(async (run) => {
          worked.push(run.connection);
          return moved(run, {to: 'succeeded'});
        }),
      {circuits, tools: {...yard.tools, clock}},
    );
    await yard.engine.accept({
      events: ['silent', 'other', 'silent', 'other'].map((connection) => arriving({draft: {connection}})),
    });
    await yard.engine.tick(gate, as('w'));
    assert.deepEqual(worked, ['other', 'other']);
  });

  it('O14: after an outage a backlog is worked off by and by, never more at once than the ramp allows', async function () {
    this.timeout(20_000);
    yard = await openYard();
    const {clock, engine} = yard;
    let seed = 7;
    const chance = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const circuits = createCircuits({clock, chance});
    let silent = true;
    let calls = 0;
    const faults: unknown[] = [];
    let atOnce = 0;
    let most = 0;
    const wire: Transport = {
      async send() {
        calls++;
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
        if (silent) throw new WireFault('refused', false);
        return {status: 200, url: '', headers: {}, cookies: [], body: new Uint8Array()};
      },
      close: async () => undefined,
    };
    const watched = circuits.watch('yard-main', wire);
    const work = (runs: readonly ClaimedRun[]) =>
      runs.map(async (run) => {
        const answered = await watched.send({} as WireRequest).then(
          () => true,
          () => false,
        );
        return answered
          ? moved(run, {to: 'succeeded'})
          : moved(run, {to: 'queued', wakeAt: Math.round(clock.now() + 30_000 * chance())});
      });
    const live = {...yard.tools.connection('yard-main'), transport: watched};
    const gate = createGate(work, {circuits, tools: {...yard.tools, connection: () => live}});
    const count = 1000;
    await engine.accept({events: Array.from({length: count}, () => arriving({draft: {connection: 'yard-main'}}))});
    const tick = () =>
      engine.tick(gate, {worker: 'w', leaseMs: 1e12, limit: 64, onFault: (error) => faults.push(error)});
    const minutes = async (n: number): Promise<void> => {
      for (let second = 0; second < n * 60; second++) {
        while ((await tick()) === 64);
        clock.advance(1000);
      }
    };
    await minutes(20);
    const duringOutage = calls;
    assert.ok(duringOutage < 120, `${duringOutage} calls to a dead target`);
    assert.equal((await engine.stats()).runs.queued, count);
    silent = false;
    most = 0;
    const limits: number[] = [];
    for (let second = 0; second < 1800 && (await engine.stats()).runs.queued > 0; second++) {
      while ((await tick()) === 64);
      limits.push(most);
      clock.advance(1000);
    }
    const {runs} = await engine.stats();
    assert.deepEqual([runs.succeeded, faults], [count, []]);
    assert.ok(most <= 64, `${most} at once`);
    const answered = limits.filter((n) => n > 0);
    assert.ok((answered[0] ?? 99) <= 8, `begins with ${answered.slice(0, 5)}`);
    assert.ok(Math.max(...(await all()).map(({attempt}) => attempt)) <= 3, 'waiting used up attempts');
  });
});
