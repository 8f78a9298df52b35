import {Flags, JobwireCommand} from '../../command.ts';
import type {RunState} from '../../engine/run.ts';
import {withStore} from '../../store.ts';
import {listRuns} from '../../terminal/runs.ts';

const states: readonly RunState[] = ['queued', 'starting', 'tracking', 'held', 'succeeded', 'failed', 'canceled'];

export default class RunsList extends JobwireCommand {
  static override summary = 'List runs, newest first';
  static override examples = [
    '<%= config.bin %> runs list',
    '<%= config.bin %> runs list --state failed --state held --limit 20',
    '<%= config.bin %> runs list --template incident-to-triage --json',
  ];
  static override flags = {
    state: Flags.option({options: states, multiple: true, multipleNonGreedy: true})({
      summary: 'Only runs in this state; may be given several times',
    }),
    template: Flags.string({summary: 'Only runs of this template'}),
    connection: Flags.string({summary: 'Only runs on this target connection'}),
    event: Flags.string({summary: 'Only runs of this event'}),
    limit: Flags.integer({summary: 'Most runs to list', default: 50, min: 1, max: 1000}),
    after: Flags.string({summary: 'Go on after this page mark'}),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(RunsList);
    const {state, template, connection, event, limit, after} = flags;
    const filter = {
      ...(state && {state}),
      ...(template !== undefined && {template}),
      ...(connection !== undefined && {connection}),
      ...(event !== undefined && {event}),
    };
    const page = await withStore(flags, (engine) =>
      engine.runs.list(filter, {limit, ...(after !== undefined && {after})}),
    );
    if (page.items.length === 0) this.say('no runs');
    else this.print(listRuns(page.items));
    if (page.next !== undefined) this.say(`\nmore: --after ${page.next}`);
    return page;
  }
}
