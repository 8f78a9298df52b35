/** Validation of data at run time, and the connection that a variant makes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {Connector} from '../../src/generated/types.ts';
import {keepsHostLabels} from '../../src/manifest/hosts.ts';
import {resolveSchema} from '../../src/manifest/schemas.ts';
import {closeSchema, validateAgainst, withDefaults} from '../../src/manifest/validate.ts';
import {effectiveConnection} from '../../src/manifest/variant.ts';
import {type Json, parseJson} from '../../src/values/json.ts';

const said: readonly [schema: object, data: string, message: string | undefined][] = [
  [{type: 'integer'}, '"1"', 'must be a whole number, it is text'],
  [{type: 'integer'}, '1.5', 'must be a whole number, it is a number'],
  [{type: 'integer'}, '12345678901234567890', undefined],
  [{type: 'integer'}, '1.00000000000000000001', 'must be a whole number, it is a number'],
  [{type: 'number', maximum: 10}, '11.00000000000000000001', 'must be at most 10'],
  [{type: ['string', 'null']}, '5', 'must be text or null, it is a number'],
  [{enum: ['a', 'b']}, '"c"', 'must be "a" or "b"'],
  [{type: 'string', pattern: '^a+$'}, '"b"', 'must match the pattern ^a+$'],
  [{type: 'string', pattern: '^b+$'}, '"b"', undefined],
  [{type: 'string', format: 'date-time'}, '"2026-01-12 08:15"', 'must be a date-time'],
  [{type: 'string', format: 'uuid'}, '"ee9327fd-237d-419e-86ef-9946b34461e3"', undefined],
  [{type: 'object', required: ['a']}, '{}', 'lacks "a"'],
  [{type: 'object', additionalProperties: false}, '{"a": 1}', 'has no key "a"'],
  [{type: 'array', minItems: 1}, '[]', 'must not be empty'],
];

const connector = {
  id: 'acme',
  connection: {
    config: {type: 'object', required: ['a'], properties: {a: {type: 'string'}, b: {type: 'string', default: 'x'}}},
    secrets: {one: {title: 'One'}},
    headers: {'X-One': '1', Accept: 'a'},
    baseUrl: 'https://a.example',
    probe: {call: 'p'},
    variants: {
      full: {
        title: 'Full',
        auth: {},
        config: {type: 'object', required: ['c'], properties: {c: {type: 'integer'}}},
        secrets: {two: {title: 'Two'}},
        headers: {accept: 'b'},
        baseUrl: 'https://b.example',
      },
      bare: {title: 'Bare'},
    },
  },
  operations: {},
  permissions: {hosts: []},
  schemas: {
    name: {type: 'string', minLength: 1},
    person: {
      type: 'object',
      properties: {name: {$ref: '#/schemas/name', title: 'Name'}, boss: {$ref: '#/schemas/person'}},
    },
  },
} as unknown as Connector;

describe('validation', () => {
  for (const [schema, data, message] of said)
    it(`${JSON.stringify(schema)} and ${data}: ${message ?? 'fits'}`, () => {
      assert.deepEqual(
        validateAgainst(schema, parseJson(data)).map((problem) => problem.message),
        message === undefined ? [] : [message],
      );
    });

  it('keeps patterns apart', () => {
    const schema = {
      type: 'object',
      properties: {a: {type: 'string', pattern: '^a$'}, b: {type: 'string', pattern: '^b$'}},
    };
    assert.deepEqual(validateAgainst(schema, {a: 'a', b: 'b'}), []);
    assert.deepEqual(
      validateAgainst(schema, {a: 'b', b: 'a'}, {all: true}).map(({pointer}) => pointer),
      ['/a', '/b'],
    );
  });

  it('puts in defaults of the own properties only, and changes nothing that is given', () => {
    const schema = {properties: {a: {default: 1}, b: {default: [2]}, c: {properties: {d: {default: 3}}}}};
    const data = {a: null, c: {}};
    assert.deepEqual(withDefaults(schema, data), {a: null, c: {}, b: [2]});
    assert.deepEqual(data, {a: null, c: {}});
  });

  it('closes a schema that says nothing, and leaves one that does', () => {
    assert.equal(validateAgainst(closeSchema({properties: {a: {}}}), {b: 1}).length, 1);
    assert.equal(validateAgainst(closeSchema({properties: {a: {}}, additionalProperties: true}), {b: 1}).length, 0);
    const composed = closeSchema({properties: {a: {}}, if: {required: ['a']}, then: {properties: {b: {}}}});
    assert.equal(validateAgainst(composed, {a: 1, b: 1}).length, 0);
    assert.equal(validateAgainst(composed, {b: 1}).length, 1);
    const schema = {properties: {}};
    assert.equal(closeSchema(schema), closeSchema(schema), 'the same object, so that it is compiled once');
  });

  it('resolves references, and ends on those that come back', () => {
    const person = resolveSchema({$ref: '#/schemas/person'}, connector);
    assert.deepEqual(
      validateAgainst(person, {name: 'A', boss: {boss: {name: ''}}}).map(({pointer}) => pointer),
      ['/boss/boss/name'],
    );
    assert.equal((person as {properties: {name: {title: string}}}).properties.name.title, 'Name');
  });

  it('agrees with equality about items that are the same', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({maxDepth: 2}), {maxLength: 6}), (list) => {
        const items = JSON.parse(JSON.stringify(list)) as Json[];
        const same = items.some((a, i) => items.some((b, j) => i < j && isSame(a, b)));
        assert.equal(validateAgainst({type: 'array', uniqueItems: true}, items).length, same ? 1 : 0);
      }),
    );
  });
});

function isSame(a: unknown, b: unknown): boolean {
  try {
    assert.deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof JobwireError ? error.code : String(error);
  }
  return 'nothing';
}

describe('the connection of a variant', () => {
  it('adds settings, secrets and headers, and replaces the rest', () => {
    const {config, secrets, headers, baseUrl, auth} = effectiveConnection(connector, 'full');
    assert.deepEqual((config as {required: string[]}).required, ['a', 'c']);
    assert.deepEqual(Object.keys((config as {properties: object}).properties), ['a', 'b', 'c']);
    assert.deepEqual(Object.keys(secrets), ['one', 'two']);
    assert.deepEqual(headers, {'X-One': '1', accept: 'b'});
    assert.deepEqual([baseUrl, auth], ['https://b.example', {}]);
    assert.equal(effectiveConnection(connector, 'full'), effectiveConnection(connector, 'full'));
    assert.equal(validateAgainst(config, {a: 'x', c: 1, d: 1}).length, 1, 'it is closed');
  });

  it('refuses a variant that is missing, unknown or incomplete', () => {
    assert.equal(
      codeOf(() => effectiveConnection(connector)),
      'JW7004',
    );
    assert.equal(
      codeOf(() => effectiveConnection(connector, 'constructor')),
      'JW7004',
    );
    assert.equal(
      codeOf(() => effectiveConnection(connector, 'bare')),
      'JW1015',
    );
  });
});

describe('patterns of host labels', () => {
  for (const pattern of ['^[a-z0-9][a-z0-9-]{0,62}$', '^[A-Za-z0-9-]+$', '^(?:eu|us)\\d*$', '^acme-[0-9]+$'])
    it(`${pattern} keeps to letters, digits and -`, () => assert.ok(keepsHostLabels(pattern)));
  for (const pattern of [
    '[a-z]+',
    '^[a-z.]+$',
    '^a|b$',
    '^.*$',
    '^[^/]+$',
    '^[a-z]+',
    '^\\w+$',
    '^[a-z]+\\.example$',
    '^(a$',
    '^[a-z-@]+$',
  ])
    it(`${pattern} does not`, () => assert.ok(!keepsHostLabels(pattern)));
});
