/** Whether an offer may be installed, and what a person must say yes to first. Must never ask or install anything itself. */

import type {Broken} from '../../authoring/diff-breaks.ts';
import type {Change} from '../../authoring/diff-change.ts';
import {fail, type Issue, JobwireError} from '../../errors/jobwire-error.ts';
import type {PackagePermissions} from '../../generated/types.ts';
import {isError} from '../../manifest/issues.ts';
import {signatureFile} from '../files.ts';
import {installedPackages} from '../installed.ts';
import {type LockEntry, lockEntryOf} from '../lock.ts';
import {describeWidening, type Widening, widened} from '../permissions.ts';
import {requireRuntime} from '../runtime-version.ts';
import {readSignature} from '../signature.ts';
import {keyOf, type Trust, type TrustedKey} from '../trust.ts';
import {admit, candidateOf} from '../verify.ts';
import type {Desk} from './desk.ts';
import {type Likeness, likenesses} from './names.ts';
import {type Offer, withTrust} from './offer.ts';
import {registryOf, scopeOf} from './registries.ts';

/** What the operator said on the command line. */
export interface Consent {
  readonly allowUnsigned?: boolean;
  readonly allowDowngrade?: boolean;
  /** Connector ids that the package may take over. */
  readonly replace?: readonly string[];
  /** Key id to trust from now on for the scope of the package. */
  readonly trustSigner?: string | undefined;
  /** Key id of another signer than the lock's. */
  readonly acceptSigner?: string | undefined;
  readonly acceptPublisher?: string | undefined;
}

/** A connector of the new version that breaks what the project has. */
export interface Break {
  readonly connector: string;
  readonly changes: readonly Change[];
  readonly broken: readonly Broken[];
}

export type Question = 'permissions' | 'name' | 'breaking';

export interface Assessment {
  readonly offer: Offer;
  readonly before?: LockEntry;
  readonly permissions: PackagePermissions;
  /** Against what was consented to; of a new package all of it is new. */
  readonly widened: readonly Widening[];
  readonly likenesses: readonly Likeness[];
  readonly breaks: readonly Break[];
  readonly replaces: readonly string[];
  /** To be written into trust.json. */
  readonly trusts?: {readonly id: string; readonly key: TrustedKey};
  readonly questions: readonly Question[];
}

/** Throws the first reason why it may not be installed at all: JW6002 to JW6004, JW6024, JW6026, JW6029. */
export function assess(
  given: Offer,
  desk: Desk,
  {consent, popular, breaks = []}: {consent: Consent; popular: readonly string[]; breaks?: readonly Break[]},
): Assessment {
  const {offer, trusts} = withSigner(given, desk, consent);
  const {id, manifest, verdict} = offer;
  const before = lockEntryOf(desk.lock, id);
  refuseAny(verdict.problems.filter(isError));
  refuseSource(offer, before);
  refuseUnsigned(offer, before, consent);
  refuseAny(admit(candidateOf(verdict, offer.publisher), before, consent));
  requireRuntime(manifest.requires?.runtime);
  const replaces = claim(offer, before, {desk, replace: consent.replace ?? []});
  const permissions = manifest.permissions ?? {};
  const more = widened(before?.permissions ?? {}, permissions);
  const connectors = [
    ...desk.shipped,
    ...installedPackages(desk.project, desk.clock.now()).flatMap((one) => one.connectors),
  ];
  const names = {packages: [...Object.keys(desk.lock.packages), ...popular], connectors};
  const alike = before ? [] : likenesses(id, manifest.contents.connectors ?? [], names);
  const questions: Question[] = [
    ...(alike.length > 0 ? ['name' as const] : []),
    ...(before === undefined || more.length > 0 ? ['permissions' as const] : []),
    ...(breaks.some(({broken}) => broken.length > 0) ? ['breaking' as const] : []),
  ];
  return {
    ...{offer, permissions, widened: more, likenesses: alike, breaks, replaces, questions},
    ...(before && {before}),
    ...(trusts && {trusts}),
  };
}

function refuseAny([first]: readonly Issue[]): void {
  if (!first) return;
  const {jobwireCode, detail, hint, suggestions} = first;
  throw new JobwireError(jobwireCode, {}, {detail, hint, ...(suggestions && {suggestions})});
}

/** With the key that signed it, where the operator wrote out the id of that key. JW7101 when another key signed it. */
function withSigner(
  offer: Offer,
  {trust, clock}: Desk,
  {trustSigner}: Consent,
): {readonly offer: Offer; readonly trusts?: Assessment['trusts']} {
  if (trustSigner === undefined) return {offer};
  const file = offer.files.get(signatureFile);
  const signature = file && readSignature(file).signature;
  if (signature?.key !== trustSigner)
    throw fail('JW7101', {
      problem: `--trust-signer ${trustSigner}: ${offer.id} ${offer.version} ${signature ? `is signed by ${signature.key}` : 'is not signed'}`,
    });
  const scope = scopeOf(offer.id);
  const known = keyOf(trust, trustSigner);
  if (known && (known.revokedAt !== undefined || known.scopes === undefined || known.scopes.includes(scope)))
    return {offer};
  const addedAt = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const key: TrustedKey = known
    ? {...known, scopes: [...(known.scopes ?? []), scope]}
    : {publicKey: signature.publicKey, name: scope, scopes: [scope], addedAt};
  const wider: Trust = {...trust, keys: {...trust.keys, [trustSigner]: key}};
  return {offer: withTrust(offer, wider, clock.now()), trusts: {id: trustSigner, key}};
}

/** A package stays with the registry, or the place, that it was first taken from. */
function refuseSource({id, source}: Offer, before: LockEntry | undefined): void {
  if (!before || before.source === source) return;
  const isFile = registryOf(source) === undefined && registryOf(before.source) === undefined;
  if (isFile) return;
  const place = (text: string): string => registryOf(text) ?? text;
  throw fail('JW6024', {problem: `${id} was installed from ${place(before.source)}, not from ${place(source)}`});
}

function refuseUnsigned({id, version, verdict}: Offer, before: LockEntry | undefined, {allowUnsigned}: Consent): void {
  if (verdict.state !== 'unsigned' || allowUnsigned === true || before?.version === version) return;
  throw fail(
    'JW6002',
    {problem: `${id} ${version} is not signed`},
    {hint: 'ask its publisher for a signed version; to install it all the same: --allow-unsigned'},
  );
}

/** Connectors of the offer that something else brings already, with the operator's word for each (JW6029). */
function claim(
  {id, manifest}: Offer,
  before: LockEntry | undefined,
  {desk, replace}: {readonly desk: Desk; readonly replace: readonly string[]},
): string[] {
  const allowed = new Set([...replace, ...(before?.replaces ?? [])]);
  const others = installedPackages(desk.project, desk.clock.now()).filter(({name}) => name !== id);
  const own = manifest.contents.connectors ?? [];
  const stray = replace.find((connector) => !own.includes(connector));
  if (stray !== undefined)
    throw fail('JW7101', {problem: `--replace ${stray}: ${id} brings ${own.join(', ') || 'no connectors'}`});
  return own.filter((connector) => {
    const other = others.find(({connectors}) => connectors.includes(connector));
    const owner = other ? `part of ${other.name}` : desk.shipped.has(connector) ? 'part of Jobwire' : undefined;
    if (owner === undefined) return false;
    if (allowed.has(connector)) return true;
    throw fail('JW6029', {id: connector, package: id, owner});
  });
}

/** What a no to its questions means. */
export function declined(
  {offer: {id, version}, likenesses: alike, widened: more}: Assessment,
  question: Question,
): Error {
  if (question === 'name') return fail('JW6025', {problem: alike.map(({why}) => why).join('; ')});
  const what = question === 'breaking' ? 'what it breaks' : more.map(describeWidening).join('; ');
  return fail('JW6004', {problem: `${id} ${version}: ${what || 'its permissions'} was not accepted`});
}
