/** Whether this process had time: notices when its event loop was blocked. Must never block it. */
import {type Clock, elapsed} from '../values/time.ts';

export interface LoopWatch {
  /** It was blocked a moment ago, and what came meanwhile is still waiting. */
  wasBlocked(): boolean;
  stop(): void;
}

export interface LoopPace {
  readonly everyMs: number;
  /** A pause that a sender or a load balancer notices. */
  readonly longMs: number;
  /** Long enough that somebody who asks every few seconds hears of it. */
  readonly rememberedMs: number;
}

const usual: LoopPace = {everyMs: 500, longMs: 1000, rememberedMs: 5000};

export function watchLoop(clock: Pick<Clock, 'sleep'>, {everyMs, longMs, rememberedMs}: LoopPace = usual): LoopWatch {
  const ending = new AbortController();
  let blockedAt = Number.NEGATIVE_INFINITY;
  const watch = async (): Promise<void> => {
    for (;;) {
      const before = elapsed();
      await clock.sleep(everyMs, ending.signal);
      if (elapsed() - before - everyMs >= longMs) blockedAt = elapsed();
    }
  };
  watch().catch(() => undefined);
  return {
    wasBlocked: () => elapsed() - blockedAt < rememberedMs,
    stop: () => ending.abort(),
  };
}
