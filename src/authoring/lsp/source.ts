/** A file as an editor has it: its text, the tree of what is written so far, and JSON pointers both ways. Must never read the disk. */
import {
  type ASTNode,
  getLanguageService,
  type JSONDocument,
  type PropertyASTNode,
  type StringASTNode,
} from 'vscode-json-languageservice';
import type {Range} from 'vscode-languageserver';
import type {TextDocument} from 'vscode-languageserver-textdocument';
import {isKind, type Kind} from '../../manifest/kinds.ts';
import {escapePointer, type Json} from '../../values/json.ts';
import {kindByName} from '../file-schema.ts';
import {rawLength} from '../token.ts';

export interface Source {
  /** Absolute path; of a text without a place its address. */
  readonly file: string;
  readonly document: TextDocument;
  readonly text: string;
  readonly tree: JSONDocument;
  /** What it says it is, or what its place says; undefined for a file that is not one of ours. */
  readonly kind: Kind | undefined;
}

const parser = getLanguageService({});

export function sourceOf(file: string, document: TextDocument): Source {
  const tree = treeOf(document);
  const said = memberOf(tree.root, 'kind')?.value;
  const ours = memberOf(tree.root, 'jobwire') !== undefined && isKind(said) ? said : undefined;
  return {file, document, text: document.getText(), tree, kind: ours ?? kindByName(file)};
}

/** A text that is nested without end has no tree. */
function treeOf(document: TextDocument): JSONDocument {
  try {
    return parser.parseJSONDocument(document);
  } catch (error) {
    if (error instanceof RangeError) return parser.newJSONDocument(undefined);
    throw error;
  }
}

function memberOf(node: ASTNode | undefined, name: string): ASTNode | undefined {
  if (node?.type !== 'object') return undefined;
  return node.properties.find(({keyNode}) => keyNode.value === name)?.valueNode;
}

/** The innermost value or key at a character; a cursor at the end of a word is in it. */
export function nodeAt({tree}: Source, offset: number): ASTNode | undefined {
  return tree.getNodeFromOffset(offset, true);
}

export function isKey(node: ASTNode): boolean {
  return node.parent?.type === 'property' && node.parent.keyNode === node;
}

/** Of a value; of a key that of its member. */
export function pointerOf(node: ASTNode): string {
  const segments: string[] = [];
  for (let here: ASTNode | undefined = node; here?.parent; here = here.parent) {
    const {parent} = here;
    if (parent.type === 'array') segments.push(String(parent.items.indexOf(here)));
    if (here.type === 'property') segments.push(escapePointer(here.keyNode.value));
  }
  return segments
    .reverse()
    .map((segment) => `/${segment}`)
    .join('');
}

export function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((raw) => raw.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export interface Found {
  readonly node: ASTNode;
  /** The member it is the value of. */
  readonly property?: PropertyASTNode;
}

/** What stands at a pointer; undefined where it leads nowhere. */
export function nodeOf({tree}: Source, pointer: string): Found | undefined {
  let found: Found | undefined = tree.root && {node: tree.root};
  for (const segment of segmentsOf(pointer)) {
    const node: ASTNode | undefined = found?.node;
    if (node?.type === 'array') found = asFound(node.items[Number(segment)]);
    else if (node?.type === 'object') {
      const property: PropertyASTNode | undefined = node.properties.find(({keyNode}) => keyNode.value === segment);
      found = property?.valueNode && {node: property.valueNode, property};
    } else return undefined;
  }
  return found;
}

function asFound(node: ASTNode | undefined): Found | undefined {
  return node && {node};
}

/** What is written so far as a value; members without one are left out. */
export function written(node: ASTNode | undefined): Json | undefined {
  if (!node) return undefined;
  if (node.type === 'array') return node.items.map(written).map((value) => value ?? null);
  if (node.type !== 'object') return node.value as Json;
  const entries = node.properties.flatMap(({keyNode, valueNode}): [string, Json][] => {
    const value = written(valueNode);
    return value === undefined ? [] : [[keyNode.value, value]];
  });
  return Object.fromEntries(entries);
}

export function valueAt(source: Source, pointer: string): Json | undefined {
  return written(nodeOf(source, pointer)?.node);
}

/** Every value and key, parents first. */
export function* nodesOf(node: ASTNode | undefined): Iterable<ASTNode> {
  if (!node) return;
  yield node;
  for (const child of node.children ?? []) yield* nodesOf(child);
}

export function rangeOf({document}: Source, node: {readonly offset: number; readonly length: number}): Range {
  return spanOf(document, node.offset, node.offset + node.length);
}

export function spanOf(document: TextDocument, start: number, end: number): Range {
  return {start: document.positionAt(start), end: document.positionAt(end)};
}

/** Between its quotes, or what there is of them. */
export function rawOf({text}: Source, node: StringASTNode): string {
  const whole = text.slice(node.offset, node.offset + node.length);
  return whole.replace(/^"/, '').replace(/"$/, whole.length > 1 ? '' : '$&');
}

/** Character of the file at a character of the string's value. */
export function outside(source: Source, node: StringASTNode, at: number): number {
  return node.offset + 1 + rawLength(rawOf(source, node), at);
}

/** Character of the string's value at a character of the file. */
export function inside(source: Source, node: StringASTNode, offset: number): number {
  const raw = rawOf(source, node);
  const wanted = offset - node.offset - 1;
  let at = 0;
  let count = 0;
  while (at < wanted && at < raw.length) {
    at += raw[at] !== '\\' ? 1 : raw[at + 1] === 'u' ? 6 : 2;
    count++;
  }
  return count;
}
