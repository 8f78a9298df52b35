/** Coercion: what is converted, what is refused, and that nothing is ever lost. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {type CoerceRules, CoercionError, coerce, coerceStrictly, uncheckedType} from '../../src/operations/coerce.ts';
import {dotnetSchema, vendorType} from '../../src/operations/types-dotnet.ts';
import {ExactNumber, type Json, type JsonObject, parseJson, sameJson, stringifyJson} from '../../src/values/json.ts';

function signature(types: Record<string, string | JsonObject>, required: string[] = []): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      typeof type === 'string' ? (dotnetSchema(type) ?? {[uncheckedType]: true, [vendorType]: type}) : type,
    ]),
  );
  return {type: 'object', properties, required, additionalProperties: false};
}

/** The one argument `a` of a .NET type. */
function argument(type: string | JsonObject, value: Json): {value: Json | undefined; codes: string[]} {
  const {value: result, issues} = coerce({a: value}, signature({a: type}));
  return {value: result['a'], codes: issues.map(({code}) => code)};
}

const long = (text: string) => new ExactNumber(text);

const converted: readonly [type: string, given: Json, sent: Json][] = [
  ['String', 4711, '4711'],
  ['String', 1.5, '1.5'],
  ['String', true, 'true'],
  ['String', long('12345678901234567890'), '12345678901234567890'],
  ['String', '', ''],
  ['Int32', 3, 3],
  ['Int32', '3', 3],
  ['Int32', '-3', -3],
  ['Int32', '007', 7],
  ['Int32', '-2147483648', -2147483648],
  ['Byte', '255', 255],
  ['Int64', '9223372036854775807', long('9223372036854775807')],
  ['Int64', long('9007199254740993'), long('9007199254740993')],
  ['UInt64', '18446744073709551615', long('18446744073709551615')],
  ['Double', '1.5e3', 1500],
  ['Double', '-0.25', -0.25],
  ['Double', 2, 2],
  ['Decimal', '0.1234567890123456789012345678', long('0.1234567890123456789012345678')],
  ['Decimal', long('9999999999999999999999999999'), long('9999999999999999999999999999')],
  ['Boolean', 'TRUE', true],
  ['Boolean', 'false', false],
  ['DateTime', '2026-01-12T08:15:30Z', '2026-01-12T08:15:30Z'],
  ['DateTime', '2026-01-12T08:15:30.1234567+02:00', '2026-01-12T06:15:30.1234567Z'],
  ['DateTime', '2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00Z'],
  ['DateTimeOffset', '2026-01-12T08:15:30+02:00', '2026-01-12T08:15:30+02:00'],
  ['TimeSpan', '1.02:03:04.5', '1.02:03:04.5'],
  ['TimeSpan', '-00:00:01', '-00:00:01'],
  ['Guid', '99587436-4ce5-480d-988c-6d7f43787a2c', '99587436-4ce5-480d-988c-6d7f43787a2c'],
  ['Char', 'x', 'x'],
  ['String[]', ['a', 1, false], ['a', '1', 'false']],
  ['List<Int32>', ['1', 2], [1, 2]],
  ['Dictionary<String, Int32>', {a: '1'}, {a: 1}],
  ['Int32?', null, null],
  ['Int32?', '5', 5],
  ['Object', {any: [1, null]}, {any: [1, null]}],
  ['Object', null, null],
  ['JObject', {a: 1}, {a: 1}],
  ['JArray', [1], [1]],
];

const refused: readonly [type: string, given: Json][] = [
  ['String', ['a']],
  ['String', {}],
  ['Char', 'xy'],
  ['Char', '😀'],
  ['Char', ''],
  ['Int32', 'high'],
  ['Int32', '3.0'],
  ['Int32', '1e3'],
  ['Int32', ' 3'],
  ['Int32', ''],
  ['Int32', '+3'],
  ['Int32', 1.5],
  ['Int32', true],
  ['Int32', '2147483648'],
  ['Int32', 2147483648],
  ['SByte', -129],
  ['UInt32', -1],
  ['Int64', '9223372036854775808'],
  ['Int64', 1e20],
  ['UInt64', '-1'],
  ['UInt64', '18446744073709551616'],
  ['Double', '1e999'],
  ['Double', 'NaN'],
  ['Double', '.5'],
  ['Double', '0x10'],
  ['Double', true],
  ['Decimal', long('12345678901234567890123456789')],
  ['Decimal', '0.12345678901234567890123456789'],
  ['Decimal', 1e40],
  ['Decimal', 1e-40],
  ['Boolean', 'yes'],
  ['Boolean', 1],
  ['Boolean', '1'],
  ['DateTime', '2026-01-12'],
  ['DateTime', '2026-01-12T08:15:30'],
  ['DateTime', '2026-02-30T08:15:30Z'],
  ['DateTime', '2026-02-29T08:15:30Z'],
  ['DateTime', '1900-02-29T08:15:30Z'],
  ['DateTime', '2026-13-01T08:15:30Z'],
  ['DateTime', '2026-01-00T08:15:30Z'],
  ['DateTime', '2026-01-12T08:15:60Z'],
  ['DateTime', '2026-01-12T24:00:00Z'],
  ['DateTime', '12/01/2026'],
  ['DateTime', '2026-01-12T08:15:30+99:00'],
  ['DateTime', 1768205730],
  ['DateTimeOffset', '2026-01-12 08:15:30Z'],
  ['TimeSpan', '25:00:00'],
  ['TimeSpan', 'PT1H'],
  ['TimeSpan', 5],
  ['Guid', 'no-guid'],
  ['String[]', 'a'],
  ['String[]', {}],
  ['Int32[]', [null]],
  ['JObject', []],
  ['JArray', {}],
  ['Dictionary<String, Int32>', [1]],
];

describe('coercion of one argument', () => {
  for (const [type, given, sent] of converted)
    it(`sends ${stringifyJson(given)} for ${type} as ${stringifyJson(sent)}`, () => {
      const {value, codes} = argument(type, given);
      assert.deepEqual(codes, []);
      assert.ok(
        value !== undefined && sameJson(value, sent),
        `got ${value === undefined ? 'nothing' : stringifyJson(value)}`,
      );
    });

  for (const [type, given] of refused)
    it(`refuses ${stringifyJson(given)} for ${type}`, () => {
      assert.deepEqual(argument(type, given).codes, [type.includes('[]') || type.includes('<') ? 'JW3112' : 'JW3112']);
    });

  it('passes a value of a type that is not listed, with a warning', () => {
    assert.deepEqual(argument('Acme.Invoice', {total: 1}), {value: {total: 1}, codes: ['JW3103']});
  });

  it('takes the first type of a list that fits, and converts only if none does', () => {
    const prompt = {type: ['string', 'number', 'boolean']};
    assert.deepEqual(argument(prompt, 5), {value: 5, codes: []});
    assert.deepEqual(argument(prompt, '5'), {value: '5', codes: []});
    assert.deepEqual(argument({type: ['integer', 'boolean']}, 'true'), {value: true, codes: []});
  });

  it('chooses the branch of a union the value fits already', () => {
    const union = {anyOf: [{type: 'integer'}, {type: 'string'}, {type: 'null'}]};
    assert.deepEqual(argument(union, '5'), {value: '5', codes: []});
    assert.deepEqual(argument(union, null), {value: null, codes: []});
    assert.deepEqual(argument({oneOf: [{type: 'integer'}, {type: 'boolean'}]}, '5'), {value: 5, codes: []});
    assert.deepEqual(argument({oneOf: [{type: 'integer'}, {type: 'boolean'}]}, 'x').codes, ['JW3112']);
  });

  it('keeps to enum, const, bounds and lengths of a schema the vendor serves', () => {
    assert.deepEqual(argument({type: 'integer', enum: [1, 2]}, '2'), {value: 2, codes: []});
    assert.deepEqual(argument({type: 'integer', enum: [1, 2]}, 3).codes, ['JW3112']);
    assert.deepEqual(argument({const: 'a'}, 'b').codes, ['JW3112']);
    assert.deepEqual(argument({type: 'number', exclusiveMinimum: 0}, 0).codes, ['JW3112']);
    assert.deepEqual(argument({type: 'string', maxLength: 2}, 123).codes, ['JW3112']);
    assert.deepEqual(argument({type: 'array', minItems: 1}, []).codes, ['JW3112']);
  });

  it('follows references inside a schema, and ends on one that refers to itself', () => {
    const schema = {
      type: 'object',
      properties: {a: {$ref: '#/$defs/tree'}},
      $defs: {
        tree: {type: 'object', properties: {next: {$ref: '#/$defs/tree'}, n: {type: 'integer'}}},
        loop: {$ref: '#/$defs/loop'},
      },
    };
    assert.deepEqual(coerce({a: {next: {next: {n: '1'}}}}, schema).value, {a: {next: {next: {n: 1}}}});
    const loop = {...schema, properties: {a: {$ref: '#/$defs/loop'}}};
    assert.deepEqual(
      coerce({a: 1}, loop).issues.map(({code}) => code),
      ['JW3112'],
    );
  });
});

describe('coercion of a set of arguments', () => {
  const declared = signature({IncidentId: 'System.String', Severity: 'System.Int32', Tags: 'System.String[]'}, [
    'IncidentId',
    'Severity',
  ]);
  const codesOf = (value: JsonObject, rules: CoerceRules = {}) =>
    coerce(value, declared, rules).issues.map(({code}) => code);

  it('reports everything together, with the code of the first finding', () => {
    const all = {IncidntId: 'INC1', Severity: 'high', Tags: ['a', {}]};
    assert.throws(
      () => coerceStrictly(all, declared),
      (error) => {
        assert.ok(error instanceof CoercionError);
        assert.deepEqual(
          error.issues.map(({code}) => code),
          ['JW3110', 'JW3112', 'JW3112', 'JW3111'],
        );
        assert.equal(error.code, 'JW3110');
        assert.equal(error.extra.outcome, 'fail');
        assert.deepEqual(error.extra.suggestions, ['IncidentId']);
        assert.match(error.message, /Severity takes System\.Int32 \(-2147483648 to 2147483647\), got "high"/);
        assert.match(error.message, /Tags\[1\] takes System\.String, got \{\}/);
        assert.match(error.message, /IncidentId \(System\.String\) is required/);
        return true;
      },
    );
  });

  it('counts null for an argument that is not nullable as not given', () => {
    assert.deepEqual(coerce({IncidentId: 'a', Severity: 1, Tags: null}, declared), {
      value: {IncidentId: 'a', Severity: 1},
      issues: [],
    });
    assert.deepEqual(codesOf({IncidentId: null, Severity: 1}), ['JW3111']);
  });

  it('drops or keeps what is not declared, as the step says', () => {
    const value = {IncidentId: 'a', Severity: 1, Other: 2};
    assert.deepEqual(codesOf(value), ['JW3110']);
    assert.deepEqual(coerce(value, declared, {unknown: 'drop'}), {value: {IncidentId: 'a', Severity: 1}, issues: []});
    assert.deepEqual(coerce(value, declared, {unknown: 'keep'}), {value, issues: []});
  });

  it('leaves required arguments away where missing is ignored', () => {
    assert.deepEqual(codesOf({}, {missing: 'ignore'}), []);
  });

  it('is closed even when nothing is declared', () => {
    assert.deepEqual(
      coerce({a: 1}, signature({})).issues.map(({code}) => code),
      ['JW3110'],
    );
    assert.deepEqual(coerce({}, signature({})), {value: {}, issues: []});
  });

  it('treats prototype names as unknown arguments', () => {
    const value = parseJson('{"constructor": 1, "toString": 2}') as JsonObject;
    assert.deepEqual(
      coerce(value, signature({})).issues.map(({code}) => code),
      ['JW3110', 'JW3110'],
    );
  });
});

const integers: Readonly<Record<string, readonly [bigint, bigint]>> = {
  SByte: [-(1n << 7n), (1n << 7n) - 1n],
  Byte: [0n, (1n << 8n) - 1n],
  Int16: [-(1n << 15n), (1n << 15n) - 1n],
  UInt16: [0n, (1n << 16n) - 1n],
  Int32: [-(1n << 31n), (1n << 31n) - 1n],
  UInt32: [0n, (1n << 32n) - 1n],
  Int64: [-(1n << 63n), (1n << 63n) - 1n],
  UInt64: [0n, (1n << 64n) - 1n],
};

describe('coercion in general', () => {
  for (const [type, [least, most]] of Object.entries(integers))
    it(`accepts for ${type} exactly the whole numbers of its range, with all digits`, () => {
      const near = fc.oneof(
        fc.bigInt({min: -(1n << 70n), max: 1n << 70n}),
        fc.bigInt({min: least - 2n, max: least + 2n}),
        fc.bigInt({min: most - 2n, max: most + 2n}),
      );
      fc.assert(
        fc.property(near, (number) => {
          const {value, codes} = argument(type, number.toString());
          if (number < least || number > most) assert.deepEqual(codes, ['JW3112']);
          else assert.equal(stringifyJson(value as Json), number.toString());
        }),
      );
    });

  it('never changes a value that fits already', () => {
    const fitting = fc.record({
      text: fc.string(),
      flag: fc.boolean(),
      int: fc.integer({min: -2147483648, max: 2147483647}),
      long: fc.bigInt({min: -(1n << 63n), max: (1n << 63n) - 1n}).map((n) => parseJson(n.toString())),
      number: fc.double({noNaN: true, noDefaultInfinity: true}),
      list: fc.array(fc.string()),
      map: fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        fc.integer({min: 0, max: 255}),
      ),
      any: fc
        .jsonValue({maxDepth: 3})
        .filter((value) => !JSON.stringify(value).includes('__proto__')) as fc.Arbitrary<Json>,
      when: fc
        .date({noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31')})
        .map((date) => date.toISOString()),
    });
    const all = signature({
      text: 'String',
      flag: 'Boolean',
      int: 'Int32',
      long: 'Int64',
      number: 'Double',
      list: 'String[]',
      map: 'Dictionary<String, Byte>',
      any: 'Object',
      when: 'DateTime',
    });
    fc.assert(
      fc.property(fitting, (value) => {
        const coerced = coerce(value as JsonObject, all);
        assert.deepEqual(coerced.issues, []);
        assert.ok(sameJson(coerced.value, value as JsonObject));
      }),
    );
  });

  it('brings numbers through text and back with the same digits', () => {
    fc.assert(
      fc.property(fc.double({noNaN: true, noDefaultInfinity: true}), (number) => {
        const text = argument('String', number).value;
        assert.equal(argument('Double', text as Json).value, number === 0 ? 0 : number);
      }),
    );
  });

  it('coerces what it coerced to the same', () => {
    const types = ['String', 'Int32', 'Int64', 'Double', 'Decimal', 'Boolean', 'DateTime', 'String[]', 'Int32?'];
    const values = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({noNaN: true, noDefaultInfinity: true}),
      fc.boolean(),
      fc.array(fc.integer()),
      fc.bigInt().map(String),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), values as fc.Arbitrary<Json>, (type, value) => {
        const once = argument(type, value);
        if (once.codes.length > 0 || once.value === undefined) return;
        const twice = argument(type, once.value);
        assert.deepEqual(twice.codes, []);
        assert.ok(sameJson(twice.value as Json, once.value));
      }),
    );
  });
});
