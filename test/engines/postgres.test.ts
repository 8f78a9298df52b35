/** The engine for many machines passes the laws of the port. */
import {describeEngineLaws} from '../laws/engine-laws.ts';
import {describeOnServer, makeSchema} from './postgres/server.ts';

describeOnServer('the laws of the engine on PostgreSQL', (server) => {
  const schema = makeSchema(server);
  after(() => schema.remove());
  describeEngineLaws('postgres', async () => ({...schema, remove: schema.empty}));
});
