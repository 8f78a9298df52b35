/** A command on a real terminal: util-linux `script` makes one, answers are typed when their question is there. */
import {spawn, spawnSync} from 'node:child_process';

/** Without it such a test has nothing to run on. */
export function hasTerminal(): boolean {
  return spawnSync('script', ['--version']).error === undefined;
}

export interface Typed {
  readonly code: number | null;
  readonly output: string;
}

export function onTerminal(
  args: readonly string[],
  answers: readonly (readonly [question: string, keys: string])[],
  options: {readonly cwd?: string} = {},
): Promise<Typed> {
  const bin = new URL('../../bin/jobwire.js', import.meta.url).pathname;
  const quoted = [process.execPath, bin, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qec', quoted, '/dev/null'], {
    env: {...process.env, TERM: 'xterm', SHELL: '/bin/sh'},
    ...options,
  });
  let output = '';
  const left = [...answers];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const [next] = left;
    if (!next || !output.includes(next[0])) return;
    left.shift();
    child.stdin.write(next[1]);
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({code, output})));
}
