/** Whose connector it is when two bring one of the same id. Must never choose for the operator: without his word none of them is loaded. */
import {fail, type Issue} from '../errors/jobwire-error.ts';
import {isError} from '../manifest/issues.ts';
import type {Installed} from './installed.ts';

/**
 * JW6029 for a package with a connector that comes with Jobwire or from another package, unless the lock says that it replaces it.
 * A connector that another package replaces is no longer among those of the package that has it too.
 */
export function withoutClashes(installed: readonly Installed[], shipped: ReadonlySet<string>): Installed[] {
  const bringers = Map.groupBy(
    installed.flatMap((one) => one.connectors.map((id) => ({id, one}))),
    ({id}) => id,
  );
  return installed.map((one) => {
    const problems: Issue[] = [];
    const connectors = one.connectors.filter((id) => {
      if (replaces(one, id)) return true;
      const others = (bringers.get(id) ?? []).flatMap((bringer) => (bringer.one === one ? [] : [bringer.one]));
      const owners = others.filter((other) => replaces(other, id) && !other.verdict.problems.some(isError));
      if (owners.length === 1) return false;
      const owner = others[0]?.name ?? (shipped.has(id) ? 'part of Jobwire' : undefined);
      if (owner !== undefined) problems.push(clash(id, one, others[0] ? `part of ${owner}` : owner));
      return true;
    });
    return {...one, connectors, verdict: {...one.verdict, problems: [...one.verdict.problems, ...problems]}};
  });
}

function replaces({lockEntry}: Installed, id: string): boolean {
  return lockEntry?.replaces?.includes(id) ?? false;
}

function clash(id: string, {name}: Installed, owner: string): Issue {
  return fail('JW6029', {id, package: name, owner}).issue();
}
