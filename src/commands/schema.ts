import {mkdirSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {type Wired, wireEditor} from '../authoring/editor.ts';
import {schemaForFile} from '../authoring/file-schema.ts';
import {isWithin, writeText} from '../authoring/project-files.ts';
import {interruption, onEveryChange} from '../authoring/watch.ts';
import {exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {readProject} from '../read-project.ts';
import {packageRoot} from '../values/package-root.ts';
import {systemClock} from '../values/time.ts';

export default class Schema extends JobwireCommand {
  static override summary = 'Write JSON Schemas with which an editor completes the files of a project';
  static override description =
    'A schema of one file knows its names, choices and the paths that each of its expressions may read. Without --for all are written to .jobwire/schemas, and .vscode/settings.json learns of them; what stands there is kept.';
  static override examples = [
    '<%= config.bin %> schema',
    '<%= config.bin %> schema --watch',
    '<%= config.bin %> schema --for templates/incident-to-triage/template.json',
  ];
  static override flags = {
    for: Flags.string({summary: 'The schema of this file only'}),
    out: Flags.string({summary: 'File to write it to; standard output without it', dependsOn: ['for']}),
    watch: Flags.boolean({
      summary: 'Write again whenever a file changes, until Ctrl-C',
      exclusive: ['for', 'out', 'json'],
    }),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(Schema);
    const config = readConfig(flags);
    if (flags.for !== undefined) return this.#one(flags.for, flags.out, config.project);
    const wire = (): Wired => {
      const wired = wireEditor(config.project, readProject(config));
      this.#tell(wired);
      return wired;
    };
    if (!flags.watch) return wire();
    process.exitCode = exitCodes.interrupted;
    return onEveryChange(config.project, {clock: systemClock, signal: interruption()}, () => {
      wire();
      this.say('watching for changes; Ctrl-C ends\n');
    });
  }

  #one(file: string, out: string | undefined, project: string): object {
    const isShipped = isWithin(join(packageRoot, 'connectors'), resolve(file));
    const only = isShipped ? [basename(dirname(resolve(file)))] : 'used';
    const {kind, schema, problem} = schemaForFile(file, readProject(readConfig({project}), only));
    if (problem !== undefined) this.say(`${file}: only what is true of every ${kind} is known: ${problem}`);
    const text = JSON.stringify(schema, null, 2);
    if (out === undefined) this.print(text);
    else {
      mkdirSync(dirname(out), {recursive: true});
      writeText(out, `${text}\n`);
      this.say(`written to ${out}`);
    }
    return {kind, schema, ...(problem !== undefined && {problem})};
  }

  #tell({written, kept, byHand}: Wired): void {
    for (const path of written) this.print(`written  ${path}`);
    for (const {file, problem} of kept) this.say(`as it was: the schema of ${file}: ${problem}`);
    if (byHand.length > 0)
      this.say(
        `.vscode/settings.json is not strict JSON and is left alone; add to "json.schemas":\n${JSON.stringify(byHand, null, 2)}`,
      );
  }
}
