/** The process log: JSON lines on stderr, by pino. Must never show a secret, nor keep the process waiting for whoever reads it. */
import {type Logger, pino} from 'pino';
import {processSecrets} from '../values/secret.ts';

export type {Logger};

/** Lines that wait for a reader that does not read; beyond it lines are dropped, and counted. */
const mostWaitingBytes = 1024 * 1024;

const dropped = new WeakMap<Logger, () => number>();

/** `to` is a file descriptor, standard error unless it is given. */
export function openLog(level: string, to = 2): Logger {
  const destination = pino.destination({dest: to, sync: false, minLength: 0, maxLength: mostWaitingBytes});
  let lines = 0;
  // A log that cannot be written, for example because its disk is full, is no reason to stop.
  for (const loss of ['drop', 'error'] as const)
    destination.on(loss, () => {
      lines++;
    });
  const hooks = {streamWrite: (line: string) => processSecrets.text(line)};
  const log = pino({level, base: {pid: process.pid}, timestamp: pino.stdTimeFunctions.isoTime, hooks}, destination);
  dropped.set(log, () => lines);
  return log;
}

export function droppedLines(log: Logger): number {
  return dropped.get(log)?.() ?? 0;
}
