import {JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobArg, jobFlags, readJob} from '../../job-command.ts';
import {readAssignments} from '../../operations/typed-input.ts';

export default class JobsRestart extends JobwireCommand {
  static override summary = 'Start a finished job anew; prints the id of the new job';
  static override description =
    'Exit code 6 when the answer was lost and a job may have been started: look at the target before you repeat it.';
  static override examples = [
    '<%= config.bin %> jobs restart uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3',
    '<%= config.bin %> jobs restart uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --json',
  ];
  static override args = {connection: connectionArg, job: jobArg};
  static override flags = jobFlags;

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsRestart);
    await using project = await openProject(flags.project);
    const jobs = project.jobs(args.connection, flags.kind);
    const input = readAssignments(flags.input, jobs.inputSchema('restart'));
    const started = await jobs.restart(readJob(args.job), input);
    for (const {id} of started) this.print(String(id));
    return {jobs: started};
  }
}
