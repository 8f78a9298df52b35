import {Args, JobwireCommand} from '../../command.ts';
import {readKeysFolder} from '../../config.ts';
import {formatPublicKey, showKey} from '../../packaging/keys.ts';

export default class KeysShow extends JobwireCommand {
  static override summary = 'Print the public part of one of your keys, as one line';
  static override examples = [
    '<%= config.bin %> keys show release',
    '<%= config.bin %> keys show release > release.pub',
  ];
  static override args = {name: Args.string({description: 'Name of the key', required: true})};

  async run(): Promise<unknown> {
    const {args} = await this.parse(KeysShow);
    const key = showKey(readKeysFolder(), args.name);
    const publicKey = formatPublicKey(key);
    this.print(publicKey);
    this.say(`key ${key.id}`);
    return {...key, publicKey};
  }
}
