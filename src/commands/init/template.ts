import {writeNew} from '../../authoring/scaffold/files.ts';
import {answer, idProblem} from '../../authoring/scaffold/questions.ts';
import {scaffoldTemplate, templateQuestions} from '../../authoring/scaffold/template.ts';
import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {terminalPrompts} from '../../prompts.ts';
import {readProject} from '../../read-project.ts';

export default class InitTemplate extends JobwireCommand {
  static override summary = 'Make a template: an event, an action, a proposed mapping and two cases that pass';
  static override description =
    'Events and actions are those of the connections of the project. Inputs that the event does not say are placeholders, and jobwire check points at them (JW1021). On a terminal it asks for what no flag says; elsewhere, or with --no-input, a missing flag is a usage error. Files that exist are left alone.';
  static override examples = [
    '<%= config.bin %> init template issue-to-job',
    '<%= config.bin %> init template issue-to-job --from github-main --event issues.opened --to uipath-prod --action startJob --no-input',
  ];
  static override args = {id: Args.string({description: 'Id and folder of the template', required: true})};
  static override flags = {
    from: Flags.string({summary: 'Connection the event comes from'}),
    event: Flags.string({summary: 'Event of its connector'}),
    to: Flags.string({summary: 'Connection the action runs on'}),
    action: Flags.string({summary: 'Action of its connector'}),
    'no-input': Flags.boolean({summary: 'Ask nothing'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(InitTemplate);
    const problem = idProblem(args.id);
    if (problem !== undefined) throw fail('JW7101', {problem: `${args.id}: ${problem}`});
    const config = readConfig(flags);
    const library = readProject(config);
    const prompts = await terminalPrompts(!flags['no-input'] && !this.jsonEnabled(), () => import('@inquirer/prompts'));
    const from = await answer(templateQuestions.from(library), flags.from, prompts);
    const event = await answer(templateQuestions.event(library, from), flags.event, prompts);
    const to = await answer(templateQuestions.to(library), flags.to, prompts);
    const action = await answer(templateQuestions.action(library, to), flags.action, prompts);
    const {files, placeholders} = await scaffoldTemplate({id: args.id, from, event, to, action}, library);
    const {created, kept} = writeNew(config.project, files);
    for (const file of created) this.print(`created  ${file}`);
    for (const file of kept) this.say(`kept     ${file}`);
    if (placeholders.length > 0) this.say(`\nStill to be said: ${placeholders.join(', ')}`);
    this.say('\nNext: correct the mapping, then jobwire check, jobwire test and jobwire plan');
    return {id: args.id, created, kept, placeholders};
  }
}
