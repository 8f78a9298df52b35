/** One process at a time changes the packages of a project. Must never take the place of one that lives. */
import {randomUUID} from 'node:crypto';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import type {Clock} from '../../values/time.ts';
import {packagesFolder} from '../installed.ts';

export interface Hold {
  /** JW6027 when somebody else took the place meanwhile: nothing may be changed any more. */
  check(): void;
  release(): void;
}

const patience = {everyMs: 100, times: 300};

/** Waits up to half a minute for another process; the place of a dead one is taken. JW6027. */
export async function hold(project: string, clock: Clock): Promise<Hold> {
  const folder = packagesFolder(project);
  mkdirSync(folder, {recursive: true});
  const file = join(folder, '.busy');
  const own = JSON.stringify({pid: process.pid, host: hostname(), token: randomUUID()});
  for (let tries = 0; !take(file, own); tries++) {
    const other = readHolder(file);
    if (other !== undefined && isDead(other)) rmSync(file, {force: true});
    else if (tries >= patience.times)
      throw busy(`process ${other?.pid ?? '?'} of ${other?.host ?? 'another machine'} works on ${folder}`, file);
    else await clock.sleep(patience.everyMs);
  }
  const isOwn = (): boolean => read(file) === own;
  return {
    check() {
      if (!isOwn()) throw busy(`another process has taken over ${folder}`, file);
    },
    release() {
      if (isOwn()) rmSync(file, {force: true});
    },
  };
}

function busy(problem: string, file: string): Error {
  return fail('JW6027', {problem}, {hint: `wait until it has ended; if there is no such process, delete ${file}`});
}

function take(file: string, own: string): boolean {
  try {
    writeFileSync(file, own, {flag: 'wx'});
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fail('JW7101', {problem: `${file} cannot be written: ${(error as Error).message}`}, {cause: error});
  }
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

function readHolder(file: string): Holder | undefined {
  try {
    const {pid, host} = JSON.parse(read(file) ?? '') as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' ? {pid, host} : undefined;
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Only of this machine can that be known. */
function isDead({pid, host}: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
