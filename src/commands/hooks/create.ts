import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {subscribe} from '../../ingest/subscription.ts';
import {openRuntime} from '../../runtime.ts';
import {deliveryUrl, findSubscribed, viewOf} from '../../subscriptions.ts';
import {listSubscriptions} from '../../terminal/feeds.ts';

export default class HooksCreate extends JobwireCommand {
  static override summary = 'Tell an app where to send its events';
  static override description =
    'Makes a secret, subscribes at the app and keeps both, sealed. A subscription that is there already is replaced.';
  static override examples = [
    '<%= config.bin %> hooks create uipath-prod --url https://jobwire.example.com',
    '<%= config.bin %> hooks create uipath-prod webhooks',
  ];
  static override args = {
    connection: Args.string({description: 'Id of the connection', required: true}),
    feed: Args.string({description: 'Name of the webhook feed, where there are several'}),
  };
  static override flags = {url: Flags.string({summary: 'Where the app reaches this Jobwire (JOBWIRE_PUBLIC_URL)'})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(HooksCreate);
    const config = readConfig(flags);
    const runtime = await openRuntime(config);
    try {
      const {clock, subscriptions: store} = runtime;
      const feed = findSubscribed(runtime, args.connection, args.feed);
      const {warning} = await subscribe(feed, deliveryUrl(feed, flags.url, config), {store, clock});
      const view = await viewOf(runtime, feed);
      this.print(listSubscriptions([view]));
      if (warning) this.say(`the old subscription could not be ended: ${warning.code}: ${warning.message}`);
      return {...view, ...(warning && {warning: warning.issue()})};
    } finally {
      await runtime.close();
    }
  }
}
