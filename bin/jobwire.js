#!/usr/bin/env node
// Refuses a Node that cannot run Jobwire before anything modern is parsed, then starts the source program, or the built one where it is all there is.
import {existsSync, readFileSync} from 'node:fs';

const wanted = 24;
if (Number(process.versions.node.split('.')[0]) < wanted) {
  process.stderr.write(
    `jobwire needs Node ${wanted} or later, this is ${process.versions.node}. In this project use: npm run jobwire -- …\n`,
  );
  process.exit(1);
}
if (process.argv.length === 3 && process.argv[2] === '--version') {
  // The same line that the program prints, without loading it.
  const {name, version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else await start();

async function start() {
  // A diagnostic report would hold the environment, and with it every secret that is given that way.
  process.report.excludeEnv = true;
  await keepCompiledCode();
  const source = new URL('../src/bin.ts', import.meta.url);
  await import(existsSync(source) ? source.href : new URL('../dist/bin.js', import.meta.url).href);
}

/** In a folder of this person only: whoever can write there decides what runs. Where it cannot be made, code is compiled each time. */
async function keepCompiledCode() {
  const [{enableCompileCache}, {mkdirSync, statSync}, {homedir}, {join}] = await Promise.all([
    import('node:module'),
    import('node:fs'),
    import('node:os'),
    import('node:path'),
  ]);
  try {
    const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'jobwire', 'compiled');
    mkdirSync(folder, {recursive: true, mode: 0o700});
    const {uid, mode} = statSync(folder);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    if (isOurs) enableCompileCache(folder);
  } catch {}
}
