/** Pages by sequence number, newest first: what comes in between neither repeats nor hides anything. */
import type {Page, PageOptions} from '../engine/engine.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Columns} from './stored.ts';

/** One row more than is shown: the extra one says that there is a next page. */
export function rowsOfPage({limit}: PageOptions): number {
  return clamp(limit) + 1;
}

export function toPage<R extends Columns, T>(rows: readonly R[], {limit}: PageOptions, read: (row: R) => T): Page<T> {
  const shown = rows.slice(0, clamp(limit));
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return {items: shown.map(read), ...(more && {next: writeCursor(Number(last['seq']))})};
}

function clamp(limit: number): number {
  return Math.min(1000, Math.max(1, Math.trunc(limit)));
}

function writeCursor(seq: number): string {
  return Buffer.from(`before ${seq}`).toString('base64url');
}

/** The sequence number all rows of the next page lie below. JW7101 for a text that is no such cursor. */
export function readCursor(cursor: string): number {
  const match = /^before (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match) throw fail('JW7101', {problem: `${JSON.stringify(cursor.slice(0, 40))} is not the next of a page`});
  return Number(match[1]);
}
