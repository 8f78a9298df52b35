import {Args, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {readLock} from '../../packaging/lock.ts';
import {revokeKey} from '../../packaging/trust.ts';
import {systemClock} from '../../values/time.ts';

export default class KeysRevoke extends JobwireCommand {
  static override summary = 'Let nothing that a key signed count any more, for good';
  static override description =
    'From the next start on, packages signed by it are not loaded, whenever they say they were signed. Running servers keep what they have loaded: restart them.';
  static override examples = [
    '<%= config.bin %> keys revoke jwk1-abcdefghijklmnopqrstuvwxyz',
    '<%= config.bin %> keys revoke jwk1-abcdefghijklmnopqrstuvwxyz --json',
  ];
  static override args = {id: Args.string({description: 'Id of the key, from keys list', required: true})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(KeysRevoke);
    const {project} = readConfig(flags);
    const entry = revokeKey(project, args.id, systemClock);
    const packages = Object.entries(readLock(project).packages)
      .filter(([, {signer}]) => signer === args.id)
      .map(([name, {version}]) => `${name}@${version}`);
    this.print(`revoked  ${args.id}  ${entry.name}`);
    for (const name of packages) this.print(`refused  ${name}`);
    if (packages.length > 0)
      this.say('Install versions that are signed by the next key of the publisher, or remove them.');
    return {id: args.id, ...entry, packages};
  }
}
