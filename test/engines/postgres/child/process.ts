/** A child of the process tests: its lines as they come, and its end. */
import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {until} from '../../../laws/subject.ts';

export interface Child {
  readonly process: ChildProcess;
  readonly lines: readonly string[];
  /** Starts it said, as run, state it was claimed from, attempt. */
  starts(): readonly (readonly [run: string, claimedFrom: string, attempt: string])[];
  said(line: string): Promise<void>;
  tell(line: string): void;
  readonly ended: Promise<void>;
}

const open = new Set<ChildProcess>();

export function startChild(script: 'worker' | 'accept-forever', ...args: readonly string[]): Child {
  const path = new URL(`${script}.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, [path, ...args], {stdio: ['pipe', 'pipe', 'inherit']});
  open.add(child);
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => open.delete(child));
  return {
    process: child,
    lines,
    starts: () =>
      lines.flatMap((line) => {
        const [word, run = '', claimedFrom = '', attempt = ''] = line.split(' ');
        return word === 'start' ? [[run, claimedFrom, attempt] as const] : [];
      }),
    said: (line) => until(() => lines.includes(line), `the line ${line}`),
    tell: (line) => assert.ok(child.stdin.write(`${line}\n`)),
    ended,
  };
}

/** For after hooks: nothing started here stays behind. */
export async function endChildren(): Promise<void> {
  const all = [...open];
  for (const child of all) child.kill('SIGKILL');
  await Promise.all(
    all.map(
      (child) =>
        new Promise<void>((resolve) =>
          child.exitCode === null && child.signalCode === null ? child.once('close', () => resolve()) : resolve(),
        ),
    ),
  );
}
