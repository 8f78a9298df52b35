import {Args, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {createSwitches} from '../../engine/switches.ts';
import {viewTemplate} from '../../ingest/overview.ts';
import {templateOf} from '../../ingest/trigger.ts';
import {readProject} from '../../read-project.ts';
import {withStore} from '../../store.ts';
import {localUser} from '../../terminal/given.ts';
import {systemClock} from '../../values/time.ts';

export default class TemplatesDisable extends JobwireCommand {
  static override summary = 'Switch a template off: events start nothing, and say so';
  static override description = 'Runs that were accepted go on. A running jobwire serve sees it within a second.';
  static override examples = [
    '<%= config.bin %> templates disable incident-to-triage',
    '<%= config.bin %> templates disable incident-to-triage --json',
  ];
  static override args = {template: Args.string({description: 'Id of the template', required: true})};

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(TemplatesDisable);
    const template = templateOf(args.template, readProject(readConfig(flags)));
    const change = {state: 'disabled', by: localUser()} as const;
    const made = await withStore(flags, (engine) =>
      createSwitches(engine.documents, systemClock).put(template.id, change),
    );
    this.print(`${template.id} is disabled`);
    return viewTemplate(template, made, systemClock.now());
  }
}
