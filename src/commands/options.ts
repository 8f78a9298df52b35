import {Args, Flags, JobwireCommand} from '../command.ts';
import {openProject} from '../index.ts';
import {connectionArg} from '../job-command.ts';
import {readAssignments} from '../operations/typed-input.ts';
import {showOptions} from '../terminal/jobs.ts';

export default class Options extends JobwireCommand {
  static override summary =
    'Ask a target what may stand in a field of an action: choices, or arguments with their types';
  static override examples = [
    '<%= config.bin %> options uipath-prod startJob process',
    '<%= config.bin %> options uipath-prod startJob arguments --with process=SupportTriage',
    '<%= config.bin %> options kubiya-main triggerJob parameters --with job="Nightly Backup" --json',
  ];
  static override args = {
    connection: connectionArg,
    action: Args.string({description: 'Name of the action', required: true}),
    field: Args.string({description: 'Name of the input field', required: true}),
  };
  static override flags = {
    with: Flags.string({
      summary: 'Another field that is already known, NAME=VALUE; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Options);
    await using project = await openProject(flags.project);
    const {connection, action, field} = args;
    const input = readAssignments(flags.with, project.inputSchema(connection, action));
    const options = await project.options(connection, action, field, input);
    const shown = showOptions(options);
    if (shown === '') this.say('nothing to choose from');
    else this.print(project.redactor.text(shown));
    return options;
  }
}
