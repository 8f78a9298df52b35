/** The process log: JSON lines on stderr, by pino. Must never get a value that was not redacted. */
import {type Logger, pino} from 'pino';

export type {Logger};

export function openLog(level: string): Logger {
  return pino(
    {level, base: {pid: process.pid}, timestamp: pino.stdTimeFunctions.isoTime},
    pino.destination({dest: 2, sync: true}),
  );
}
