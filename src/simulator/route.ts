/** Finds what a request is for: the operations' and routes' own method and path, behind any known prefix. Must not read bodies. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';

/** What a route stands for. Several operations with one method and path are one route. */
export interface Target {
  readonly method: string;
  /** `/odata/Jobs({{params.id}})`: expressions stand for one segment or a part of one. */
  readonly path: string;
  /** Names of params whose text is a number. */
  readonly numbers?: ReadonlySet<string>;
}

export interface Found<T> {
  readonly target: T;
  readonly params: Record<string, Json>;
}

interface Segment {
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

interface Entry<T> {
  readonly target: T;
  readonly segments: readonly Segment[];
}

export interface RouterOptions {
  /** Paths before the operation's own path; `{{…}}` or `:name` stands for any one segment. */
  readonly prefixes: readonly string[];
  readonly ignoreCase: boolean;
}

export class Router<T extends Target> {
  readonly #entries = new Map<string, Entry<T>[]>();
  readonly #prefixes: readonly (readonly Segment[])[];
  readonly #ignoreCase: boolean;

  constructor(targets: readonly T[], options: RouterOptions) {
    this.#ignoreCase = options.ignoreCase;
    this.#prefixes = [...new Set(['', ...options.prefixes])].map((prefix) => this.#compile(prefix));
    for (const target of targets) this.#add(target);
    for (const entries of this.#entries.values()) entries.sort((a, b) => openness(a) - openness(b));
  }

  /** The first target whose method and path fit; literal paths before those with params. */
  find(method: string, path: string): Found<T> | undefined {
    const parts = decodeParts(path);
    if (!parts) return undefined;
    for (const prefix of this.#prefixes) {
      if (prefix.length > parts.length || !prefix.every(({pattern}, i) => pattern.test(parts[i] as string))) continue;
      const found = this.#findBehind(method, parts.slice(prefix.length));
      if (found) return found;
    }
    return undefined;
  }

  #findBehind(method: string, parts: readonly string[]): Found<T> | undefined {
    for (const entry of this.#entries.get(`${method} ${parts.length}`) ?? []) {
      const params = paramsOf(entry, parts);
      if (params) return {target: entry.target, params};
    }
    return undefined;
  }

  #add(target: T): void {
    const segments = this.#compile(target.path);
    const key = `${target.method} ${segments.length}`;
    const entries = this.#entries.get(key) ?? [];
    entries.push({target, segments});
    this.#entries.set(key, entries);
  }

  #compile(path: string): Segment[] {
    if (path !== '' && !path.startsWith('/')) throw fail('JW1002', {problem: `the path ${path} does not begin with /`});
    return path
      .split('/')
      .slice(1)
      .map((text) => this.#compileSegment(text));
  }

  #compileSegment(text: string): Segment {
    const names: string[] = [];
    const source = text
      .split(/(\{\{[^}]*\}\}|^:\w+$)/)
      .map((part) => {
        if (!/^(\{\{|:)/.test(part)) return escapeText(part);
        names.push(/params\.(\w+)/.exec(part)?.[1] ?? part.replace(/\W/g, ''));
        return '(.+)';
      })
      .join('');
    return {pattern: new RegExp(`^${source}$`, this.#ignoreCase ? 'isu' : 'su'), names};
  }
}

/** Text as it is, inside a regular expression. */
export function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function openness({segments}: {readonly segments: readonly Segment[]}): number {
  return segments.reduce((sum, {names}) => sum + names.length, 0);
}

function paramsOf<T extends Target>(entry: Entry<T>, parts: readonly string[]): Record<string, Json> | undefined {
  const params: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const [i, {pattern, names}] of entry.segments.entries()) {
    const match = pattern.exec(parts[i] as string);
    if (!match) return undefined;
    for (const [j, name] of names.entries())
      params[name] = typed(match[j + 1] as string, entry.target.numbers?.has(name) === true);
  }
  return params;
}

function typed(text: string, isNumber: boolean): Json {
  return isNumber && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Segments are decoded one by one: an encoded slash stays inside its segment. */
function decodeParts(path: string): string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** The path of a URL template, without origin: `https://host/a/{{connection.b}}` and `{{connection.url}}/a` begin at the first slash after it. */
export function pathOf(template: string): string {
  const rest = template.replace(/^(?:\{\{[^}]*\}\}|https?:\/\/(?:\{\{[^}]*\}\}|[^/{?#])*)/, '');
  return rest.replace(/[?#].*$/, '').replace(/\/$/, '');
}
