/** A few of the kills of `npm run chaos`, on both engines: at a commit, between a start and its answer, before it is stored, at an end (rows D01, O09). */
import assert from 'node:assert/strict';
import type {Kill} from '../../chaos/plan.ts';
import type {Point} from '../../chaos/points.ts';
import {report} from '../../chaos/report.ts';
import {endLives} from '../../chaos/server.ts';
import {tryEngine} from '../../chaos/trial.ts';
import {describeOnServer, makeSchema} from '../engines/postgres/server.ts';

const at = (point: Point): Kill => ({point, pass: 1, afterMs: 3000, early: false});
const kills: readonly Kill[] = [
  at('accept:before-commit'),
  at('start:sent'),
  {pass: 1, afterMs: 600, early: false},
  at('start:before-commit'),
  at('track:learned'),
];
const common = {kills, seed: 3, faults: 0.1, perLife: 5};

describe('servers killed at named points, with faults', function () {
  this.timeout(90_000);
  after(endLives);

  it('D01: nothing that was acknowledged is lost, and no start is doubled on SQLite', async () => {
    const trial = await tryEngine({...common, engine: 'sqlite', store: 'sqlite:.jobwire/jobwire.db', servers: 1});
    assert.deepEqual(trial.violations, [], report([trial]));
    assert.equal(trial.deaths.length, kills.length);
    assert.ok(trial.deaths.filter(({how}) => how === 'point').length >= 4, report([trial]));
  });
});

describeOnServer('two servers killed at named points over one PostgreSQL database, with faults', (server) => {
  after(endLives);

  it('D01, D23: nothing that was acknowledged is lost, and no start is doubled on PostgreSQL', async function () {
    this.timeout(90_000);
    const schema = makeSchema(server);
    try {
      const trial = await tryEngine({...common, engine: 'postgres', store: schema.url, servers: 2});
      assert.deepEqual(trial.violations, [], report([trial]));
      assert.equal(trial.deaths.length, kills.length);
      assert.ok(trial.deaths.filter(({how}) => how === 'point').length >= 3, report([trial]));
    } finally {
      await schema.remove();
    }
  });
});
