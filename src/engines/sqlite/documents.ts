/** Small durable values by kind and key. Writes run inside the caller's transaction. */
import type {Json} from '../../values/json.ts';
import type {Database} from './database.ts';
import {readStored, store, text} from './rows.ts';

export interface DocumentTable {
  get(kind: string, key: string): Json | undefined;
  list(kind: string): {readonly key: string; readonly value: Json}[];
  put(kind: string, key: string, value: Json): void;
  delete(kind: string, key: string): boolean;
}

export function createDocuments(db: Database): DocumentTable {
  const one = db.prepare('SELECT value FROM documents WHERE kind = ? AND key = ?');
  const all = db.prepare('SELECT key, value FROM documents WHERE kind = ? ORDER BY key');
  const put = db.prepare(
    `INSERT INTO documents (kind, key, value) VALUES (?, ?, ?)
     ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value`,
  );
  const remove = db.prepare('DELETE FROM documents WHERE kind = ? AND key = ?');
  return {
    get(kind, key) {
      const row = one.get(kind, key);
      return row && readStored<Json>(row['value']);
    },
    list: (kind) => all.all(kind).map(({key, value}) => ({key: text(key), value: readStored<Json>(value)})),
    put(kind, key, value) {
      put.run(kind, key, store(value));
    },
    delete: (kind, key) => remove.run(kind, key).changes === 1,
  };
}
