import {JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {describeConnections} from '../../operations/probe.ts';
import {readProject} from '../../read-project.ts';
import {tableOfConnections} from '../../terminal/jobs.ts';

export default class ConnectionsList extends JobwireCommand {
  static override summary = 'List the connections of the project, without asking anything';
  static override examples = ['<%= config.bin %> connections list', '<%= config.bin %> connections list --json'];

  async run(): Promise<unknown> {
    const {flags} = await this.parse(ConnectionsList);
    const connections = describeConnections(readProject(readConfig(flags)));
    if (connections.length === 0) this.say('no connections: jobwire init makes some');
    else this.print(tableOfConnections(connections));
    return {connections};
  }
}
