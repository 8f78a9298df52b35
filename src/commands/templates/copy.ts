import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {copyTemplate} from '../../packaging/copy-template.ts';
import {systemClock} from '../../values/time.ts';

export default class TemplatesCopy extends JobwireCommand {
  static override summary = 'Copy a template of an installed package into the project';
  static override description =
    'Templates of packages are never active: the copy is yours, with your connections. Its cases stay with the package. Nothing is overwritten.';
  static override examples = [
    '<%= config.bin %> templates copy @acme/incident-automation:incident-to-triage',
    '<%= config.bin %> templates copy @acme/incident-automation:incident-to-triage --as triage-emea --connection servicenow-main=servicenow-emea',
  ];
  static override args = {template: Args.string({description: '@scope/package:template', required: true})};
  static override flags = {
    as: Flags.string({summary: 'Id of the copy; else that of the template'}),
    connection: Flags.string({
      summary: 'Connection of the template = connection of this project; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(TemplatesCopy);
    const {project} = readConfig(flags);
    const request = {reference: args.template, as: flags.as, connections: readPairs(flags.connection)};
    const copied = copyTemplate(project, request, systemClock.now());
    for (const file of copied.files) this.print(`created  ${file}`);
    for (const connection of copied.missing) this.say(`missing  connections/${connection}.json`);
    this.say(`\nNext: jobwire check${flags.project === undefined ? '' : ` -C ${flags.project}`}`);
    return copied;
  }
}

function readPairs(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text): [string, string] => {
      const [, from, to] = /^([a-z][a-z0-9-]*)=([a-z][a-z0-9-]*)$/.exec(text) ?? [];
      if (from !== undefined && to !== undefined) return [from, to];
      throw fail('JW7101', {problem: `--connection ${text}: write CONNECTION=CONNECTION`});
    }),
  );
}
