/** Very many runs on PostgreSQL (rows D08, D09). */
import {backlog, retriesDueAtOnce} from '../scale.ts';
import {describeOnServer, makeSchema, type Schema} from './server.ts';

describeOnServer('very many runs on PostgreSQL', (server) => {
  let schema: Schema;
  beforeEach(() => {
    schema = makeSchema(server);
  });
  afterEach(() => schema.remove());

  it('D08: 10,000 retries that are due at once are tried no more at once than the limit, and come again spread', async function () {
    this.timeout(120_000);
    await retriesDueAtOnce(schema);
  });
  it('D09: a backlog of 10,000 is begun within two seconds and worked off with a flat heap', async function () {
    this.timeout(120_000);
    await backlog(schema, 10_000);
  });
});
