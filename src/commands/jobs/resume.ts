import {Args, Flags, JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobFlags, readJob} from '../../job-command.ts';
import {readAssignments} from '../../operations/typed-input.ts';
import {readValue} from '../../terminal/given.ts';

export default class JobsResume extends JobwireCommand {
  static override summary = 'Deliver a payload to a job that waits for one';
  static override examples = [
    '<%= config.bin %> jobs resume uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --payload \'{"approved": true}\'',
    '<%= config.bin %> jobs resume uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --payload @answer.json',
    '<%= config.bin %> jobs resume uipath-prod --input inbox=5f0b9c1e-0000-4000-8000-00000000000a --payload -',
  ];
  static override args = {
    connection: connectionArg,
    job: Args.string({description: 'Id of the job; may be left out where an input says which is meant'}),
  };
  static override flags = {
    ...jobFlags,
    payload: Flags.string({summary: 'JSON, @FILE with JSON, or - for standard input', required: true}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsResume);
    const payload = readValue(flags.payload, '--payload');
    await using project = await openProject(flags.project);
    const jobs = project.jobs(args.connection, flags.kind);
    const input = readAssignments(flags.input, jobs.inputSchema('resume'));
    await jobs.resume(args.job === undefined ? undefined : readJob(args.job), payload, input);
    this.print('delivered');
    return {delivered: true};
  }
}
