/** Places in the text of a file. Lines are counted as the JSON parser counts them. */

/** Character at a line and column, both from 1. */
export function offsetOf(text: string, {line, column}: {readonly line: number; readonly column: number}): number {
  const breaks = /\r\n|\r|\n/g;
  for (let i = 1; i < line; i++) if (!breaks.exec(text)) return text.length;
  return (line === 1 ? 0 : breaks.lastIndex) + column - 1;
}

/** Line and column of a character, both from 1. */
export function placeOf(text: string, offset: number): {line: number; column: number} {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return {line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1};
}
