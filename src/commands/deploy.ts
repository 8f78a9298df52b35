import {basename, relative, resolve, sep} from 'node:path';
import {Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {readFacts, type StoreKind, stores} from '../deploy/facts.ts';
import {deployFiles, type Target, targets, writeDeployFiles} from '../deploy/files.ts';
import {fail} from '../errors/jobwire-error.ts';
import {refuseBroken} from '../manifest/refuse.ts';
import {runtimeVersion} from '../packaging/runtime-version.ts';
import {readProject} from '../read-project.ts';

export default class Deploy extends JobwireCommand {
  static override summary = 'Write the files to run a project with docker, compose, systemd or helm';
  static override description =
    'Nothing is started. The files name the secrets that the connections of the project need; values are given where it runs. Safe to repeat: what is the same is kept, what differs needs --force.';
  static override examples = [
    '<%= config.bin %> deploy --target compose',
    '<%= config.bin %> deploy --target helm --store postgres --out deploy/cluster',
    '<%= config.bin %> deploy --target systemd --force',
  ];
  static override flags = {
    target: Flags.string({summary: 'What will run it', options: [...targets], required: true}),
    out: Flags.string({summary: 'Folder for the files, inside the project; deploy without it'}),
    store: Flags.string({
      summary: 'sqlite for one process, postgres for several; as JOBWIRE_STORE says without it',
      options: [...stores],
    }),
    name: Flags.string({summary: 'Name of image, unit and chart; the name of the folder of the project without it'}),
    force: Flags.boolean({summary: 'Replace files that are there and differ'}),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(Deploy);
    const config = readConfig({project: flags.project});
    const library = readProject(config);
    refuseBroken(library);
    const out = resolve(flags.out ?? `${config.project}/deploy`);
    const facts = readFacts({
      library,
      name: flags.name ?? basename(config.project),
      store: (flags.store as StoreKind | undefined) ?? (/^postgres/.test(config.store) ? 'postgres' : 'sqlite'),
      jobwireVersion: runtimeVersion(),
      folder: folderOf(config.project, out),
    });
    const {written, kept} = writeDeployFiles(out, deployFiles(flags.target as Target, facts), flags.force);
    for (const file of written) this.print(`written  ${file}`);
    for (const file of kept) this.say(`kept     ${file}`);
    return {out, target: flags.target, store: facts.store, written, kept};
  }
}

/** The image is built from the project, so the files lie in it. */
function folderOf(project: string, out: string): string {
  const folder = relative(project, out).split(sep).join('/');
  if (folder === '' || folder.startsWith('..') || !/^[\w.-]+(\/[\w.-]+)*$/.test(folder))
    throw fail('JW7101', {problem: `--out ${out}: a folder inside the project is meant, with a plain name`});
  return folder;
}
