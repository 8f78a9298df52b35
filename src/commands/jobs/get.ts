import {exitCodes, Flags, JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobArgs, jobFlags, readJob} from '../../job-command.ts';
import {showJob} from '../../terminal/jobs.ts';

export default class JobsGet extends JobwireCommand {
  static override summary = 'Show what has become of jobs';
  static override description =
    'With --exists only yes or no is printed, and the exit code is 0 or 1. Otherwise an unknown job ends with exit code 5.';
  static override examples = [
    '<%= config.bin %> jobs get uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3',
    '<%= config.bin %> jobs get kubiya-main 0b7c6f5e-0000-4000-8000-000000000001 --json',
    '<%= config.bin %> jobs get uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --exists',
  ];
  static override args = {connection: connectionArg, jobs: jobArgs};
  static override flags = {
    kind: jobFlags.kind,
    exists: Flags.boolean({summary: 'Only say whether the target knows the job'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsGet);
    await using project = await openProject(flags.project);
    const jobs = project.jobs(args.connection, flags.kind);
    const names = args.jobs.map(readJob);
    if (flags.exists) return this.exists(await Promise.all(names.map((name) => jobs.exists(name))));
    const found = await jobs.getAll(names);
    const shown = project.redactor.json(found as never) as unknown as typeof found;
    this.print(shown.map(showJob).join('\n\n'));
    return {jobs: shown};
  }

  private exists(answers: readonly boolean[]): unknown {
    for (const answer of answers) this.print(answer ? 'yes' : 'no');
    if (answers.includes(false)) process.exitCode = exitCodes.failure;
    return {exists: answers};
  }
}
