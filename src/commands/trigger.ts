import {Args, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {trigger} from '../ingest/trigger.ts';
import {openRuntime} from '../runtime.ts';
import {readValue} from '../terminal/given.ts';
import {showDecisions} from '../terminal/runs.ts';
import {indent} from '../terminal/text.ts';

export default class Trigger extends JobwireCommand {
  static override summary = 'Start a template by hand, with data';
  static override description =
    'The data must fit what the template expects; a schedule needs none. The event is stored and its runs are queued; a running jobwire serve works them.';
  static override examples = [
    '<%= config.bin %> trigger restart-host --data \'{"host": "db-1"}\'',
    '<%= config.bin %> trigger restart-host --data @host.json --id change-4711',
    'cat host.json | <%= config.bin %> trigger restart-host --data - --json',
    '<%= config.bin %> trigger nightly-report',
  ];
  static override args = {template: Args.string({description: 'Id of the template', required: true})};
  static override flags = {
    data: Flags.string({summary: 'JSON, @FILE, or - for standard input'}),
    id: Flags.string({summary: 'What this start is called: the same id twice starts nothing new'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Trigger);
    const data = flags.data === undefined ? undefined : readValue(flags.data, '--data');
    const runtime = await openRuntime(readConfig(flags));
    try {
      const triggered = await trigger({template: args.template, data, id: flags.id}, runtime);
      const {id, duplicate, runs, decisions} = triggered;
      this.print(`event ${id}\n${indent(showDecisions(decisions))}`);
      if (duplicate) this.say('this id was used before: nothing new is started');
      else if (runs.length > 0)
        this.say(`${runs.length} ${runs.length === 1 ? 'run is' : 'runs are'} queued. Next: jobwire serve`);
      return triggered;
    } finally {
      await runtime.close();
    }
  }
}
