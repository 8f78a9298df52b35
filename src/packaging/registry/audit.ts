/** What is to be known about the installed packages: their files, signers, registries and advisories. Must never change anything. */
import {asJobwireError} from '../../errors/jobwire-error.ts';
import {isError} from '../../manifest/issues.ts';
import {type Installed, installedPackages} from '../installed.ts';
import {keyOf} from '../trust.ts';
import {type Advisory, advisoriesFor} from './advisories.ts';
import {fetchListing} from './client.ts';
import type {Desk} from './desk.ts';
import type {RegistryIndex} from './index-file.ts';
import type {Listing} from './listing.ts';
import {registryOf} from './registries.ts';

export interface AuditFinding {
  readonly package: string;
  readonly version: string;
  readonly level: 'error' | 'warning' | 'info';
  readonly about: 'files' | 'signature' | 'registry' | 'advisory' | 'index' | 'version';
  readonly text: string;
  readonly code?: string;
  readonly hint?: string;
}

export interface AuditOptions {
  readonly advisories?: readonly Advisory[];
  readonly index?: RegistryIndex;
  /** Asks no registry. */
  readonly offline?: boolean;
}

/** By package, in the order of the lock. */
export async function auditPackages(desk: Desk, options: AuditOptions = {}): Promise<AuditFinding[]> {
  const found: AuditFinding[] = [];
  for (const installed of installedPackages(desk.project, desk.clock.now())) {
    const {name, version} = installed;
    const local = [
      ...aboutFiles(installed),
      ...aboutSignature(installed, desk),
      ...aboutAdvisories(installed, options.advisories ?? []),
      ...(options.index ? aboutIndex(installed, options.index) : []),
    ];
    const remote = options.offline === true ? [] : await aboutRegistry(installed, desk);
    found.push(...[...local, ...remote].map((one) => ({package: name, version, ...one})));
  }
  return found;
}

type Told = Omit<AuditFinding, 'package' | 'version'>;

/** Modified, not accepted, not trusted, too new: what also keeps it from being loaded. */
function aboutFiles({verdict}: Installed): Told[] {
  return verdict.problems.map((problem) => ({
    level: isError(problem) ? ('error' as const) : ('warning' as const),
    about: verdict.state === 'invalid' ? ('signature' as const) : ('files' as const),
    code: problem.jobwireCode,
    text: problem.detail,
    hint: problem.hint,
  }));
}

const soon = 30 * 86_400_000;

function aboutSignature({verdict: {state, signer}}: Installed, {trust, clock}: Desk): Told[] {
  if (state === 'unsigned')
    return [{level: 'warning', about: 'signature', text: 'it is not signed: nobody vouches for it'}];
  if (state !== 'signed' || !signer) return [];
  const ends = [signer.expiresAt, keyOf(trust, signer.key)?.expiresAt].filter((end) => end !== undefined).sort()[0];
  if (ends === undefined || Date.parse(ends) - clock.now() > soon) return [];
  return [{level: 'warning', about: 'signature', text: `its signature by ${signer.key} counts until ${ends} only`}];
}

function aboutAdvisories({name, version}: Installed, advisories: readonly Advisory[]): Told[] {
  return advisoriesFor(advisories, name, version).map(({id, severity, title, url}) => ({
    level: severity === 'low' ? ('warning' as const) : ('error' as const),
    about: 'advisory' as const,
    text: `${id} (${severity}): ${title}`,
    ...(url !== undefined && {hint: url}),
  }));
}

/** An index lists what its publisher knows: a version with other bytes is another package. */
function aboutIndex({name, version, lockEntry}: Installed, {registry, packages}: RegistryIndex): Told[] {
  if (!lockEntry || registryOf(lockEntry.source) !== registry) return [];
  const integrity = packages.get(name)?.get(version);
  if (integrity === lockEntry.integrity) return [];
  const text =
    integrity === undefined
      ? 'the index does not list this version'
      : 'the index lists other bytes for this version than the lock';
  return [{level: 'error', about: 'index', code: 'JW6028', text}];
}

async function aboutRegistry({name, version, lockEntry}: Installed, desk: Desk): Promise<Told[]> {
  const url = registryOf(lockEntry?.source ?? '');
  if (url === undefined || !lockEntry) return [];
  try {
    const listing = await fetchListing(desk.registries.at(url), name);
    return judgeListing(listing, {version, integrity: lockEntry.integrity, url});
  } catch (error) {
    const {jobwireCode: code, message: text} = asJobwireError(error);
    return [{level: 'warning', about: 'registry', code, text}];
  }
}

function judgeListing(
  listing: Listing | undefined,
  {version, integrity, url}: {readonly version: string; readonly integrity: string; readonly url: string},
): Told[] {
  const release = listing?.releases.get(version);
  if (!listing || !release) {
    const what = listing ? 'this version' : 'the package';
    return [
      {level: 'error', about: 'registry', code: 'JW6021', text: `${url} has ${what} no more: it was unpublished`},
    ];
  }
  const told: Told[] = [];
  if (release.integrity !== integrity)
    told.push({level: 'error', about: 'registry', code: 'JW6002', text: `${url} now has other bytes for this version`});
  if (release.deprecated !== undefined)
    told.push({level: 'warning', about: 'registry', text: `deprecated: ${release.deprecated}`});
  const latest = listing.tags.get('latest');
  if (latest !== undefined && latest !== version)
    told.push({level: 'info', about: 'version', text: `latest is ${latest}`});
  return told;
}
