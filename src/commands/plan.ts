import {Args, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';
import {type Plan, type PlannedTarget, planEvent} from '../plan.ts';
import {openRuntime} from '../runtime.ts';
import {readEvent} from '../sample.ts';
import {showDecisions, showStep} from '../terminal/runs.ts';
import {indent} from '../terminal/text.ts';

export default class PlanCommand extends JobwireCommand {
  static override summary = 'Show what an event would start: reads are made, the write is printed and withheld';
  static override description = 'Without --event the sample of the connector is used. Nothing is stored.';
  static override examples = [
    '<%= config.bin %> plan incident-to-triage',
    '<%= config.bin %> plan incident-to-triage --event incident.json',
    '<%= config.bin %> plan incident-to-triage --validate',
    'cat incident.json | <%= config.bin %> plan incident-to-triage --event - --json',
  ];
  static override args = {template: Args.string({description: 'Id of the template', required: true})};
  static override flags = {
    event: Flags.string({summary: 'File with an event, - for standard input'}),
    validate: Flags.boolean({summary: 'Also ask the target whether the write would go well, where the action can'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(PlanCommand);
    const runtime = await openRuntime({...readConfig(flags), store: 'sqlite::memory:'});
    try {
      const {library, clock, tools} = runtime;
      const template = library.template(args.template)?.manifest;
      if (!template)
        throw fail(
          'JW7102',
          {what: 'template', id: args.template},
          {suggestions: nearest(args.template, library.templates.keys())},
        );
      const event = readEvent(library, template, {
        now: clock.now(),
        ...(flags.event !== undefined && {file: flags.event}),
      });
      const made = await planEvent(event, template.id, {...tools, validate: flags.validate});
      const plan = runtime.redactor.json(made as never) as unknown as Plan;
      this.show(plan);
      if (plan.targets.some(({error}) => error)) process.exitCode = 1;
      return plan;
    } finally {
      await runtime.close();
    }
  }

  private show({event, targets}: Plan): void {
    this.print(`event ${event.type} ${event.id}\n${indent(showDecisions(event.decisions))}`);
    for (const target of targets) this.print(`\n${showTarget(target)}`);
    if (targets.length > 0) this.say('\nNothing was written. Next: jobwire run');
  }
}

function showTarget({target, connection, action, delivery, input, steps, preflight, error}: PlannedTarget): string {
  return [
    `${target}: ${action} on ${connection}, delivery ${delivery}`,
    ...(input === undefined ? [] : [`  input ${JSON.stringify(input)}`]),
    ...steps.map((step) => indent(showStep(step))),
    ...(preflight ? [`  validated: ${verdictOf(preflight)}`] : []),
    ...(error ? [`  ${error.code}: ${error.detail}`, `  fix: ${error.hint}`, ...choicesOf(error.choices)] : []),
  ].join('\n');
}

function verdictOf({valid, problems, note}: NonNullable<PlannedTarget['preflight']>): string {
  const word = valid === undefined ? 'not asked' : valid ? 'the target would accept it' : 'the target would refuse it';
  return [word, ...problems, ...(note === undefined ? [] : [note])].join('; ');
}

function choicesOf(choices: readonly unknown[] = []): string[] {
  return choices.map((choice) => `    choice: ${JSON.stringify(choice)}`);
}
