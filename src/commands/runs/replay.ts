import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {readRate} from '../../engine/given-times.ts';
import type {EventRecord} from '../../engine/run.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {
  type Meant,
  type Outcome,
  readSelection,
  replayAll,
  replayable,
  type Selected,
  selectEvents,
} from '../../ingest/replay-batch.ts';
import {openOther, planWrites} from '../../plan.ts';
import {openRuntime, type Runtime} from '../../runtime.ts';
import {flagName, localUser} from '../../terminal/given.ts';
import {type Change, comparePlans, showChanges} from '../../terminal/plans.ts';

export default class RunsReplay extends JobwireCommand {
  static override summary = 'Run stored events once more, as the templates are now, with runs of their own';
  static override description =
    'One event by its id, or those of the runs that the flags mean. Events with runs that are under way or held are left out. --against only shows how the requests of another project would differ.';
  static override examples = [
    '<%= config.bin %> runs replay 9d385017c611228701d22104cc95c371:created',
    '<%= config.bin %> runs replay --state failed --template incident-to-triage --since 2h --rate 5/s --yes',
    '<%= config.bin %> runs replay --dead --yes',
    '<%= config.bin %> runs replay --state succeeded --since 1d --limit 20 --against ../next',
  ];
  static override args = {event: Args.string({description: "Our id of the event, or the sender's"})};
  static override flags = {
    state: Flags.option({options: replayable, multiple: true})({
      summary: 'Events of runs in this state; may be given several times',
    }),
    dead: Flags.boolean({summary: 'Events that could not be mapped', exclusive: ['state', 'template']}),
    template: Flags.string({summary: 'Only targets of this template'}),
    connection: Flags.string({summary: 'Only runs on this target connection; with --dead events of this connection'}),
    since: Flags.string({summary: 'Not from before this time, or this long ago'}),
    until: Flags.string({summary: 'Not from after this time, or this long ago'}),
    limit: Flags.integer({summary: 'Most events', default: 10_000, min: 1, max: 1_000_000}),
    rate: Flags.string({summary: 'Events in a second or a minute', default: '10/s'}),
    against: Flags.string({summary: 'Folder of another project: show how its requests differ, send nothing'}),
    'dry-run': Flags.boolean({summary: 'Only show which events are meant'}),
    yes: Flags.boolean({summary: 'Several events are meant, replay them'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(RunsReplay);
    const waitMs = readRate(flags.rate, '--rate');
    const runtime = await openRuntime(readConfig(flags));
    try {
      const selected = await select(runtime, {...flags, event: args.event});
      if (flags.against !== undefined) return await this.compare(runtime, selected, flags.against);
      if (flags['dry-run']) return this.list(selected);
      if (selected.length > 1 && !flags.yes)
        throw fail(
          'JW7101',
          {problem: `this would replay ${selected.length} events at ${flags.rate}`},
          {hint: 'repeat it with --yes'},
        );
      const onEach = (outcome: Outcome): void => this.print(told(outcome));
      const outcomes = await replayAll(selected, runtime, {by: localUser(), waitMs, onEach});
      return this.finish(outcomes);
    } finally {
      await runtime.close();
    }
  }

  private list(selected: readonly Selected[]): unknown {
    for (const {event, targets = []} of selected) this.print(`${event}  ${targets.join(' ')}`.trimEnd());
    this.say(`${selected.length} events`);
    return {events: selected};
  }

  private finish(outcomes: readonly Outcome[]): unknown {
    const failed = outcomes.filter(({error}) => error);
    const runs = outcomes.reduce((sum, {replayed}) => sum + (replayed?.runs.length ?? 0), 0);
    this.say(`${outcomes.length} events, ${runs} runs queued, ${failed.length} left out`);
    const [first] = failed;
    if (first?.error && outcomes.length === 1) throw first.error;
    return {events: outcomes.map(({of, replayed, error}) => ({of, ...replayed, ...(error && {error: error.issue()})}))};
  }

  private async compare(runtime: Runtime, selected: readonly Selected[], dir: string): Promise<unknown> {
    const other = openOther(runtime, dir);
    const differing: {event: string; target: string; changes: readonly Change[]}[] = [];
    try {
      for (const one of selected) {
        const event = await eventOf(runtime, one.event);
        const [here, there] = [await planWrites(event, runtime.tools), await planWrites(event, other.tools)];
        const meant = one.targets ?? [...new Set([...here.keys(), ...there.keys()])];
        for (const target of meant) {
          const changes = comparePlans(here.get(target), there.get(target));
          this.print(showChanges(`${event.type} ${event.id}  ${target}`, changes));
          if (changes.length > 0) differing.push({event: event.uid, target, changes});
        }
      }
    } finally {
      await other.close();
    }
    this.say(`${selected.length} events, ${differing.length} targets differ; nothing was sent`);
    if (differing.length > 0) process.exitCode = 1;
    return {events: selected.length, differing};
  }
}

interface Asked extends Meant {
  readonly event: string | undefined;
}

async function select(runtime: Runtime, {event: id, ...meant}: Asked): Promise<Selected[]> {
  const {library, engine, clock} = runtime;
  if (id !== undefined) {
    const event = await eventOf(runtime, id);
    const {template} = meant;
    if (template === undefined) return [{event: event.uid}];
    const targets = event.decisions
      .filter((one) => one.template === template)
      .map(({target}) => `${template}/${target}`);
    if (targets.length > 0) return [{event: event.uid, targets}];
    throw fail(
      'JW7102',
      {what: `target of this event in template`, id: template},
      {suggestions: [...library.templates.keys()]},
    );
  }
  if (!meant.dead && !meant.state)
    throw fail('JW7101', {problem: 'name an event, or say which runs are meant with --state or --dead'});
  return selectEvents(engine, readSelection(meant, clock.now(), flagName));
}

async function eventOf({engine}: Runtime, id: string): Promise<EventRecord> {
  const event = await engine.events.get(id);
  if (!event) throw fail('JW7102', {what: 'event', id});
  return event;
}

function told({of, replayed, error}: Outcome): string {
  if (error) return `${of}  left out: ${error.code}: ${error.message}`;
  return `${of}  ${replayed?.runs.length ? replayed.runs.join(' ') : 'starts nothing'}`;
}
