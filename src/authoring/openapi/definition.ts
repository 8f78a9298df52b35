/** An API definition with the files beside it, and where references in it lead. Must never open a socket or a file outside its folder. */
import {existsSync, realpathSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import {atPointer, escapePointer, isObject, type Json, own} from '../../values/json.ts';
import {isWithin} from '../project-files.ts';
import {readSource, type SourceFile, unusable} from './source.ts';

/** A value of the definition and where it stands. */
export interface Located {
  readonly value: Json;
  readonly pointer: string;
  readonly source: SourceFile;
}

const mostFiles = 100;
const longestChain = 50;

export class Definition {
  readonly root: Located;
  readonly #folder: string;
  readonly #files = new Map<string, SourceFile>();

  /** Errors: JW7102, JW1019, and JW1020 for a reference that leads out, wherever it stands. */
  constructor(file: string) {
    const path = existsSync(file) ? realpathSync(file) : resolve(file);
    this.#folder = dirname(path);
    this.root = {value: this.#open(path).value, pointer: '', source: this.#open(path)};
  }

  /** Paths of the files that were read. */
  get files(): readonly string[] {
    return [...this.#files.keys()];
  }

  #open(path: string): SourceFile {
    const known = this.#files.get(path);
    if (known) return known;
    if (this.#files.size >= mostFiles) throw unusable(path, `more than ${mostFiles} files refer to each other`);
    const source = readSource(path);
    this.#files.set(path, source);
    this.#guard({value: source.value, pointer: '', source});
    return source;
  }

  /** Every reference is looked at before anything is made of the file, also where nobody would follow it. */
  #guard(at: Located): void {
    if (Array.isArray(at.value)) {
      for (const [i] of at.value.entries()) this.#guard(child(at, i));
      return;
    }
    if (!isObject(at.value)) return;
    const ref = own(at.value, '$ref');
    if (typeof ref === 'string') this.#fileOf(at, ref);
    const isNames = /\/(properties|schemas|definitions|patternProperties)$/.test(at.pointer);
    for (const key of Object.keys(at.value)) if (isNames || !isData(key)) this.#guard(child(at, key));
  }

  /** The file a reference means. JW1020. */
  #fileOf(at: Located, ref: string): string {
    const refuse = (problem: string) =>
      fail('JW1020', {ref: ref.slice(0, 200), problem}, {at: at.source.locate(`${at.pointer}/$ref`)});
    const [path = ''] = ref.split('#');
    if (path === '') return at.source.file;
    if (/^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith('//') || path.startsWith('\\\\'))
      throw refuse('is an address, and nothing is fetched');
    const target = resolve(dirname(at.source.file), decoded(path));
    if (!isWithin(this.#folder, target)) throw refuse('leads out of the folder of the definition');
    if (!existsSync(target)) throw refuse('names a file that does not exist');
    const real = realpathSync(target);
    if (!isWithin(this.#folder, real)) throw refuse('leads out of the folder of the definition');
    return real;
  }

  /** What a reference refers to, one step. JW1019 when nothing is there. */
  target(at: Located): Located | undefined {
    const ref = own(at.value, '$ref');
    if (typeof ref !== 'string') return undefined;
    const source = this.#open(this.#fileOf(at, ref));
    const pointer = decoded(ref.split('#')[1] ?? '');
    const value = pointer === '' || pointer.startsWith('/') ? atPointer(source.value, pointer) : undefined;
    if (value === undefined)
      throw fail(
        'JW1019',
        {problem: `${ref.slice(0, 200)} leads nowhere`},
        {at: at.source.locate(`${at.pointer}/$ref`)},
      );
    return {value, pointer, source};
  }

  /** The end of a chain of references. JW1019 when it never ends. */
  follow(at: Located): Located {
    let here = at;
    for (let steps = 0; steps < longestChain; steps++) {
      const next = this.target(here);
      if (!next) return here;
      here = next;
    }
    throw fail('JW1019', {problem: 'the reference only leads to itself'}, {at: at.source.locate(at.pointer)});
  }

  /** The value under a key, references followed. */
  get(at: Located, ...keys: readonly string[]): Located | undefined {
    let here: Located = this.follow(at);
    for (const key of keys) {
      if (own(here.value, key) === undefined) return undefined;
      here = this.follow(child(here, key));
    }
    return here;
  }

  /** Members of an object, or items of a list, under a key; references followed. */
  all(at: Located | undefined, key: string): {readonly name: string; readonly at: Located}[] {
    const found = at && this.get(at, key);
    if (!found) return [];
    if (Array.isArray(found.value))
      return found.value.map((_, i) => ({name: String(i), at: this.follow(child(found, i))}));
    return isObject(found.value)
      ? Object.keys(found.value).map((name) => ({name, at: this.follow(child(found, name))}))
      : [];
  }
}

/** Not followed. */
export function child(at: Located, key: string | number): Located {
  const value = typeof key === 'number' ? (at.value as Json[])[key] : own(at.value, key);
  return {value: value ?? null, pointer: `${at.pointer}/${escapePointer(String(key))}`, source: at.source};
}

export function text(at: Located | undefined, key: string): string | undefined {
  const value = at && own(at.value, key);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Keys under which JSON is data, in which `$ref` is a word like any other. */
function isData(key: string): boolean {
  return ['example', 'examples', 'default', 'enum', 'const'].includes(key) || key.startsWith('x-');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
