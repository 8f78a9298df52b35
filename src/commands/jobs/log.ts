import {Flags, JobwireCommand} from '../../command.ts';
import {openProject} from '../../index.ts';
import {connectionArg, jobArg, jobFlags, readJob} from '../../job-command.ts';

export default class JobsLog extends JobwireCommand {
  static override summary = 'Show what a job writes while it runs';
  static override examples = [
    '<%= config.bin %> jobs log jenkins-main 130',
    '<%= config.bin %> jobs log jenkins-main 130 --follow',
  ];
  static override args = {connection: connectionArg, job: jobArg};
  static override flags = {
    kind: jobFlags.kind,
    follow: Flags.boolean({char: 'f', summary: 'Go on until the log is complete'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(JobsLog);
    await using project = await openProject(flags.project);
    const pieces: string[] = [];
    const log = project.jobs(args.connection, flags.kind).log(readJob(args.job), {follow: flags.follow});
    for await (const piece of log) {
      const shown = project.redactor.text(piece);
      this.print(shown.replace(/\r?\n$/, ''));
      if (this.jsonEnabled()) pieces.push(shown);
    }
    return {log: pieces.join('')};
  }
}
