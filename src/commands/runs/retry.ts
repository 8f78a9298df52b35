import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {openRuntime} from '../../runtime.ts';
import {localUser} from '../../terminal/given.ts';

export default class RunsRetry extends JobwireCommand {
  static override summary = 'Start a failed or canceled run again; let a waiting one make its next attempt now';
  static override description =
    'The run keeps its key, by which the target knows its start. One that is known to have started something is only started beside that, with --new-key. A running jobwire serve goes on with it.';
  static override examples = [
    '<%= config.bin %> runs retry jw-abcdefghijklmnopqrstuvwxyz',
    '<%= config.bin %> runs retry jw-abcdefghijklmnopqrstuvwxyz --new-key',
  ];
  static override args = {run: Args.string({description: 'Id of the run', required: true})};
  static override flags = {
    'new-key': Flags.boolean({summary: 'Start another one beside the first, as a run of its own'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(RunsRetry);
    const runtime = await openRuntime(readConfig(flags));
    try {
      const {run, startedAs} = await runtime.operations.retry({
        run: args.run,
        by: localUser(),
        newKey: flags['new-key'],
      });
      this.print(`${startedAs ?? run.id}  queued`);
      this.say('Next: jobwire serve works it');
      return {run, ...(startedAs !== undefined && {startedAs})};
    } finally {
      await runtime.close();
    }
  }
}
