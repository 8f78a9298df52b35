import {Args, JobwireCommand} from '../../command.ts';
import {readKeyPassphrase, readKeysFolder} from '../../config.ts';
import {createKey, formatPublicKey} from '../../packaging/keys.ts';
import {systemClock} from '../../values/time.ts';

export default class KeysCreate extends JobwireCommand {
  static override summary = 'Make a key to sign packages with';
  static override description =
    'An ed25519 key in a file of its own below $XDG_CONFIG_HOME/jobwire/keys (else ~/.config), readable by its owner only. With JOBWIRE_KEY_PASSPHRASE it is sealed. Prints the public key; the private one is never printed. A key is never overwritten.';
  static override examples = [
    '<%= config.bin %> keys create release',
    '<%= config.bin %> keys create release-2027 --json',
  ];
  static override args = {name: Args.string({description: 'Name of the new key', required: true})};

  async run(): Promise<unknown> {
    const {args} = await this.parse(KeysCreate);
    const key = createKey({folder: readKeysFolder(), name: args.name, passphrase: readKeyPassphrase()}, systemClock);
    const publicKey = formatPublicKey(key);
    this.print(publicKey);
    this.say(`key ${key.id} in ${key.file}${key.sealed ? ', sealed' : ''}`);
    if (!key.sealed)
      this.say('It is not sealed: whoever reads this file can sign. JOBWIRE_KEY_PASSPHRASE seals a new one.');
    this.say(`Give the line above to those who install your packages: jobwire keys trust "…" --name "…"`);
    return {...key, publicKey};
  }
}
