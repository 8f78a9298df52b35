/** A project folder on disk: what the package ships for it, and how a new one is made. */
import {randomBytes} from 'node:crypto';
import {existsSync, globSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {schemaOfUnit} from './authoring/places.ts';
import {fail} from './errors/jobwire-error.ts';
import {packageRoot} from './values/package-root.ts';

export interface Created {
  readonly created: readonly string[];
  readonly kept: readonly string[];
}

/** Copies the starter and the templates, and writes a random development secret for every `file:` reference. Overwrites nothing. */
export function createProject(folder: string, templates: readonly string[]): Created {
  const files = new Map<string, string>();
  const starter = join(packageRoot, 'starter');
  for (const file of globSync('**/*', {cwd: starter, withFileTypes: false}).filter(
    (path) => /\.(json|md)$|_gitignore$/.test(path) && path !== 'demo.json',
  ))
    files.set(file.replace('_gitignore', '.gitignore'), readFileSync(join(starter, file), 'utf8'));
  for (const id of templates) files.set(join('templates', id, 'template.json'), shippedTemplate(id));
  for (const [file, text] of [...files])
    for (const [, path] of file.startsWith('connections') ? text.matchAll(/"file:([^"]+)"/g) : [])
      files.set(join('connections', path ?? ''), `${randomBytes(24).toString('base64url')}\n`);
  const created: string[] = [];
  const kept: string[] = [];
  for (const [file, text] of files) (write(join(folder, file), text) ? created : kept).push(file);
  return {created: created.sort(), kept: kept.sort()};
}

function shippedTemplate(id: string): string {
  const path = join(packageRoot, 'templates', id, 'template.json');
  if (!/^[a-z][a-z0-9-]*$/.test(id) || !existsSync(path)) throw fail('JW7102', {what: 'shipped template', id});
  return readFileSync(path, 'utf8').replace(
    /("\$schema": )"[^"]*"/,
    (_whole, key: string) => `${key}"../../${schemaOfUnit('templates', id)}"`,
  );
}

function write(path: string, text: string): boolean {
  if (existsSync(path)) return false;
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, text, path.includes('secrets') ? {mode: 0o600} : {});
  return true;
}
