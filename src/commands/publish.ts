import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig, readKeyPassphrase, readKeysFolder, readRegistrySources} from '../config.ts';
import {readKey} from '../packaging/keys.ts';
import {openDesk} from '../packaging/registry/desk.ts';
import {publishPackage} from '../packaging/registry/publish.ts';
import {signManifest} from '../packaging/signature.ts';
import {showPermissions} from '../terminal/packages.ts';
import {systemClock} from '../values/time.ts';

export default class Publish extends JobwireCommand {
  static override summary = 'Publish a package in an npm registry';
  static override description =
    'A source is checked (jobwire publish-check) and packed; an archive is published as it is, byte for byte. The token is the one that .npmrc has for the registry. A version that exists is never replaced, and a new name that looks like another package is refused. Exit code 3 when the check finds errors.';
  static override examples = [
    '<%= config.bin %> publish packages/incident-automation --key acme --dry-run',
    '<%= config.bin %> publish acme-incident-automation-1.0.0.tgz',
    '<%= config.bin %> publish . --key acme --tag next --registry https://registry.example.com/',
  ];
  static override args = {source: Args.string({description: 'Folder of a source, or an archive', default: '.'})};
  static override flags = {
    registry: Flags.string({summary: 'Address of the registry; else the one of .npmrc'}),
    tag: Flags.string({summary: 'Name under which the version is found', default: 'latest'}),
    access: Flags.string({
      summary: 'Who may read it, where the registry makes a difference',
      options: ['public', 'restricted'],
      default: 'public',
    }),
    key: Flags.string({summary: 'Name of the key of jobwire keys that signs a source'}),
    expires: Flags.integer({summary: 'Days for which the signature counts', min: 1, dependsOn: ['key']}),
    'dry-run': Flags.boolean({summary: 'Do everything but the publishing'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Publish);
    const {project} = readConfig(flags);
    const desk = openDesk({project, ...readRegistrySources(project)}, systemClock, flags.registry);
    const {key: name, expires: expiresInDays} = flags;
    const key =
      name === undefined ? undefined : readKey({folder: readKeysFolder(), name, passphrase: readKeyPassphrase()});
    const outcome = await publishPackage(
      {
        ...{path: args.source, tag: flags.tag, dryRun: flags['dry-run']},
        access: flags.access === 'restricted' ? 'restricted' : 'public',
        sign: key && ((manifest) => signManifest(manifest, key, {clock: systemClock, expiresInDays})),
      },
      desk,
    );
    if ('findings' in outcome) {
      const errors = outcome.findings.filter(({severity}) => severity === 'error');
      for (const {rule, problem, fix, at} of errors)
        this.print(`${at.file}:${at.line}:${at.column}  error  ${rule}  ${problem}\n  fix: ${fix}`);
      this.say('\nnot published: jobwire publish-check says more');
      process.exitCode = exitCodes.validation;
      return {published: false, report: outcome};
    }
    const {id, version, registry, integrity, size, signer, manifest, published, report, tag} = outcome;
    if (signer === null) this.say('not signed: whoever installs it must say --allow-unsigned');
    for (const {severity, rule, problem} of report?.findings ?? [])
      if (severity === 'warning') this.say(`warning  ${rule}  ${problem}`);
    this.say(showPermissions(manifest.permissions ?? {}));
    this.print(
      `${published ? 'published' : 'would publish'}  ${id} ${version} (${tag})  ${registry}\nintegrity  ${integrity}`,
    );
    return {id, version, tag, registry, integrity, size, signer, published, permissions: manifest.permissions};
  }
}
