/** Where a finding is, and the text that mends it. Must never change anything but the token it is given. */

import {readFileSync} from 'node:fs';
import {offsetOf, placeOf} from '../../authoring/text.ts';
import type {Place} from '../../errors/jobwire-error.ts';
import type {Unit} from '../../manifest/library.ts';
import type {Edit, Found} from './rule.ts';
import type {SourceFile, TextFile} from './subject.ts';

type Located = Pick<Unit<unknown>, 'locate'>;

export interface More {
  /** Points at the key instead of the value. */
  readonly key?: boolean;
  readonly edits?: readonly Edit[];
}

/** A finding at a JSON pointer. */
export function at({locate}: Located, pointer: string, problem: string, {key = false, edits}: More = {}): Found {
  return {at: locate(pointer, key ? {key} : {}), problem, ...(edits && {edits})};
}

/** A finding at a character of a text. */
export function inText(file: TextFile, offset: number, problem: string, edits?: readonly Edit[]): Found {
  return {
    at: {file: file.file, pointer: '', ...placeOf(file.text, offset)},
    problem,
    ...(edits && {edits}),
  };
}

/** A finding about a file as a whole, or one that is missing. */
export function ofFile({file}: Pick<SourceFile, 'file'>, problem: string): Found {
  return {at: {file, pointer: '', line: 1, column: 1}, problem};
}

const stringToken = /"(?:[^"\\]|\\.)*"/y;

/** Replaces the string at a pointer; nothing when there is no string. */
export function replaceString(unit: Located, pointer: string, to: string): Edit[] {
  const place = unit.locate(pointer);
  const text = textOf(place);
  const start = offsetOf(text, place);
  stringToken.lastIndex = start;
  const token = stringToken.exec(text)?.[0];
  return token === undefined ? [] : [{file: place.file, start, end: start + token.length, to: JSON.stringify(to)}];
}

export function textOf({file}: Pick<Place, 'file'>): string {
  return readFileSync(file, 'utf8');
}

/** Cuts or replaces a part of a text. */
export function replaceIn({file}: TextFile, start: number, {length, to}: {length: number; to: string}): Edit[] {
  return [{file, start, end: start + length, to}];
}
