import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {nameOf, unsubscribe} from '../../ingest/subscription.ts';
import {openRuntime} from '../../runtime.ts';
import {findSubscribed} from '../../subscriptions.ts';

export default class HooksDelete extends JobwireCommand {
  static override summary = 'End a subscription at the app, and forget its secret';
  static override examples = [
    '<%= config.bin %> hooks delete uipath-prod',
    '<%= config.bin %> hooks delete uipath-prod --forget',
  ];
  static override args = {
    connection: Args.string({description: 'Id of the connection', required: true}),
    feed: Args.string({description: 'Name of the webhook feed, where there are several'}),
  };
  static override flags = {
    forget: Flags.boolean({summary: 'Only forget it here; the app is not asked', default: false}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(HooksDelete);
    const runtime = await openRuntime(readConfig(flags));
    try {
      const {clock, subscriptions: store} = runtime;
      const feed = findSubscribed(runtime, args.connection, args.feed);
      const name = nameOf(feed);
      if (flags.forget) await store.remove(name);
      const ended = flags.forget ? undefined : await unsubscribe(feed, {store, clock});
      const atApp = ended !== undefined && feed.feed.webhook?.unsubscribe !== undefined;
      this.say(
        atApp ? 'ended at the app and forgotten' : 'forgotten here; if the app still has it, remove it there by hand',
      );
      return {...name, ended: atApp};
    } finally {
      await runtime.close();
    }
  }
}
