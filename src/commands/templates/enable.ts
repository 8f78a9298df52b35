import {Args, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {createSwitches} from '../../engine/switches.ts';
import {viewTemplate} from '../../ingest/overview.ts';
import {templateOf} from '../../ingest/trigger.ts';
import {readProject} from '../../read-project.ts';
import {withStore} from '../../store.ts';
import {localUser} from '../../terminal/given.ts';
import {systemClock} from '../../values/time.ts';

export default class TemplatesEnable extends JobwireCommand {
  static override summary = 'Switch a template on again';
  static override description = 'Events that came while it was off start nothing; jobwire runs replay runs them.';
  static override examples = [
    '<%= config.bin %> templates enable incident-to-triage',
    '<%= config.bin %> templates enable incident-to-triage --json',
  ];
  static override args = {template: Args.string({description: 'Id of the template', required: true})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(TemplatesEnable);
    const template = templateOf(args.template, readProject(readConfig(flags)));
    const change = {state: 'enabled', by: localUser()} as const;
    const made = await withStore(flags, (engine) =>
      createSwitches(engine.documents, systemClock).put(template.id, change),
    );
    this.print(`${template.id} is enabled`);
    return viewTemplate(template, made, systemClock.now());
  }
}
