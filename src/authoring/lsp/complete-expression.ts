/** What may be written at the cursor inside a mustache, and whole expressions for a value. Offers paths that are there and helpers. */

import type {StringASTNode} from 'vscode-json-languageservice';
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  type MarkupContent,
  type Range,
} from 'vscode-languageserver';
import {checkValue, type Place} from '../../expressions/check.ts';
import type {Helper} from '../../expressions/helper.ts';
import {helpers} from '../../expressions/helpers.ts';
import {describe} from '../../expressions/types.ts';
import {offersAt} from '../offers.ts';
import {type KnownPath, pathsOf} from '../paths.ts';
import type {Files} from './declarations.ts';
import {helperWords, pathWords, sampleOf} from './explanations.ts';
import type {Scene} from './scene.ts';
import {inside, outside, rangeOf, type Source, spanOf} from './source.ts';
import {segmentsOfPath, type Word, wordAt} from './words.ts';

export interface Cursor {
  readonly source: Source;
  readonly node: StringASTNode;
  readonly offset: number;
  readonly pointer: string;
  readonly files: Files;
}

/** Undefined where the cursor is in no expression. */
export function completeExpression(cursor: Cursor, scene: Scene): CompletionItem[] | undefined {
  const {source, node, offset} = cursor;
  const at = inside(source, node, offset);
  if (scene.isBare) return barePaths(cursor, scene);
  const word = wordAt(node.value, at);
  if (!word) return undefined;
  if (word.isQuoted) return [];
  const range = spanOf(source.document, outside(source, node, word.start), outside(source, node, word.end));
  return [...pathItems(cursor, {scene, word, range}), ...helperItems(word, range)];
}

interface Spot {
  readonly scene: Scene;
  readonly word: Word;
  readonly range: Range;
}

function pathItems(cursor: Cursor, {scene, word, range}: Spot): CompletionItem[] {
  if (word.isHead && word.isNested) return [];
  const {expect: _expect, context: _context, ...place}: Place = scene.place;
  const alone = word.isHead && !word.isFollowed;
  return pathsOf(place.roots, place.resolve).map((known, i) => {
    const {path} = known;
    const lacking = alone && checkValue(`{{${path}}}`, place).some(({code}) => code === 'JW2006');
    const text = lacking ? lenient(path, scene) : literal(path);
    return {
      ...pathItem(known, {place, order: i}),
      ...(lacking && {insertTextFormat: InsertTextFormat.Snippet, labelDetails: {description: 'may be missing'}}),
      documentation: documentation(known, cursor, place),
      textEdit: {range, newText: `${text}${closing(word)}`},
    };
  });
}

/** A value that may be left out is left out, any other one gets something in its place. */
function lenient(path: string, {isInner, place}: Scene): string {
  const text = snippetText(literal(path));
  return isInner && place.context === undefined ? `optional ${text}` : `default ${text} '$1'`;
}

function pathItem({path, type}: KnownPath, {place, order}: {place: Place; order: number}): CompletionItem {
  return {
    label: path,
    kind: path.includes('.') ? CompletionItemKind.Field : CompletionItemKind.Variable,
    detail: describe(type, place.resolve),
    sortText: `1${String(order).padStart(4, '0')}`,
    filterText: literal(path),
  };
}

function documentation({path}: KnownPath, {source, pointer, files}: Cursor, place: Place): MarkupContent {
  const names = segmentsOfPath(path, 0).map(({name}) => name);
  const sample = sampleOf(names, {source, pointer, files});
  return {kind: 'markdown', value: pathWords({names, place, sample}) ?? ''};
}

/** A criterion names its path without braces. */
function barePaths(cursor: Cursor, {place}: Scene): CompletionItem[] {
  const {source, node} = cursor;
  const range = rangeOf(source, node);
  return pathsOf(place.roots, place.resolve).map((known, i) => ({
    ...pathItem(known, {place, order: i}),
    documentation: documentation(known, cursor, place),
    filterText: JSON.stringify(known.path),
    textEdit: {range, newText: JSON.stringify(known.path)},
  }));
}

function helperItems(word: Word, range: Range): CompletionItem[] {
  return Object.entries(helpers).map(([name, helper]) => {
    const call = word.isFollowed && word.isHead ? name : callOf(name, helper);
    const text = word.isHead ? call : `(${call})`;
    return {
      label: name,
      kind: CompletionItemKind.Function,
      detail: helper.signature,
      documentation: {kind: 'markdown', value: helperWords(name) ?? ''},
      sortText: `2${name}`,
      filterText: name,
      insertTextFormat: InsertTextFormat.Snippet,
      textEdit: {range, newText: `${text}${closing(word)}`},
    };
  });
}

const placeholders: Readonly<Record<string, string>> = {
  text: 'text',
  number: '1',
  boolean: 'true',
  list: 'list',
  object: 'object',
  'list-or-object': 'values',
  'text-list-or-object': 'value',
  pattern: "'pattern'",
  'date-format': "'iso'",
  charset: "'utf-8'",
  duration: "'1d'",
};

/** The helper with a placeholder for each argument it needs. */
function callOf(name: string, {params, rest, optional = 0}: Helper): string {
  const needed = [...params.slice(0, params.length - optional), ...(rest === undefined ? [] : [rest])];
  const args = needed.map((type, i) => `\${${i + 1}:${placeholders[type] ?? 'value'}}`);
  return [name, ...args].join(' ');
}

/** The end of the mustache, when it is not there yet. */
function closing({isClosed, isNested}: Word): string {
  return isClosed || isNested ? '' : '}}';
}

/** As it stands inside a JSON string. */
function literal(path: string): string {
  return JSON.stringify(path).slice(1, -1);
}

function snippetText(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** Whole expressions for an empty or plain text value: what the check lets stand here. */
export function completeWhole({place, isInner}: Scene, range: Range): CompletionItem[] {
  return offersAt(place, {optional: isInner}).map((offer, i) => ({
    label: offer,
    kind: CompletionItemKind.Value,
    sortText: `1${String(i).padStart(4, '0')}`,
    filterText: JSON.stringify(offer),
    textEdit: {range, newText: JSON.stringify(offer)},
  }));
}
