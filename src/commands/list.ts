import {Flags, JobwireCommand} from '../command.ts';
import {readConfig, readRegistrySources} from '../config.ts';
import {inspectInstalled} from '../packaging/inspect.ts';
import {openDesk} from '../packaging/registry/desk.ts';
import {findOutdated, type Outdated} from '../packaging/registry/outdated.ts';
import {runtimeVersion} from '../packaging/runtime-version.ts';
import {showProblems} from '../terminal/signatures.ts';
import {table} from '../terminal/text.ts';
import {packageRoot} from '../values/package-root.ts';
import {systemClock} from '../values/time.ts';

export default class List extends JobwireCommand {
  static override summary = 'List the installed packages, with their state';
  static override description =
    'signed: by a key that trust.json lists. unsigned: installed so on purpose. modified: a file differs. invalid: the signature is wrong, foreign, expired, revoked or gone. built-in: comes with Jobwire. What is modified or invalid is not loaded.';
  static override examples = [
    '<%= config.bin %> list',
    '<%= config.bin %> list --outdated',
    '<%= config.bin %> list --json',
  ];
  static override flags = {
    outdated: Flags.boolean({summary: 'Ask the registries for newer versions'}),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(List);
    const {project} = readConfig(flags);
    const desk = openDesk({project, ...readRegistrySources(project)}, systemClock);
    const installed = inspectInstalled({project, shipped: packageRoot, now: systemClock.now()});
    const newer: ReadonlyMap<string, Outdated> = flags.outdated ? await findOutdated(desk) : new Map();
    const items = [
      ...installed.map((one) => ({
        ...{name: one.name, version: one.version, state: one.state, problems: one.problems},
        ...(one.signer && {signer: one.signer}),
        source: desk.lock.packages[one.name]?.source ?? '',
        ...newer.get(one.name),
      })),
      {name: 'jobwire', version: runtimeVersion(), state: 'built-in' as const, problems: [], source: ''},
    ];
    const columns = flags.outdated ? ['wanted', 'latest'] : [];
    this.print(
      table(
        ['package', 'version', 'state', 'signer', 'source', ...columns],
        items.map((item) => [
          ...[item.name, item.version, item.state],
          'signer' in item ? (item.signer?.name ?? item.signer?.key ?? '') : '',
          item.source,
          ...(flags.outdated ? newerOf(newer.get(item.name)) : []),
        ]),
      ),
    );
    for (const {name, problems} of items) if (problems.length > 0) this.print(`\n${name}\n${showProblems(problems)}`);
    return {items};
  }
}

function newerOf(found: Outdated | undefined): string[] {
  return [found?.wanted ?? found?.problem ?? '', found?.latest ?? ''];
}
