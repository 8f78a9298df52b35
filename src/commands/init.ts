import {wireEditor} from '../authoring/editor.ts';
import {Args, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {createProject} from '../project.ts';
import {terminalPrompts} from '../prompts.ts';
import {readProject} from '../read-project.ts';

export default class Init extends JobwireCommand {
  static override summary = 'Make a project: connections to simulators, templates and development secrets';
  static override description =
    'Files that exist are left alone, so the command is safe to repeat. Without a folder and a template it asks for both on a terminal; elsewhere, or with --no-input, it takes this folder and the usual templates. A folder named connector or template is written ./connector.';
  static override examples = [
    '<%= config.bin %> init my-project',
    '<%= config.bin %> init . --template incident-to-triage',
    '<%= config.bin %> init connector acme-crm',
  ];
  static override args = {folder: Args.string({description: 'Folder to make or complete; by default this one'})};
  static override flags = {
    template: Flags.string({
      summary: 'Template to copy; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'no-input': Flags.boolean({summary: 'Ask nothing'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Init);
    const {folder, templates} = await this.#answers(args.folder, flags);
    const {created, kept} = createProject(folder, templates);
    for (const file of created) this.print(`created  ${file}`);
    for (const file of kept) this.say(`kept     ${file}`);
    const config = readConfig({project: folder});
    const editor = wireEditor(config.project, readProject(config));
    if (editor.written.length > 0)
      this.say('editor   .vscode/settings.json, .jobwire/schemas (jobwire schema renews them)');
    this.say(`\nNext: jobwire check -C ${folder}`);
    return {folder, created, kept, editor};
  }

  /** Flags first; a person is asked only where neither folder nor template is said. */
  async #answers(
    folder: string | undefined,
    flags: {template: string[] | undefined; 'no-input': boolean},
  ): Promise<{folder: string; templates: readonly string[]}> {
    const isSilent = folder !== undefined || flags.template !== undefined || flags['no-input'] || this.jsonEnabled();
    const prompts = await terminalPrompts(!isSilent, () => import('@inquirer/prompts'));
    if (!prompts) return {folder: folder ?? '.', templates: flags.template ?? usual};
    const place = await prompts.input({flag: 'folder', message: 'Folder to make or complete', preset: '.'});
    const choices = [{value: 'both', name: 'both of them'}, ...usual.map((id) => ({value: id, name: id}))];
    const template = await prompts.select({flag: 'template', message: 'Template to begin with', choices});
    return {folder: place, templates: template === 'both' ? usual : [template]};
  }
}

const usual: readonly string[] = ['incident-to-triage', 'github-issue-to-job'];
