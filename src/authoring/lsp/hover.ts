/** What a person reads under the pointer: paths, helpers, names and codes first, else what the schema says. */
import type {Hover, Position} from 'vscode-languageserver';
import {isCode} from '../../errors/catalog.ts';
import {helperOf} from '../../expressions/helpers.ts';
import {askedAt, declarationOf, declarationOfPath, type Files, isBarePath, pathAt} from './declarations.ts';
import {codeWords, declarationWords, helperWords, pathWords, sampleOf} from './explanations.ts';
import type {JsonService} from './json-service.ts';
import {sceneAt} from './scene.ts';
import {inside, isKey, nodeAt, outside, pointerOf, rangeOf, type Source, spanOf} from './source.ts';
import {wordAt} from './words.ts';

export interface HoverTools {
  readonly files: Files;
  readonly json: JsonService;
}

export async function hoverAt(
  source: Source,
  position: Position,
  {files, json}: HoverTools,
): Promise<Hover | undefined> {
  if (!source.kind) return undefined;
  const offset = source.document.offsetAt(position);
  return (
    expressionHover(source, offset, files) ??
    nameHover(source, offset, files) ??
    codeHover(source, offset) ??
    json.hover(source, position)
  );
}

function made(value: string | undefined, range: Hover['range']): Hover | undefined {
  return value === undefined || !range ? undefined : {contents: {kind: 'markdown', value}, range};
}

function expressionHover(source: Source, offset: number, files: Files): Hover | undefined {
  const node = nodeAt(source, offset);
  if (node?.type !== 'string' || isKey(node)) return undefined;
  const pointer = pointerOf(node);
  const at = inside(source, node, offset);
  const isBare = isBarePath(source, pointer);
  const span = (start: number, end: number) =>
    spanOf(source.document, outside(source, node, start), outside(source, node, end));
  const word = isBare ? undefined : wordAt(node.value, at);
  if (word?.isHead && !word.isQuoted && (word.isFollowed || word.isNested) && helperOf(word.text))
    return made(helperWords(word.text), span(word.start, word.end));
  const path = pathAt(node.value, at, isBare);
  const scene = path && sceneAt(source, pointer, files.libraryOf(source.file));
  if (!path || !scene)
    return word && !word.isQuoted ? made(helperWords(word.text), span(word.start, word.end)) : undefined;
  const meant = path.segments.slice(0, path.count);
  const names = meant.map(({name}) => name);
  const sample = sampleOf(names, {source, pointer, files});
  const declared = declarationOfPath(source, {...path, pointer}, files);
  const step =
    names[0] === 'steps' && names.length === 2 && declared ? `\n\n${declarationWords('step', declared)}` : '';
  const told = pathWords({names, place: scene.place, sample});
  return made(told === undefined ? undefined : told + step, span(meant[0]?.start ?? 0, meant.at(-1)?.end ?? 0));
}

function nameHover(source: Source, offset: number, files: Files): Hover | undefined {
  const {name} = askedAt(source, offset, files.libraryOf(source.file));
  if (!name || name.declares || name.what === 'file' || name.what === 'place') return undefined;
  const declared = declarationOf(name.home, files);
  return declared && made(declarationWords(name.what, declared), spanOf(source.document, name.start, name.end));
}

function codeHover(source: Source, offset: number): Hover | undefined {
  const node = nodeAt(source, offset);
  if (node?.type !== 'string' || !isCode(node.value)) return undefined;
  return made(codeWords(node.value), rangeOf(source, node));
}
