/** Small durable values by kind and key. Writes run inside the caller's transaction. */
import type {Json} from '../../values/json.ts';
import type {Database} from './database.ts';
import {readStored, text} from './rows.ts';
import type {Perform} from './writes.ts';

export interface DocumentTable extends Pick<Perform, 'put' | 'drop'> {
  get(kind: string, key: string): Json | undefined;
  list(kind: string): {readonly key: string; readonly value: Json}[];
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
    put: ({kind, key, value}) => void put.run(kind, key, value),
    drop: ({kind, key}) => remove.run(kind, key).changes === 1,
  };
}
