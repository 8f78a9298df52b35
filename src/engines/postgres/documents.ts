/** Small durable values by kind and key. */
import type {Documents} from '../../engine/engine.ts';
import type {Json} from '../../values/json.ts';
import {prepared, type Session} from './database.ts';
import {keep, readStored, show, store} from './rows.ts';

const one = prepared('SELECT value FROM documents WHERE kind = $1 AND key = $2');
const all = prepared('SELECT key, value FROM documents WHERE kind = $1 ORDER BY key');
const put = prepared(
  'INSERT INTO documents (kind, key, value) VALUES ($1, $2, $3) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value',
);
const remove = prepared('DELETE FROM documents WHERE kind = $1 AND key = $2');

export function createDocuments(session: Session): Documents {
  return {
    async get(kind, key) {
      const [row] = (await session.ask(one, [keep(kind), keep(key)])).rows;
      return row && readStored<Json>(row['value']);
    },
    async list(kind) {
      const {rows} = await session.ask(all, [keep(kind)]);
      return rows.map(({key, value}) => ({key: show(key), value: readStored<Json>(value)}));
    },
    async put(kind, key, value) {
      await session.ask(put, [keep(kind), keep(key), store(value)]);
    },
    async delete(kind, key) {
      return (await session.ask(remove, [keep(kind), keep(key)])).count === 1;
    },
  };
}
