import {Args, Flags, JobwireCommand} from '../command.ts';
import {readConfig, readKeyPassphrase, readKeysFolder, readRegistrySources} from '../config.ts';
import {fail} from '../errors/jobwire-error.ts';
import {readKey} from '../packaging/keys.ts';
import {openDesk} from '../packaging/registry/desk.ts';
import {signIndex} from '../packaging/registry/index-file.ts';
import {listIndex} from '../packaging/registry/list-index.ts';
import {isPackageId} from '../packaging/registry/spec.ts';
import {writeBytes} from '../terminal/given.ts';
import {systemClock} from '../values/time.ts';

export default class SignIndex extends JobwireCommand {
  static override summary = 'Sign a dated list of what a registry has, for jobwire audit --index';
  static override description =
    'Every version of the named packages with its digest, the time, and a signature. Whoever audits with it sees when a registry keeps versions back or offers other bytes. It must be made anew regularly: an old one is refused.';
  static override examples = [
    '<%= config.bin %> sign-index @acme/incident-automation --key acme',
    '<%= config.bin %> sign-index @acme/incident-automation @acme/desk --key acme --out public/jobwire-index.json',
  ];
  static override args = {
    packages: Args.string({description: 'Names of packages', required: true, multiple: true}),
  };
  static override flags = {
    key: Flags.string({summary: 'Name of the key of jobwire keys that signs', required: true}),
    registry: Flags.string({summary: 'Address of the registry; else the one of .npmrc'}),
    out: Flags.string({summary: 'File to write, - for standard output', default: 'jobwire-index.json'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(SignIndex);
    const stray = args.packages.find((name) => !isPackageId(name));
    if (stray !== undefined)
      throw fail('JW7101', {problem: `${JSON.stringify(stray)} is no package: write @scope/name`});
    const {project} = readConfig(flags);
    const {registries} = openDesk({project, ...readRegistrySources(project)}, systemClock, flags.registry);
    const key = readKey({folder: readKeysFolder(), name: flags.key, passphrase: readKeyPassphrase()});
    const content = await listIndex(registries.main, args.packages);
    const written = writeBytes(signIndex(content, key, systemClock), flags.out, (text) => this.say(text));
    return {...written, registry: content.registry, packages: Object.keys(content.packages), key: key.id};
  }
}
