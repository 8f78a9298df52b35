/** Accepts without end and prints what was acknowledged, until it is killed. Its own process: see processes.test.ts. */
import {openEngine} from '../../../../src/engines/index.ts';
import {systemClock} from '../../../../src/values/time.ts';
import {arriving} from '../../../laws/subject.ts';

const [url, name] = process.argv.slice(2);
if (url === undefined || name === undefined) throw new Error('usage: accept-forever URL NAME');
const engine = await openEngine(url, {clock: systemClock, dir: '/'});

let n = 0;
async function acceptOn(): Promise<void> {
  for (;;) {
    const id = `${name}-${n++}`;
    const pair = ['a', 'b'].map((half) => arriving({id: `${id}${half}`, event: {uid: `${id}${half}`}}));
    const accepted = await engine.accept({events: pair});
    process.stdout.write(`${accepted.map(({uid, runs}) => `${uid} ${runs[0]}`).join(' ')}\n`);
  }
}
await Promise.all(Array.from({length: 8}, acceptOn));
