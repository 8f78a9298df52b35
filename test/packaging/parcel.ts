/** A package made as publishers make it, a key to sign it, and a project it is installed in. Real files, real signatures. */
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {Issue} from '../../src/errors/jobwire-error.ts';
import type {PackageFiles} from '../../src/packaging/files.ts';
import {installedPackages, packagesFolder} from '../../src/packaging/installed.ts';
import {createKey, readKey, type SigningKey} from '../../src/packaging/keys.ts';
import {type LockEntry, readLock, writeLock} from '../../src/packaging/lock.ts';
import {type Packed, packSource} from '../../src/packaging/pack.ts';
import {signManifest} from '../../src/packaging/signature.ts';
import {readSource} from '../../src/packaging/source.ts';
import {trustKey} from '../../src/packaging/trust.ts';
import {VirtualClock} from '../../src/values/time.ts';

export const begin = Date.parse('2026-01-12T08:15:40Z');
export const day = 86_400_000;

export interface Desk {
  /** A project folder. */
  readonly dir: string;
  readonly clock: VirtualClock;
  key(name: string): SigningKey;
  remove(): void;
}

export function openDesk(): Desk {
  const root = mkdtempSync(join(tmpdir(), 'jobwire-parcel-'));
  const folder = join(root, 'keys');
  const dir = join(root, 'a b é');
  mkdirSync(dir);
  const clock = new VirtualClock(begin);
  const made = new Map<string, SigningKey>();
  return {
    dir,
    clock,
    key(name) {
      const known = made.get(name);
      if (known) return known;
      createKey({folder, name}, clock);
      const key = readKey({folder, name});
      made.set(name, key);
      return key;
    },
    remove: () => rmSync(root, {recursive: true, force: true}),
  };
}

export interface Wanted {
  readonly id?: string;
  readonly version?: string;
  /** Id of the connector in it: a copy of a shipped one under another name. */
  readonly connector?: string;
  readonly from?: string;
  readonly runtime?: string;
  readonly signed?:
    | {readonly key: SigningKey; readonly clock: VirtualClock; readonly expiresInDays?: number}
    | undefined;
  /** Changes a file of the source before it is packed. */
  readonly edit?: (file: string, text: string) => string;
}

/** Packed from a source folder that is gone afterwards. */
export function pack(wanted: Wanted = {}): Packed {
  const {id = '@acme/agents', version = '1.0.0', connector = 'acme-agents', from = 'hmac-webhook', signed} = wanted;
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-source-'));
  const edit = wanted.edit ?? ((_file: string, text: string) => text);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), {recursive: true});
    writeFileSync(join(dir, file), edit(file, text));
  };
  try {
    const unit = `connectors/${connector}`;
    cpSync(join('connectors', from), join(dir, unit), {
      recursive: true,
      filter: (path) => !/[/\\](cases|cassettes)$/.test(path),
    });
    for (const file of ['connector.json', 'README.md'])
      write(
        `${unit}/${file}`,
        readFileSync(join(dir, unit, file), 'utf8').replaceAll(`"id": "${from}"`, `"id": "${connector}"`),
      );
    write('README.md', '# Agents\n\nFor tests.\n');
    write('CHANGELOG.md', `# Changes\n\n## ${version}\n\nFirst.\n`);
    write('LICENSE', 'MIT\n');
    write('jobwire-package.json', JSON.stringify(manifestOf({id, version, connector, runtime: wanted.runtime})));
    const source = readSource(dir);
    return packSource(source, {
      ...(signed && {sign: (bytes) => signManifest(bytes, signed.key, signed)}),
    });
  } finally {
    rmSync(dir, {recursive: true, force: true});
  }
}

function manifestOf(said: {id: string; version: string; connector: string; runtime: string | undefined}): object {
  const {id, version, connector, runtime = '>=0.1.0'} = said;
  return {
    ...{jobwire: '1', kind: 'package', id, version, title: 'Agents', license: 'MIT', author: {name: 'Acme'}},
    requires: {runtime},
    contents: {connectors: [connector]},
  };
}

/** Writes the files of a package to where it is installed; an entry of the lock as `jobwire install` makes it. */
export function install(
  project: string,
  packed: Packed,
  more: Partial<LockEntry> & {readonly signer: string | null},
): void {
  const {id, version, permissions = {}} = packed.manifest;
  unpack(join(packagesFolder(project), id), packed.files);
  const entry: LockEntry = {
    ...{version, source: 'file:packs/agents.tgz', range: version, integrity: packed.integrity, digest: packed.digest},
    ...{permissions, ...more},
  };
  const lock = readLock(project);
  writeLock(project, {...lock, packages: {...lock.packages, [id]: entry}});
}

export function unpack(dir: string, files: PackageFiles): void {
  rmSync(dir, {recursive: true, force: true});
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), bytes);
  }
}

/** A desk where @acme/agents is installed, signed by a key that is trusted for @acme. */
export function deskWithPackage(
  wanted: Omit<Wanted, 'signed'> & {readonly expiresInDays?: number} = {},
): Desk & {readonly packed: Packed} {
  const desk = openDesk();
  const key = desk.key('release');
  const {expiresInDays} = wanted;
  const packed = pack({
    ...wanted,
    signed: {key, clock: desk.clock, ...(expiresInDays !== undefined && {expiresInDays})},
  });
  trustKey(desk.dir, {key, name: 'Acme releases', scopes: ['@acme']}, desk.clock);
  install(desk.dir, packed, {signer: key.id});
  return {...desk, packed};
}

/** The one installed package, as loading sees it now. */
export function look({dir, clock}: Pick<Desk, 'dir' | 'clock'>): {state: string; problems: readonly Issue[]} {
  const [only] = installedPackages(dir, clock.now());
  return {state: only?.verdict.state ?? 'nothing', problems: only?.verdict.problems ?? []};
}

export function sentences(problems: readonly Issue[]): string[] {
  return problems.map(({code, detail}) => `${code} ${detail}`);
}
