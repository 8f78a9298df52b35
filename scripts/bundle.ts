/**
 * Puts the program into few files: dist/index.js, dist/bin.js, one file for each command, and dist/chunks with what they share. A
 * command then loads a dozen modules instead of hundreds. Packages stay outside, but for two that every command needs: their code is
 * put in, and the licences of what is put in into dist/LICENSES.txt.
 */
import {globSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {build} from 'esbuild';
import {packageRoot} from '../src/values/package-root.ts';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const readPackage = (folder: string): PackageJson =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;

/** What is started, imported or run as a file of its own, beside the commands. */
const alone = ['src/bin.ts', 'src/index.ts', 'src/engines/sqlite/thread.ts'];
/** Of which a command needs a small part: put in, nothing else of them is loaded. */
const inside = ['@oclif/core', 'handlebars'];
const outside = Object.keys(readPackage(packageRoot).dependencies ?? {}).filter((name) => !inside.includes(name));
const dist = join(packageRoot, 'dist');

async function bundle(): Promise<readonly string[]> {
  const {metafile} = await build({
    absWorkingDir: packageRoot,
    entryPoints: [...alone, ...globSync('src/commands/**/*.ts', {cwd: packageRoot}).sort()],
    outdir: dist,
    outbase: 'src',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: outside.flatMap((name) => [name, `${name}/*`]),
    // CommonJS that is put in asks for these.
    banner: {
      js: "import {createRequire as requireOf} from 'node:module';\nconst require = requireOf(import.meta.url), __dirname = import.meta.dirname;",
    },
    legalComments: 'none',
    // Half the bytes to read and to compare with what was compiled before; names stay, so that a stack can be read.
    minifyWhitespace: true,
    logLevel: 'warning',
    metafile: true,
  });
  return Object.keys(metafile.inputs).map((path) => join(packageRoot, path));
}

/** Folders of the packages whose code was put in. */
function packagesOf(files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function licenceOf(folder: string): string {
  const {name, version, license} = readPackage(folder);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
  if (file === undefined && license === undefined) throw new Error(`${name} does not say its licence`);
  const text =
    file === undefined ? `${license}, says its package.json.` : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version}\n\n${text}\n`;
}

rmSync(dist, {recursive: true, force: true});
const packages = packagesOf(await bundle());
writeFileSync(
  join(dist, 'LICENSES.txt'),
  `Code of these packages is part of the files in this folder.\n\n${packages.map(licenceOf).join(`\n${'-'.repeat(80)}\n\n`)}`,
);
