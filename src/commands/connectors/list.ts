import {JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {installedPackages} from '../../packaging/installed.ts';
import {originsOf} from '../../packaging/origins.ts';
import {readProject} from '../../read-project.ts';
import {tableOfOrigins} from '../../terminal/signatures.ts';
import {packageRoot} from '../../values/package-root.ts';
import {systemClock} from '../../values/time.ts';

export default class ConnectorsList extends JobwireCommand {
  static override summary = 'List the connectors a project can use, and where each comes from';
  static override description =
    'Connectors of Jobwire, of installed packages and of the project; of the same id the last one counts. Those of a refused package are shown, and not loaded.';
  static override examples = ['<%= config.bin %> connectors list', '<%= config.bin %> connectors list --json'];

  async run(): Promise<unknown> {
    const {flags} = await this.parse(ConnectorsList);
    const config = readConfig(flags);
    const installed = installedPackages(config.project, systemClock.now());
    const connectors = originsOf(readProject(config, 'all'), {shipped: packageRoot, installed});
    this.print(tableOfOrigins(connectors));
    return {connectors};
  }
}
