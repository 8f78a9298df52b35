import {Flags, JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobArg, jobFlags, readJob} from '../../job-command.ts';
import {writeBytes} from '../../terminal/given.ts';
import {stringifyJson} from '../../values/json.ts';

export default class JobsOutput extends JobwireCommand {
  static override summary = 'Show what a job gave';
  static override description =
    'Output that is a file needs --out. Secrets of the connection are masked, except in files.';
  static override examples = [
    '<%= config.bin %> jobs output uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3',
    '<%= config.bin %> jobs output uipath-prod ee9327fd-237d-419e-86ef-9946b34461e3 --out result.json',
  ];
  static override args = {connection: connectionArg, job: jobArg};
  static override flags = {
    kind: jobFlags.kind,
    out: Flags.string({summary: 'File to write, - for standard output as it is'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsOutput);
    await using project = await openProject(flags.project);
    const output: unknown = await project.jobs(args.connection, flags.kind).output(readJob(args.job));
    if (output instanceof Uint8Array || flags.out !== undefined) {
      const bytes = output instanceof Uint8Array ? output : new TextEncoder().encode(`${textOf(output)}\n`);
      return writeBytes(bytes, flags.out, (text) => this.say(text));
    }
    const shown = project.redactor.json(output as never);
    this.print(textOf(shown));
    return {output: shown};
  }
}

function textOf(output: unknown): string {
  return typeof output === 'string' ? output : stringifyJson(output as never, 2);
}
