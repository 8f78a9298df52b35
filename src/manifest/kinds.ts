/** The schemas of the file formats, read from the package once. Must never read a schema a manifest names. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Ajv2020} from 'ajv/dist/2020.js';
import {fail} from '../errors/jobwire-error.ts';
import {demand} from '../values/demand.ts';
import type {Json} from '../values/json.ts';
import {packageRoot} from '../values/package-root.ts';
import {type Ground, readFits, type SchemaNode} from './fits.ts';
import {compileOwnPattern, regExp} from './patterns.ts';

export type {SchemaNode} from './fits.ts';

export const kinds = ['connector', 'case', 'cassette', 'simulator', 'template', 'connection', 'package'] as const;
export type Kind = (typeof kinds)[number];

/** Files that say no kind because nobody writes them by hand: their first key is the version of their form. */
export const forms = ['package-signature', 'trust', 'lock', 'signing-key'] as const;
export type Form = (typeof forms)[number];

export function isKind(word: unknown): word is Kind {
  return kinds.some((kind) => kind === word);
}

const schemasDir = join(packageRoot, 'schemas');
const address = 'https://jobwire.dev/schemas/1/';

export function schemaIdOf(kind: Kind | Form): string {
  return `${address}${kind}.schema.json`;
}

/** Whether the value is a file of this kind. */
export function fitsKind(kind: Kind | Form, value: Json): boolean {
  return readFits(groundOfKind(kind), value) ?? validates(kind, value);
}

/** The format of a kind, to be read. */
export function groundOfKind(kind: Kind | Form): Ground {
  return groundOf(schemaIdOf(kind), address);
}

/** What the compiled format of the kind says. */
export function validates(kind: Kind | Form, value: Json): boolean {
  const validate = openValidator().getSchema(schemaIdOf(kind));
  if (!validate) throw fail('JW9001', {problem: `there is no schema of the kind ${kind}`});
  return validate(value) === true;
}

let validator: Ajv2020 | undefined;

function openValidator(): Ajv2020 {
  if (validator) return validator;
  const {Ajv2020: Ajv} = demand('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  const {default: formats} = demand('ajv-formats') as typeof import('ajv-formats');
  validator = new Ajv({
    strict: false,
    // Our own: a test compares them with their metaschema, and only whether a file fits is asked here.
    validateSchema: false,
    messages: false,
    ownProperties: true,
    logger: false,
    code: {regExp: regExp as never, optimize: false},
  });
  formats.default(validator);
  for (const name of readdirSync(schemasDir).sort())
    if (name.endsWith('.schema.json')) validator.addSchema(schemaOf(`${address}${name}`) as object);
  return validator;
}

const byId = new Map<string, SchemaNode | undefined>();

/** The package's schema of this id, if there is one. */
function schemaOf(id: string): SchemaNode | undefined {
  if (!byId.has(id)) byId.set(id, readSchema(id));
  return byId.get(id);
}

function readSchema(id: string): SchemaNode | undefined {
  if (!existsSync(schemasDir)) throw fail('JW9001', {problem: `the folder ${schemasDir} is missing`});
  const [, name] = id.startsWith(address) ? (/^([a-z-]+)\.schema\.json$/.exec(id.slice(address.length)) ?? []) : [];
  const file = join(schemasDir, `${name}.schema.json`);
  if (name === undefined || !existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as SchemaNode;
}

const grounds = new Map<string, Ground>();

function groundOf(ref: string, from: string): Ground {
  const key = `${from} ${ref}`;
  const known = grounds.get(key);
  if (known) return known;
  const {schema, base} = followRef(ref, from);
  const ground: Ground = {schema, follow: (inner) => groundOf(inner, base), compile: compileOwnPattern};
  grounds.set(key, ground);
  return ground;
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
  let here: unknown = schemaOf(url.href);
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
