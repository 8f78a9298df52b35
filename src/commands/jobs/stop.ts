import {Flags, JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobArgs, jobFlags, readJob} from '../../job-command.ts';
import {readAssignments} from '../../operations/typed-input.ts';
import {showStopped} from '../../terminal/jobs.ts';

export default class JobsStop extends JobwireCommand {
  static override summary = 'Ask jobs to stop: all of them or, when one is not known, none';
  static override description = 'Jobs that are over already are left alone; when none is left, nothing is sent.';
  static override examples = [
    '<%= config.bin %> jobs stop uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3',
    '<%= config.bin %> jobs stop uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 23b1b8b7-0000-4000-8000-000000000002 --force',
    '<%= config.bin %> jobs stop kubiya-main 0b7c6f5e-0000-4000-8000-000000000001 --input reason="wrong branch"',
  ];
  static override args = {connection: connectionArg, jobs: jobArgs};
  static override flags = {
    ...jobFlags,
    force: Flags.boolean({summary: 'End them at once, where the target can'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsStop);
    await using project = await openProject(flags.project);
    const jobs = project.jobs(args.connection, flags.kind);
    const given = readAssignments(flags.input, jobs.inputSchema('stop'));
    const stopped = await jobs.stop(args.jobs.map(readJob), {...given, ...(flags.force && {force: true})});
    this.print(showStopped(stopped));
    if (!stopped.some(({asked}) => asked)) this.say('nothing was sent: all of them are over');
    return {jobs: stopped};
  }
}
