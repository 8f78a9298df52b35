/** The process log: JSON lines on stderr, by pino. Must never show a secret that this process knows, wherever in a line it stands. */
import {type Logger, pino} from 'pino';
import {processSecrets} from '../values/secret.ts';
import {openSink, type Sink} from './sink.ts';

export type {Logger};

const sinks = new WeakMap<Logger, Sink>();

/** `to` is a file descriptor, standard error unless it is given. */
export function openLog(level: string, to = 2): Logger {
  const sink = openSink(to);
  // By value, over the finished line: rules for paths leave messages, stacks and other spellings alone.
  const hooks = {streamWrite: (line: string) => processSecrets.text(line)};
  const log = pino({level, base: {pid: process.pid}, timestamp: pino.stdTimeFunctions.isoTime, hooks}, sink);
  sinks.set(log, sink);
  return log;
}

export function droppedLines(log: Logger): number {
  return sinks.get(log)?.lost() ?? 0;
}
