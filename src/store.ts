/** The store of a project, opened for one question by a command. */
import {type Overrides, readConfig} from './config.ts';
import type {Engine} from './engine/engine.ts';
import {openEngine} from './engines/index.ts';
import {systemClock} from './values/time.ts';

export async function withStore<T>(overrides: Overrides, ask: (engine: Engine) => Promise<T>): Promise<T> {
  const config = readConfig(overrides);
  const engine = await openEngine(config.store, {clock: systemClock, dir: config.project});
  try {
    return await ask(engine);
  } finally {
    await engine.close();
  }
}
