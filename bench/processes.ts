/** Child processes of the bench: started until their first line, timed by the system's own accounting, stopped by their id. */
import {type ChildProcess, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';

export interface Started {
  readonly child: ChildProcess;
  /** The first line it printed. */
  readonly line: string;
}

const children = new Set<ChildProcess>();
const root = new URL('..', import.meta.url).pathname;

/** Runs a script with this Node and gives what its first line says. */
export function start(args: readonly string[], env: Record<string, string> = {}, first = /\S/): Promise<Started> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {...process.env, ...env},
  });
  children.add(child);
  return new Promise((resolve, reject) => {
    let said = '';
    const read = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-10_000);
      const line = said.split('\n').find((text) => first.test(text));
      if (line !== undefined) resolve({child, line});
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      children.delete(child);
      reject(new Error(`${args.join(' ')} ended with ${code}: ${said}`));
    });
  });
}

export async function stop({child}: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
  await gone;
  clearTimeout(timer);
}

export function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

const ticksPerSecond = 100;

/** CPU time of a process and its threads so far in microseconds; NaN where the system has no /proc. */
export function cpuMicros({child}: Started): number {
  try {
    const text = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const [user, system] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return ((Number(user) + Number(system)) / ticksPerSecond) * 1e6;
  } catch {
    return Number.NaN;
  }
}
