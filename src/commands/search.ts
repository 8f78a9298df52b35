import {Args, Flags, JobwireCommand} from '../command.ts';
import {readConfig, readRegistrySources} from '../config.ts';
import {searchPackages} from '../packaging/registry/client.ts';
import {openDesk} from '../packaging/registry/desk.ts';
import {tableOfFound} from '../terminal/market.ts';
import {systemClock} from '../values/time.ts';

export default class Search extends JobwireCommand {
  static override summary = 'Find packages in a registry';
  static override description =
    'Shows what is published as a Jobwire package (keyword jobwire-package), in the order of the registry. What a registry says about a package is proved only when it is installed.';
  static override examples = [
    '<%= config.bin %> search incident',
    '<%= config.bin %> search help desk --registry https://registry.example.com/ --json',
  ];
  static override args = {
    words: Args.string({description: 'Words to look for in names and summaries', required: true, multiple: true}),
  };
  static override flags = {
    registry: Flags.string({summary: 'Address of the registry; else the one of .npmrc'}),
    limit: Flags.integer({summary: 'Most packages to show', default: 20, min: 1, max: 250}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Search);
    const {project} = readConfig(flags);
    const {registries} = openDesk({project, ...readRegistrySources(project)}, systemClock, flags.registry);
    const items = await searchPackages(registries.main, args.words, flags.limit);
    if (items.length === 0) this.say(`${registries.main.url} has no such package`);
    else this.print(tableOfFound(items));
    return {registry: registries.main.url, items};
  }
}
