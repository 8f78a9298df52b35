import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {openRuntime} from '../../runtime.ts';
import {localUser} from '../../terminal/given.ts';

export default class RunsCancel extends JobwireCommand {
  static override summary = 'Cancel a run that waits, or stop following its jobs';
  static override description =
    'Jobs go on at the target unless --stop-job is given; then the run is followed until they have ended there.';
  static override examples = [
    '<%= config.bin %> runs cancel jw-abcdefghijklmnopqrstuvwxyz',
    '<%= config.bin %> runs cancel jw-abcdefghijklmnopqrstuvwxyz --stop-job',
  ];
  static override args = {run: Args.string({description: 'Id of the run', required: true})};
  static override flags = {'stop-job': Flags.boolean({summary: 'Also stop its jobs at the target'})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(RunsCancel);
    const runtime = await openRuntime(readConfig(flags));
    try {
      const stopJob = flags['stop-job'];
      const {run} = await runtime.operations.cancel({run: args.run, by: localUser(), stopJob});
      this.print(`${run.id}  ${run.state}`);
      if (run.state === 'tracking') this.say('its jobs are stopped by jobwire serve; see jobwire runs show');
      return {run};
    } finally {
      await runtime.close();
    }
  }
}
