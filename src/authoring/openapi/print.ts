/** JSON as people read it: what fits into a line stands in one. */
import {isObject, type Json, stringifyJson} from '../../values/json.ts';

const width = 120;

export function printJson(value: Json): string {
  return `${print(value, 0, 0)}\n`;
}

/** `before` counts the characters that stand in front, `after` the comma behind. */
function print(value: Json, depth: number, before: number): string {
  const flat = inLine(value, width - before - 1);
  if (flat !== undefined) return flat;
  const pad = '  '.repeat(depth + 1);
  const close = '  '.repeat(depth);
  if (Array.isArray(value)) {
    const items = value.map((item) => `${pad}${print(item, depth + 1, pad.length)}`);
    return `[\n${items.join(',\n')}\n${close}]`;
  }
  if (!isObject(value)) return stringifyJson(value);
  const members = Object.entries(value).map(([key, item]) => {
    const head = `${pad}${JSON.stringify(key)}: `;
    return `${head}${print(item, depth + 1, head.length)}`;
  });
  return `{\n${members.join(',\n')}\n${close}}`;
}

/** Undefined when it is longer than the room. */
function inLine(value: Json, room: number): string | undefined {
  if (room < 2) return undefined;
  if (Array.isArray(value))
    return joined(
      value.map((item) => ['', item] as const),
      {open: '[', close: ']', room},
    );
  if (!isObject(value)) return stringifyJson(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return joined(
    entries.map(([key, item]) => [`${JSON.stringify(key)}: `, item] as const),
    {open: '{ ', close: ' }', room},
  );
}

function joined(
  entries: readonly (readonly [string, Json])[],
  {open, close, room}: {open: string; close: string; room: number},
): string | undefined {
  let text = open;
  for (const [i, [head, item]] of entries.entries()) {
    const flat = inLine(item, room - text.length - head.length);
    if (flat === undefined) return undefined;
    text += `${i === 0 ? '' : ', '}${head}${flat}`;
    if (text.length > room) return undefined;
  }
  text += close;
  return text.length > room ? undefined : text;
}
