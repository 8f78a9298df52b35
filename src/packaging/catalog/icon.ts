/** The picture of an entry: the publisher's own if it is only a picture, else its first letters. Shown as an image file, never inlined. */
import {svgProblem} from '../svg.ts';
import {escapeText} from './html.ts';

const largest = 64 * 1024;

export interface Icon {
  readonly svg: string;
  /** Why the publisher's own is not shown. */
  readonly problem?: string;
}

export function iconFrom(own: string | undefined, title: string): Icon {
  if (own === undefined) return {svg: monogram(title)};
  const text = own.trim();
  const problem = text.length > largest ? `is larger than ${largest} bytes` : svgProblem(text);
  return problem === undefined ? {svg: `${text}\n`} : {svg: monogram(title), problem};
}

function monogram(title: string): string {
  const words = title.match(/[A-Za-z0-9]+/g) ?? ['?'];
  const letters = words
    .slice(0, 2)
    .map((word) => word[0] ?? '')
    .join('')
    .toUpperCase();
  const hue = [...title].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 360, 7);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="hsl(${hue} 30% 32%)"/><text x="32" y="41" text-anchor="middle" font-family="sans-serif" font-size="26" font-weight="600" fill="#fff">${escapeText(letters)}</text></svg>\n`;
}
