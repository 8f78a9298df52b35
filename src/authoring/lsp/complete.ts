/** Everything that may be written at a cursor, from the expression inside a string to the keys of an object. */
import type {ASTNode, StringASTNode} from 'vscode-json-languageservice';
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  type Position,
  type Range,
} from 'vscode-languageserver';
import {directives} from '../../expressions/directives.ts';
import {isObject} from '../../values/json.ts';
import {completeExpression, completeWhole} from './complete-expression.ts';
import {completeKeyNames, completeNames} from './complete-names.ts';
import type {Files} from './declarations.ts';
import type {JsonService} from './json-service.ts';
import {sceneAt} from './scene.ts';
import {isKey, nodeAt, pointerOf, rangeOf, type Source, spanOf, written} from './source.ts';

export interface CompletionTools {
  readonly files: Files;
  readonly json: JsonService;
}

export async function completeAt(
  source: Source,
  position: Position,
  {files, json}: CompletionTools,
): Promise<CompletionItem[]> {
  if (!source.kind) return [];
  const offset = source.document.offsetAt(position);
  const spot = spotAt(source, offset);
  const library = files.libraryOf(source.file);
  const inside = spot.text && sceneAt(source, spot.pointer, library);
  if (spot.text && inside) {
    const items = completeExpression({source, node: spot.text, offset, pointer: spot.pointer, files}, inside);
    if (items) return items;
  }
  const known = spot.isKey ? keyItems(source, spot, files) : valueItems(source, spot, files);
  const others = await json.complete(source, position, library);
  const labels = new Set(known.map(({label}) => label));
  return [...known, ...others.filter(({label}) => !labels.has(label) && !labels.has(label.replace(/^"|"$/g, '')))];
}

interface Spot {
  /** Of the value; for a key that of the object it is in. */
  readonly pointer: string;
  readonly range: Range;
  readonly isKey: boolean;
  readonly text?: StringASTNode;
  /** The object a key belongs to. */
  readonly holder?: ASTNode;
  /** The member has a colon and a value already. */
  readonly hasValue?: boolean;
}

function spotAt(source: Source, offset: number): Spot {
  const node = nodeAt(source, offset);
  const empty = spanOf(source.document, offset, offset);
  if (!node) return {pointer: '', range: empty, isKey: false};
  if (node.type === 'string') {
    const {parent} = node;
    const range = rangeOf(source, node);
    if (!isKey(node) || parent?.type !== 'property') return {pointer: pointerOf(node), range, isKey: false, text: node};
    const holder = parent.parent;
    return {
      pointer: holder ? pointerOf(holder) : '',
      range,
      isKey: true,
      hasValue: parent.colonOffset !== undefined && parent.colonOffset >= 0,
      ...(holder && {holder}),
    };
  }
  if (node.type === 'property') {
    const isKey = node.colonOffset === undefined || node.colonOffset < 0 || offset <= node.colonOffset;
    if (!isKey) return {pointer: pointerOf(node), range: empty, isKey: false};
  }
  if (node.type === 'object') {
    const open = node.properties.find(
      ({colonOffset, valueNode}) => colonOffset !== undefined && colonOffset >= 0 && colonOffset < offset && !valueNode,
    );
    const before = source.text.slice(node.offset, offset).trimEnd();
    if (open && before.endsWith(':')) return {pointer: pointerOf(open), range: empty, isKey: false};
    return {pointer: pointerOf(node), range: empty, isKey: true, holder: node};
  }
  if (node.type === 'array')
    return {
      pointer: `${pointerOf(node)}/${node.items.filter((item) => item.offset < offset).length}`,
      range: empty,
      isKey: false,
    };
  return {pointer: pointerOf(node), range: rangeOf(source, node), isKey: false};
}

function valueItems(source: Source, {pointer, range}: Spot, files: Files): CompletionItem[] {
  const names = completeNames({source, pointer, range, files});
  if (names.length > 0) return names;
  const scene = sceneAt(source, pointer, files.libraryOf(source.file));
  if (!scene || scene.isBare) return [];
  return [...completeWhole(scene, range), ...directiveValues(range)];
}

/** A directive as the whole value. */
function directiveValues(range: Range): CompletionItem[] {
  return Object.entries(bodies).map(([name, body]) => ({
    label: name,
    kind: CompletionItemKind.Keyword,
    sortText: `8${name}`,
    filterText: JSON.stringify(name),
    insertTextFormat: InsertTextFormat.Snippet,
    documentation: {kind: 'markdown', value: words[name as keyof typeof words]},
    textEdit: {range, newText: `{ ${body} }`},
  }));
}

const bodies: Readonly<Record<keyof typeof directives, string>> = {
  $if: '"\\$if": "{{${1:test}}}", "then": "$2", "else": "$3"',
  $switch: '"\\$switch": "{{${1:value}}}", "cases": { "${2:case}": "$3" }, "default": "$4"',
  $each: '"\\$each": "{{${1:list}}}", "as": "${2:item}", "do": "$3"',
  $merge: '"\\$merge": [$1]',
  $literal: '"\\$literal": $1',
};

const words: Readonly<Record<keyof typeof directives, string>> = {
  $if: 'One of two values. Without `else` it may be left out.',
  $switch: 'The case whose key equals the value as text; without one the default.',
  $each: 'A list with one value for each item; with `key` an object.',
  $merge: 'Several objects in one; later members win.',
  $literal: 'JSON as it is; nothing in it is evaluated.',
};

function keyItems(source: Source, {pointer, range, holder, hasValue = false}: Spot, files: Files): CompletionItem[] {
  const end = (body: string): string => (hasValue ? (/^"[^"]+"/.exec(body)?.[0] ?? body) : body);
  const names = completeKeyNames({source, pointer, files}).map(({text, words: told}) => ({
    label: text,
    kind: CompletionItemKind.Property,
    sortText: `0${text}`,
    filterText: JSON.stringify(text),
    insertTextFormat: InsertTextFormat.Snippet,
    ...(told !== undefined && {documentation: {kind: 'markdown' as const, value: told}}),
    textEdit: {range, newText: end(`${JSON.stringify(text).replaceAll('$', '\\$')}: $1`)},
  }));
  const scene = sceneAt(source, pointer, files.libraryOf(source.file));
  if (!scene || scene.isBare) return names;
  return [...names, ...directiveKeys(holder, range, end)];
}

/** The rest of a directive that is begun, else what begins one. */
function directiveKeys(holder: ASTNode | undefined, range: Range, end: (body: string) => string): CompletionItem[] {
  const value = written(holder);
  const present = isObject(value) ? Object.keys(value) : [];
  const begun = (Object.keys(directives) as (keyof typeof directives)[]).find((name) => present.includes(name));
  const item = (label: string, body: string, told: string | undefined): CompletionItem => ({
    label,
    kind: CompletionItemKind.Keyword,
    sortText: begun ? `0${label}` : `8${label}`,
    filterText: JSON.stringify(label),
    insertTextFormat: InsertTextFormat.Snippet,
    ...(told !== undefined && {documentation: {kind: 'markdown', value: told}}),
    textEdit: {range, newText: end(body)},
  });
  if (!begun) return Object.entries(bodies).map(([name, body]) => item(name, body, words[name as keyof typeof words]));
  const {required, optional} = directives[begun];
  return [...required, ...optional]
    .filter((key) => !present.includes(key))
    .map((key) => item(key, `${JSON.stringify(key)}: ${key === 'cases' ? '{ $1 }' : '"$1"'}`, undefined));
}
