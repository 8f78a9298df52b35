/** Every concept of the file formats says what it is, and shows what fits and what does not. */
import assert from 'node:assert/strict';
import {catalog} from '../../src/errors/catalog.ts';
import {forms} from '../../src/manifest/kinds.ts';
import {own} from '../../src/values/json.ts';
import {type AntiExample, concepts, explanationsOf, type Fault, faultsOf, references, schemaFiles} from './formats.ts';

/** Codes the schemas give; every other code belongs to a later stage of the loader or to a run. */
const bySchema = ['JW1002', 'JW1003'];

describe('schemas', () => {
  it('are each the root of their own id, without a network', () => {
    for (const [file, schema] of schemaFiles) {
      assert.equal(own(schema, '$id'), `https://jobwire.dev/schemas/1/${file}`);
      assert.equal(own(schema, '$schema'), 'https://json-schema.org/draft/2020-12/schema');
    }
  });

  it('refer to each other relatively, to what exists', () => {
    const ids = new Set([...concepts.map(({id}) => id), ...schemaFiles.keys()]);
    const dangling = references().filter(({file, ref}) => !ids.has(ref.startsWith('#') ? file + ref : ref));
    assert.deepEqual(dangling, []);
  });

  it('define nothing that no file format uses', () => {
    const used = new Set(references().map(({file, ref}) => (ref.startsWith('#') ? file + ref : ref)));
    const roots = new Set(['index', ...forms].map((name) => `${name}.schema.json`));
    const unused = concepts.map(({id}) => id).filter((id) => !used.has(id) && !roots.has(id));
    assert.deepEqual(unused, []);
  });

  for (const {id, schema} of concepts)
    describe(id, () => {
      const examples = own(schema, 'examples');
      const antiExamples = own(schema, 'antiExamples');

      it('has a title, a description, examples and antiExamples', () => {
        for (const key of ['title', 'description']) assert.ok(String(own(schema, key) ?? '').length > 1, key);
        assert.ok(Array.isArray(examples) && examples.length > 0, 'examples');
        assert.ok(Array.isArray(antiExamples) && antiExamples.length > 0, 'antiExamples');
      });

      for (const example of Array.isArray(examples) ? examples : [])
        it(`accepts ${shown(example)}`, () => {
          assert.deepEqual(faultsOf(id, example), []);
          assert.deepEqual(explanationsOf(id, example), []);
        });

      for (const {value, pointer, code, why} of (antiExamples ?? []) as unknown as AntiExample[])
        if (bySchema.includes(code))
          it(`refuses ${shown(value)} at "${pointer}" with ${code}: ${why}`, () => {
            assertOneOf(faultsOf(id, value), {pointer, code});
            assertOneOf(explanationsOf(id, value), {pointer, code});
          });
        else
          it(`leaves ${shown(value)} to the stage that says ${code}: ${why}`, () => {
            assert.ok(Object.hasOwn(catalog, code), `${code} is in the catalogue`);
            assert.deepEqual(faultsOf(id, value), []);
          });
    });
});

function assertOneOf(faults: readonly Fault[], {pointer, code}: Pick<AntiExample, 'pointer' | 'code'>): void {
  const found = faults.some((fault) => fault.pointer === pointer && fault.code === code);
  assert.ok(found, `it found ${JSON.stringify(faults, null, 1)}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}
