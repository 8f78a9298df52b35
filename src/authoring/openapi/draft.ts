/** Drafts a connector from an OpenAPI definition: read, choose, build at the richest detail that fits, sample, and prove. Must never write into the project. */
import {fail} from '../../errors/jobwire-error.ts';
import {fileLimits} from '../../manifest/document.ts';
import type {JsonObject} from '../../values/json.ts';
import {type Built, build, type Detail} from './build.ts';
import {Definition} from './definition.ts';
import {filesOf, nodesOf} from './files.ts';
import {type ApiOperation, type Note, Notes} from './model.ts';
import {toId} from './names.ts';
import {printJson} from './print.ts';
import {prove} from './prove.ts';
import {readApi} from './read-api.ts';
import {iconOf, readmeOf} from './readme.ts';
import {selectOperations} from './select.ts';

export interface DraftOrder {
  /** Path of the definition. */
  readonly file: string;
  readonly id?: string | undefined;
  /** Words of selectOperations. */
  readonly operations: readonly string[];
  /** Hears what is being done. */
  readonly progress?: (what: string) => void;
}

export interface Draft {
  readonly id: string;
  readonly title: string;
  /** Of the definition. */
  readonly version: string;
  /** Level of detail that fitted. */
  readonly detail: string;
  /** Text of each file, by its path below the connector's folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly operations: readonly {
    readonly name: string;
    readonly method: string;
    readonly path: string;
    readonly effect: string;
  }[];
  readonly cases: number;
  readonly events: readonly string[];
  readonly schemas: number;
  readonly notes: readonly Note[];
}

const details: readonly Detail[] = [
  {name: 'full', descriptions: true, properties: 300, depth: 24, samples: true},
  {name: 'plain', descriptions: false, properties: 150, depth: 16, samples: true},
  {name: 'lean', descriptions: false, properties: 60, depth: 12, samples: false},
];

/** Errors: JW7102 (no file, no such operation), JW1019, JW1020, JW7101 (nothing to draft, id). */
export async function draftConnector({
  file,
  id: wanted,
  operations: words,
  progress = () => undefined,
}: DraftOrder): Promise<Draft> {
  progress(`reading ${file}`);
  const definition = new Definition(file);
  const notes = new Notes();
  const api = readApi(definition, notes);
  const chosen = selectOperations(api.operations, words);
  if (chosen.length === 0 && api.hooks.length === 0)
    throw fail(
      'JW1019',
      {problem: `it describes no operation that can be drafted${notes.all[0] ? `: ${notes.all[0].why}` : ''}`},
      {at: definition.root.source.locate('/paths')},
    );
  const id = wanted ?? toId(api.title, 'imported-api');
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > 64)
    throw fail('JW7101', {problem: `--id ${id}: lower-case letters, digits and single dashes, at most 64`});
  progress(`drafting ${chosen.length} operations`);
  let operations: readonly ApiOperation[] = chosen;
  for (let round = 0; round < mostRounds; round++) {
    const own = new Notes();
    const {built, detail} = fitting({api, definition, operations, id}, own);
    const files = filesOf(built, {detail, notes: own});
    progress(`checking ${files.size} files`);
    const proof = await prove(id, files);
    if (proof.refused.size === 0) {
      for (const {file, why} of proof.failedCases) {
        files.delete(file);
        own.add('changed', definition.root, {what: file, why: `left out, because it does not pass: ${why}`});
      }
      return finish({id, api, built, detail, files, notes: merged(notes, own)});
    }
    operations = operations.filter((operation) => !isRefused(operation, built, proof.refused, notes));
  }
  throw fail('JW1019', {problem: 'no draft of it passes jobwire check'});
}

const mostRounds = 4;

function isRefused(
  operation: ApiOperation,
  {operations}: Built,
  refused: ReadonlyMap<string, string>,
  notes: Notes,
): boolean {
  const name = operations.find(({api}) => api === operation)?.name;
  const why = name === undefined ? undefined : refused.get(name);
  if (why === undefined) return false;
  notes.add('left-out', operation.at, {
    what: `${operation.method} ${operation.path}`,
    why,
    ...(name !== undefined && {operation: name}),
  });
  return true;
}

function merged(first: Notes, second: Notes): Note[] {
  return [...first.all, ...second.all];
}

/** JW1019 when even the leanest draft is larger than a connector may be. */
function fitting(
  order: Omit<Parameters<typeof build>[0], 'detail' | 'notes'>,
  notes: Notes,
): {built: Built; detail: Detail} {
  for (const detail of details) {
    const own = new Notes();
    const built = build({...order, detail, notes: own});
    if (tooLarge(built.connector)) continue;
    for (const note of own.all) notes.keep(note);
    if (detail.name !== 'full')
      notes.add('changed', order.definition.root, {
        what: 'descriptions of fields',
        why: `left out, so that the connector fits into one file (detail ${detail.name})`,
      });
    return {built, detail};
  }
  throw fail(
    'JW1019',
    {problem: `${order.operations.length} operations are more than fit into one connector`},
    {hint: 'choose some of them with --operations, for example by tag'},
  );
}

/** Room is left for samples. */
function tooLarge(connector: JsonObject): boolean {
  const text = printJson(connector);
  return Buffer.byteLength(text) > fileLimits.bytes * 0.9 || nodesOf(connector) > fileLimits.nodes * 0.9;
}

interface Finished {
  readonly id: string;
  readonly api: ReturnType<typeof readApi>;
  readonly built: Built;
  readonly detail: Detail;
  readonly files: Map<string, string>;
  readonly notes: readonly Note[];
}

function finish({id, api, built, detail, files, notes}: Finished): Draft {
  const {connector, operations, events} = built;
  files.set('README.md', readmeOf({id, api, built, notes}));
  files.set('icon.svg', iconOf(api.title));
  const cases = [...files.keys()].filter((name) => name.startsWith('cases/')).length;
  return {
    id,
    title: String(connector['title']),
    version: api.version,
    detail: detail.name,
    files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
    operations: operations.map(({name, api: {method, path}, operation}) => ({
      name,
      method,
      path,
      effect: String(operation['effect']),
    })),
    cases,
    events: events.hooks.map(({event}) => event),
    schemas: Object.keys(connector['schemas'] ?? {}).length,
    notes,
  };
}
