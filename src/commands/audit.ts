import {exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig, readRegistrySources} from '../config.ts';
import {readDuration} from '../engine/given-times.ts';
import {readAdvisories} from '../packaging/registry/advisories.ts';
import {auditPackages} from '../packaging/registry/audit.ts';
import {openDesk} from '../packaging/registry/desk.ts';
import {openIndex} from '../packaging/registry/index-source.ts';
import {tableOfAudit} from '../terminal/market.ts';
import {systemClock} from '../values/time.ts';

export default class Audit extends JobwireCommand {
  static override summary = 'Say what is to be known about the installed packages';
  static override description =
    'Files, signatures and keys as `jobwire verify` sees them; versions that their registry deprecated, unpublished or replaced; advisories from a file of yours; with --index the signed list of a registry, which a frozen or altered registry cannot make. Exit code 1 when something is an error.';
  static override examples = [
    '<%= config.bin %> audit',
    '<%= config.bin %> audit --advisories advisories.json --offline',
    '<%= config.bin %> audit --index https://packages.example.com/jobwire-index.json --max-age 48h',
  ];
  static override flags = {
    advisories: Flags.string({summary: 'File with advisories'}),
    index: Flags.string({summary: 'File or address of a jobwire-index.json, signed by a trusted key'}),
    'max-age': Flags.string({summary: 'How old the index may be', default: '7d'}),
    offline: Flags.boolean({summary: 'Ask no registry'}),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(Audit);
    const {project} = readConfig(flags);
    const desk = openDesk({project, ...readRegistrySources(project)}, systemClock);
    const maxAgeMs = readDuration(flags['max-age'], '--max-age');
    const advisories = flags.advisories === undefined ? [] : readAdvisories(flags.advisories);
    const index = flags.index === undefined ? undefined : await openIndex(flags.index, desk, maxAgeMs);
    const items = await auditPackages(desk, {advisories, offline: flags.offline, ...(index && {index})});
    if (items.length > 0) this.print(tableOfAudit(items));
    const count = Object.keys(desk.lock.packages).length;
    const errors = items.filter(({level}) => level === 'error').length;
    this.say(`${count} ${count === 1 ? 'package' : 'packages'}: ${errors} ${errors === 1 ? 'error' : 'errors'}`);
    if (errors > 0) process.exitCode = exitCodes.failure;
    return {items, packages: count, errors};
  }
}
