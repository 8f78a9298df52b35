import {Flags, JobwireCommand} from '../../command.ts';
import {openProject, type StepRecord} from '../../index.ts';
import {connectionArg} from '../../job-command.ts';
import {showStep} from '../../terminal/runs.ts';
import {howLong} from '../../terminal/text.ts';
import {elapsed} from '../../values/time.ts';

export default class ConnectionsTest extends JobwireCommand {
  static override summary = 'Ask a target whether a connection works, and as whom; only reads are sent';
  static override description =
    'Missing secrets are named all at once. Exit code 0 when it works, 1 when something is missing here, 4 when the target refuses us, 5 when it does not answer.';
  static override examples = [
    '<%= config.bin %> connections test uipath-prod',
    '<%= config.bin %> connections test uipath-prod --verbose',
  ];
  static override args = {connection: connectionArg};
  static override flags = {verbose: Flags.boolean({char: 'v', summary: 'Show each request'})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(ConnectionsTest);
    await using project = await openProject(flags.project);
    const log = (line: StepRecord): void => {
      if (flags.verbose) this.say(showStep(line));
    };
    const began = elapsed();
    const {label, baseUrl, prepared} = await project.probe(args.connection, log);
    const ms = Math.round(elapsed() - began);
    this.print(`${args.connection} works: ${label}`);
    this.print(`  address    ${baseUrl}`);
    for (const [name, value] of Object.entries(prepared)) this.print(`  ${name.padEnd(10)} ${JSON.stringify(value)}`);
    this.say(`  took ${howLong(ms)}`);
    return {connection: args.connection, label, baseUrl, prepared, ms};
  }
}
