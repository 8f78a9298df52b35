import {Args, JobwireCommand} from '../../command.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {withStore} from '../../store.ts';
import {withTrace} from '../../terminal/runs.ts';

export default class EventsShow extends JobwireCommand {
  static override summary = 'Show one event as it is stored';
  static override examples = [
    '<%= config.bin %> events show 9d385017c611228701d22104cc95c371:created',
    '<%= config.bin %> events show k3v… --json',
  ];
  static override args = {event: Args.string({description: "Our id of the event, or the sender's", required: true})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(EventsShow);
    const event = await withStore(flags, (engine) => engine.events.get(args.event));
    if (!event) throw fail('JW7102', {what: 'event', id: args.event});
    const shown = withTrace(event, event);
    this.print(JSON.stringify(shown, null, 2));
    return shown;
  }
}
