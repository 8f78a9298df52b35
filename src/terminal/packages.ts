/** A package as text: what it is, what it holds, what it may do. Shows what it is given, nothing else. */
import type {Package, PackagePermissions} from '../generated/types.ts';
import type {PackageFiles} from '../packaging/files.ts';
import {permissionRows} from '../packaging/permissions.ts';
import type {Verdict} from '../packaging/verify.ts';
import {table} from './text.ts';

/** One line about a package as a whole. */
export function describePackage({id, version, title, license, author, requires}: Package): string {
  const needs = requires?.runtime === undefined ? '' : `, needs Jobwire ${requires.runtime}`;
  return `${id} ${version}: ${title} (${license}, by ${author.name}${needs})`;
}

/** `signed by Acme releases`, or the state alone. */
export function describeState({state, signer}: Verdict): string {
  return state === 'signed' && signer ? `signed by ${signer.name ?? signer.key}, ${signer.signedAt}` : state;
}

export function showContents({contents: {connectors = [], templates = []}}: Package): string {
  const rows = [...connectors.map((id) => ['connector', id]), ...templates.map((id) => ['template', id])];
  return table(['contents', 'id'], rows);
}

export function showPermissions(permissions: PackagePermissions): string {
  const rows = permissionRows(permissions).map(({kind, name, note}) => [kind, name, note]);
  return rows.length === 0 ? 'asks for nothing' : table(['permission', 'name', 'note'], rows);
}

export function showFiles(files: PackageFiles): string {
  return table(
    ['file', 'bytes'],
    [...files].map(([path, bytes]) => [path, String(bytes.length)]),
  );
}
