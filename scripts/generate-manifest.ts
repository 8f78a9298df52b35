/**
 * Writes oclif.manifest.json, by which one command starts without loading the others. Without an argument for the sources, with
 * `dist` for the built package; `--check` only compares.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Plugin} from '@oclif/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = join(root, 'oclif.manifest.json');
const plugin = new Plugin({root, ignoreManifest: true, respectNoCacheDefault: true, errorOnManifestCreate: true});
await plugin.load();

const built = process.argv.includes('dist');
const commands = Object.fromEntries(
  Object.entries(plugin.manifest.commands)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([id, command]) => {
      const place = (command as {relativePath?: string[]}).relativePath ?? [];
      const relativePath = built ? ['dist', ...place.slice(1)].map((part) => part.replace(/\.ts$/, '.js')) : place;
      return [id, {...command, relativePath}];
    }),
);
const text = `${JSON.stringify({commands, version: plugin.version}, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  process.stderr.write('oclif.manifest.json is not fresh: run npm run generate\n');
  process.exitCode = 1;
}
