/** Which templates and connections of a project use a connector. Must never judge whether they may. */
import type {Library} from '../../manifest/library.ts';
import {parseReference} from '../../manifest/reference.ts';
import {callsOf} from '../../manifest/references-template.ts';

export interface User {
  readonly kind: 'template' | 'connection';
  readonly id: string;
  /** The ranges it names; undefined for one that it leaves open. */
  readonly references: readonly (string | undefined)[];
}

export function usersOf(connectors: ReadonlySet<string>, {templates, connections}: Library): User[] {
  const ranges = (references: readonly string[]): (string | undefined)[] =>
    references
      .map(parseReference)
      .filter(({id}) => connectors.has(id))
      .map(({range}) => range);
  return [
    ...[...templates.values()].map(({id, manifest}) => {
      const {on} = manifest;
      const named = [
        ...('connector' in on ? [on.connector] : []),
        ...callsOf(manifest).map(({call: {connector}}) => connector),
      ];
      return {kind: 'template' as const, id, references: ranges(named)};
    }),
    ...[...connections.values()].map(({id, manifest: {connector}}) => ({
      ...{kind: 'connection' as const, id},
      references: ranges([connector]),
    })),
  ].filter(({references}) => references.length > 0);
}
