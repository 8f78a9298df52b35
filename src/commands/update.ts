import {Args, Flags, JobwireCommand} from '../command.ts';
import {readConfig, readRegistrySources} from '../config.ts';
import {readDuration} from '../engine/given-times.ts';
import {commitInstall} from '../packaging/registry/commit.ts';
import {obtainConsent} from '../packaging/registry/consent.ts';
import {type Desk, openDesk} from '../packaging/registry/desk.ts';
import {prepareOffer} from '../packaging/registry/prepare.ts';
import {planUpdate, updateSpecs} from '../packaging/registry/update.ts';
import {readProject} from '../read-project.ts';
import {describePlan, showAssessment} from '../terminal/market.ts';
import {systemClock} from '../values/time.ts';

export default class Update extends JobwireCommand {
  static override summary = 'Take newer versions of installed packages';
  static override description =
    'Within the range of the lock, and only versions that have been public for the cooldown: malicious versions are mostly found within days. A version that is named is taken at once. New permissions are accepted anew, and what breaks in this project is listed before anything changes.';
  static override examples = [
    '<%= config.bin %> update',
    '<%= config.bin %> update @acme/incident-automation --dry-run',
    '<%= config.bin %> update @acme/incident-automation@2.0.0 --accept-permissions',
  ];
  static override args = {
    packages: Args.string({description: 'Installed packages, also as @scope/name@version; else all', multiple: true}),
  };
  static override flags = {
    registry: Flags.string({summary: 'Address of the registry; it must be the one a package came from'}),
    cooldown: Flags.string({summary: 'How long a version must have been public', default: '72h'}),
    'dry-run': Flags.boolean({summary: 'Only show what would be taken'}),
    yes: Flags.boolean({char: 'y', summary: 'Yes to everything that would be asked'}),
    'accept-permissions': Flags.boolean({summary: 'Yes to the new permissions that are shown'}),
    'allow-unsigned': Flags.boolean({summary: 'Take versions that nobody signed'}),
    'allow-downgrade': Flags.boolean({summary: 'Take a named version that is older'}),
    'accept-signer': Flags.string({summary: 'Id of the key that signs it now, where another one did before'}),
    'trusted-root': Flags.string({summary: 'File with sigstore trust material: proves who built it'}),
    'accept-publisher': Flags.string({summary: 'Identity that builds it now, where another one did before'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Update);
    const config = readConfig(flags);
    const {project} = config;
    const cooldownMs = readDuration(flags.cooldown, '--cooldown');
    const desk = (): Desk => openDesk({project, ...readRegistrySources(project)}, systemClock, flags.registry);
    const updated: unknown[] = [];
    for (const spec of updateSpecs(args.packages ?? [], desk())) {
      const present = desk();
      const {offer, ...plan} = await planUpdate(spec, present, cooldownMs);
      if (!offer || plan.tooNew.length > 0) this.say(describePlan(plan));
      if (!offer) {
        updated.push(plan);
        continue;
      }
      const assessment = await prepareOffer(offer, present, {
        library: () => readProject(config),
        allowUnsigned: flags['allow-unsigned'],
        allowDowngrade: flags['allow-downgrade'],
        acceptSigner: flags['accept-signer'],
        acceptPublisher: flags['accept-publisher'],
        trustedRoot: flags['trusted-root'],
      });
      this.say(showAssessment(assessment, systemClock.now()));
      const {widened, breaks, questions} = assessment;
      const told = {...plan, version: offer.version, widened, breaks};
      if (flags['dry-run']) {
        updated.push({...told, updated: false, questions});
        continue;
      }
      await obtainConsent(assessment, {
        yes: flags.yes,
        acceptPermissions: flags['accept-permissions'],
        confirm: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
      });
      await commitInstall(assessment, present);
      this.print(`updated  ${offer.id} ${plan.installed} → ${offer.version}`);
      updated.push({...told, updated: true});
    }
    if (updated.length === 0) this.say('no packages are installed');
    return {packages: updated};
  }
}

async function ask(message: string): Promise<boolean> {
  const {confirm} = await import('@inquirer/prompts');
  return confirm({message, default: false}, {output: process.stderr});
}
