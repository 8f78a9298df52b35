import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {readHistory} from '../../ingest/overview.ts';
import {templateOf} from '../../ingest/trigger.ts';
import {readProject} from '../../read-project.ts';
import {withStore} from '../../store.ts';
import {showHistory} from '../../terminal/templates.ts';

export default class TemplatesHistory extends JobwireCommand {
  static override summary = 'Show how the runs of a template went: how many, how long, and what went wrong';
  static override examples = [
    '<%= config.bin %> templates history incident-to-triage',
    '<%= config.bin %> templates history incident-to-triage --limit 100 --json',
  ];
  static override args = {template: Args.string({description: 'Id of the template', required: true})};
  static override flags = {
    limit: Flags.integer({summary: 'Most runs to list', default: 20, min: 1, max: 1000}),
    after: Flags.string({summary: 'Go on after this page mark'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(TemplatesHistory);
    const {limit, after} = flags;
    const page = {limit, ...(after !== undefined && {after})};
    const history = await withStore(flags, (engine) => readHistory(engine, args.template, page));
    if (history.total === 0) templateOf(args.template, readProject(readConfig(flags)));
    this.print(showHistory(history));
    if (history.next !== undefined) this.say(`\nmore: --after ${history.next}`);
    return history;
  }
}
