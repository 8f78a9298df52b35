import {Args, exitCodes, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {check} from '../../ingest/subscription.ts';
import {openRuntime} from '../../runtime.ts';
import {findSubscribed, viewOf} from '../../subscriptions.ts';
import {listSubscriptions} from '../../terminal/feeds.ts';

export default class HooksCheck extends JobwireCommand {
  static override summary = 'Ask an app whether a subscription is still alive there';
  static override description =
    "Runs the feed's own check, which may make the app send a ping. Exit code 0 when the subscription is alive, 1 when it is not, or is not known here. Where an app cannot be asked, what is known here decides.";
  static override examples = [
    '<%= config.bin %> hooks check uipath-prod',
    '<%= config.bin %> hooks check uipath-prod webhooks --json',
  ];
  static override args = {
    connection: Args.string({description: 'Id of the connection', required: true}),
    feed: Args.string({description: 'Name of the webhook feed, where there are several'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(HooksCheck);
    const runtime = await openRuntime(readConfig(flags));
    try {
      const {clock, subscriptions: store} = runtime;
      const feed = findSubscribed(runtime, args.connection, args.feed);
      const there = await check(feed, {store, clock});
      const view = await viewOf(runtime, feed);
      const alive = there && view.state === 'active';
      const asked = feed.feed.webhook?.check !== undefined && view.id !== undefined;
      this.print(listSubscriptions([view]));
      this.say(verdictOf({asked, there, state: view.state}));
      if (!alive) {
        this.say(`  fix: jobwire hooks create ${view.connection} ${view.feed}`);
        process.exitCode = exitCodes.failure;
      }
      return {...view, alive, asked};
    } finally {
      await runtime.close();
    }
  }
}

function verdictOf({asked, there, state}: {asked: boolean; there: boolean; state: string}): string {
  if (asked && !there) return 'not alive: the app has no such subscription any more, or has switched it off';
  if (state === 'expired') return 'not alive: it has expired';
  if (state !== 'active') return 'not alive: there is no subscription';
  return asked ? 'alive' : 'the app cannot be asked; as far as is known here it is alive';
}
