/** Entry of the command line: runs one command, then leaves with its exit code. */
import {printFailure} from './command.ts';
import {findCommand} from './find-command.ts';
import {processSecrets} from './values/secret.ts';

// What nobody caught ends the process as ever, but what is printed of it holds no secret.
process.on('uncaughtException', (error) => {
  const {inspect} = process.getBuiltinModule('node:util');
  process.stderr.write(`${processSecrets.text(inspect(error))}\n`);
  process.exit(1);
});
const argv = process.argv.slice(2);
const json = argv.includes('--json');
try {
  const found = await findCommand(argv);
  if (found) await found.command.run(found.argv);
  else {
    // Help and suggestions need all commands, and all of oclif.
    const {runWithOclif} = await import('./whole-oclif.ts');
    await runWithOclif(argv, (error, commands) => {
      process.exitCode = printFailure(error, {json, commands});
    });
  }
} catch (error) {
  process.exitCode = printFailure(error, {json, commands: []});
}
