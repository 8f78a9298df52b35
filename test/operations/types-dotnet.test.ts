/** The table `dotnet`, row by row of language reference 5.2, over the spellings that servers and people use. */
import assert from 'node:assert/strict';
import {parseTypeName, printTypeName} from '../../src/operations/type-names.ts';
import {dotnetSchema, vendorType} from '../../src/operations/types-dotnet.ts';
import type {Json} from '../../src/values/json.ts';
import {isObject} from '../../src/values/json.ts';

const core = 'mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089';

/** The schema without our own key, at every depth. */
function bare(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => bare(item) as Json);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key === vendorType ? [] : [[key, bare(item) as Json]])),
  );
}

const text = {type: 'string'};
const int32 = {type: 'integer', minimum: -2147483648, maximum: 2147483647};

const known: readonly [string, Json][] = [
  [`System.String, ${core}`, text],
  ['System.String, System.Private.CoreLib', text],
  ['String', text],
  ['string', text],
  ['System.Uri', text],
  ['System.Char', {type: 'string', minLength: 1, maxLength: 1}],
  ['bool', {type: 'boolean'}],
  ['System.SByte', {type: 'integer', minimum: -128, maximum: 127}],
  ['System.Byte', {type: 'integer', minimum: 0, maximum: 255}],
  ['System.Int16', {type: 'integer', minimum: -32768, maximum: 32767}],
  ['System.UInt16', {type: 'integer', minimum: 0, maximum: 65535}],
  [`System.Int32, ${core}`, int32],
  ['System.UInt32', {type: 'integer', minimum: 0, maximum: 4294967295}],
  ['System.Int64', {type: 'integer', format: 'int64'}],
  ['ulong', {type: 'integer', format: 'uint64'}],
  ['System.Single', {type: 'number'}],
  ['double', {type: 'number'}],
  ['System.Decimal', {type: 'number', format: 'decimal'}],
  ['System.DateTime', {type: 'string', format: 'date-time', pattern: 'Z$'}],
  ['System.DateTimeOffset', {type: 'string', format: 'date-time'}],
  ['System.TimeSpan', {type: 'string', format: 'time-span'}],
  ['System.Guid', {type: 'string', format: 'uuid'}],
  ['System.Object', {}],
  ['Newtonsoft.Json.Linq.JToken, Newtonsoft.Json', {}],
  ['Newtonsoft.Json.Linq.JObject', {type: 'object'}],
  ['JArray', {type: 'array'}],
  [`System.String[], ${core}`, {type: 'array', items: text}],
  ['int[][]', {type: 'array', items: {type: 'array', items: int32}}],
  ['List<String>', {type: 'array', items: text}],
  [`System.Collections.Generic.List\`1[[System.Int32, ${core}]], ${core}`, {type: 'array', items: int32}],
  ['System.Collections.Generic.List`1[System.Int32]', {type: 'array', items: int32}],
  ['System.Collections.Generic.IEnumerable<System.Guid>', {type: 'array', items: {type: 'string', format: 'uuid'}}],
  [
    `System.Collections.Generic.Dictionary\`2[[System.String, ${core}],[System.Object, ${core}]], ${core}`,
    {type: 'object', additionalProperties: {}},
  ],
  ['Dictionary<string, List<int>>', {type: 'object', additionalProperties: {type: 'array', items: int32}}],
  [`System.Nullable\`1[[System.Int32, ${core}]]`, {...int32, type: ['integer', 'null']}],
  ['DateTime?', {type: ['string', 'null'], format: 'date-time', pattern: 'Z$'}],
  ['Nullable<Boolean>', {type: ['boolean', 'null']}],
];

const unknown = [
  'Acme.String',
  'Acme.Invoice, Acme',
  'System.Security.SecureString',
  'System.Int32[,]',
  'Dictionary<Int32, String>',
  'List<Acme.Invoice>',
  'List`2[System.String]',
  'System.Collections.Generic.List`1',
  'Nullable<Int32, Int32>',
  'String<Int32>',
  'List<String',
  'List`1[[System.String, mscorlib]',
  '',
  ', mscorlib',
  '__proto__',
  'constructor',
  `${'List<'.repeat(100)}String${'>'.repeat(100)}`,
  'x'.repeat(5000),
];

describe('the type table dotnet', () => {
  for (const [name, schema] of known)
    it(`reads ${name.slice(0, 90)}`, () => {
      assert.deepEqual(bare(dotnetSchema(name)), schema);
    });

  for (const name of unknown)
    it(`does not know ${name.slice(0, 60) || 'an empty name'}`, () => {
      assert.equal(dotnetSchema(name), undefined);
    });

  it('keeps the name of the type for messages, without assemblies', () => {
    const schema = dotnetSchema(`System.Collections.Generic.List\`1[[System.Int32, ${core}]], ${core}`);
    assert.equal(schema?.[vendorType], 'System.Collections.Generic.List<System.Int32>');
  });
});

describe('names of types', () => {
  it('are the same however they are spelled', () => {
    const spellings = [
      `System.Collections.Generic.Dictionary\`2[[System.String, ${core}],[System.Int32[], ${core}]]`,
      'System.Collections.Generic.Dictionary`2[System.String,System.Int32[]]',
      'System.Collections.Generic.Dictionary<System.String, System.Int32[]>',
    ];
    const printed = spellings.map((spelling) => {
      const type = parseTypeName(spelling);
      return type && printTypeName(type);
    });
    assert.deepEqual([...new Set(printed)], ['System.Collections.Generic.Dictionary<System.String, System.Int32[]>']);
  });
});
