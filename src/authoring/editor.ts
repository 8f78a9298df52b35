/** Schemas of a project where editors find them: `.jobwire/schemas/` and `.vscode/settings.json`. Adds, and takes nothing away. */
import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {bundledSchema} from '../manifest/bundle.ts';
import {kinds} from '../manifest/kinds.ts';
import type {Library} from '../manifest/library.ts';
import type {JsonObject} from '../values/json.ts';
import {addSchemas, type SchemaEntry} from './editor-settings.ts';
import {schemaForFile} from './file-schema.ts';
import {schemaOfUnit, schemasFolder} from './places.ts';
import {isWithin, writeText} from './project-files.ts';

export interface Wired {
  /** Paths below the project, of what is new or has changed. */
  readonly written: readonly string[];
  /** Files whose own schema stays as it was, and why. */
  readonly kept: readonly {readonly file: string; readonly problem: string}[];
  /** The settings are not strict JSON; these entries are for a person to add. */
  readonly byHand: readonly SchemaEntry[];
}

const settings = '.vscode/settings.json';

/** Which files a kind has, as patterns from the folder of the project. */
const patterns: Readonly<Record<(typeof kinds)[number], readonly string[]>> = {
  connector: ['/connectors/*/connector.json'],
  case: ['/connectors/*/cases/*.json', '/templates/*/cases/*.json'],
  cassette: ['/connectors/*/cassettes/*.json'],
  simulator: ['/connectors/*/simulator.json'],
  template: ['/templates/*/template.json'],
  connection: ['/connections/*.json'],
  package: ['/jobwire-package.json'],
};

/** Schemas of every kind, and one for each connector, template and connection of the project. Safe to repeat. JW7101. */
export function wireEditor(project: string, library: Library): Wired {
  const written: string[] = [];
  const kept: {file: string; problem: string}[] = [];
  const entries: SchemaEntry[] = [];
  const write = (path: string, text: string): void => {
    if (writeChanged(join(project, path), text)) written.push(path);
  };
  for (const kind of kinds) {
    write(`${schemasFolder}/${kind}.schema.json`, textOf(bundledSchema(kind)));
    entries.push({fileMatch: [...patterns[kind]], url: `./${schemasFolder}/${kind}.schema.json`});
  }
  for (const {file, path, name} of ownFiles(project, library)) {
    const {schema, problem} = schemaForFile(file, library);
    entries.push({fileMatch: [`/${path}`], url: `./${name}`});
    if (problem !== undefined) kept.push({file: path, problem});
    if (problem === undefined || !existsSync(join(project, name))) write(name, textOf(schema));
  }
  const before = existsSync(join(project, settings)) ? readFileSync(join(project, settings), 'utf8') : undefined;
  const after = addSchemas(before, entries);
  if (after !== undefined) write(settings, after);
  return {written, kept, byHand: after === undefined ? entries : []};
}

interface OwnFile {
  readonly file: string;
  /** Below the project, with slashes. */
  readonly path: string;
  /** Of its schema, likewise. */
  readonly name: string;
}

/** Shipped connectors have the schema of their kind only. */
function ownFiles(project: string, {templates, connections, connectors}: Library): OwnFile[] {
  const units = Object.entries({templates, connections, connectors}).flatMap(([group, map]) =>
    [...map.values()].map(({id, file}) => ({group, id, file})),
  );
  return units.flatMap(({group, id, file}) => {
    if (!isWithin(join(project, group), file)) return [];
    return [{file, path: relative(project, file).replaceAll('\\', '/'), name: schemaOfUnit(group, id)}];
  });
}

function textOf(schema: JsonObject): string {
  return `${JSON.stringify(schema)}\n`;
}

function writeChanged(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  mkdirSync(dirname(path), {recursive: true});
  writeText(path, text);
  return true;
}
