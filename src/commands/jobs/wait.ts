import {exitCodes, Flags, JobwireCommand} from '../../command.ts';
import {fail, JobwireError} from '../../errors/jobwire-error.ts';
import {type Job, openProject} from '../../index.ts';
import {connectionArg, jobArgs, jobFlags, readJob} from '../../job-command.ts';
import {showChange} from '../../terminal/jobs.ts';
import {durationMs} from '../../values/time.ts';

export default class JobsWait extends JobwireCommand {
  static override summary = 'Wait until jobs are over';
  static override description =
    'Exit code 0 when all succeeded, 1 when one failed or was stopped, 124 when the time is up, 5 when the target does not know a job.';
  static override examples = [
    '<%= config.bin %> jobs wait uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --timeout 30m',
    '<%= config.bin %> jobs wait kubiya-main 0b7c6f5e-0000-4000-8000-000000000001 --json',
  ];
  static override args = {connection: connectionArg, jobs: jobArgs};
  static override flags = {
    kind: jobFlags.kind,
    timeout: Flags.string({summary: 'Longest time to wait, such as 90s or 30m (as the connector says, often 24h)'}),
    every: Flags.string({summary: 'Time between two looks (as the connector says)'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsWait);
    const options = {
      timeoutMs: readDuration('--timeout', flags.timeout),
      everyMs: readDuration('--every', flags.every),
    };
    await using project = await openProject(flags.project);
    const {redactor} = project;
    const onChange = (job: Job): void => this.print(redactor.text(showChange(job)));
    const jobs = project.jobs(args.connection, flags.kind);
    try {
      const ended = await jobs.wait(args.jobs.map(readJob), {...options, onChange});
      if (ended.some(({state}) => state !== 'succeeded')) process.exitCode = exitCodes.failure;
      return {jobs: redactor.json(ended as never)};
    } catch (error) {
      if (!(error instanceof JobwireError) || error.jobwireCode !== 'JW3205') throw error;
      this.say(`${error.code}: ${error.message}`);
      process.exitCode = exitCodes.timeout;
      return {timeout: error.issue()};
    }
  }
}

function readDuration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = durationMs(text);
  if (value === undefined) throw fail('JW7101', {problem: `${flag} ${text}: write a duration such as 90s or 5m`});
  return value;
}
