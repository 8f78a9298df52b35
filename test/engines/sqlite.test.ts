/** The embedded engine passes the laws of the port. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openEngine} from '../../src/engines/index.ts';
import {describeEngineLaws} from '../laws/engine-laws.ts';

describeEngineLaws('sqlite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-engine-'));
  return {
    open: (clock, onFault) => openEngine('sqlite:store/jobwire.db', {clock, dir, ...(onFault && {onFault})}),
    remove: async () => rmSync(dir, {recursive: true, force: true}),
  };
});
