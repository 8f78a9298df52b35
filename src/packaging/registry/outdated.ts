/** Newer versions of what is installed, for a list. Must never fail as a whole: a registry that does not answer is told in its row. */
import {gt} from 'semver';
import {asJobwireError} from '../../errors/jobwire-error.ts';
import {fetchListing} from './client.ts';
import type {Desk} from './desk.ts';
import {chooseRelease} from './listing.ts';
import {registryOf} from './registries.ts';

export interface Outdated {
  /** Newest version that the range in the lock admits. */
  readonly wanted?: string;
  readonly latest?: string;
  readonly deprecated?: string;
  /** Why nothing is known. */
  readonly problem?: string;
  readonly outdated: boolean;
}

/** By package id. */
export async function findOutdated(desk: Desk): Promise<ReadonlyMap<string, Outdated>> {
  const found = new Map<string, Outdated>();
  for (const [id, {version, range, source}] of Object.entries(desk.lock.packages)) {
    const url = registryOf(source);
    if (url === undefined) {
      found.set(id, {outdated: false, problem: 'not from a registry'});
      continue;
    }
    try {
      const listing = await fetchListing(desk.registries.at(url), id);
      const wanted = listing && chooseRelease(listing, {kind: 'range', range}).release?.version;
      const latest = listing?.tags.get('latest');
      const deprecated = listing?.releases.get(version)?.deprecated;
      found.set(id, {
        ...(wanted !== undefined && {wanted}),
        ...(latest !== undefined && {latest}),
        ...(deprecated !== undefined && {deprecated}),
        ...(!listing && {problem: 'not in the registry any more'}),
        outdated: [wanted, latest].some((other) => other !== undefined && gt(other, version)),
      });
    } catch (error) {
      found.set(id, {outdated: false, problem: asJobwireError(error).message});
    }
  }
  return found;
}
