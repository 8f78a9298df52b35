import {serveEditor} from '../authoring/lsp/server.ts';
import {Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {runtimeVersion} from '../packaging/runtime-version.ts';
import {readProject} from '../read-project.ts';
import {packageRoot} from '../values/package-root.ts';

export default class Lsp extends JobwireCommand {
  static override summary = 'Help an editor with manifests: a language server on standard input and output';
  static override description =
    'Speaks the Language Server Protocol; an editor starts it. Findings, completion, hover, definitions, references, renaming and corrections follow the text as it is, saved or not. The folder of a project is told from the place of each file.';
  static override examples = ['<%= config.bin %> lsp', '<%= config.bin %> lsp --stdio'];
  static override flags = {
    stdio: Flags.boolean({summary: 'For editors that say so; nothing else is spoken'}),
  };

  async run(): Promise<void> {
    await this.parse(Lsp);
    await serveEditor({
      load: (project, only) => readProject(readConfig({project}), only ?? 'used'),
      shipped: packageRoot,
      version: runtimeVersion(),
      input: process.stdin,
      output: process.stdout,
      log: (message) => this.say(message),
    });
  }
}
