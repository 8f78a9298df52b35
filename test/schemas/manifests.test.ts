/** Every manifest of this repository and of its design fits the format of its kind. */
import assert from 'node:assert/strict';
import {own} from '../../src/values/json.ts';
import {faultsOf, manifestsIn, schemaFiles} from './formats.ts';

const manifests = manifestsIn('connectors', 'templates', 'starter', 'test/fixtures/design-examples');

describe('manifests', () => {
  it('are found in every place', () => {
    const places = new Set(manifests.map(({path}) => path.split('/')[0]));
    assert.deepEqual([...places].sort(), ['connectors', 'starter', 'templates', 'test']);
  });

  for (const {path, manifest} of manifests)
    it(`${path} fits`, () => {
      const file = `${String(own(manifest, 'kind'))}.schema.json`;
      assert.ok(schemaFiles.has(file), `there is a kind ${String(own(manifest, 'kind'))}`);
      assert.deepEqual(faultsOf(file, manifest), []);
    });
});
