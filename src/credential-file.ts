/** A connection from a vendor's credential file: settings into the connection file, each secret into a file of its own. */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fail} from './errors/jobwire-error.ts';
import {evaluate, evaluateText, OMIT} from './expressions/evaluate.ts';
import type {Connector} from './generated/types.ts';
import {effectiveConnection} from './manifest/variant.ts';
import {isObject, JsonFault, type JsonObject, parseJson} from './values/json.ts';

export interface Imported {
  readonly connection: string;
  /** Names of the secrets that were written. */
  readonly secrets: readonly string[];
  /** Settings the variant needs and the credential file does not have. */
  readonly missing: readonly string[];
}

export interface ImportOrder {
  readonly id: string;
  /** Path of the credential file. */
  readonly file: string;
  readonly variant?: string | undefined;
  /** Folder of the project. */
  readonly project: string;
}

/** Overwrites nothing. Errors: JW7004 (variant), JW7101 (no import, exists already), JW4003 (not JSON), JW2101 (a field is missing). */
export function importCredentials(connector: Connector, order: ImportOrder): Imported {
  const part = effectiveConnection(connector, order.variant ?? Object.keys(connector.connection.variants ?? {})[0]);
  if (!part.import) throw fail('JW7101', {problem: `connector ${connector.id} reads no credential file`});
  const connection = join(order.project, 'connections', `${order.id}.json`);
  if (existsSync(connection))
    throw fail('JW7101', {problem: `${connection} exists already`}, {hint: 'choose another --id'});
  const scope = {file: readCredentials(order.file)};
  const secrets = Object.entries(part.import.secrets ?? {}).map(
    ([name, value]) => [name, evaluateText(value, scope)] as const,
  );
  const config = settingsOf(part.import.config ?? {}, scope);
  for (const [name, text] of secrets) writeSecret(order, name, text);
  const content = {
    jobwire: '1',
    kind: 'connection',
    id: order.id,
    title: `${connector.title}, from a credential file`,
    connector: `${connector.id}@^${connector.version.split('.')[0]}`,
    ...(part.variant !== undefined && {variant: part.variant}),
    config,
    secrets: Object.fromEntries(secrets.map(([name]) => [name, `file:${secretPath(order, name)}`])),
  };
  mkdirSync(dirname(connection), {recursive: true});
  writeFileSync(connection, `${JSON.stringify(content, null, 2)}\n`);
  return {connection, secrets: secrets.map(([name]) => name), missing: missingOf(part.config, config)};
}

function settingsOf(declared: Readonly<Record<string, unknown>>, scope: {file: JsonObject}): JsonObject {
  const config: JsonObject = {};
  for (const [name, value] of Object.entries(declared)) {
    const setting = evaluate(value, scope);
    if (setting !== OMIT && !(setting instanceof Uint8Array)) config[name] = setting;
  }
  return config;
}

function missingOf(schema: object, config: JsonObject): string[] {
  const required = 'required' in schema && Array.isArray(schema.required) ? (schema.required as unknown[]) : [];
  return required.filter((name): name is string => typeof name === 'string' && !Object.hasOwn(config, name));
}

function secretPath({id}: ImportOrder, name: string): string {
  return `secrets/${id}-${name}`;
}

function writeSecret(order: ImportOrder, name: string, text: string): void {
  const path = join(order.project, 'connections', secretPath(order, name));
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, `${text}\n`, {mode: 0o600, flag: 'wx'});
}

function readCredentials(path: string): JsonObject {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (text === undefined) throw fail('JW7102', {what: 'file', id: path});
  try {
    const json = parseJson(text.replace(/^\uFEFF/, ''));
    if (isObject(json)) return json;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
  }
  throw fail('JW4003', {problem: `${path} is not a JSON object`});
}
