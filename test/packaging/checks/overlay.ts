/** Lays edits over the good package, in a folder of its own. Must never change the fixture. */
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, relative} from 'node:path';
import {type CheckOptions, type CheckReport, runChecks} from '../../../src/packaging/checks/run.ts';

export const base = join('test', 'fixtures', 'publish-check', 'base');

export type Change = (dir: string) => void;

export const connector = 'connectors/desk/connector.json';
export const template = 'templates/urgent-ticket/template.json';
export const manifest = 'jobwire-package.json';
export const readme = 'connectors/desk/README.md';

type Tree = {[key: string]: unknown};

function holderOf(root: Tree, pointer: string): {holder: Tree; key: string} {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = steps.pop() ?? '';
  let holder = root;
  for (const step of steps) {
    holder[step] ??= {};
    holder = holder[step] as Tree;
  }
  return {holder, key};
}

function change(file: string, edit: (root: Tree) => void): Change {
  return (dir) => {
    const root = JSON.parse(readFileSync(join(dir, file), 'utf8')) as Tree;
    edit(root);
    writeFileSync(join(dir, file), `${JSON.stringify(root, null, 2)}\n`);
  };
}

export function set(file: string, pointer: string, value: unknown): Change {
  return change(file, (root) => {
    const {holder, key} = holderOf(root, pointer);
    if (Array.isArray(holder) && key === '-') holder.push(value);
    else holder[key] = value;
  });
}

export function drop(file: string, ...pointers: readonly string[]): Change {
  return change(file, (root) => {
    for (const pointer of pointers) {
      const {holder, key} = holderOf(root, pointer);
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
    }
  });
}

/** Replaces a text that must be there. */
export function swap(file: string, from: string, to: string): Change {
  return (dir) => {
    const text = readFileSync(join(dir, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(
      join(dir, file),
      text.replace(from, () => to),
    );
  };
}

/** In all files and folders. */
export function rename(from: string, to: string): Change {
  return (dir) => {
    for (const path of globSync('**/*', {cwd: dir}).filter((path) => statSync(join(dir, path)).isFile())) {
      const text = readFileSync(join(dir, path), 'utf8');
      writeFileSync(join(dir, path), text.replaceAll(from, to));
    }
    for (const path of globSync(`*/${from}`, {cwd: dir}))
      renameSync(join(dir, path), join(dir, path.replace(from, to)));
  };
}

export function write(file: string, text: string): Change {
  return (dir) => {
    mkdirSync(dirname(join(dir, file)), {recursive: true});
    writeFileSync(join(dir, file), text);
  };
}

export function remove(...files: readonly string[]): Change {
  return (dir) => {
    for (const file of files) rmSync(join(dir, file));
  };
}

export function move(from: string, to: string): Change {
  return (dir) => renameSync(join(dir, from), join(dir, to));
}

export interface Edited extends Disposable {
  readonly dir: string;
}

export function edited(changes: readonly Change[]): Edited {
  const dir = mkdtempSync(join(tmpdir(), 'publish-check-'));
  cpSync(base, dir, {recursive: true});
  for (const edit of changes) edit(dir);
  return {dir, [Symbol.dispose]: () => rmSync(dir, {recursive: true, force: true})};
}

export const around: Omit<CheckOptions, 'profile'> = {
  shipped: process.cwd(),
  runtime: '0.1.0',
  now: Date.parse('2026-02-01T00:00:00Z'),
};

/** `file#pointer` for a place in JSON, `file:line` for one in a text; a file as a whole is its first line. */
export function placesOf(report: CheckReport, rule: string): string[] {
  return report.findings
    .filter((finding) => finding.rule === rule)
    .map(({at}) => `${relative(report.dir, at.file)}${at.pointer === '' ? `:${at.line}` : `#${at.pointer}`}`);
}

export function check(changes: readonly Change[], options: Partial<CheckOptions> = {}): CheckReport {
  using folder = edited(changes);
  return runChecks({dir: folder.dir}, {...around, profile: 'strict', ...options});
}

export interface Failing {
  readonly rule: string;
  readonly changes: readonly Change[];
  /** Every finding of the rule. */
  readonly at: string | readonly string[];
  /** Rules that cannot hold either when this one does not. */
  readonly also?: readonly string[];
  /** Compared with the good package as the published one. */
  readonly published?: true;
}
