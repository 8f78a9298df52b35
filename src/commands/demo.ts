import {JobwireCommand} from '../command.ts';
import {type DemoListener, runDemo} from '../demo.ts';
import {showDecisions, showStep} from '../terminal/runs.ts';
import {howLong, indent} from '../terminal/text.ts';

export default class Demo extends JobwireCommand {
  static override summary =
    'Show the whole path on this machine: signed events, lookups, started jobs, written-back results';
  static override description =
    'Simulators and server run on free loopback ports in a temporary folder, and are gone afterwards.';
  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --json'];

  async run(): Promise<unknown> {
    await this.parse(Demo);
    const result = await runDemo(this.listener());
    this.print(`\nDone in ${howLong(result.ms)}. Try next:

  jobwire init my-project && cd my-project      a project whose connections point to simulators
  jobwire simulate uipath-orchestrator --port 7071
  jobwire simulate servicenow --port 7072
  jobwire plan incident-to-triage               what would happen; nothing is started
  jobwire serve                                 then, elsewhere: jobwire emit servicenow-main incident.created
  jobwire why <event>                           why it did, or did not, start something`);
    return result;
  }

  private listener(): DemoListener {
    return {
      ready: (url, simulators) => {
        this.print('Simulators and server on this machine');
        for (const simulator of simulators) this.print(`  ${simulator.title.padEnd(22)} ${simulator.url}`);
        this.print(`  ${'Jobwire'.padEnd(22)} ${url}`);
      },
      received: (event, {status, ms}) => {
        this.print(`\n${event.type}  ${event.id}`);
        this.print(`  signed delivery answered ${status} after ${howLong(ms)}, when it was stored`);
        this.print(indent(showDecisions(event.decisions)));
      },
      line: (_run, line) => this.print(indent(showStep(line))),
      ended: (runs, ms) => {
        for (const run of runs) {
          const jobs = (run.data.jobs ?? []).map(({ref, raw, state}) => `job ${ref.id} ${raw ?? state}`).join(', ');
          this.print(`  ${run.action} on ${run.connection}: ${run.state}${jobs ? `, ${jobs}` : ''}  (run ${run.id})`);
        }
        this.print(`  from event to end: ${howLong(ms)}`);
      },
    };
  }
}
