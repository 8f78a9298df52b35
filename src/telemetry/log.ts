/** The process log: JSON lines on stderr, by pino. Must never get a value that was not redacted, nor keep the process waiting for whoever reads it. */
import {type Logger, pino} from 'pino';

export type {Logger};

/** Lines that wait for a reader that does not read; beyond it lines are dropped, and counted. */
const mostWaitingBytes = 1024 * 1024;

const dropped = new WeakMap<Logger, () => number>();

/** `to` is a file descriptor, standard error unless it is given. */
export function openLog(level: string, to = 2): Logger {
  const destination = pino.destination({dest: to, sync: false, minLength: 0, maxLength: mostWaitingBytes});
  let lines = 0;
  destination.on('drop', () => {
    lines++;
  });
  const log = pino({level, base: {pid: process.pid}, timestamp: pino.stdTimeFunctions.isoTime}, destination);
  dropped.set(log, () => lines);
  return log;
}

export function droppedLines(log: Logger): number {
  return dropped.get(log)?.() ?? 0;
}
