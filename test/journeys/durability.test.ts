/** Loss of power: what is acknowledged was brought to the disk before, as the kernel saw it (row D02). */
import assert from 'node:assert/strict';
import {execFile, spawnSync} from 'node:child_process';
import {promisify} from 'node:util';

const traces = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

describe('an acknowledgement', () => {
  const show = traces ? it : it.skip;
  show('D02: is written after the log of the store was synced, in the order of system calls', async function () {
    this.timeout(60_000);
    const script = new URL('../../scripts/show-durability.ts', import.meta.url).pathname;
    const {stdout} = await promisify(execFile)(process.execPath, [script]);
    assert.match(stdout, /POST \/hooks[\s\S]*pwrite64\([\s\S]*sync\(.*jobwire\.db-wal>\) = 0\n.*HTTP\/1\.1 202/);
  });
});
