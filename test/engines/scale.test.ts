/** Very many runs on SQLite (rows D08, D09). */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openEngine} from '../../src/engines/index.ts';
import type {Place} from '../laws/subject.ts';
import {backlog, retriesDueAtOnce} from './scale.ts';

describe('very many runs on SQLite', function () {
  this.timeout(120_000);
  let dir = '';
  const place: Place = {
    open: (clock, onFault) => openEngine('sqlite:jobwire.db', {clock, dir, ...(onFault && {onFault})}),
    remove: async () => rmSync(dir, {recursive: true, force: true}),
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-scale-'));
  });
  afterEach(() => place.remove());

  it('D08: 10,000 retries that are due at once are tried no more at once than the limit, and come again spread', () =>
    retriesDueAtOnce(place));
  it('D09: a backlog of 20,000 is begun within two seconds and worked off with a flat heap', () =>
    backlog(place, 20_000));
});
