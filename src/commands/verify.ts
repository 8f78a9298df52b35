import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail} from '../errors/jobwire-error.ts';
import {type Inspection, inspectArchive, inspectInstalled, isRefused} from '../packaging/inspect.ts';
import {showProblems, tableOfInspected} from '../terminal/signatures.ts';
import {packageRoot} from '../values/package-root.ts';
import {systemClock} from '../values/time.ts';

export default class Verify extends JobwireCommand {
  static override summary = 'Verify installed packages, or archives, without asking anybody';
  static override description =
    'Every file against its digest, the digest against jobwire.lock, the signature against trust.json. Without arguments all installed packages. Exit code 1 when one of them is refused. With --provenance and --trusted-root, an archive is verified against its sigstore bundle as well.';
  static override examples = [
    '<%= config.bin %> verify',
    '<%= config.bin %> verify @acme/crm --json',
    '<%= config.bin %> verify ./acme-crm-1.2.0.tgz',
    '<%= config.bin %> verify ./acme-crm-1.2.0.tgz --provenance jobwire-provenance.sigstore.json --trusted-root trusted_root.json',
  ];
  static override strict = false;
  static override args = {packages: Args.string({description: 'Names of installed packages, or paths of archives'})};
  static override flags = {
    provenance: Flags.string({summary: 'Sigstore bundle of the archive', dependsOn: ['trusted-root']}),
    'trusted-root': Flags.string({summary: 'File with the sigstore trust material', dependsOn: ['provenance']}),
  };

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(Verify);
    const given = argv as string[];
    const archives = given.filter((name) => name.endsWith('.tgz'));
    const names = given.filter((name) => !name.endsWith('.tgz'));
    const {provenance: bundle, 'trusted-root': trustedRoot} = flags;
    const provenance = bundle !== undefined && trustedRoot !== undefined ? {bundle, trustedRoot} : undefined;
    if (provenance && (archives.length !== 1 || names.length > 0))
      throw fail('JW7101', {problem: '--provenance is about exactly one archive'});
    const inspection: Inspection = {
      ...{project: readConfig(flags).project, shipped: packageRoot, now: systemClock.now()},
    };
    const packages = [
      ...(names.length > 0 || archives.length === 0 ? inspectInstalled(inspection, names) : []),
      ...(await Promise.all(archives.map((path) => inspectArchive({path, provenance}, inspection)))),
    ];
    if (packages.length === 0) this.say('no packages are installed');
    else this.print(tableOfInspected(packages));
    for (const {name, problems, publisher} of packages) {
      if (publisher) this.print(`\n${name}: published by ${publisher.subject}, as ${publisher.issuer} says`);
      if (problems.length > 0) this.print(`\n${name}\n${showProblems(problems)}`);
    }
    if (packages.some(isRefused)) process.exitCode = exitCodes.failure;
    return {packages};
  }
}
