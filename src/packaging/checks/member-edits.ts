/** Adds and moves whole members of the top object of a JSON file, every other character kept. Must never change a value. */
import {offsetOf} from '../../authoring/text.ts';
import type {Unit} from '../../manifest/library.ts';
import {escapePointer, isObject} from '../../values/json.ts';
import {textOf} from './places.ts';
import type {Edit} from './rule.ts';

type Opened = Pick<Unit<unknown>, 'locate' | 'file' | 'document'>;

/** Where the schemas of the language are published. */
const schemasAt = 'https://jobwire.dev/schemas/1';

export function schemaEdits({document: {value}, file}: Opened): Edit[] {
  const kind = isObject(value) ? value['kind'] : undefined;
  const text = textOf({file});
  const open = /^\s*\{\s*/.exec(text)?.[0];
  if (typeof kind !== 'string' || open === undefined) return [];
  const gap = open.slice(open.indexOf('{') + 1);
  const member = `"$schema": "${schemasAt}/${kind}.schema.json",${gap === '' ? ' ' : gap}`;
  return [{file, start: open.length, end: open.length, to: member}];
}

interface Member {
  readonly key: string;
  readonly start: number;
  /** After the value, before the comma. */
  readonly end: number;
}

/** The named members first, in the order of the names; the others stay in theirs. What stands between members stays where it is. */
export function keyOrderEdits(unit: Opened, first: readonly string[]): Edit[] {
  const text = textOf(unit);
  const found = membersOf(unit, text);
  const rank = ({key}: Member): number => (first.includes(key) ? first.indexOf(key) : first.length);
  const wanted = [...found].sort((a, b) => rank(a) - rank(b));
  return found.flatMap(({start, end}, i) => {
    const other = wanted[i];
    if (!other || other.start === start) return [];
    return [{file: unit.file, start, end, to: text.slice(other.start, other.end)}];
  });
}

function membersOf({locate, document: {value}}: Opened, text: string): Member[] {
  const keys = isObject(value) ? Object.keys(value) : [];
  return keys.map((key) => {
    const pointer = `/${escapePointer(key)}`;
    return {
      key,
      start: offsetOf(text, locate(pointer, {key: true})),
      end: endOfValue(text, offsetOf(text, locate(pointer))),
    };
  });
}

/** The character after a JSON value; the text is known to parse. */
export function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      i++;
      while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      if (depth === 0) return i + 1;
    } else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && /[\s,]/.test(c ?? '')) return i;
  }
  return text.length;
}
