/** A README as rules read it: headings, code, links. Must never judge it. */
import {parseDocument} from '../../manifest/document.ts';
import {isObject, type Json} from '../../values/json.ts';
import type {TextFile} from './subject.ts';

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly offset: number;
}

/** The text with everything inside code fences blanked, so that offsets stay true. */
export function withoutCode(text: string): string {
  return text.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, (block) => block.replace(/[^\n]/g, ' '));
}

export function headingsOf(text: string): Heading[] {
  return [...withoutCode(text).matchAll(/^(#{1,6})\s+(.+?)\s*#*\s*$/gm)].map(
    ({index, 1: marks = '', 2: words = ''}) => ({
      level: marks.length,
      text: words,
      offset: index,
    }),
  );
}

export interface Block {
  readonly offset: number;
  readonly value?: Json;
  readonly problem?: string;
}

/** Every block that says it is JSON. */
export function jsonBlocks({file, text}: TextFile): Block[] {
  return [...text.matchAll(/^[ \t]*```json\s*\n([\s\S]*?)^[ \t]*```/gm)].map(({index, 1: code = ''}) => {
    const {document, faults} = parseDocument(file, new TextEncoder().encode(code));
    const problem = faults?.[0]?.problem ?? '';
    return {offset: index, ...(document ? {value: document.value} : {problem})};
  });
}

export interface Link {
  readonly target: string;
  readonly offset: number;
}

export function linksOf(text: string): Link[] {
  const plain = withoutCode(text);
  return [
    ...[...plain.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map(({index, 0: whole, 1: target = ''}) => ({
      target,
      offset: index + whole.indexOf(target),
    })),
    ...[...plain.matchAll(/<(https?:[^>\s]+)>/g)].map(({index, 1: target = ''}) => ({target, offset: index + 1})),
  ];
}

/** Whether a name stands in the text as code, alone or with something behind it. */
export function namesCode(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![A-Za-z0-9_-])${escaped}(?![A-Za-z0-9_-])`).test(text);
}

/** Connection files that a README shows, with the offset of their block. */
export function connectionsIn(file: TextFile, id: string): {value: {[key: string]: Json}; offset: number}[] {
  return jsonBlocks(file).flatMap(({value, offset}) =>
    isObject(value) && value['kind'] === 'connection' && String(value['connector']).split('@')[0] === id
      ? [{value, offset}]
      : [],
  );
}
