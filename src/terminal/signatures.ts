/** Packages, keys and origins as tables. Shows what it is given, nothing else. */
import type {Issue} from '../errors/jobwire-error.ts';
import type {Inspected} from '../packaging/inspect.ts';
import type {ListedKey} from '../packaging/key-list.ts';
import type {ConnectorOrigin} from '../packaging/origins.ts';
import {shorten, table} from './text.ts';

export function tableOfInspected(packages: readonly Inspected[]): string {
  return table(
    ['package', 'version', 'state', 'signer', 'age', 'place'],
    packages.map(({name, version, state, signer, age, place}) => [
      name,
      version,
      state,
      signer ? (signer.name ?? signer.key) : '',
      age === undefined ? '' : days(age),
      place,
    ]),
  );
}

/** Each problem with its next step, under the name of its package. */
export function showProblems(problems: readonly Issue[]): string {
  return problems
    .map(({code, detail, hint, at}) => {
      const where = at && at.line > 1 ? `${at.file}:${at.line}:${at.column}: ` : '';
      return `  ${code}  ${where}${detail}\n          fix: ${hint}`;
    })
    .join('\n');
}

export function tableOfKeys(keys: readonly ListedKey[]): string {
  return table(
    ['key', 'name', 'where', 'state', 'scopes', 'since', 'expires'],
    keys.map(({id, name, place, state, scopes, since, expiresAt = '', expiresSoon}) => [
      id,
      shorten(name, 40),
      place,
      expiresSoon ? `${state}, expires soon` : state,
      scopes?.join(' ') ?? (place === 'project' ? 'every' : ''),
      since.slice(0, 10),
      expiresAt.slice(0, 10),
    ]),
  );
}

export function tableOfOrigins(connectors: readonly ConnectorOrigin[]): string {
  return table(
    ['connector', 'version', 'title', 'from', 'state'],
    connectors.map(({id, version, title, origin, state, refused}) => [
      id,
      version,
      shorten(title, 40),
      origin,
      refused ? `${state}, not loaded` : state,
    ]),
  );
}

function days(ms: number): string {
  const count = Math.floor(ms / 86_400_000);
  return count === 1 ? '1 day' : `${count} days`;
}
