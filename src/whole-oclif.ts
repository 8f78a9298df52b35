/** The whole of oclif, which takes as long to load as most commands to run: help, topics, and what is no command. */
import {Config} from '@oclif/core/config';
import {run} from '@oclif/core/run';
import {settings} from '@oclif/core/settings';
import {packageRoot} from './values/package-root.ts';

export async function runWithOclif(
  argv: readonly string[],
  onFailure: (error: unknown, commands: readonly string[]) => void,
): Promise<void> {
  settings.enableAutoTranspile = false;
  const config = await Config.load({root: packageRoot});
  try {
    await run([...argv], config);
  } catch (error) {
    onFailure(error, config.commandIDs);
  }
}
