import {Args, Flags, JobwireCommand} from '../command.ts';
import {readKeyPassphrase, readKeysFolder} from '../config.ts';
import {type Packed, packSource} from '../packaging/pack.ts';
import {archivePath, placeArchive} from '../packaging/place.ts';
import {readSource} from '../packaging/source.ts';
import {printIssue} from '../terminal/issues.ts';
import {describePackage, showFiles, showPermissions} from '../terminal/packages.ts';
import {systemClock} from '../values/time.ts';

export default class Pack extends JobwireCommand {
  static override summary =
    'Make the archive of a package: connectors and templates, ready to sign, publish and install';
  static override description =
    'The folder holds jobwire-package.json, README.md, CHANGELOG.md, LICENSE, and what contents names below connectors/ and templates/. The same source gives the same bytes anywhere. A source with errors is not packed; exit code 3. A key that needs a passphrase takes it from JOBWIRE_KEY_PASSPHRASE.';
  static override examples = [
    '<%= config.bin %> pack',
    '<%= config.bin %> pack packages/incident-automation --check',
    '<%= config.bin %> pack packages/incident-automation --out dist --key acme --expires 365',
  ];
  static override args = {folder: Args.string({description: 'The package source', default: '.'})};
  static override flags = {
    out: Flags.string({
      summary: 'Where the archive goes: a folder, or a file that ends with .tgz',
      default: '.',
      exclusive: ['check'],
    }),
    check: Flags.boolean({summary: 'Write nothing: only say what would be packed, and whether it can be'}),
    key: Flags.string({summary: 'Name of the key of jobwire keys that signs', exclusive: ['check']}),
    expires: Flags.integer({summary: 'Days for which the signature counts', min: 1, dependsOn: ['key']}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Pack);
    const source = readSource(args.folder);
    for (const issue of source.issues) this.say(printIssue(issue));
    const sign = flags.key === undefined ? undefined : await signer(flags.key, flags.expires);
    const packed = packSource(source, {sign});
    const {manifest, files, archive, integrity, digest} = packed;
    this.print(describePackage(manifest));
    this.print(`\n${showFiles(files)}\n\n${showPermissions(manifest.permissions ?? {})}\n`);
    this.print(`${files.size} files, ${archive.length} bytes`);
    this.print(`digest     ${digest}\nintegrity  ${integrity}`);
    const placed = flags.check ? {} : this.#write(flags.out, packed);
    return {
      ...{id: manifest.id, version: manifest.version, digest, integrity, size: archive.length},
      ...{files: [...files].map(([path, bytes]) => ({path, size: bytes.length})), permissions: manifest.permissions},
      ...{signed: sign !== undefined, issues: source.issues, ...placed},
    };
  }

  #write(out: string, packed: Packed): {readonly file: string; readonly changed: boolean} {
    const file = archivePath(out, packed.manifest);
    const changed = placeArchive(file, packed);
    this.print(`archive    ${file}`);
    if (!changed) this.say('the archive was there already, byte for byte');
    return {file, changed};
  }
}

/** Loaded only when something is signed. */
async function signer(name: string, expiresInDays: number | undefined): Promise<(manifest: Uint8Array) => object> {
  const [{readKey}, {signManifest}] = await Promise.all([
    import('../packaging/keys.ts'),
    import('../packaging/signature.ts'),
  ]);
  const key = readKey({folder: readKeysFolder(), name, passphrase: readKeyPassphrase()});
  return (manifest) => signManifest(manifest, key, {clock: systemClock, expiresInDays});
}
