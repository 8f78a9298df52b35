import {loadLibrary} from '../../src/manifest/library.ts';
console.time('load');
const lib = loadLibrary({project: process.argv[2]!, shipped: process.argv[3]!});
console.timeEnd('load');
console.log([...lib.connectors.keys()], [...lib.templates.keys()], [...lib.connections.keys()]);
for (const i of lib.issues) console.log(i.code, i.severity, (i.at?.file ?? '').split('/').slice(-3).join('/') + ':' + i.at?.line + ':' + i.at?.column, i.at?.pointer, '|', i.detail, '|', (i.suggestions ?? []).join(','), '|', i.hint);
