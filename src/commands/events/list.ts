import {Flags, JobwireCommand} from '../../command.ts';
import type {EventRecord} from '../../engine/run.ts';
import {withStore} from '../../store.ts';
import {listEvents} from '../../terminal/runs.ts';

const states: readonly EventRecord['state'][] = ['accepted', 'ignored', 'dead'];

export default class EventsList extends JobwireCommand {
  static override summary = 'List stored events, newest first';
  static override examples = [
    '<%= config.bin %> events list',
    '<%= config.bin %> events list --state dead --connection servicenow-main',
  ];
  static override flags = {
    state: Flags.option({options: states, multiple: true, multipleNonGreedy: true})({
      summary: 'Only events in this state; may be given several times',
    }),
    connection: Flags.string({summary: 'Only events of this connection'}),
    type: Flags.string({summary: 'Only events of this type'}),
    limit: Flags.integer({summary: 'Most events to list', default: 50, min: 1, max: 1000}),
    after: Flags.string({summary: 'Go on after this page mark'}),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(EventsList);
    const {state, connection, type, limit, after} = flags;
    const filter = {
      ...(state && {state}),
      ...(connection !== undefined && {connection}),
      ...(type !== undefined && {type}),
    };
    const page = await withStore(flags, (engine) =>
      engine.events.list(filter, {limit, ...(after !== undefined && {after})}),
    );
    if (page.items.length === 0) this.say('no events');
    else this.print(listEvents(page.items));
    if (page.next !== undefined) this.say(`\nmore: --after ${page.next}`);
    return page;
  }
}
