import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {importCredentials} from '../../credential-file.ts';
import {readProject} from '../../read-project.ts';

export default class ConnectionsImport extends JobwireCommand {
  static override summary = 'Make a connection from a credential file of the vendor';
  static override description = 'Secrets go into files of their own below connections/secrets. Overwrites nothing.';
  static override examples = [
    '<%= config.bin %> connections import infor-rpa backend.ionapi --id infor-main',
    '<%= config.bin %> connections import infor-rpa backend.ionapi --id infor-main --variant client-credentials',
  ];
  static override args = {
    connector: Args.string({description: 'Id of the connector', required: true}),
    file: Args.string({description: 'Path of the credential file', required: true}),
  };
  static override flags = {
    id: Flags.string({summary: 'Id of the new connection', required: true}),
    variant: Flags.string({summary: 'Variant of the connection; the first one by default'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(ConnectionsImport);
    const config = readConfig(flags);
    const {manifest} = readProject(config, [args.connector]).connector(args.connector);
    const made = importCredentials(manifest, {
      id: flags.id,
      file: args.file,
      variant: flags.variant,
      project: config.project,
    });
    this.print(`created  ${made.connection}`);
    for (const secret of made.secrets) this.print(`stored   secret ${secret}`);
    for (const name of made.missing) this.say(`missing  config.${name}: not in the credential file, add it`);
    this.say(`\nNext: jobwire connections test ${flags.id}`);
    return made;
  }
}
