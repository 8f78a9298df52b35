/**
 * Checks every shipped connector and writes dist/checked.json, by which the built program knows those that need no check at every
 * start. Refuses to go on when one has errors. A connector with warnings is left out: whoever uses it hears them.
 */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {isError} from '../src/manifest/issues.ts';
import {loadLibrary} from '../src/manifest/library.ts';
import {digestOfConnector, type Vouchers} from '../src/manifest/vouched.ts';
import {packageRoot} from '../src/values/package-root.ts';

const project = mkdtempSync(join(tmpdir(), 'jobwire-checked-'));
try {
  const {connectors, issues} = loadLibrary({project, shipped: packageRoot, vouchers: {}});
  const found = new Set(issues.map(({at}) => at?.file ?? ''));
  const concerns = (dir: string): boolean => [...found].some((file) => file === '' || file.startsWith(join(dir, '/')));
  const vouchers: Vouchers = Object.fromEntries(
    [...connectors.values()].flatMap(({id, dir}) => {
      const digest = concerns(dir) ? undefined : digestOfConnector(dir);
      return digest === undefined ? [] : [[id, digest]];
    }),
  );
  for (const {code, detail, at} of issues) process.stderr.write(`${at?.file}:${at?.line}: ${code}: ${detail}\n`);
  if (issues.some(isError)) process.exitCode = 1;
  else writeFileSync(join(packageRoot, 'dist', 'checked.json'), `${JSON.stringify(vouchers, null, 2)}\n`);
} finally {
  rmSync(project, {recursive: true, force: true});
}
