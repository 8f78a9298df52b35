import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {isTerminal, type Run} from '../engine/run.ts';
import {refuseOff} from '../engine/switches.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';
import {followEvent} from '../follow.ts';
import {match} from '../ingest/match.ts';
import {openRuntime, type Runtime} from '../runtime.ts';
import {readEvent} from '../sample.ts';
import {showDecisions, showStep} from '../terminal/runs.ts';
import {indent} from '../terminal/text.ts';
import {durationMs} from '../values/time.ts';

export default class RunCommand extends JobwireCommand {
  static override summary = 'Run one event now, and follow its jobs to their end';
  static override description =
    'The event is stored like a received one: the same id twice starts nothing new. Without --event the sample of the connector is used.';
  static override examples = [
    '<%= config.bin %> run incident-to-triage --event incident.json',
    '<%= config.bin %> run incident-to-triage --event incident.json --timeout 10m --json',
  ];
  static override args = {template: Args.string({description: 'Id of the template', required: true})};
  static override flags = {
    event: Flags.string({summary: 'File with an event, - for standard input'}),
    timeout: Flags.string({summary: 'How long to watch; the run itself goes on in the store', default: '5m'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(RunCommand);
    const timeoutMs = durationMs(flags.timeout);
    if (timeoutMs === undefined)
      throw fail('JW7101', {problem: `--timeout ${flags.timeout}: write a duration such as 90s or 5m`});
    const runtime = await openRuntime(readConfig(flags), (error) => this.say(String(error)));
    try {
      const uid = await this.accept(runtime, {
        template: args.template,
        ...(flags.event !== undefined && {file: flags.event}),
      });
      const worker = runtime.work();
      const onLine = (run: Run, line: Run['data']['log'][number]): void =>
        this.print(`${run.target.padEnd(10)} ${showStep(line)}`);
      const runs = await followEvent(uid, {engine: runtime.engine, clock: runtime.clock, timeoutMs, onLine});
      await worker.stop();
      return this.finish(uid, runs);
    } finally {
      await runtime.close();
    }
  }

  private async accept(
    {library, engine, clock, switches}: Runtime,
    {template: id, file}: {template: string; file?: string},
  ): Promise<string> {
    const template = library.template(id)?.manifest;
    if (!template) throw fail('JW7102', {what: 'template', id}, {suggestions: nearest(id, library.templates.keys())});
    await refuseOff(switches, id);
    const event = readEvent(library, template, {now: clock.now(), ...(file !== undefined && {file})});
    const all = match(event, library, clock.now());
    const decisions = all.decisions.filter((decision) => decision.template === id);
    const drafts = all.drafts.filter((draft) => draft.template === id);
    this.print(`event ${event.type} ${event.id}\n${indent(showDecisions(decisions))}\n`);
    const [accepted] = await engine.accept({
      events: [{event: {...event, decisions}, drafts, windowMs: 7 * 86_400_000}],
    });
    if (!accepted) throw fail('JW9001', {problem: 'the engine gave no answer'});
    if (accepted.duplicate) this.say('this event was accepted before; showing its runs');
    return accepted.uid;
  }

  private finish(event: string, runs: readonly Run[]): unknown {
    for (const run of runs) {
      const problem = run.error && run.state !== 'succeeded' ? `: ${run.error.code}: ${run.error.detail}` : '';
      this.print(`\n${run.target}: ${run.state}${problem}  (${run.id})`);
    }
    if (runs.some(({state}) => state === 'held')) process.exitCode = exitCodes.conflict;
    else if (runs.some(({state}) => state === 'failed' || state === 'canceled')) process.exitCode = exitCodes.failure;
    else if (runs.some(({state}) => !isTerminal(state))) process.exitCode = exitCodes.timeout;
    return {event, runs};
  }
}
