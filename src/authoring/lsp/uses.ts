/** Every place of a project that means the same thing, and renaming it everywhere. Must never rename what is not the project's own. */
import {dirname, join} from 'node:path';
import type {StringASTNode} from 'vscode-json-languageservice';
import type {Location, Range, TextEdit, WorkspaceEdit} from 'vscode-languageserver';
import {fail} from '../../errors/jobwire-error.ts';
import type {Node} from '../../expressions/node.ts';
import {isExpression, parseExpression} from '../../expressions/parse.ts';
import {listFiles} from '../../manifest/disk.ts';
import type {Library} from '../../manifest/library.ts';
import {isWithin} from '../project-files.ts';
import {askedAt, declarationOf, declarationOfPath, type Files, procedureOf, stepOf} from './declarations.ts';
import {nameOf, type What} from './names.ts';
import {isKey, nodeOf, nodesOf, outside, pointerOf, type Source, spanOf} from './source.ts';
import {segmentsOfPath} from './words.ts';

/** One thing and how to recognise it. */
interface Meant {
  readonly what: What | 'step';
  readonly name: string;
  readonly file: string;
  readonly pointer: string;
}

interface Use {
  readonly source: Source;
  readonly range: Range;
  readonly declares: boolean;
}

export interface ProjectFiles extends Files {
  rootOf(file: string): string | undefined;
}

/** What a cursor is on: a name, a step in a path, or the id of a step. */
function meantAt(source: Source, offset: number, files: Files): (Meant & {readonly range: Range}) | undefined {
  const library = files.libraryOf(source.file);
  const {name, path} = askedAt(source, offset, library);
  if (name) {
    const declared = declarationOf(name.home, files);
    if (!declared || name.what === 'file' || name.what === 'place') return undefined;
    const range = spanOf(source.document, name.start, name.end);
    return {what: name.what, name: name.name, file: declared.source.file, pointer: declared.pointer, range};
  }
  if (path && path.count === 2 && path.segments[0]?.name === 'steps') {
    const declared = declarationOfPath(source, path, files);
    const [, id] = path.segments;
    const node = nodeOf(source, path.pointer)?.node;
    if (!declared || !id || node?.type !== 'string') return undefined;
    const range = spanOf(source.document, outside(source, node, id.start), outside(source, node, id.end));
    return {what: 'step', name: id.name, file: source.file, pointer: declared.pointer, range};
  }
  return stepId(source, offset);
}

function stepId(source: Source, offset: number): (Meant & {readonly range: Range}) | undefined {
  const node = source.tree.getNodeFromOffset(offset, true);
  if (source.kind !== 'connector' || node?.type !== 'string' || isKey(node)) return undefined;
  const pointer = pointerOf(node);
  const step = /^(.*\/steps\/\d+)\/id$/.exec(pointer)?.[1];
  return step === undefined
    ? undefined
    : {what: 'step', name: node.value, file: source.file, pointer: step, range: textRange(source, node)};
}

/** Between the quotes. */
function textRange({document}: Source, {offset, length}: StringASTNode): Range {
  return spanOf(document, offset + 1, offset + length - 1);
}

export function usesAt(source: Source, offset: number, files: ProjectFiles): Use[] {
  const meant = meantAt(source, offset, files);
  return meant ? usesOf(meant, source, files) : [];
}

function usesOf(meant: Meant, from: Source, files: ProjectFiles): Use[] {
  if (meant.what === 'step') return stepUses(meant, from);
  const library = files.libraryOf(from.file);
  const found = filesToSearch(meant, library).flatMap((file) => {
    const source = files.source(file);
    return source ? namesIn(source, meant, {files, library}) : [];
  });
  return found.some(({declares}) => declares) ? found : [...declarationUse(meant, files), ...found];
}

/** A unit is declared by its `id`. */
function declarationUse({file, pointer}: Meant, files: Files): Use[] {
  const source = files.source(file);
  const found = source && nodeOf(source, pointer);
  if (!source || found?.node.type !== 'string') return [];
  return [{source, range: textRange(source, found.node), declares: true}];
}

function filesToSearch({file}: Meant, library: Library | undefined): string[] {
  if (!library) return [file];
  const companions = (dir: string): string[] =>
    listFiles(join(dir, 'cases'), '*.json').map((name) => join(dir, 'cases', name));
  const connectors = [...library.connectors.values()].filter((unit) => unit.file === file);
  const templates = [...library.templates.values()];
  const connections = [...library.connections.values()];
  return [
    ...new Set([
      file,
      ...connectors.flatMap(({dir}) => [join(dir, 'simulator.json'), ...companions(dir)]),
      ...(file.endsWith('connector.json') ? companions(dirname(file)) : []),
      ...templates.flatMap((unit) => [unit.file, ...companions(unit.dir)]),
      ...connections.map((unit) => unit.file),
    ]),
  ];
}

function namesIn(source: Source, meant: Meant, {files, library}: {files: Files; library: Library | undefined}): Use[] {
  return [...nodesOf(source.tree.root)].flatMap((node): Use[] => {
    if (node.type !== 'string' || !node.value.includes(meant.name)) return [];
    const name = nameOf(source, node, library);
    if (!name || name.what !== meant.what || name.name !== meant.name) return [];
    const declared = declarationOf(name.home, files);
    if (declared?.source.file !== meant.file || declared.pointer !== meant.pointer) return [];
    return [{source, range: spanOf(source.document, name.start, name.end), declares: name.declares}];
  });
}

/** The id of the step and every `steps.<id>` of its procedure. */
function stepUses({name, pointer}: Meant, source: Source): Use[] {
  const procedure = procedureOf(source, pointer.replace(/\/steps\/\d+$/, '/steps'));
  const root = procedure === undefined ? undefined : nodeOf(source, procedure)?.node;
  const id = nodeOf(source, `${pointer}/id`)?.node;
  const declared: Use[] = id?.type === 'string' ? [{source, range: textRange(source, id), declares: true}] : [];
  const read = [...nodesOf(root)].flatMap((node): Use[] => {
    if (node.type !== 'string' || isKey(node) || !node.value.includes(name) || !isExpression(node.value)) return [];
    if (stepOf(source, pointerOf(node), name) !== pointer) return [];
    return stepPaths(node.value, name).map(({start, end}) => ({
      source,
      range: spanOf(source.document, outside(source, node, start), outside(source, node, end)),
      declares: false,
    }));
  });
  return [...declared, ...read];
}

function stepPaths(text: string, id: string): {start: number; end: number}[] {
  try {
    return parseExpression(text)
      .parts.flatMap((part) => (typeof part === 'string' ? [] : pathsIn(part)))
      .flatMap((node) => {
        const [root, step] = segmentsOfPath(node.text, node.at);
        const base = text.indexOf(node.text, node.at) - node.at;
        return root?.name === 'steps' && step?.name === id ? [{start: step.start + base, end: step.end + base}] : [];
      });
  } catch {
    return [];
  }
}

function pathsIn(node: Node): Extract<Node, {kind: 'path'}>[] {
  if (node.kind === 'path') return [node];
  return node.kind === 'call' ? node.args.flatMap(pathsIn) : [];
}

export function referencesAt(
  source: Source,
  offset: number,
  {files, withDeclaration}: {files: ProjectFiles; withDeclaration: boolean},
): Location[] {
  return usesAt(source, offset, files)
    .filter(({declares}) => withDeclaration || !declares)
    .map((use) => ({uri: use.source.document.uri, range: use.range}));
}

/** What may be renamed: names inside a connector. Ids of units are names of folders and files as well. */
const renamable: ReadonlySet<Meant['what']> = new Set<Meant['what']>([
  ...(['operation', 'lookup', 'action', 'schema', 'job kind', 'feed', 'budget', 'type table', 'step'] as const),
  ...(['collection', 'limit', 'sender', 'part'] as const),
]);

/** The range of the word that would be renamed; undefined where nothing may. */
export function renamableAt(source: Source, offset: number, files: ProjectFiles): Range | undefined {
  const meant = meantAt(source, offset, files);
  const root = files.rootOf(source.file);
  if (!meant || !renamable.has(meant.what) || root === undefined || !isWithin(root, meant.file)) return undefined;
  return meant.range;
}

/** JW7101 for a name that no part may have, or that another part has. */
export function renameAt(
  source: Source,
  offset: number,
  {to, files}: {to: string; files: ProjectFiles},
): WorkspaceEdit | undefined {
  const meant = meantAt(source, offset, files);
  if (!meant || !renamableAt(source, offset, files)) return undefined;
  if (!/^[a-z][A-Za-z0-9]{0,63}$/.test(to))
    throw fail('JW7101', {problem: `${to} is no name: a small letter, then letters and digits`});
  const taken = meant.what === 'step' ? stepOf(source, meant.pointer, to) : sibling(meant, to, files);
  if (taken !== undefined && to !== meant.name)
    throw fail('JW7101', {problem: `there is a ${meant.what} ${to} already`});
  const byFile = Map.groupBy(usesOf(meant, source, files), (use) => use.source.document.uri);
  const changes = [...byFile].map(([uri, uses]): [string, TextEdit[]] => [
    uri,
    uses.map(({range}) => ({range, newText: to})),
  ]);
  return {changes: Object.fromEntries(changes)};
}

function sibling({file, pointer}: Meant, to: string, files: Files): string | undefined {
  const source = files.source(file);
  const other = `${pointer.slice(0, pointer.lastIndexOf('/'))}/${to}`;
  return source && nodeOf(source, other) ? other : undefined;
}
