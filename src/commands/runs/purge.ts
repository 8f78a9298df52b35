import {Flags, JobwireCommand} from '../../command.ts';
import {purgeAll, purgeRule} from '../../engine/retention.ts';
import {withStore} from '../../store.ts';
import {flagName} from '../../terminal/given.ts';
import {systemClock} from '../../values/time.ts';

export default class RunsPurge extends JobwireCommand {
  static override summary = 'Forget events and runs that are over and old: payloads, logs and results';
  static override description =
    'Nothing that goes on or is held is touched. The keys that keep a late second arrival out stay, unless --keys-older-than is given.';
  static override examples = [
    '<%= config.bin %> runs purge --older-than 30d',
    '<%= config.bin %> runs purge --older-than 30d --keys-older-than 400d --json',
  ];
  static override flags = {
    'older-than': Flags.string({summary: 'Received, and over, longer ago than this', required: true}),
    'keys-older-than': Flags.string({summary: 'Also keys whose time was over longer ago than this'}),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(RunsPurge);
    const forgetting = {olderThan: flags['older-than'], keysOlderThan: flags['keys-older-than']};
    const rule = purgeRule(forgetting, systemClock.now(), flagName);
    const purged = await withStore(flags, (engine) => purgeAll({engine, clock: systemClock}, rule));
    this.print(`${purged.events} events, ${purged.runs} runs and ${purged.keys} keys are gone`);
    return purged;
  }
}
