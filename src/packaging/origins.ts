/** Where each connector comes from, and whether anybody vouches for it. Must never decide which of two is used: the library did. */
import {isError} from '../manifest/issues.ts';
import type {Library} from '../manifest/library.ts';
import type {Installed} from './installed.ts';
import type {State} from './verify.ts';

export interface ConnectorOrigin {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  /** `built-in`, `project`, or package@version. */
  readonly origin: string;
  /** Of the package it comes from; nobody signs what the project has itself. */
  readonly state: State | 'own';
  /** Its package is refused: no template can use it. */
  readonly refused: boolean;
}

/** By id: those that can be used, and those of refused packages. */
export function originsOf(
  library: Library,
  {shipped, installed}: {readonly shipped: string; readonly installed: readonly Installed[]},
): ConnectorOrigin[] {
  const loaded = [...library.connectors.values()].map(({id, dir, manifest: {version, title}}): ConnectorOrigin => {
    const from = installed.find((one) => isBelow(one.dir, dir));
    const [origin, state] = from
      ? ([`${from.name}@${from.version}`, from.verdict.state] as const)
      : isBelow(shipped, dir)
        ? (['built-in', 'built-in'] as const)
        : (['project', 'own'] as const);
    return {id, version, title, origin, state, refused: false};
  });
  const refused = installed
    .filter(({verdict}) => verdict.problems.some(isError))
    .flatMap(({name, version, connectors, verdict: {state}}) =>
      connectors.map((id) => ({id, version: '', title: '', origin: `${name}@${version}`, state, refused: true})),
    );
  return [...loaded, ...refused].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}
