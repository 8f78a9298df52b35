const t0 = performance.now();
const {loadLibrary} = await import('../../src/manifest/library.ts');
const {fitsKind} = await import('../../src/manifest/kinds.ts');
const t1 = performance.now();
fitsKind('connector', {} as never); const t2 = performance.now();
fitsKind('template', {} as never); fitsKind('connection', {} as never); const t3 = performance.now();
loadLibrary({project: process.argv[2]!, shipped: process.argv[3]!}); const t4 = performance.now();
loadLibrary({project: process.argv[2]!, shipped: process.argv[3]!}); const t5 = performance.now();
console.log('import', t1 - t0, 'connector schema', t2 - t1, 'others', t3 - t2, 'load', t4 - t3, 'again', t5 - t4);
