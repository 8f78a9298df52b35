/** What an icon is made of, read from its text or bytes without drawing it. Must never load anything an icon refers to. */
import {readFileSync} from 'node:fs';
import type {SourceFile} from './subject.ts';

export interface IconFacts {
  readonly kind: 'svg' | 'png';
  readonly width?: number;
  readonly height?: number;
}

/** The icon beside a manifest. */
export function iconOf(files: readonly SourceFile[]): SourceFile | undefined {
  return files.find(({path}) => path === 'icon.svg') ?? files.find(({path}) => path === 'icon.png');
}

/** Undefined when the bytes are no such picture. */
export function iconFacts({path, file, text}: SourceFile): IconFacts | undefined {
  return path.endsWith('.svg') ? svgFacts(text ?? '') : pngFacts(readFileSync(file));
}

const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)
    .exec(tag)
    ?.slice(1)
    .find((value) => value !== undefined);

function svgFacts(text: string): IconFacts | undefined {
  const tag = /<svg\b[^>]*>/.exec(text)?.[0];
  if (tag === undefined) return undefined;
  const [, , boxWidth, boxHeight] = (attribute(tag, 'viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const [width, height] = [number(attribute(tag, 'width')) ?? boxWidth, number(attribute(tag, 'height')) ?? boxHeight];
  const box = boxWidth !== undefined && boxHeight !== undefined && boxWidth !== boxHeight;
  return {
    kind: 'svg',
    ...(width !== undefined && {width}),
    ...(height !== undefined && {height: box && width === height ? Number.NaN : height}),
  };
}

function number(text: string | undefined): number | undefined {
  const value = Number((text ?? '').replace(/px$/, ''));
  return text === undefined || !Number.isFinite(value) ? undefined : value;
}

function pngFacts(bytes: Uint8Array): IconFacts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPng = bytes.length >= 24 && view.getUint32(0) === 0x89504e47 && view.getUint32(4) === 0x0d0a1a0a;
  return isPng ? {kind: 'png', width: view.getUint32(16), height: view.getUint32(20)} : undefined;
}

/** Best contrast of a mark against the ground it is drawn on; undefined when the drawing has no ground of its own. */
export function contrastOf(text: string): number | undefined {
  const ground = /<(rect|circle|path)\b[^>]*>/.exec(text)?.[0];
  const fill = ground === undefined ? undefined : colour(attribute(ground, 'fill'));
  if (fill === undefined) return undefined;
  const rest = text.slice(text.indexOf(ground ?? '') + (ground ?? '').length);
  const marks = [...rest.matchAll(/\s(?:fill|stroke)\s*=\s*["']([^"']+)["']/g)].flatMap(
    ([, value]) => colour(value) ?? [],
  );
  return marks.length === 0 ? undefined : Math.max(...marks.map((mark) => ratio(mark, fill)));
}

/** Relative luminance; https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function colour(value: string | undefined): number | undefined {
  const word = value?.trim().toLowerCase();
  const named = word === 'white' ? '#fff' : word === 'black' ? '#000' : word;
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/.exec(named ?? '')?.[1];
  if (hex === undefined) return undefined;
  const parts = hex.length === 3 ? [...hex].map((c) => c + c) : [hex.slice(0, 2), hex.slice(2, 4), hex.slice(4)];
  const [r = 0, g = 0, b = 0] = parts.map((part) => {
    const c = Number.parseInt(part, 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
