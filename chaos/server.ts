/** One life of `jobwire serve` after another, each ended by SIGKILL as the plan says. Must never end anything it did not start. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {packageRoot} from '../src/values/package-root.ts';
import type {Kill} from './plan.ts';
import {listen} from './target.ts';

export interface Place {
  readonly dir: string;
  readonly store: string;
  readonly port: number;
  readonly leaseMs: number;
}

/** How a life ended: at its point, at a moment of the clock, or by itself, which it never should. */
export type Death =
  | {readonly how: 'point'; readonly at: string}
  | {readonly how: 'clock'; readonly missed?: string; readonly listened: boolean}
  | {readonly how: 'itself'; readonly code: number | null; readonly said: string};

export interface Life {
  /** Resolves when it listens, or when it is over. */
  readonly listening: Promise<boolean>;
  readonly ended: Promise<Death>;
  /** Asks it to end, and waits. */
  stop(): Promise<number | null>;
}

const open = new Set<ChildProcess>();

export function startLife({dir, store, port, leaseMs}: Place, kill?: Kill): Life {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NO_COLOR: '1',
    JOBWIRE_STORE: store,
    JOBWIRE_LEASE_MS: String(leaseMs),
    JOBWIRE_LOG_LEVEL: 'error',
    JOBWIRE_HOOK_RATE: '1000000',
    JOBWIRE_PAUSE_AFTER: '0',
    CHAOS_KILL_AT: kill?.point ? `${kill.point}#${kill.pass}` : '',
  };
  const preload = new URL('./child/preload.ts', import.meta.url).href;
  const args = ['--import', preload, join(packageRoot, 'bin/jobwire.js'), 'serve', '--port', String(port), '-C', dir];
  const child = spawn(process.execPath, args, {env, stdio: ['ignore', 'ignore', 'pipe']});
  open.add(child);
  let said = '';
  let listened = false;
  const closed = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const listening = new Promise<boolean>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-4000);
      listened ||= said.includes('listening on');
      if (listened) resolve(true);
    });
    void closed.then(() => resolve(false));
  });
  let byClock = false;
  let timer: NodeJS.Timeout | undefined;
  const killIn = (ms: number): void => {
    timer = setTimeout(() => {
      byClock = child.kill('SIGKILL');
    }, ms);
  };
  if (kill?.early) killIn(kill.afterMs);
  else if (kill)
    void listening.then((alive) => {
      if (alive) killIn(kill.afterMs);
    });
  const ended = closed.then((code): Death => {
    clearTimeout(timer);
    open.delete(child);
    const at = /chaos: killed at (\S+)/.exec(said)?.[1];
    if (at !== undefined) return {how: 'point', at};
    if (byClock) return {how: 'clock', listened, ...(kill?.point && {missed: kill.point})};
    return {how: 'itself', code, said};
  });
  return {
    listening,
    ended,
    stop() {
      child.kill('SIGTERM');
      return closed;
    },
  };
}

/** Nothing started here stays behind. */
export function endLives(): void {
  for (const child of open) child.kill('SIGKILL');
}

/** A port that was free a moment ago: a sender finds the next life where the last one was. */
export async function findPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
