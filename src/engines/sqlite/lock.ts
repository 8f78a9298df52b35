/** One process works a store: a lock of the operating system, free again the moment its holder dies. */

import {DatabaseSync} from 'node:sqlite';
import {fail} from '../../errors/jobwire-error.ts';
import {memory} from './database.ts';

/** Takes the lock or throws JW7103; gives the function that frees it. */
export function lockForWork(location: string): () => void {
  if (location === memory) return () => undefined;
  const db = new DatabaseSync(`${location}-worker`, {timeout: 0});
  try {
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw fail(
      'JW7103',
      {problem: `another process works ${location}`},
      {hint: 'stop the other jobwire serve, or give this one a store of its own', cause: error},
    );
  }
  return () => db.close();
}
