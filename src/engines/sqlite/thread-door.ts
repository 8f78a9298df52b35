/** The door to the store's thread: started with the first transaction, and again after it died. */
import {extname, join} from 'node:path';
import {SHARE_ENV, Worker} from 'node:worker_threads';
import {fail} from '../../errors/jobwire-error.ts';
import {programFolder} from '../../values/package-root.ts';
import {received} from './errors.ts';
import type {Reply, Transact} from './writes.ts';

export interface ThreadDoor {
  /** One at a time. Rejects with JW7103 when the thread dies meanwhile: whether it wrote is then seen in the store only. */
  readonly transact: Transact;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** The file stands alone in the built program, too, whose other files are put together. */
const program = join(programFolder, 'engines', 'sqlite', `thread${extname(import.meta.filename)}`);

export function openThreadDoor(location: string): ThreadDoor {
  let thread: Worker | undefined;
  let waiting: Waiting | undefined;

  const settle = (how: (one: Waiting) => void) => {
    const one = waiting;
    waiting = undefined;
    // While nothing is asked, the thread keeps no process alive.
    thread?.unref();
    if (one) how(one);
  };
  const start = (): Worker => {
    const started = new Worker(program, {workerData: location, env: SHARE_ENV, name: 'store'});
    let cause: unknown;
    started.on('message', (reply: Reply) => settle(({resolve}) => resolve(received(reply))));
    started.on('error', (error) => {
      cause = error;
    });
    started.on('exit', (code) => {
      thread = undefined;
      settle(({reject}) => reject(fail('JW7103', {problem: `the thread of the store ended (${code})`}, {cause})));
    });
    return started;
  };
  return {
    transact: (request) =>
      new Promise((resolve, reject) => {
        thread ??= start();
        thread.ref();
        waiting = {resolve, reject};
        thread.postMessage(request);
      }),
    async close() {
      if (!thread) return;
      const ended = new Promise((resolve) => thread?.once('exit', resolve));
      thread.ref();
      thread.postMessage('close');
      await ended;
    },
  };
}
