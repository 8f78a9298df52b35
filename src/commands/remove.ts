import {Args, JobwireCommand} from '../command.ts';
import {readConfig, readRegistrySources} from '../config.ts';
import {openDesk} from '../packaging/registry/desk.ts';
import {removePackages} from '../packaging/registry/remove.ts';
import {readProject} from '../read-project.ts';
import {systemClock} from '../values/time.ts';

export default class Remove extends JobwireCommand {
  static override summary = 'Remove installed packages';
  static override description =
    'Their files and their entries in jobwire.lock. Templates that were copied from them, connections and trusted keys stay; what uses a connector that is gone is named.';
  static override examples = [
    '<%= config.bin %> remove @acme/incident-automation',
    '<%= config.bin %> remove @acme/incident-automation @acme/desk --json',
  ];
  static override args = {
    packages: Args.string({description: 'Names of installed packages', required: true, multiple: true}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Remove);
    const config = readConfig(flags);
    const {project} = config;
    const desk = openDesk({project, ...readRegistrySources(project)}, systemClock);
    const removed = await removePackages(args.packages, desk, readProject(config));
    for (const {id, usedBy} of removed) {
      this.print(`removed  ${id}`);
      if (usedBy.length > 0) this.say(`still used by ${usedBy.join(', ')}`);
    }
    return {removed};
  }
}
