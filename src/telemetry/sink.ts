/** Where the lines of the log go: written in the background, in order. Must never keep a writer waiting, nor stop for a file that cannot be written. */
import {write as writeTo} from 'node:fs';
import {systemClock} from '../values/time.ts';

export interface Sink {
  write(line: string): void;
  /** Lines that could not be written, or waited behind too many others. */
  lost(): number;
}

/** What may wait for a reader that does not read. */
const mostBytes = 1024 * 1024;
/** A pipe that is full is tried again for so long, piece by piece; then what waits is given up. */
const pauseMs = 50;
const mostPauses = 100;

export function openSink(file: number): Sink {
  let waiting: string[] = [];
  let bytes = 0;
  let lost = 0;
  let writing = false;

  const next = (): void => {
    const lines = waiting;
    const piece = Buffer.from(lines.join(''));
    waiting = [];
    writing = lines.length > 0;
    if (!writing) return;
    send(piece, 0, (gone) => {
      if (gone) lost += lines.length;
      bytes -= piece.length;
      next();
    });
  };
  const send = (piece: Buffer, pauses: number, done: (gone: boolean) => void): void => {
    writeTo(file, piece, (error, written) => {
      if (error?.code === 'EAGAIN' && pauses < mostPauses)
        void systemClock.sleep(pauseMs).then(() => send(piece, pauses + 1, done));
      else if (error) done(true);
      else if (written < piece.length) send(piece.subarray(written), 0, done);
      else done(false);
    });
  };
  return {
    lost: () => lost,
    write(line) {
      const size = Buffer.byteLength(line);
      if (bytes + size > mostBytes) {
        lost++;
        return;
      }
      waiting.push(line);
      bytes += size;
      if (!writing) next();
    },
  };
}
