import {JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {createSwitches} from '../../engine/switches.ts';
import {viewTemplates} from '../../ingest/overview.ts';
import {readProject} from '../../read-project.ts';
import {withStore} from '../../store.ts';
import {listTemplates} from '../../terminal/templates.ts';
import {systemClock} from '../../values/time.ts';

export default class TemplatesList extends JobwireCommand {
  static override summary = 'List the templates: what starts them, whether they are on, and when a schedule comes next';
  static override examples = ['<%= config.bin %> templates list', '<%= config.bin %> templates list --json'];

  async run(): Promise<unknown> {
    const {flags} = await this.parse(TemplatesList);
    const library = readProject(readConfig(flags));
    const switches = await withStore(flags, (engine) => createSwitches(engine.documents, systemClock).list());
    const views = viewTemplates(library, switches, systemClock.now());
    if (views.length === 0) this.say('no templates');
    else this.print(listTemplates(views));
    return {items: views};
  }
}
