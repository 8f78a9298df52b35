import {Args, Flags, JobwireCommand} from '../../command.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {type Attaching, openProject} from '../../index.ts';
import {connectionArg, jobFlags, readJob} from '../../job-command.ts';
import {readAssignments} from '../../operations/typed-input.ts';
import {readContent} from '../../terminal/given.ts';

export default class JobsAttach extends JobwireCommand {
  static override summary = 'Attach a file to a job; prints the id of the attachment';
  static override description =
    'Without a job nothing is sent: the file is kept in .jobwire/attachments of the project under a new id. --id links an attachment that is at the target already.';
  static override examples = [
    '<%= config.bin %> jobs attach uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --file report.pdf --input category=Input',
    'echo done | <%= config.bin %> jobs attach uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --file - --name note.txt',
    '<%= config.bin %> jobs attach uipath-prod --file report.pdf',
  ];
  static override args = {
    connection: connectionArg,
    job: Args.string({description: 'Id of the job; without one the file is kept in the project'}),
  };
  static override flags = {
    ...jobFlags,
    file: Flags.string({summary: 'File to attach, - for standard input'}),
    content: Flags.string({summary: 'Text to attach instead of a file'}),
    name: Flags.string({summary: 'Name of the attachment (the name of the file)'}),
    type: Flags.string({summary: 'Media type', default: 'application/octet-stream'}),
    id: Flags.string({summary: 'Attachment at the target to link to the job'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsAttach);
    const what = readAttaching(flags);
    if (args.job === undefined) return this.keep(what, flags.project);
    await using project = await openProject(flags.project);
    const jobs = project.jobs(args.connection, flags.kind);
    const input = readAssignments(flags.input, jobs.inputSchema('attach'));
    const id = await jobs.attach(readJob(args.job), what, input);
    this.print(id);
    return {id};
  }

  private async keep(what: Attaching, dir: string | undefined): Promise<unknown> {
    if ('id' in what) throw fail('JW7101', {problem: '--id needs a job to link to'});
    await using project = await openProject(dir);
    const kept = project.keepAttachment(what.name, what.content);
    this.print(kept.id);
    this.say(`kept in ${kept.path}: no job was named, so nothing was sent`);
    return kept;
  }
}

interface Given {
  readonly file?: string | undefined;
  readonly content?: string | undefined;
  readonly name?: string | undefined;
  readonly type: string;
  readonly id?: string | undefined;
}

function readAttaching({id, type, ...given}: Given): Attaching {
  if ([given.file, given.content, id].filter((one) => one !== undefined).length !== 1)
    throw fail('JW7101', {problem: 'give exactly one of --file, --content and --id'});
  return id === undefined ? {...readContent(given), type} : {id};
}
