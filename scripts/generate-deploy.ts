/** Writes deploy/, the files to run this checkout, by the generators of `jobwire deploy`. `--check` only compares. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {DeployFacts} from '../src/deploy/facts.ts';
import {deployFiles, writeDeployFiles} from '../src/deploy/files.ts';

const folder = fileURLToPath(new URL('../deploy', import.meta.url));
const {version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {version: string};

const checkout: DeployFacts = {
  name: 'jobwire',
  store: 'postgres',
  jobwireVersion: version,
  folder: 'deploy',
  variables: [],
  secretFiles: [],
  checkout: true,
};

const files = new Map([...deployFiles('compose', checkout), ...deployFiles('systemd', checkout)]);
const stale = [...files].filter(
  ([path, text]) => !existsSync(join(folder, path)) || readFileSync(join(folder, path), 'utf8') !== text,
);
if (!process.argv.includes('--check')) writeDeployFiles(folder, files, true);
else if (stale.length > 0) {
  process.stderr.write(`deploy is not fresh (${stale.map(([path]) => path).join(', ')}): run npm run generate\n`);
  process.exitCode = 1;
}
