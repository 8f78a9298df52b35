import {JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobFlags} from '../../job-command.ts';
import {readAssignments} from '../../operations/typed-input.ts';
import {plain} from '../../terminal/jobs.ts';

export default class JobsPayload extends JobwireCommand {
  static override summary = 'Show the payload that was delivered to a job';
  static override examples = [
    '<%= config.bin %> jobs payload uipath-prod --input inbox=5f0b9c1e-0000-4000-8000-00000000000a',
    '<%= config.bin %> jobs payload uipath-prod --input inbox=5f0b9c1e-0000-4000-8000-00000000000a --json',
  ];
  static override args = {connection: connectionArg};
  static override flags = jobFlags;

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsPayload);
    await using project = await openProject(flags.project);
    const jobs = project.jobs(args.connection, flags.kind);
    const payload = await jobs.payload(readAssignments(flags.input, jobs.inputSchema('payload')));
    const shown = project.redactor.json(payload);
    this.print(plain(shown));
    return {payload: shown};
  }
}
