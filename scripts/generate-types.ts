/** Writes src/generated/types.ts from schemas/, one type per concept. Must never read outside schemas/, reach a network or add a fact. */
import {globSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {compile} from 'json-schema-to-typescript';

const root = join(import.meta.dirname, '..');
const target = join(root, 'src/generated/types.ts');
const header = '/** Types of every file format. Generated from schemas/ by `npm run generate`; never edited. */';

type Schema = {readonly [keyword: string]: unknown};

/** In these files a definition is a narrower form of the file's own concept, which TypeScript cannot tell apart. */
const oneType: ReadonlySet<string> = new Set(['value.schema.json', 'schema-value.schema.json']);

/** The text of the generated file. */
export async function generateTypes(): Promise<string> {
  const definitions = new Definitions(readSchemas(join(root, 'schemas')));
  const text = await compile(definitions.bundle() as never, everything, {
    additionalProperties: false,
    bannerComment: header,
    cwd: root,
    enableConstEnums: false,
    format: false,
    ignoreMinAndMaxItems: true,
    $refOptions: {resolve: {external: false, http: false, file: false}},
  });
  return tidy(text);
}

/** Name of the type that holds all others in the bundle, so that each is declared; it is taken out again. */
const everything = 'EveryDefinition';

function readSchemas(folder: string): ReadonlyMap<string, Schema> {
  const paths = globSync('*.schema.json', {cwd: folder}).sort();
  return new Map(paths.map((path) => [basename(path), JSON.parse(readFileSync(join(folder, path), 'utf8')) as Schema]));
}

/** All concepts in one schema without references between files, reduced to what a type can say. */
class Definitions {
  readonly #files: ReadonlyMap<string, Schema>;

  constructor(files: ReadonlyMap<string, Schema>) {
    this.#files = files;
  }

  bundle(): Schema {
    const definitions: Record<string, Schema> = {};
    for (const {file, schema, name} of this.#concepts()) {
      if (Object.hasOwn(definitions, name))
        throw new Error(`two definitions are called ${name}, the second in ${file}`);
      definitions[name] = {...this.#reduce(schema, file), title: name};
    }
    const names = Object.keys(definitions);
    const properties = Object.fromEntries(names.map((name) => [name, {$ref: `#/$defs/${name}`}]));
    return {
      title: everything,
      type: 'object',
      additionalProperties: false,
      required: names,
      properties,
      $defs: definitions,
    };
  }

  /** What becomes a type: no containers of definitions, no second names of a type. */
  *#concepts(): Iterable<{readonly file: string; readonly schema: Schema; readonly name: string}> {
    for (const [file, schema] of this.#files) {
      if (Object.hasOwn(schema, 'examples')) yield {file, schema, name: pascal(file)};
      if (oneType.has(file)) continue;
      for (const [key, definition] of Object.entries(asSchema(schema['$defs'])))
        if (!Object.hasOwn(asSchema(definition), '$ref')) yield {file, schema: asSchema(definition), name: pascal(key)};
    }
  }

  #reduce(schema: unknown, file: string): Schema {
    if (schema === false) throw new Error(`a type cannot say never, in ${file}`);
    const {$ref, ...rest} = asSchema(schema);
    if (typeof $ref === 'string') return this.#refer($ref, {file, rest});
    return {...this.#shape(rest, file), ...comment(rest)};
  }

  /** A reference with words of its own keeps them: only the name of the type is written. */
  #refer(ref: string, {file, rest}: {readonly file: string; readonly rest: Schema}): Schema {
    const name = this.#nameOf(ref, file);
    const words = comment(rest);
    return words['description'] === undefined ? {$ref: `#/$defs/${name}`} : {tsType: name, ...words};
  }

  #nameOf(ref: string, from: string): string {
    const [path = '', pointer] = ref.split('#');
    const file = path === '' ? from : path;
    const key = pointer?.replace('/$defs/', '');
    if (!this.#files.has(file)) throw new Error(`there is no ${file}, named in ${from}`);
    if (key === undefined || oneType.has(file)) return pascal(file);
    const definition = asSchema(asSchema(this.#files.get(file)?.['$defs'])[key]);
    return typeof definition['$ref'] === 'string' ? this.#nameOf(definition['$ref'], file) : pascal(key);
  }

  #shape(schema: Schema, file: string): Schema {
    const union = choices(schema);
    if (union) return {anyOf: union.map((member) => this.#reduce(member, file))};
    if (schema['const'] !== undefined) return {const: schema['const']};
    if (schema['enum'] !== undefined) return {enum: schema['enum']};
    if (schema['type'] === 'object') return this.#object(schema, file);
    if (schema['type'] === 'array') return {type: 'array', items: this.#reduce(schema['items'] ?? true, file)};
    return schema['type'] === undefined ? {tsType: 'unknown'} : {type: schema['type']};
  }

  #object(schema: Schema, file: string): Schema {
    const entries = Object.entries(asSchema(schema['properties']));
    const properties = Object.fromEntries(entries.map(([key, property]) => [key, this.#reduce(property, file)]));
    const others = schema['additionalProperties'] ?? true;
    return {
      type: 'object',
      ...(entries.length > 0 && {properties}),
      required: schema['required'] ?? [],
      additionalProperties: others === false ? false : this.#reduce(others, file),
    };
  }
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}

/** The members of a union: branches that say a shape of their own, and not only which keys must be there. */
function choices(schema: Schema): readonly unknown[] | undefined {
  const isChoice = schema['if'] !== undefined && schema['properties'] === undefined;
  const branches = isChoice ? [schema['then'], schema['else']] : (schema['anyOf'] ?? schema['oneOf'] ?? []);
  if (!Array.isArray(branches) || !branches.every(saysShape)) return undefined;
  return branches.length > 0 ? branches.flatMap((branch) => choices(asSchema(branch)) ?? [branch]) : undefined;
}

function saysShape(branch: unknown): boolean {
  return ['$ref', 'type', 'const', 'enum', 'if'].some((keyword) => Object.hasOwn(asSchema(branch), keyword));
}

function comment(schema: Schema): Schema {
  const sentences = [
    schema['description'],
    schema['default'] === undefined ? undefined : `Default: ${JSON.stringify(schema['default'])}.`,
  ].filter((sentence) => sentence !== undefined);
  return sentences.length > 0 ? {description: sentences.join(' ')} : {};
}

/** `job-kind.schema.json` and `jobKind` as JobKind; the index is any manifest. */
function pascal(text: string): string {
  if (text === 'index.schema.json') return 'Manifest';
  const words = text.replace(/\.schema\.json$/, '').split('-');
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

/** The generator neither indents nor shortens; the one interface that only holds the bundle together goes. */
function tidy(text: string): string {
  const lines = text
    .replace(new RegExp(`export interface ${everything} \\{\\n[^}]*\\}\\n`), '')
    .replaceAll(/\/\*\*\n \* (.*)\n \*\/\n/g, '/** $1 */\n')
    .replaceAll(/^(export (?:interface|type) )/gm, '\n$1')
    .replaceAll(/(\/\*\* .* \*\/\n)\n(export )/g, '\n$1$2')
    .replaceAll(/\n{3,}/g, '\n\n')
    .split('\n');
  let depth = 0;
  const indented = lines.map((line) => {
    if (/^[})]/.test(line)) depth--;
    const result = line === '' ? '' : '  '.repeat(depth) + line;
    if (/[{(]$/.test(line)) depth++;
    return result;
  });
  return `${indented.join('\n').trim()}\n`;
}

if (import.meta.main) {
  const text = await generateTypes();
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (text !== readFileSync(target, 'utf8')) {
    console.error('src/generated/types.ts is not what schemas/ say. Run: npm run generate');
    process.exitCode = 1;
  }
}
