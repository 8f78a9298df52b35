import {authChoices, connectorQuestions, isAuthName, scaffoldConnector} from '../../authoring/scaffold/connector.ts';
import {writeNew} from '../../authoring/scaffold/files.ts';
import {answer, idProblem} from '../../authoring/scaffold/questions.ts';
import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {terminalPrompts} from '../../prompts.ts';

export default class InitConnector extends JobwireCommand {
  static override summary = 'Make a connector: a read, an action and a signed feed, with cases that pass';
  static override description =
    'On a terminal it asks for what no flag says; elsewhere, or with --no-input, a missing flag is a usage error. Files that exist are left alone.';
  static override examples = [
    '<%= config.bin %> init connector acme-crm',
    "<%= config.bin %> init connector acme-crm --title 'Acme CRM' --url https://api.acme.example/v1 --auth bearer --no-input",
  ];
  static override args = {id: Args.string({description: 'Id and folder of the connector', required: true})};
  static override flags = {
    title: Flags.string({summary: 'Name of the system, as people know it'}),
    url: Flags.string({summary: 'Address of its API'}),
    auth: Flags.string({summary: 'How requests prove who sends them', options: Object.keys(authChoices)}),
    'no-input': Flags.boolean({summary: 'Ask nothing'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(InitConnector);
    const problem = idProblem(args.id);
    if (problem !== undefined) throw fail('JW7101', {problem: `${args.id}: ${problem}`});
    const prompts = await terminalPrompts(!flags['no-input'] && !this.jsonEnabled(), () => import('@inquirer/prompts'));
    const title = await answer(connectorQuestions.title, flags.title, prompts);
    const url = await answer(connectorQuestions.url, flags.url, prompts);
    const auth = await answer(connectorQuestions.auth, flags.auth, prompts);
    if (!isAuthName(auth)) throw fail('JW7101', {problem: `--auth ${auth} is not known`});
    const {project} = readConfig(flags);
    const {created, kept} = writeNew(project, scaffoldConnector({id: args.id, title, url, auth}));
    for (const file of created) this.print(`created  ${file}`);
    for (const file of kept) this.say(`kept     ${file}`);
    this.say(
      `\nNext: describe the API in connectors/${args.id}/connector.json, then jobwire check and jobwire test\n      a connection is written as connectors/${args.id}/README.md shows`,
    );
    return {id: args.id, created, kept};
  }
}
