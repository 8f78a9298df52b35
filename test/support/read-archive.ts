/** Reads one archive in a process of its own and says what that took. */
import {readFileSync} from 'node:fs';
import {asJobwireError} from '../../src/errors/jobwire-error.ts';
import {readArchive} from '../../src/packaging/archive.ts';

const archive = readFileSync(process.argv[2] ?? '');
const before = process.resourceUsage().maxRSS;
const begun = performance.now();
const error = await readArchive(archive).then(
  () => undefined,
  (reason: unknown) => asJobwireError(reason),
);
const ms = Math.round(performance.now() - begun);
const grown = process.resourceUsage().maxRSS - before;
process.stdout.write(JSON.stringify({code: error?.code, problem: error?.message, grown, ms}));
