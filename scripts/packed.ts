/** The program as it is published, for tests and measurements: packed from a copy, so that nothing of this folder is touched. */
import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import * as tar from 'tar';

const root = join(import.meta.dirname, '..');

/** Unpacked in a folder, beside the packages it depends on and no others. Gives the folder of the package. */
export async function packedProgram(folder: string): Promise<string> {
  const source = join(folder, 'source');
  const left = new Set(['node_modules', '.git', 'dist', '.cache', '.jobwire']);
  cpSync(root, source, {recursive: true, filter: (path) => !left.has(basename(path))});
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: source,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const modules = join(folder, 'node_modules');
  const program = join(modules, 'jobwire');
  mkdirSync(program, {recursive: true});
  for (const name of dependencies()) {
    mkdirSync(dirname(join(modules, name)), {recursive: true});
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  await tar.extract({file: join(folder, archive), cwd: program, strip: 1});
  return program;
}

/** What `npm install jobwire` would bring, direct and indirect. */
function dependencies(): string[] {
  const {packages} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, {readonly dev?: boolean; readonly optional?: boolean}>>;
  };
  return Object.entries(packages).flatMap(([path, {dev, optional}]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    return name === undefined || dev || optional ? [] : [name];
  });
}
