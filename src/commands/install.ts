import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig, readRegistrySources} from '../config.ts';
import {commitInstall} from '../packaging/registry/commit.ts';
import {obtainConsent} from '../packaging/registry/consent.ts';
import {type Desk, openDesk} from '../packaging/registry/desk.ts';
import {type Preparation, prepareInstall} from '../packaging/registry/prepare.ts';
import {restorePackages} from '../packaging/registry/restore.ts';
import {readSpec} from '../packaging/registry/spec.ts';
import {readProject} from '../read-project.ts';
import {showAssessment, tableOfRestored} from '../terminal/market.ts';
import {systemClock} from '../values/time.ts';

export default class Install extends JobwireCommand {
  static override summary = 'Install packages, or restore what jobwire.lock says';
  static override description =
    'A package is fetched, verified and shown with its signer and permissions before a person accepts it; nothing of it runs. Without a package, everything that the lock names is brought back byte for byte, from this machine where it can be. Registries, scopes and tokens are those of .npmrc; a scope that is pinned there, or by an installed package, is never looked up elsewhere.';
  static override examples = [
    '<%= config.bin %> install @acme/incident-automation',
    '<%= config.bin %> install @acme/incident-automation@^1.2 --accept-permissions',
    '<%= config.bin %> install ./acme-incident-automation-1.0.0.tgz --allow-unsigned',
    '<%= config.bin %> install',
  ];
  static override args = {
    packages: Args.string({
      description: '@scope/name, @scope/name@range, file:archive.tgz, or the folder of a source',
      multiple: true,
    }),
  };
  static override flags = {
    registry: Flags.string({summary: 'Address of the registry; else the one of .npmrc'}),
    yes: Flags.boolean({char: 'y', summary: 'Yes to everything that would be asked'}),
    'accept-permissions': Flags.boolean({summary: 'Yes to the permissions that are shown'}),
    'allow-unsigned': Flags.boolean({summary: 'Install what nobody signed'}),
    'allow-downgrade': Flags.boolean({summary: 'Install an older version than the one that is installed'}),
    replace: Flags.string({
      summary: 'Id of a connector that the package may take over; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    'trust-signer': Flags.string({summary: 'Id of the key that signed it: trust it from now on, for this scope'}),
    'accept-signer': Flags.string({summary: 'Id of the key that signs it now, where another one did before'}),
    'trusted-root': Flags.string({summary: 'File with sigstore trust material: proves who built it, and keeps that'}),
    'accept-publisher': Flags.string({summary: 'Identity that builds it now, where another one did before'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Install);
    const config = readConfig(flags);
    const {project} = config;
    const desk = (): Desk => openDesk({project, ...readRegistrySources(project)}, systemClock, flags.registry);
    if (!args.packages || args.packages.length === 0) return this.#restore(desk());
    const preparation: Preparation = {
      library: () => readProject(config),
      allowUnsigned: flags['allow-unsigned'],
      allowDowngrade: flags['allow-downgrade'],
      replace: flags.replace,
      trustSigner: flags['trust-signer'],
      acceptSigner: flags['accept-signer'],
      acceptPublisher: flags['accept-publisher'],
      trustedRoot: flags['trusted-root'],
    };
    const installed: unknown[] = [];
    for (const text of args.packages) {
      const present = desk();
      const assessment = await prepareInstall(readSpec(text, process.cwd()), present, preparation);
      this.say(showAssessment(assessment, systemClock.now()));
      await obtainConsent(assessment, {
        yes: flags.yes,
        acceptPermissions: flags['accept-permissions'],
        confirm: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
      });
      const entry = await commitInstall(assessment, present);
      const {id, manifest} = assessment.offer;
      this.print(`installed  ${id} ${entry.version}`);
      for (const template of manifest.contents.templates ?? [])
        this.say(`template   jobwire templates copy ${id}:${template}`);
      installed.push({id, ...entry, warnings: assessment.likenesses.map(({why}) => why)});
    }
    return {installed};
  }

  async #restore(desk: Desk): Promise<unknown> {
    const restored = await restorePackages(desk);
    if (restored.length === 0) this.say('jobwire.lock names no packages');
    else this.print(tableOfRestored(restored));
    for (const {id, problem} of restored) if (problem) this.say(`${id}: fix: ${problem.hint}`);
    if (restored.some(({outcome}) => outcome === 'failed')) process.exitCode = exitCodes.failure;
    return {restored};
  }
}

async function ask(message: string): Promise<boolean> {
  const {confirm} = await import('@inquirer/prompts');
  return confirm({message, default: false}, {output: process.stderr});
}
