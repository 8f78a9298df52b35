import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {openRuntime} from '../../runtime.ts';
import {localUser} from '../../terminal/given.ts';

const decisions = ['start-again', 'adopt', 'give-up'] as const;

export default class RunsDecide extends JobwireCommand {
  static override summary = 'Decide about a held run, after a look at the target';
  static override description =
    'start-again: it is not there. adopt: it is; --job says which, and without it the jobs that are known are followed again. give-up: the run failed.';
  static override examples = [
    '<%= config.bin %> runs decide jw-abcdefghijklmnopqrstuvwxyz start-again',
    '<%= config.bin %> runs decide jw-abcdefghijklmnopqrstuvwxyz adopt --job 4711',
    '<%= config.bin %> runs decide jw-abcdefghijklmnopqrstuvwxyz give-up',
  ];
  static override args = {
    run: Args.string({description: 'Id of the run', required: true}),
    decision: Args.string({description: 'start-again, adopt or give-up', required: true, options: [...decisions]}),
  };
  static override flags = {
    job: Flags.string({
      summary: 'With adopt: id of the job, as the target shows it; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'new-key': Flags.boolean({summary: 'With start-again: beside what was started, as a run of its own'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(RunsDecide);
    const {job: jobs, 'new-key': newKey} = flags;
    if (jobs && args.decision !== 'adopt') throw fail('JW7101', {problem: '--job belongs to adopt'});
    if (newKey && args.decision !== 'start-again') throw fail('JW7101', {problem: '--new-key belongs to start-again'});
    const runtime = await openRuntime(readConfig(flags));
    try {
      const decision = args.decision as (typeof decisions)[number];
      const asked = {run: args.run, by: localUser(), decision, newKey, jobs};
      const {run, startedAs} = await runtime.operations.decide(asked);
      this.print(`${run.id}  ${run.state}`);
      if (startedAs !== undefined) this.print(`${startedAs}  queued`);
      return {run, ...(startedAs !== undefined && {startedAs})};
    } finally {
      await runtime.close();
    }
  }
}
