import {Args, JobwireCommand} from '../command.ts';
import type {Run} from '../engine/run.ts';
import {fail} from '../errors/jobwire-error.ts';
import {withStore} from '../store.ts';
import {showDecisions} from '../terminal/runs.ts';
import {when} from '../terminal/text.ts';

export default class Why extends JobwireCommand {
  static override summary = 'Explain what became of an event, from stored facts alone';
  static override examples = [
    '<%= config.bin %> why 9d385017c611228701d22104cc95c371:created',
    '<%= config.bin %> why k3v… --json',
  ];
  static override args = {event: Args.string({description: "Our id of the event, or the sender's", required: true})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Why);
    const found = await withStore(flags, async (engine) => {
      const event = await engine.events.get(args.event);
      return event && {event, runs: (await engine.runs.list({event: event.uid}, {limit: 1000})).items};
    });
    if (!found) throw fail('JW7102', {what: 'event', id: args.event});
    const {event, runs} = found;
    const copies = event.deliveries > 1 ? `, delivered ${event.deliveries} times: the later ones were duplicates` : '';
    this.print(
      `${event.type} ${event.id} of ${event.connection}/${event.feed}, received ${when(event.receivedAt)}${copies}`,
    );
    if (event.conflicts > 0) this.print(`  ${event.conflicts} of the duplicates had another body`);
    if (event.error) this.print(`  ${event.state}: ${event.error.code}: ${event.error.detail}`);
    else this.print(showDecisions(event.decisions));
    for (const run of [...runs].reverse()) this.print(endOf(run));
    return found;
  }
}

function endOf(run: Run): string {
  const jobs = (run.data.jobs ?? []).map(({ref, state, raw}) => `${ref.id} ${raw ?? state}`).join(', ');
  const problem =
    run.error && run.state !== 'succeeded' ? `: ${run.error.code}: ${run.error.detail}; ${run.error.hint}` : '';
  return `run ${run.id} (${run.target}) is ${run.state}${jobs ? `, jobs ${jobs}` : ''}${problem}`;
}
