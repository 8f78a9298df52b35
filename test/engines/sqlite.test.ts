/** The embedded engine passes the laws of the port. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openEngine} from '../../src/engines/index.ts';
import {describeEngineLaws} from '../laws/engine-laws.ts';
import {turnOver} from '../laws/subject.ts';

describeEngineLaws('sqlite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-engine-'));
  return {
    open: (clock, onFault) => openEngine('sqlite:store/jobwire.db', {clock, dir, ...(onFault && {onFault})}),
    settled: storeSettled,
    remove: async () => rmSync(dir, {recursive: true, force: true}),
  };
});

/** The store's thread keeps the process alive as long as it is asked something. */
async function storeSettled(): Promise<void> {
  const isAsked = () => process.getActiveResourcesInfo().includes('MessagePort');
  for (let quiet = 0; quiet < 5; await turnOver()) quiet = isAsked() ? 0 : quiet + 1;
}
