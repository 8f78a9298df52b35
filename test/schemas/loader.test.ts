/** What the schemas refuse the loader refuses, at the same place, in one sentence; what they accept it accepts. */
import assert from 'node:assert/strict';
import {checkFormat} from '../../src/manifest/format.ts';
import {forms, kinds, schemaIdOf} from '../../src/manifest/kinds.ts';
import {type Json, own} from '../../src/values/json.ts';
import {type AntiExample, manifestsIn, schemaFiles} from './formats.ts';

describe('the loader', () => {
  it('knows a schema for every kind', () => {
    const ids = [...schemaFiles.values()].map((schema) => own(schema, '$id'));
    for (const kind of [...kinds, ...forms]) assert.ok(ids.includes(schemaIdOf(kind)), kind);
  });

  for (const kind of [...kinds, ...forms]) {
    const schema = schemaFiles.get(`${kind}.schema.json`);
    for (const {value, pointer, code, why} of (own(schema, 'antiExamples') ?? []) as unknown as AntiExample[])
      if (code === 'JW1002' || code === 'JW1003')
        it(`refuses a ${kind} at "${pointer}" with ${code}: ${why}`, () => {
          const findings = checkFormat(kind, value as Json);
          const found = findings.some((finding) => finding.pointer === pointer && finding.code === code);
          assert.ok(found, `it found ${JSON.stringify(findings, null, 1)}`);
        });
  }

  it('refuses a name, an id, a duration and a host that only their pattern refuses', () => {
    const connection = {jobwire: '1', kind: 'connection', id: 'a', title: 'A', connector: 'a@^1', config: {}};
    const wrong: readonly (readonly [pointer: string, manifest: Json])[] = [
      ['/id', {...connection, id: 'Acme_CRM'}],
      ['/secrets/API_KEY', {...connection, secrets: {API_KEY: 'env:A'}}],
      ['/feeds/a/every', {...connection, feeds: {a: {every: '5 minutes'}}}],
      ['/network/allowPrivate/0', {...connection, network: {allowPrivate: ['*']}}],
    ];
    assert.deepEqual(checkFormat('connection', connection), []);
    for (const [pointer, manifest] of wrong)
      assert.deepEqual(
        checkFormat('connection', manifest).map((finding) => [finding.code, finding.pointer]),
        [['JW1002', pointer]],
      );
  });

  it('accepts every manifest of this repository', () => {
    const manifests = manifestsIn('connectors', 'templates', 'starter', 'test/fixtures/design-examples');
    const refused = manifests.flatMap(({path, manifest}) => {
      const kind = kinds.find((word) => word === own(manifest, 'kind'));
      return kind && checkFormat(kind, manifest).length === 0 ? [] : [path];
    });
    assert.deepEqual(refused, []);
  });
});
