/** The thread that writes the store, so that no delivery waits while the disk does: its own connection, one transaction per message. */
import {parentPort, workerData} from 'node:worker_threads';
import {openDatabase} from './database.ts';
import {sendable} from './errors.ts';
import {createTransact} from './transact.ts';
import type {Request} from './writes.ts';

const db = openDatabase(String(workerData));
const transact = createTransact(db);
parentPort?.on('message', (request: Request | 'close') => {
  if (request !== 'close') return parentPort?.postMessage(sendable(transact(request)));
  db.close();
  parentPort?.close();
});
