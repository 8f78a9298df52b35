import {Flags, JobwireCommand} from '../../command.ts';
import {doubtQueued} from '../../engine/restored.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {withStore} from '../../store.ts';
import {localUser} from '../../terminal/given.ts';
import {systemClock} from '../../values/time.ts';

export default class RunsAfterRestore extends JobwireCommand {
  static override summary =
    'After a restore from a backup: look up what may have been started since, before anything starts';
  static override description =
    'Run it once, after the store was brought back and before `serve`. Queued runs become unclear: with delivery reconcile the target is asked first, with at-most-once they are held. Runs whose second start does no harm stay queued.';
  static override examples = [
    '<%= config.bin %> runs after-restore --dry-run',
    '<%= config.bin %> runs after-restore --yes',
  ];
  static override flags = {
    'dry-run': Flags.boolean({summary: 'Only say which runs are meant', exclusive: ['yes']}),
    yes: Flags.boolean({summary: 'Change them'}),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(RunsAfterRestore);
    const dryRun = flags['dry-run'];
    if (!flags.yes && !dryRun)
      throw fail('JW7101', {problem: 'every queued run is changed: look with --dry-run, then say --yes'});
    const asked = {clock: systemClock, by: localUser(), dryRun};
    const doubted = await withStore(flags, (engine) => doubtQueued({engine, ...asked}));
    const {unclear, left, moved} = doubted;
    for (const id of unclear) this.print(`${id}  ${dryRun ? 'would be looked up first' : 'is looked up first'}`);
    for (const id of moved) this.print(`${id}  left out: it moved meanwhile, is another process working this store?`);
    this.say(`${unclear.length} runs are unclear, ${left.length} may start as ever, ${moved.length} left out`);
    return doubted;
  }
}
