/** The schemas of the file formats, read from the package once. Must never read a schema a manifest names. */
import {existsSync, globSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import {fail} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';
import {regExp} from './patterns.ts';

export const kinds = ['connector', 'case', 'cassette', 'simulator', 'template', 'connection', 'package'] as const;
export type Kind = (typeof kinds)[number];

/** Files that say no kind because nobody writes them by hand: their first key is the version of their form. */
export const forms = ['package-signature', 'trust', 'lock', 'signing-key'] as const;
export type Form = (typeof forms)[number];

export function isKind(word: unknown): word is Kind {
  return kinds.some((kind) => kind === word);
}

export type SchemaNode = {readonly [keyword: string]: unknown} | boolean;

interface Shelf {
  readonly ajv: Ajv2020;
  readonly byId: ReadonlyMap<string, SchemaNode>;
}

let shelf: Shelf | undefined;

const schemasDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'schemas');

function openShelf(): Shelf {
  if (shelf) return shelf;
  if (!existsSync(schemasDir)) throw fail('JW9001', {problem: `the folder ${schemasDir} is missing`});
  const ajv = new Ajv2020({
    strict: false,
    // Our own: a test compares them with their metaschema, and only whether a file fits is asked here.
    validateSchema: false,
    messages: false,
    ownProperties: true,
    logger: false,
    code: {regExp: regExp as never, optimize: false},
  });
  formats.default(ajv);
  const byId = new Map<string, SchemaNode>();
  for (const file of globSync('*.schema.json', {cwd: schemasDir}).sort()) {
    const schema = JSON.parse(readFileSync(join(schemasDir, file), 'utf8')) as {readonly $id: string};
    byId.set(schema.$id, schema);
    ajv.addSchema(schema);
  }
  shelf = {ajv, byId};
  return shelf;
}

export function schemaIdOf(kind: Kind | Form): string {
  return `https://jobwire.dev/schemas/1/${kind}.schema.json`;
}

/** Whether the value is a file of this kind. */
export function fitsKind(kind: Kind | Form, value: Json): boolean {
  const validate: ValidateFunction | undefined = openShelf().ajv.getSchema(schemaIdOf(kind));
  if (!validate) throw fail('JW9001', {problem: `there is no schema of the kind ${kind}`});
  return validate(value);
}

/** A schema and the address its own references start from. */
export interface Located {
  readonly schema: SchemaNode;
  readonly base: string;
}

/** Follows a `$ref` inside the package's schemas. */
export function followRef(ref: string, base: string): Located {
  const url = new URL(ref, base);
  const pointer = decodeURIComponent(url.hash.slice(1));
  url.hash = '';
  let here: unknown = openShelf().byId.get(url.href);
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    here =
      typeof here === 'object' && here !== null && Object.hasOwn(here, key)
        ? (here as Record<string, unknown>)[key]
        : undefined;
  }
  if (typeof here !== 'object' && typeof here !== 'boolean')
    throw fail('JW9001', {problem: `the schema ${ref} of ${base} is missing`});
  return {schema: here as SchemaNode, base: url.href};
}
