/** Jobwire as people run it: a process of its own, its output, and its end. */
import {type ChildProcess, spawn} from 'node:child_process';

const open = new Set<ChildProcess>();

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end. */
export async function jobwire(
  args: readonly string[],
  options: {env?: Record<string, string>; input?: string; cwd?: string} = {},
): Promise<Ended> {
  const child = launch(args, options);
  child.stdin?.end(options.input ?? '');
  const output = collect(child);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return {code, ...output()};
}

export interface Running {
  readonly child: ChildProcess;
  /** The first address it printed. */
  readonly url: string;
  output(): {stdout: string; stderr: string};
  /** Ends it and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a command that stays, and waits until it says where it listens. */
export async function startJobwire(
  args: readonly string[],
  options: {env?: Record<string, string>; cwd?: string} = {},
): Promise<Running> {
  const child = launch(args, options);
  const output = collect(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', () => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output().stderr)?.[0];
      if (found) resolve(found);
    });
    child.once('close', (code) =>
      reject(new Error(`jobwire ${args.join(' ')} ended with ${code}: ${output().stderr}`)),
    );
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    url,
    output,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return closed;
    },
  };
}

/** For after hooks: nothing started here stays behind. */
export function endAll(): void {
  for (const child of open) child.kill('SIGKILL');
}

function launch(args: readonly string[], {env = {}, cwd}: {env?: Record<string, string>; cwd?: string}): ChildProcess {
  const bin = new URL('../../bin/jobwire.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [bin, ...args], {
    env: {...process.env, NO_COLOR: '1', ...env},
    ...(cwd !== undefined && {cwd}),
  });
  open.add(child);
  child.once('close', () => open.delete(child));
  return child;
}

function collect(child: ChildProcess): () => {stdout: string; stderr: string} {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return () => ({stdout, stderr});
}
