import {Args, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';
import {type PollSource, pollOnce} from '../ingest/poll.ts';
import {openRuntime, type Runtime} from '../runtime.ts';
import {listPolled, summarisePoll} from '../terminal/feeds.ts';

export default class PollCommand extends JobwireCommand {
  static override summary = 'Poll a feed once, now, and show what came';
  static override description =
    'Events are stored and runs are queued as by jobwire serve, which works them. The cursor moves on.';
  static override examples = [
    '<%= config.bin %> poll servicenow-main reconcileCreated',
    '<%= config.bin %> poll servicenow-main reconcileCreated --json',
  ];
  static override args = {
    connection: Args.string({description: 'Id of the connection', required: true}),
    feed: Args.string({description: 'Name of the poll feed', required: true}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(PollCommand);
    const runtime = await openRuntime(readConfig(flags));
    try {
      const {error, ...polled} = await pollOnce(sourceOf(runtime, args), runtime);
      if (polled.events.length > 0) this.print(listPolled(polled));
      this.say(summarisePoll(polled));
      if (error) throw error;
      const runs = polled.events.reduce((sum, event) => sum + (event.outcome === 'new' ? event.runs.length : 0), 0);
      if (runs > 0) this.say(`${runs} ${runs === 1 ? 'run is' : 'runs are'} queued. Next: jobwire serve`);
      return polled;
    } finally {
      await runtime.close();
    }
  }
}

function sourceOf(runtime: Runtime, {connection: id, feed: name}: {connection: string; feed: string}): PollSource {
  const connection = runtime.connection(id);
  const polls = Object.entries(connection.connector.feeds ?? {}).filter(([, {poll}]) => poll);
  const found = polls.find(([feedName]) => feedName === name);
  if (!found) {
    const names = polls.map(([feedName]) => feedName);
    const close = nearest(name, names);
    throw fail('JW7102', {what: `poll feed of ${id}`, id: name}, {suggestions: close.length > 0 ? close : names});
  }
  return {connection, feedName: name, feed: found[1]};
}
