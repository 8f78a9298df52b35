#!/usr/bin/env node
// Refuses a Node that cannot run Jobwire before anything modern is parsed, then starts the source program, or the built one where it is all there is.
import {existsSync} from 'node:fs';

const wanted = 24;
if (Number(process.versions.node.split('.')[0]) < wanted) {
  process.stderr.write(
    `jobwire needs Node ${wanted} or later, this is ${process.versions.node}. In this project use: npm run jobwire -- …\n`,
  );
  process.exit(1);
}
// A diagnostic report would hold the environment, and with it every secret that is given that way.
process.report.excludeEnv = true;
const source = new URL('../src/bin.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/bin.js', import.meta.url).href);
