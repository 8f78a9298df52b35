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
  const hooks = {streamWrite: (line: string) => withoutControls(processSecrets.text(line))};
  const log = pino({level, base: {pid: process.pid}, timestamp: pino.stdTimeFunctions.isoTime, hooks}, sink);
  sinks.set(log, sink);
  return log;
}

/** JSON leaves these as they are, and some terminals take them for the beginning of a command. */
function withoutControls(line: string): string {
  return line.replace(/[\u007f-\u009f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function droppedLines(log: Logger): number {
  return sinks.get(log)?.lost() ?? 0;
}
