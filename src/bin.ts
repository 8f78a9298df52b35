/** Entry of the command line: runs one command, then leaves with its exit code. */
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {inspect} from 'node:util';
import {Config, flush, run, settings} from '@oclif/core';
import {printFailure} from './command.ts';
import {processSecrets} from './values/secret.ts';

// What nobody caught ends the process as ever, but what is printed of it holds no secret.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${processSecrets.text(inspect(error))}\n`);
  process.exit(1);
});
settings.enableAutoTranspile = false;
const here = dirname(fileURLToPath(import.meta.url));
const config = await Config.load({root: join(here, '..')});
const argv = process.argv.slice(2);
try {
  await run(argv, config);
} catch (error) {
  process.exitCode = printFailure(error, {json: argv.includes('--json'), commands: config.commandIDs});
}
await flush();
