/** The type table `dotnet` (language reference, section 5.2): what a .NET argument accepts, as JSON Schema. Must never guess a type. */
import type {JsonObject} from '../values/json.ts';
import {parseTypeName, printTypeName, type TypeName} from './type-names.ts';

/** Key of our own in such schemas: the vendor's name of the type, for messages. */
export const vendorType = 'x-jobwire-type';

/** Schema of a .NET type, or undefined when the table does not list it. */
export function dotnetSchema(text: string): JsonObject | undefined {
  const type = parseTypeName(text);
  return type && schemaOf(type);
}

function schemaOf(type: TypeName): JsonObject | undefined {
  const name = fullName(type.name);
  const build = constructors.get(name);
  const args = type.args.map(schemaOf);
  const schema = build ? args.every((arg) => arg !== undefined) && build(args, type.args) : plain(name, args);
  return schema ? {...schema, [vendorType]: printTypeName(type)} : undefined;
}

function plain(name: string, args: readonly unknown[]): JsonObject | undefined {
  return args.length === 0 ? scalars.get(name) : undefined;
}

const integer = (minimum: number, maximum: number): JsonObject => ({type: 'integer', minimum, maximum});

/** Whole numbers beyond a double and decimals carry a format instead of bounds; a DateTime is sent in UTC, so it ends in Z. */
const scalars: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ['System.String', {type: 'string'}],
  ['System.Uri', {type: 'string'}],
  ['System.Char', {type: 'string', minLength: 1, maxLength: 1}],
  ['System.Boolean', {type: 'boolean'}],
  ['System.SByte', integer(-128, 127)],
  ['System.Byte', integer(0, 255)],
  ['System.Int16', integer(-32_768, 32_767)],
  ['System.UInt16', integer(0, 65_535)],
  ['System.Int32', integer(-2_147_483_648, 2_147_483_647)],
  ['System.UInt32', integer(0, 4_294_967_295)],
  ['System.Int64', {type: 'integer', format: 'int64'}],
  ['System.UInt64', {type: 'integer', format: 'uint64'}],
  ['System.Single', {type: 'number'}],
  ['System.Double', {type: 'number'}],
  ['System.Decimal', {type: 'number', format: 'decimal'}],
  ['System.DateTime', {type: 'string', format: 'date-time', pattern: 'Z$'}],
  ['System.DateTimeOffset', {type: 'string', format: 'date-time'}],
  ['System.TimeSpan', {type: 'string', format: 'time-span'}],
  ['System.Guid', {type: 'string', format: 'uuid'}],
  ['System.Object', {}],
  ['Newtonsoft.Json.Linq.JToken', {}],
  ['Newtonsoft.Json.Linq.JObject', {type: 'object'}],
  ['Newtonsoft.Json.Linq.JArray', {type: 'array'}],
]);

type Build = (schemas: readonly JsonObject[], types: readonly TypeName[]) => JsonObject | undefined;

const list: Build = ([items, ...more]) => (items && more.length === 0 ? {type: 'array', items} : undefined);

/** JSON has only text keys. */
const dictionary: Build = ([, values, ...more], [key]) =>
  values && key && more.length === 0 && fullName(key.name) === 'System.String'
    ? {type: 'object', additionalProperties: values}
    : undefined;

const nullable: Build = ([schema, ...more]) => {
  if (!schema || more.length > 0) return undefined;
  const {type} = schema;
  return typeof type === 'string' ? {...schema, type: [type, 'null']} : schema;
};

const generic = 'System.Collections.Generic.';

const constructors: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['[]', list],
  ...['List', 'IList', 'ICollection', 'IReadOnlyList', 'IReadOnlyCollection', 'IEnumerable'].map(
    (name): [string, Build] => [generic + name, list],
  ),
  ...['Dictionary', 'IDictionary', 'IReadOnlyDictionary'].map((name): [string, Build] => [generic + name, dictionary]),
  ['System.Nullable', nullable],
]);

const keywords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bool: 'Boolean',
    byte: 'Byte',
    sbyte: 'SByte',
    short: 'Int16',
    ushort: 'UInt16',
    int: 'Int32',
    uint: 'UInt32',
    long: 'Int64',
    ulong: 'UInt64',
    float: 'Single',
    double: 'Double',
    decimal: 'Decimal',
    char: 'Char',
    string: 'String',
    object: 'Object',
  }).map(([keyword, name]) => [keyword, `System.${name}`]),
);

/** A name without namespace is looked for in the namespaces of the table; `Acme.String` stays Acme's. */
function fullName(name: string): string {
  if (name.includes('.') || name.startsWith('[')) return name;
  const candidates = ['System.', generic, 'Newtonsoft.Json.Linq.'].map((namespace) => namespace + name);
  return (
    keywords.get(name) ?? candidates.find((candidate) => scalars.has(candidate) || constructors.has(candidate)) ?? name
  );
}
