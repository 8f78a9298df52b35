/** The server while its store has no room, cannot be asked, or is asked in a loop that has no time (rows D03, D05). */
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openDatabase} from '../../src/engines/sqlite/database.ts';
import {engineOn} from '../../src/engines/sqlite/open.ts';
import {fail} from '../../src/errors/jobwire-error.ts';
import {systemClock} from '../../src/values/time.ts';
import {onTheRealWire} from '../http/wire.ts';
import {closeAll, startServer, template} from './support.ts';

afterEach(closeAll);

describe('the server', () => {
  onTheRealWire();
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-full-'));
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));

  it('D03: answers 503 with Retry-After while the disk is full, shows what is stored, and takes deliveries again when there is room', async () => {
    const file = join(dir, 'jobwire.db');
    const db = openDatabase(file);
    const setPages = (pages: number): void => db.exec(`PRAGMA max_page_count = ${pages}`);
    const store = engineOn(db, file, {clock: systemClock});
    const {port, log} = await startServer({templates: [template], engine: {...store}});
    setPages(60);
    const phone = 'x'.repeat(20_000);
    const post = (id: string) =>
      fetch(`http://127.0.0.1:${port}/hooks/app`, {method: 'POST', body: JSON.stringify({id, phone})});
    let taken = 0;
    let refused: Response | undefined;
    for (let i = 0; i < 100 && !refused; i++) {
      const response = await post(`e${i}`);
      if (response.status === 202) taken++;
      else refused = response;
    }
    assert.ok(refused);
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(((await refused.json()) as {code: string}).code, 'JW7103');
    assert.ok(
      log.some(({level, what}) => level === 'error' && what === 'delivery refused'),
      'an alarm',
    );
    const list = (await (await fetch(`http://127.0.0.1:${port}/api/v1/events?limit=100`)).json()) as {items: unknown[]};
    assert.ok(taken > 0);
    assert.equal(list.items.length, taken);
    setPages(2000);
    assert.equal((await post('after')).status, 202);
    assert.equal((await store.stats()).events, taken + 1);
    await store.close();
  });

  it('D05: is alive and not ready while its store cannot be asked', async () => {
    let down = true;
    const {port} = await startServer({
      async ready() {
        if (down) throw fail('JW7103', {problem: 'gone'});
        return true;
      },
    });
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    assert.deepEqual([await status('/livez'), await status('/readyz')], [200, 503]);
    down = false;
    assert.deepEqual([await status('/livez'), await status('/readyz')], [200, 200]);
  });
});
