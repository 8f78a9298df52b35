import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {type FetchedInput, fetchInputs} from '../authoring/fetched-inputs.ts';
import {writeText} from '../authoring/project-files.ts';
import {projectTypes, typesHeader} from '../authoring/project-types.ts';
import {Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';
import {openProject, type Project} from '../index.ts';
import {refuseBroken} from '../manifest/refuse.ts';
import {readProject} from '../read-project.ts';

export default class Types extends JobwireCommand {
  static override summary = 'Write TypeScript declarations of the events and inputs of a project';
  static override description =
    'Connectors and connections are read from the files of the project. With --connection the target is asked as well: which processes or jobs there are, and which arguments each takes.';
  static override examples = [
    '<%= config.bin %> types --out jobwire.d.ts',
    '<%= config.bin %> types --connection uipath-prod --out jobwire.d.ts',
    '<%= config.bin %> types --json',
  ];
  static override flags = {
    out: Flags.string({summary: 'File to write, ending with .d.ts; standard output without it'}),
    connection: Flags.string({
      summary: 'Connection to ask for arguments; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(Types);
    const {out} = flags;
    if (out !== undefined) requireDeclarations(out);
    const text = flags.connection.length === 0 ? await this.#known(flags.project) : await this.#asked(flags);
    if (out === undefined) this.print(text.trimEnd());
    else {
      mkdirSync(dirname(out), {recursive: true});
      writeText(out, text);
      this.say(`written to ${out}`);
    }
    return out === undefined ? {text} : {out};
  }

  async #known(folder: string | undefined): Promise<string> {
    const library = readProject(readConfig({project: folder}));
    refuseBroken(library);
    return projectTypes(library);
  }

  async #asked(flags: {
    readonly project?: string | undefined;
    readonly connection: readonly string[];
  }): Promise<string> {
    await using project = await openProject(flags.project);
    const fetched: FetchedInput[] = [];
    for (const connection of flags.connection) fetched.push(...(await this.#ask(project, connection)));
    return project.redactor.text(await projectTypes(project.library, fetched));
  }

  async #ask(project: Project, connection: string): Promise<FetchedInput[]> {
    const {library} = project;
    const unit = library.connection(connection);
    if (!unit) {
      const suggestions = nearest(connection, library.connections.keys());
      throw fail('JW7102', {what: 'connection', id: connection}, {suggestions});
    }
    await project.probe(connection);
    return fetchInputs({
      connection,
      connector: library.connector(unit.manifest.connector).manifest,
      variant: unit.manifest.variant,
      ask: (action, field, input) => project.options(connection, action, field, input),
      say: (note) => this.say(project.redactor.text(note)),
    });
  }
}

/** Nothing but declarations is written, and no file that someone wrote. */
function requireDeclarations(out: string): void {
  if (!out.endsWith('.d.ts'))
    throw fail('JW7101', {problem: `--out ${out}: the file holds declarations only, its name ends with .d.ts`});
  if (existsSync(out) && !readFileSync(out, 'utf8').startsWith(typesHeader))
    throw fail('JW7101', {problem: `${out} was not written by jobwire types`}, {hint: 'name another file with --out'});
}
