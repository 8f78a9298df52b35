/** Plain text for people: tables, times, durations. No colours, no cursor movements: output may be a file. */
import Table from 'cli-table3';

/** Columns separated by two blanks; the head in capitals. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = Object.fromEntries(
    'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'
      .split(' ')
      .map((part) => [part, part === 'middle' ? '  ' : '']),
  );
  const drawn = new Table({
    head: head.map((name) => name.toUpperCase()),
    chars: none,
    style: {'padding-left': 0, 'padding-right': 0, head: [], border: []},
  });
  drawn.push(...rows.map((row) => row.map(cell)));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A value from outside draws nothing and begins no row of its own. */
function cell(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `2026-01-12 08:15:30` in UTC. */
export function when(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

export function howLong(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 3_600_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

export function shorten(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

export function indent(text: string, by = 2): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}
