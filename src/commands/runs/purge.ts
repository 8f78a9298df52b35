import {Flags} from '@oclif/core';
import {JobwireCommand} from '../../command.ts';
import type {Engine, Purged} from '../../engine/engine.ts';
import {withStore} from '../../store.ts';
import {readDuration} from '../../terminal/given.ts';
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
    const now = systemClock.now();
    const before = now - readDuration(flags['older-than'], '--older-than');
    const keys = flags['keys-older-than'];
    const keysBefore = keys === undefined ? undefined : now - readDuration(keys, '--keys-older-than');
    const purged = await withStore(flags, (engine) => purgeAll(engine, before, keysBefore));
    this.print(`${purged.events} events, ${purged.runs} runs and ${purged.keys} keys are gone`);
    return purged;
  }
}

/** Small transactions with room between them: whoever works the store meanwhile must not wait. */
async function purgeAll(engine: Engine, before: number, keysBefore: number | undefined): Promise<Omit<Purged, 'more'>> {
  const total = {events: 0, runs: 0, keys: 0};
  for (;;) {
    const {more, ...purged} = await engine.purge({before, limit: 500, ...(keysBefore !== undefined && {keysBefore})});
    total.events += purged.events;
    total.runs += purged.runs;
    total.keys += purged.keys;
    if (!more) return total;
    await systemClock.sleep(20);
  }
}
