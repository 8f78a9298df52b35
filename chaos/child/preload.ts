/** Loaded before `jobwire serve` (node --import): puts points to die at around the engine, its drivers and the wire. The program itself is unchanged. */
import {registerHooks} from 'node:module';
import {watchCommits} from './store.ts';
import {watchWire} from './wire.ts';

const real = new URL('../../src/engines/index.ts', import.meta.url).href;
const before = new URL('./engine.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    return resolved.url === real && context.parentURL !== before ? {...resolved, url: before} : resolved;
  },
});
watchCommits();
watchWire();
