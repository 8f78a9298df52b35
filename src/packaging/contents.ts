/** Is a file what its name says, and harmless to show? JSON, Markdown, SVG and PNG. Must never change what it reads. */
import {isObject, type Json, JsonFault} from '../values/json.ts';
import {npmFile, readJsonFile} from './files.ts';
import {markdownProblem} from './markdown.ts';
import {svgProblem} from './svg.ts';

/** Why the bytes may not stand under this path. */
export function contentProblem(path: string, bytes: Uint8Array): string | undefined {
  if (path.endsWith('.png')) return pngProblem(bytes);
  const text = readText(bytes);
  if (typeof text === 'object') return text.problem;
  if (path.endsWith('.json')) return path === npmFile ? npmProblem(bytes) : jsonProblem(bytes);
  if (path.endsWith('.svg')) return svgProblem(text);
  return path.endsWith('.md') ? markdownProblem(text) : undefined;
}

const pngStart = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Signature, first chunk IHDR, last chunk IEND with nothing behind it (PNG, section 5). */
function pngProblem(bytes: Uint8Array): string | undefined {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (Buffer.compare(png.subarray(0, 8), pngStart) !== 0) return 'is not a PNG picture';
  let first = true;
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    if (first && type !== 'IHDR') return 'is not a PNG picture';
    first = false;
    at += 12 + length;
    if (type === 'IEND') return at === png.length ? undefined : 'has bytes behind its picture';
  }
  return 'is a PNG picture that is cut off';
}

/** A NUL, or an override of the reading direction, makes a text look like something else. */
const disguise = /[\0\u202a-\u202e\u2066-\u2069]/;

function readText(bytes: Uint8Array): string | {readonly problem: string} {
  try {
    const text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
    return disguise.test(text) ? {problem: 'has characters that hide or turn round text'} : text;
  } catch {
    return {problem: 'is not UTF-8 text'};
  }
}

function readJson(bytes: Uint8Array): {readonly value: Json} | {readonly problem: string} {
  try {
    return {value: readJsonFile(bytes)};
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return {problem: `is not strict JSON: ${error.message}`};
  }
}

function jsonProblem(bytes: Uint8Array): string | undefined {
  const read = readJson(bytes);
  return 'problem' in read ? read.problem : undefined;
}

/** What pack writes into package.json, and the type of each. Whatever runs code, or brings more of it, has no place here. */
const npmKeys: Readonly<Record<string, (value: Json) => boolean>> = {
  name: isText,
  version: isText,
  description: isText,
  license: isText,
  author: (value) =>
    isObject(value) && Object.entries(value).every(([key, text]) => (key === 'name' || key === 'url') && isText(text)),
  homepage: isText,
  keywords: (value) => Array.isArray(value) && value.every(isText),
};

function isText(value: Json): value is string {
  return typeof value === 'string';
}

function npmProblem(bytes: Uint8Array): string | undefined {
  const read = readJson(bytes);
  if ('problem' in read) return read.problem;
  if (!isObject(read.value)) return 'is not an object';
  for (const [key, value] of Object.entries(read.value)) {
    const fits = Object.hasOwn(npmKeys, key) ? npmKeys[key] : undefined;
    if (!fits) return `has ${JSON.stringify(key)}: a package is data and runs nothing`;
    if (!fits(value)) return `has a value of another type in ${JSON.stringify(key)}`;
  }
  return undefined;
}
