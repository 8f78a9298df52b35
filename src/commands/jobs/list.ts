import {Flags, JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobFlags} from '../../job-command.ts';
import {readAssignments} from '../../operations/typed-input.ts';
import {tableOfJobs} from '../../terminal/jobs.ts';

export default class JobsList extends JobwireCommand {
  static override summary = 'List jobs of a target';
  static override description =
    'What can be filtered and how is the connector\'s: see its README. "more" says that the target has, or may have, more jobs than are shown.';
  static override examples = [
    '<%= config.bin %> jobs list uipath-prod',
    '<%= config.bin %> jobs list uipath-prod --filter "State eq \'Running\'" --limit 20 --input skip=20',
    '<%= config.bin %> jobs list kubiya-main --input jobId=job_550e8400-e29b-41d4-a716-446655440000 --json',
  ];
  static override args = {connection: connectionArg};
  static override flags = {
    ...jobFlags,
    filter: Flags.string({summary: 'Input filter of the connector, in its own language'}),
    limit: Flags.integer({summary: 'Most jobs to list (100, or what the connector says)', min: 1}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsList);
    await using project = await openProject(flags.project);
    const jobs = project.jobs(args.connection, flags.kind);
    const given = readAssignments(flags.input, jobs.inputSchema('list'));
    const input = {...given, ...(flags.filter !== undefined && {filter: flags.filter})};
    const list = await jobs.list(input, flags.limit);
    if (list.jobs.length === 0) this.say('no jobs');
    else this.print(tableOfJobs(list.jobs));
    if (list.more) this.say('\nthere may be more: narrow the list, or raise --limit');
    return list;
  }
}
