/** The connections a case runs with: its own in a connector's case, by their ids in a template's. */
import {targetsOf} from '../engine/task.ts';
import type {CaseConnection, Template} from '../generated/types.ts';
import type {CaseUnit} from './case-file.ts';

/** Id of the one connection of a connector's case. */
export const connectionId = 'case';

export type CaseConnections = ReadonlyMap<string, {readonly connector: string; readonly given: CaseConnection}>;

export function connectionsOf({manifest, owner}: CaseUnit): CaseConnections {
  if (owner.kind === 'connector')
    return new Map([[connectionId, {connector: owner.unit.id, given: manifest.connection ?? {config: {}}}]]);
  const given = new Map(Object.entries(manifest.connections ?? {}));
  return new Map(
    [...namedIn(owner.unit.manifest)].flatMap(([id, connector]) => {
      const settings = given.get(id);
      return settings ? [[id, {connector, given: settings}] as const] : [];
    }),
  );
}

/** The connector of each connection a template names. */
function namedIn({on, do: targets}: Template): Map<string, string> {
  const used = targetsOf(targets).flatMap(({target}) => [target, ...(target.onComplete ?? [])]);
  return new Map([...('event' in on ? [on] : []), ...used].map(({connection, connector}) => [connection, connector]));
}
