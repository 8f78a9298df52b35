/** The laws of the engine port (src/engine/engine.ts), one title each: every engine passes all of them. */
import type {Clock} from '../../src/values/time.ts';
import {acceptLaws} from './accept-laws.ts';
import {claimLaws} from './claim-laws.ts';
import {clockLaws} from './clock-laws.ts';
import {laneLaws} from './lane-laws.ts';
import {ManualClock} from './manual-clock.ts';
import {purgeLaws} from './purge-laws.ts';
import {readLaws} from './read-laws.ts';
import {type MakePlace, type Place, turnOver} from './subject.ts';
import {workLaws} from './work-laws.ts';

/** An engine on a fresh place for each law, with a clock that the law moves. */
export interface Bench {
  readonly clock: ManualClock;
  readonly faults: unknown[];
  readonly place: Place;
  engine: Awaited<ReturnType<Place['open']>>;
  /** Another process on the same place. */
  another(clock?: Clock): Promise<Bench['engine']>;
  /** The same place after the process ended and came back. */
  reopen(): Promise<Bench['engine']>;
  /** Resolves when the engines have done what they do without being asked again, or the clock moving. */
  settle(): Promise<void>;
}

export function describeEngineLaws(name: string, makePlace: MakePlace): void {
  describe(`the laws of the engine: ${name}`, () => {
    const bench = {} as {-readonly [K in keyof Bench]: Bench[K]};
    const open: Bench['engine'][] = [];

    beforeEach(async () => {
      bench.clock = new ManualClock();
      bench.faults = [];
      bench.place = await makePlace();
      bench.another = async (clock = bench.clock) => {
        const engine = await bench.place.open(clock, (error) => bench.faults.push(error));
        open.push(engine);
        return engine;
      };
      bench.settle = async () => {
        for (let turn = 0; turn < 10; turn++) await turnOver();
        await bench.place.settled?.();
      };
      bench.reopen = async () => {
        await bench.engine.close();
        bench.engine = await bench.another();
        return bench.engine;
      };
      bench.engine = await bench.another();
    });

    afterEach(async () => {
      await Promise.all(open.splice(0).map((engine) => engine.close()));
      await bench.place.remove();
    });

    describe('accept', () => acceptLaws(bench));
    describe('claims and commits', () => claimLaws(bench));
    describe('lanes', () => laneLaws(bench));
    describe('work', () => workLaws(bench));
    describe('reading', () => readLaws(bench));
    describe('purging', () => purgeLaws(bench));
    describe('a clock that jumps', () => clockLaws(bench));
  });
}
