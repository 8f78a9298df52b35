import {Args, JobwireCommand} from '../../command.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {withStore} from '../../store.ts';
import {showRun, withTrace} from '../../terminal/runs.ts';

export default class RunsShow extends JobwireCommand {
  static override summary = 'Show one run: state, jobs, problem and every step with its requests, secrets masked';
  static override examples = [
    '<%= config.bin %> runs show jw-abcdefghijklmnopqrstuvwxyz',
    '<%= config.bin %> runs show jw-abcdefghijklmnopqrstuvwxyz --json',
  ];
  static override args = {run: Args.string({description: 'Id of the run', required: true})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(RunsShow);
    const run = await withStore(flags, (engine) => engine.runs.get(args.run));
    if (!run) throw fail('JW7102', {what: 'run', id: args.run});
    this.print(showRun(run));
    return withTrace(run, run.data);
  }
}
