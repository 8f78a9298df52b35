import {Args, Flags, JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobArg, jobFlags, readJob} from '../../job-command.ts';
import {writeBytes} from '../../terminal/given.ts';

export default class JobsDownload extends JobwireCommand {
  static override summary = 'Download an attachment of a job';
  static override examples = [
    '<%= config.bin %> jobs download uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 b1a7f2b0-0000-4000-8000-000000000001 --out report.pdf',
    '<%= config.bin %> jobs download uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 b1a7f2b0-0000-4000-8000-000000000001 --out - | wc -c',
  ];
  static override args = {
    connection: connectionArg,
    job: jobArg,
    attachment: Args.string({description: 'Id of the attachment', required: true}),
  };
  static override flags = {
    kind: jobFlags.kind,
    out: Flags.string({summary: 'File to write, - for standard output', required: true}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsDownload);
    await using project = await openProject(flags.project);
    const bytes = await project.jobs(args.connection, flags.kind).download(readJob(args.job), args.attachment);
    return writeBytes(bytes, flags.out, (text) => this.say(text));
  }
}
