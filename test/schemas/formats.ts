/** The schemas of all file formats as tests need them: every concept by its id, and what is wrong with a value. */
import {globSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {Ajv2020, type ErrorObject} from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import {explain} from '../../src/manifest/explain.ts';
import {followRef} from '../../src/manifest/kinds.ts';
import {compilePattern} from '../../src/manifest/patterns.ts';
import {escapePointer, isObject, type Json, type JsonObject, own} from '../../src/values/json.ts';

export interface AntiExample {
  readonly value: unknown;
  /** Where the diagnostic points: at an unknown key or a wrong name itself, for a missing key at its object. */
  readonly pointer: string;
  readonly code: string;
  readonly why: string;
}

/** A schema file or one of its definitions. */
export interface Concept {
  readonly id: string;
  readonly schema: JsonObject;
}

export interface Fault {
  readonly pointer: string;
  readonly code: 'JW1002' | 'JW1003';
  readonly message: string;
}

export const schemaFiles: ReadonlyMap<string, JsonObject> = new Map(
  globSync('schemas/*.schema.json')
    .sort()
    .map((path) => [basename(path), JSON.parse(readFileSync(path, 'utf8')) as JsonObject]),
);

/** Files that only hold definitions are no concept themselves. */
export const concepts: readonly Concept[] = [...schemaFiles].flatMap(([file, schema]) => {
  const definitions = Object.entries((own(schema, '$defs') ?? {}) as JsonObject);
  const inner = definitions.map(([name, definition]) => ({
    id: `${file}#/$defs/${name}`,
    schema: definition as JsonObject,
  }));
  return Object.hasOwn(schema, 'examples') || definitions.length === 0 ? [{id: file, schema}, ...inner] : inner;
});

/** The patterns of manifest/, named by their source: ajv keeps one compiled pattern per name. */
const regExp = Object.assign(
  (source: string) => {
    const pattern = compilePattern(source);
    return {test: (text: string) => pattern.test(text), toString: () => source};
  },
  {code: 'compilePattern'},
);

const ajv = new Ajv2020({
  allErrors: true,
  ownProperties: true,
  strict: true,
  strictRequired: false,
  verbose: true,
  code: {regExp: regExp as never},
});
formats.default(ajv, ['date-time', 'uri']);
ajv.addVocabulary(['antiExamples']);
for (const schema of schemaFiles.values()) ajv.addSchema(schema);

const base = 'https://jobwire.dev/schemas/1/';

export function faultsOf(id: string, value: unknown): Fault[] {
  const validate = ajv.getSchema(base + id);
  if (!validate) throw new Error(`there is no schema ${id}`);
  return validate(value) ? [] : (validate.errors ?? []).map(faultOf);
}

function faultOf({keyword, instancePath, params, propertyName, message}: ErrorObject): Fault {
  const unknown: unknown = params['additionalProperty'] ?? params['unevaluatedProperty'];
  const key: unknown = unknown ?? params['propertyName'] ?? propertyName;
  return {
    pointer: typeof key === 'string' ? `${instancePath}/${escapePointer(key)}` : instancePath,
    code: unknown === undefined ? 'JW1002' : 'JW1003',
    message: `${keyword}: ${message}`,
  };
}

/** What the loader tells the author. */
export function explanationsOf(id: string, value: unknown): Fault[] {
  const troubles = explain(followRef(id, base), {value: value as Json, pointer: ''});
  return troubles.map(({pointer, kind, message}) => ({pointer, code: kind === 'key' ? 'JW1003' : 'JW1002', message}));
}

/** Every reference in the schemas, with the file it stands in. */
export function references(): {readonly file: string; readonly ref: string}[] {
  return [...schemaFiles].flatMap(([file, schema]) => refsIn(schema).map((ref) => ({file, ref})));
}

function refsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (!isObject(value)) return [];
  const {examples: _, antiExamples: __, ...rest} = value;
  const ref = own(rest, '$ref');
  return [...(typeof ref === 'string' ? [ref] : []), ...Object.values(rest).flatMap(refsIn)];
}

/** The kind of a manifest and its file, for every manifest below the folders. */
export function manifestsIn(...folders: readonly string[]): {readonly path: string; readonly manifest: JsonObject}[] {
  return folders
    .flatMap((folder) => globSync('**/*.json', {cwd: folder}).map((path) => join(folder, path)))
    .sort()
    .map((path) => ({path, manifest: JSON.parse(readFileSync(path, 'utf8')) as JsonObject}))
    .filter(({manifest}) => own(manifest, 'jobwire') !== undefined);
}
