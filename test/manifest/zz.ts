import {loadFile} from '../../src/manifest/load.ts';
import {globSync} from 'node:fs';
console.time('all');
for (const f of [...globSync('connectors/*/*.json'), ...globSync('connectors/*/cases/*.json'), ...globSync('templates/**/*.json'), ...globSync('starter/connections/*.json'), ...globSync('/work/shared/design/examples/**/*.json')]) {
  if (f.includes('/samples/')) continue;
  const r = loadFile(f);
  for (const i of r.issues) console.log(f, i.code, i.at?.line + ':' + i.at?.column, i.detail, i.suggestions ?? '');
}
console.timeEnd('all');
