import {Args, Flags} from '@oclif/core';
import {wireEditor} from '../authoring/editor.ts';
import {JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {createProject} from '../project.ts';
import {readProject} from '../runtime.ts';

export default class Init extends JobwireCommand {
  static override summary = 'Make a project: connections to simulators, templates and development secrets';
  static override description = 'Files that exist are left alone, so the command is safe to repeat.';
  static override examples = [
    '<%= config.bin %> init my-project',
    '<%= config.bin %> init . --template incident-to-triage',
  ];
  static override args = {folder: Args.string({description: 'Folder to make or complete', default: '.'})};
  static override flags = {
    template: Flags.string({
      summary: 'Template to copy; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: ['incident-to-triage', 'github-issue-to-job'],
    }),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Init);
    const {created, kept} = createProject(args.folder, flags.template);
    for (const file of created) this.print(`created  ${file}`);
    for (const file of kept) this.say(`kept     ${file}`);
    const config = readConfig({project: args.folder});
    const editor = wireEditor(config.project, readProject(config));
    if (editor.written.length > 0)
      this.say('editor   .vscode/settings.json, .jobwire/schemas (jobwire schema renews them)');
    this.say(`\nNext: jobwire check -C ${args.folder}`);
    return {folder: args.folder, created, kept, editor};
  }
}
