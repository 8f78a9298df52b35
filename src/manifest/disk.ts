/**
 * The files as loading sees them: those of the disk, with the unsaved texts of an editor laid over them while a view is in use.
 * Must never write.
 */
import {type Dirent, existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {join, relative, sep} from 'node:path';

/** A text that is not saved yet. No other text ever has the same version. */
export interface OpenText {
  readonly text: string;
  readonly version: number;
}

/** What one editor sees. What was read stays in `memory` for as long as its files stay as they are. */
export interface View {
  /** By the path of the file. */
  readonly texts: ReadonlyMap<string, OpenText>;
  readonly memory: Map<string, {readonly stamp: string; readonly made: unknown}>;
}

let current: View | undefined;

/** Runs `act` with a view in use; loading is never asynchronous, so nothing else sees it. */
export function seeing<T>(view: View, act: () => T): T {
  const before = current;
  current = view;
  try {
    return act();
  } finally {
    current = before;
  }
}

/** Errors of the file system. `limit` is the size above which nothing is read. */
export function readBytes(file: string, limit: number): {readonly size: number; readonly bytes?: Uint8Array} {
  const open = current?.texts.get(file);
  if (open) {
    const bytes = Buffer.from(open.text);
    return bytes.length > limit ? {size: bytes.length} : {size: bytes.length, bytes};
  }
  const {size} = statSync(file);
  return size > limit ? {size} : {size, bytes: readFileSync(file)};
}

/** Paths of files below a folder that fit a pattern, sorted; names that begin with a dot are left out, links to folders not followed. */
export function listFiles(folder: string, pattern: '*.json' | `*/${string}`): string[] {
  const inside = pattern === '*.json' ? undefined : pattern.slice('*/'.length);
  const entries = entriesOf(folder).filter(({name}) => !name.startsWith('.'));
  const saved =
    inside === undefined
      ? entries.map(({name}) => name).filter((name) => name.endsWith('.json'))
      : entries
          .filter((entry) => entry.isDirectory())
          .map(({name}) => join(name, inside))
          .filter((path) => lstatSync(join(folder, path), {throwIfNoEntry: false}));
  const open = [...(current?.texts.keys() ?? [])].map((file) => relative(folder, file));
  const unsaved = open.filter((path) => {
    const [name = '', ...more] = path.split(sep);
    if (name === '' || name.startsWith('.')) return false;
    return inside === undefined ? more.length === 0 && name.endsWith('.json') : more.join('/') === inside;
  });
  return [...new Set([...saved, ...unsaved])].sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, {withFileTypes: true});
  } catch {
    return [];
  }
}

export function isThere(file: string): boolean {
  return current?.texts.has(file) === true || existsSync(file);
}

/** Where a file or folder is, links followed; one that is not saved yet is where its path says. */
export function realPlace(file: string): string {
  return current && !existsSync(file) ? file : realpathSync(file);
}

/** What was made of these files before, when they are the same still; without a view it is made anew. */
export function remembering<V>(key: string, files: () => readonly string[], make: () => V): V {
  if (!current) return make();
  const stamp = files().map(stampOf).join(' ');
  const known = current.memory.get(key);
  if (known?.stamp === stamp) return known.made as V;
  const made = make();
  current.memory.set(key, {stamp, made});
  return made;
}

function stampOf(file: string): string {
  const open = current?.texts.get(file);
  if (open) return `open ${open.version}`;
  const found = statSync(file, {throwIfNoEntry: false});
  return found ? `${file} ${found.mtimeMs} ${found.size} ${found.ino}` : `${file} none`;
}

/** The files that a connector's own check reads. */
export function filesOfConnector(dir: string): string[] {
  const below = ['samples', 'schemas'].flatMap((name) =>
    listFiles(join(dir, name), '*.json').map((path) => join(dir, name, path)),
  );
  return [join(dir, 'connector.json'), ...below];
}
