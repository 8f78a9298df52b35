/** Changes the packages of a project: files first, then the lock. Must never change what another process changed meanwhile. */
import {fail} from '../../errors/jobwire-error.ts';
import type {Json} from '../../values/json.ts';
import {sameJson} from '../../values/json.ts';
import {type LockEntry, lockEntryOf, readLock, writeLock} from '../lock.ts';
import {trustKey} from '../trust.ts';
import type {Assessment} from './assess.ts';
import {type Hold, hold} from './busy.ts';
import type {Desk} from './desk.ts';
import {displacePackage, placePackage, sweep} from './place-package.ts';

/** JW6027 when the lock says other things about the package than when it was assessed. */
export async function commitInstall(assessment: Assessment, desk: Desk): Promise<LockEntry> {
  const {offer, before, trusts} = assessment;
  const {project} = desk;
  return holding(desk, (held) => {
    const entry = lockEntry(assessment);
    const now = lockEntryOf(readLock(project), offer.id);
    if (!sameJson((now ?? null) as unknown as Json, (before ?? null) as unknown as Json))
      throw fail('JW6027', {problem: `another command has changed ${offer.id} meanwhile`});
    if (trusts) trust(trusts, desk);
    held.check();
    placePackage(project, offer.id, offer.files);
    held.check();
    const lock = readLock(project);
    writeLock(project, {...lock, packages: {...lock.packages, [offer.id]: entry}});
    return entry;
  });
}

function trust(
  {id, key: {publicKey, name, scopes, expiresAt}}: NonNullable<Assessment['trusts']>,
  {project, clock}: Desk,
): void {
  const end = expiresAt === undefined ? undefined : Date.parse(expiresAt);
  trustKey(project, {key: {id, publicKey}, name, scopes, expiresAt: end}, clock);
}

function lockEntry({offer, permissions, replaces}: Assessment): LockEntry {
  const {version, source, range, integrity, verdict, publisher} = offer;
  return {
    ...{version, source, range, integrity, permissions, digest: verdict.digest ?? ''},
    signer: verdict.state === 'signed' ? (verdict.signer?.key ?? null) : null,
    ...(replaces.length > 0 && {replaces: [...replaces]}),
    ...(publisher && {provenance: {issuer: publisher.issuer, subject: publisher.subject}}),
  };
}

/** The lock first: what it does not name is not loaded. JW7102 when neither it nor the folder has it. */
export async function commitRemove(ids: readonly string[], desk: Desk): Promise<void> {
  await holding(desk, (held) => {
    const {packages, ...rest} = readLock(desk.project);
    const left = Object.fromEntries(Object.entries(packages).filter(([id]) => !ids.includes(id)));
    writeLock(desk.project, {...rest, packages: left});
    for (const id of ids) {
      held.check();
      displacePackage(desk.project, id);
    }
  });
}

export async function holding<T>({project, clock}: Desk, work: (held: Hold) => T | Promise<T>): Promise<T> {
  const held = await hold(project, clock);
  try {
    sweep(project);
    return await work(held);
  } finally {
    held.release();
  }
}
