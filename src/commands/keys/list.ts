import {JobwireCommand} from '../../command.ts';
import {readConfig, readKeysFolder} from '../../config.ts';
import {keysOf} from '../../packaging/key-list.ts';
import {tableOfKeys} from '../../terminal/signatures.ts';
import {systemClock} from '../../values/time.ts';

export default class KeysList extends JobwireCommand {
  static override summary = 'List your own keys and those the project trusts';
  static override examples = ['<%= config.bin %> keys list', '<%= config.bin %> keys list --json'];

  async run(): Promise<unknown> {
    const {flags} = await this.parse(KeysList);
    const keys = keysOf({
      ...{project: readConfig(flags).project, folder: readKeysFolder(), now: systemClock.now()},
    });
    if (keys.length === 0)
      this.say('no keys: jobwire keys create makes one, jobwire keys trust adds one of somebody else');
    else this.print(tableOfKeys(keys));
    if (keys.some(({expiresSoon}) => expiresSoon))
      this.say('\nAsk the owner for the next key now: what is signed by an expired one is not loaded.');
    return {keys};
  }
}
