import {JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobArg, jobFlags, readJob} from '../../job-command.ts';
import {tableOfAttachments} from '../../terminal/jobs.ts';

export default class JobsAttachments extends JobwireCommand {
  static override summary = 'List the attachments of a job';
  static override examples = [
    '<%= config.bin %> jobs attachments uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3',
    '<%= config.bin %> jobs attachments uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --json',
  ];
  static override args = {connection: connectionArg, job: jobArg};
  static override flags = {kind: jobFlags.kind};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsAttachments);
    await using project = await openProject(flags.project);
    const attachments = await project.jobs(args.connection, flags.kind).attachments(readJob(args.job));
    if (attachments.length === 0) this.say('no attachments');
    else this.print(tableOfAttachments(attachments));
    return {attachments};
  }
}
