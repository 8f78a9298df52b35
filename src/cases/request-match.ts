/** Whether a request is the one an exchange expects, and if not, in what. Must never change either. */
import type {Exchange} from '../generated/types.ts';
import type {WireRequest} from '../http/send.ts';
import {type Json, JsonFault, parseJson} from '../values/json.ts';
import {type Difference, differences} from './differences.ts';

type Expected = Exchange['request'];

export function requestDifferences(expected: Expected, request: WireRequest): Difference[] {
  const url = new URL(request.url);
  return [
    ...differences(expected.method, request.method, 'exact', 'method'),
    ...addressDifferences(expected, url),
    ...queryDifferences(expected, url),
    ...headerDifferences(expected.headers ?? {}, request.headers),
    ...bodyDifferences(expected, request),
  ];
}

/** `GET /odata/Jobs`, as the file says it. */
export function describeExpected({method, path, url}: Expected): string {
  return `${method} ${url ?? path ?? ''}`;
}

function addressDifferences({path, url}: Expected, actual: URL): Difference[] {
  if (url === undefined)
    return path === undefined || samePath(path, actual.pathname) ? [] : [unlike('path', path, actual.pathname)];
  const wanted = URL.parse(url);
  const same = wanted !== null && wanted.origin === actual.origin && samePath(wanted.pathname, actual.pathname);
  return same ? [] : [unlike('url', url, `${actual.origin}${actual.pathname}`)];
}

function unlike(path: string, expected: string, actual: string): Difference {
  return {path, text: `expected ${expected}, got ${actual}`};
}

/** Segment by segment, decoded: an author may write `a b` for `a%20b`, but an encoded slash stays inside its segment. */
function samePath(expected: string, actual: string): boolean {
  const [wanted, got] = [expected, actual].map((path) => path.split('/').map(decode));
  return (
    wanted !== undefined &&
    got !== undefined &&
    wanted.length === got.length &&
    wanted.every((part, i) => part === got[i])
  );
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Exact when given; a `url` with a query gives it as well. */
function queryDifferences({query, url}: Expected, actual: URL): Difference[] {
  const wanted = query ?? (url?.includes('?') ? grouped(new URL(url).searchParams) : undefined);
  return wanted === undefined ? [] : differences(asTexts(wanted), grouped(actual.searchParams), 'exact', 'query');
}

/** One text per name, a list where a name is repeated. */
function grouped(params: URLSearchParams): {[name: string]: Json} {
  const all = Object.create(null) as {[name: string]: Json};
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    all[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return {...all};
}

/** Query and form know text only: `1` means `"1"`. */
function asTexts(expected: {readonly [name: string]: unknown}): {[name: string]: unknown} {
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, asText(value)]));
}

function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

function headerDifferences(
  expected: {readonly [name: string]: unknown},
  headers: WireRequest['headers'],
): Difference[] {
  const actual = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.entries(expected).flatMap(([name, value]) =>
    differences(value, actual.get(name.toLowerCase()), 'partial', `headers.${name.toLowerCase()}`),
  );
}

function bodyDifferences(expected: Expected, request: WireRequest): Difference[] {
  const text = bodyText(request);
  if ('body' in expected) return jsonDifferences(expected.body, text);
  if (expected.form !== undefined)
    return differences(asTexts(expected.form), grouped(new URLSearchParams(text)), 'exact', 'form');
  return expected.text === undefined ? [] : differences(expected.text, text, 'exact', 'text');
}

function jsonDifferences(expected: unknown, text: string): Difference[] {
  try {
    return differences(expected, text === '' ? undefined : parseJson(text), 'exact', 'body');
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return [{path: 'body', text: `expected JSON, got ${JSON.stringify(text.slice(0, 200))}`}];
  }
}

export function bodyText({body}: WireRequest): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}
