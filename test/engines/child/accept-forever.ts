/** Accepts without end and prints what was acknowledged, until it is killed. Its own process: see durable.test.ts. */
import {openEngine} from '../../../src/engines/index.ts';
import {systemClock} from '../../../src/values/time.ts';
import {arriving, moved} from '../../laws/subject.ts';

const [dir, name] = process.argv.slice(2);
if (dir === undefined || name === undefined) throw new Error('usage: accept-forever DIR NAME');
const engine = await openEngine('sqlite:jobwire.db', {clock: systemClock, dir});
engine.work((runs) => runs.map(async (run) => moved(run, {to: 'succeeded'})), {
  worker: name,
  leaseMs: 60_000,
  limit: 32,
});

let n = 0;
async function acceptOn(): Promise<void> {
  for (;;) {
    const id = `${name}-${n++}`;
    const pair = ['a', 'b'].map((half) => arriving({id: `${id}${half}`, event: {uid: `${id}${half}`}}));
    const accepted = await engine.accept({events: pair});
    process.stdout.write(`${accepted.map(({uid, runs}) => `${uid} ${runs[0]}`).join(' ')}\n`);
  }
}
await Promise.all(Array.from({length: 16}, acceptOn));
