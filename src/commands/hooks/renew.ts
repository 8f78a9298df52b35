import {Args, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {renew} from '../../ingest/subscription.ts';
import {openRuntime} from '../../runtime.ts';
import {findSubscribed, viewOf} from '../../subscriptions.ts';
import {listSubscriptions} from '../../terminal/feeds.ts';

export default class HooksRenew extends JobwireCommand {
  static override summary = 'Renew a subscription now; where that fails, subscribe again';
  static override description = 'A running jobwire serve does this by itself before a subscription ends.';
  static override examples = [
    '<%= config.bin %> hooks renew graph-main',
    '<%= config.bin %> hooks renew graph-main mail --json',
  ];
  static override args = {
    connection: Args.string({description: 'Id of the connection', required: true}),
    feed: Args.string({description: 'Name of the webhook feed, where there are several'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(HooksRenew);
    const runtime = await openRuntime(readConfig(flags));
    try {
      const {clock, subscriptions: store} = runtime;
      const feed = findSubscribed(runtime, args.connection, args.feed);
      const {how, because, warning} = await renew(feed, {store, clock});
      const view = await viewOf(runtime, feed);
      this.print(listSubscriptions([view]));
      this.say(because ? `${how}, because it could not be renewed: ${because.code}: ${because.message}` : how);
      if (warning) this.say(`the old subscription could not be ended: ${warning.code}: ${warning.message}`);
      return {...view, how, ...(because && {because: because.issue()}), ...(warning && {warning: warning.issue()})};
    } finally {
      await runtime.close();
    }
  }
}
