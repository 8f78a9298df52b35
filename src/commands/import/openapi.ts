import {basename, join, relative, resolve} from 'node:path';
import {type Draft, draftConnector} from '../../authoring/openapi/draft.ts';
import {type Written, writeDraft} from '../../authoring/openapi/write.ts';
import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {countDrafted, showNotes} from '../../terminal/drafts.ts';

export default class ImportOpenapi extends JobwireCommand {
  static override summary = 'Draft a connector from an OpenAPI definition: 2.0, 3.0 or 3.1, JSON or YAML';
  static override description =
    'Operations, schemas, authentication, samples and a case for each read come from the definition; what cannot be taken over is listed with its place. Nothing is fetched: a reference to an address, or to a file outside the folder of the definition, is an error (JW1020). Files that are there with other content are kept, and the command ends, unless --force is given. What is written passes jobwire check and jobwire test.';
  static override examples = [
    '<%= config.bin %> import openapi petstore.yaml',
    '<%= config.bin %> import openapi orchestrator.json --id orchestrator --operations tag:Jobs,Releases_Get',
    "<%= config.bin %> import openapi crm.yaml --operations 'GET:/contacts/{id}' --dry-run --json",
  ];
  static override args = {file: Args.string({description: 'The definition', required: true})};
  static override flags = {
    out: Flags.string({summary: 'Folder of the connector; by default connectors/<id> of the project'}),
    id: Flags.string({summary: 'Id of the connector; by default its folder, else the title of the definition'}),
    operations: Flags.string({
      summary: 'Only these: GET:/path, tag:NAME or an operationId, separated by commas; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    force: Flags.boolean({summary: 'Overwrite what is there, and remove cases of an earlier import'}),
    'dry-run': Flags.boolean({summary: 'Write nothing, show what would be written and left out'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(ImportOpenapi);
    const {project} = readConfig(flags);
    const id = flags.id ?? (flags.out === undefined ? undefined : basename(resolve(flags.out)));
    if (flags.out !== undefined && id !== basename(resolve(flags.out)))
      throw fail('JW7101', {
        problem: `--id ${id} and the folder ${flags.out} differ; a connector is named as its folder`,
      });
    const draft = await draftConnector({
      file: args.file,
      id,
      operations: flags.operations,
      progress: (what) => this.say(what),
    });
    const folder = flags.out === undefined ? join(project, 'connectors', draft.id) : resolve(flags.out);
    const dryRun = flags['dry-run'];
    const written = writeDraft(folder, draft.files, {force: flags.force, dryRun});
    this.#show(draft, {written, folder, dryRun});
    const {files: _files, ...facts} = draft;
    return {...facts, folder, ...written, dryRun};
  }

  #show(draft: Draft, {written, folder, dryRun}: {written: Written; folder: string; dryRun: boolean}): void {
    const shown = relative(process.cwd(), folder) || '.';
    const path = (name: string) => join(shown.startsWith('..') ? folder : shown, name);
    for (const name of written.written)
      if (!name.startsWith('cases/')) this.print(`${dryRun ? 'would write' : 'written'}  ${path(name)}`);
    for (const name of written.removed) this.print(`${dryRun ? 'would remove' : 'removed'}  ${path(name)}`);
    for (const line of showNotes(draft.notes)) this.print(line);
    this.say(countDrafted(draft));
    if (dryRun) return;
    this.say(`\nNext: read ${path('README.md')}, write a connection, then jobwire check and jobwire test`);
  }
}
