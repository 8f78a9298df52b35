import {Args, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {openRuntime} from '../../runtime.ts';
import {feedsOf, viewOf} from '../../subscriptions.ts';
import {listSubscriptions} from '../../terminal/feeds.ts';

export default class HooksList extends JobwireCommand {
  static override summary = 'List the feeds that are subscribed by request, and their subscriptions';
  static override examples = ['<%= config.bin %> hooks list', '<%= config.bin %> hooks list uipath-prod --json'];
  static override args = {connection: Args.string({description: 'Only feeds of this connection'})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(HooksList);
    const runtime = await openRuntime(readConfig(flags));
    try {
      const ids = args.connection === undefined ? [...runtime.library.connections.keys()] : [args.connection];
      const views = await Promise.all(ids.flatMap((id) => feedsOf(runtime, id)).map((feed) => viewOf(runtime, feed)));
      if (views.length === 0) this.say('no feed is subscribed by request');
      else this.print(listSubscriptions(views));
      return {items: views};
    } finally {
      await runtime.close();
    }
  }
}
