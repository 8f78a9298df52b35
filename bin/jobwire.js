#!/usr/bin/env node
// Refuses a Node that cannot run Jobwire before anything modern is parsed, then starts the built or the source program.
import {existsSync} from 'node:fs';

const wanted = 24;
if (Number(process.versions.node.split('.')[0]) < wanted) {
  process.stderr.write(
    `jobwire needs Node ${wanted} or later, this is ${process.versions.node}. In this project use: npm run jobwire -- …\n`,
  );
  process.exit(1);
}
const built = new URL('../dist/bin.js', import.meta.url);
await import(existsSync(built) ? built.href : new URL('../src/bin.ts', import.meta.url).href);
