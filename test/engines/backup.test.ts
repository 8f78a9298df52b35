/** A store that is brought back from a backup: what was under way is unclear, what was over is not begun again (row D20). */
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import type {ClaimedRun} from '../../src/engine/run.ts';
import {openEngine} from '../../src/engines/index.ts';
import {ManualClock} from '../laws/manual-clock.ts';
import {always, as, holding, leaseMs, succeed, take, until} from '../laws/subject.ts';

describe('a restored backup', () => {
  it('D20: claims what was starting as that, leaves what was over, and knows what it has seen', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'jobwire-backup-'));
    const clock = new ManualClock();
    const engine = await openEngine('sqlite:live.db', {clock, dir});
    const over = await take(engine, {id: 'over', windowMs: 1e9});
    await engine.tick(succeed, as('w'));
    const under = await take(engine, {id: 'under'});
    const busy = holding();
    const tick = engine.tick(busy.step, as('w'));
    await until(() => busy.runs.length === 1);

    const db = new DatabaseSync(join(dir, 'live.db'));
    db.exec(`VACUUM INTO '${join(dir, 'backup.db')}'`);
    db.close();
    busy.finish(under.run, {to: 'succeeded'});
    await tick;
    await engine.close();

    const restored = await openEngine('sqlite:backup.db', {clock, dir});
    clock.advance(leaseMs);
    const seen: ClaimedRun[] = [];
    await restored.tick((runs) => {
      seen.push(...runs);
      return always({to: 'held'})(runs);
    }, as('w'));
    assert.deepEqual(
      seen.map(({id, claimedFrom}) => [id, claimedFrom]),
      [[under.run, 'starting']],
    );
    assert.deepEqual(await take(restored, {id: 'over'}), {...over, duplicate: true});
    await restored.close();
    rmSync(dir, {recursive: true, force: true});
  });
});
