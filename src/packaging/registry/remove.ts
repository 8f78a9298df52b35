/** Takes packages out of a project, and says who misses them. Must never touch what the project wrote itself. */
import type {Library} from '../../manifest/library.ts';
import {installedPackages} from '../installed.ts';
import {commitRemove} from './commit.ts';
import type {Desk} from './desk.ts';
import {requireInstalled} from './update.ts';
import {usersOf} from './users.ts';

export interface Removed {
  readonly id: string;
  /** Templates and connections of the project that use a connector of it. */
  readonly usedBy: readonly string[];
}

/** JW7102 before anything is removed when one of them is not installed. */
export async function removePackages(ids: readonly string[], desk: Desk, library: Library): Promise<Removed[]> {
  const installed = installedPackages(desk.project, desk.clock.now());
  for (const id of ids) if (!installed.some(({name}) => name === id)) requireInstalled(id, desk.lock.packages);
  const removed = ids.map((id) => {
    const connectors = installed.find(({name}) => name === id)?.connectors ?? [];
    const own = connectors.filter((one) => library.connectors.get(one)?.dir.includes(`${id}/connectors/`) ?? true);
    return {id, usedBy: usersOf(new Set(own), library).map((user) => `${user.kind} ${user.id}`)};
  });
  await commitRemove(ids, desk);
  return removed;
}
