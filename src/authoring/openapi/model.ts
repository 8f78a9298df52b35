/** What an import reads from a definition, whatever its version. No behaviour. */
import type {Json} from '../../values/json.ts';
import type {Located} from './definition.ts';

export interface ApiParameter {
  readonly name: string;
  readonly where: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  /** As OpenAPI 3 names it; `tabDelimited` for the one that only version 2 has. */
  readonly style: string;
  readonly explode: boolean;
  /** The value is sent as JSON text. */
  readonly json: boolean;
  readonly schema?: Located;
  readonly example?: Json;
  readonly at: Located;
}

export type BodyKind = 'json' | 'form' | 'multipart' | 'text' | 'bytes';

export interface ApiField {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Located;
}

export interface ApiBody {
  readonly kind: BodyKind;
  readonly media: string;
  readonly required: boolean;
  readonly schema?: Located;
  /** Of a form, where the definition lists them one by one (version 2). */
  readonly fields?: readonly ApiField[];
  readonly example?: Json;
  readonly at: Located;
}

export interface ApiAnswer {
  readonly kind: 'json' | 'text' | 'bytes' | 'none';
  readonly media?: string;
  readonly schema?: Located;
  readonly example?: Json;
  /** Lower-case names of declared headers. */
  readonly headers: readonly string[];
  readonly at: Located;
}

/** All of the named schemes together; `{}` for none. */
export type Requirement = Readonly<Record<string, readonly string[]>>;

/** A request that the described system sends. */
export interface ApiHook {
  readonly name: string;
  readonly at: Located;
  readonly title?: string;
  readonly schema?: Located;
  readonly example?: Json;
}

export interface ApiOperation {
  readonly method: string;
  readonly path: string;
  readonly id?: string;
  readonly tags: readonly string[];
  readonly title?: string;
  readonly summary?: string;
  readonly parameters: readonly ApiParameter[];
  readonly body?: ApiBody;
  readonly answer: ApiAnswer;
  readonly security?: readonly Requirement[];
  readonly hooks: readonly ApiHook[];
  readonly at: Located;
}

export interface ApiServer {
  readonly url: string;
  readonly variables: Readonly<
    Record<string, {readonly default?: string; readonly values: readonly string[]; readonly about?: string}>
  >;
}

export interface Api {
  /** 2.0, 3.0, 3.1 … */
  readonly version: string;
  readonly title: string;
  readonly summary?: string;
  readonly release: string;
  readonly servers: readonly ApiServer[];
  readonly schemes: readonly {readonly name: string; readonly at: Located}[];
  readonly security: readonly Requirement[];
  readonly operations: readonly ApiOperation[];
  readonly hooks: readonly ApiHook[];
}

/** Something of the definition that is not, or not as it stands, in the draft. */
export interface Note {
  readonly kind: 'left-out' | 'changed' | 'inferred';
  /** In the definition. */
  readonly file: string;
  readonly pointer: string;
  /** Name of the drafted operation, where it is about one. */
  readonly operation?: string;
  readonly what: string;
  readonly why: string;
}

export class Notes {
  readonly #all: Note[] = [];
  readonly #known = new Set<string>();

  add(kind: Note['kind'], at: Located, {what, why, operation}: {what: string; why: string; operation?: string}): void {
    const note = {
      kind,
      file: at.source.file,
      pointer: at.pointer,
      what,
      why,
      ...(operation !== undefined && {operation}),
    };
    const key = JSON.stringify(note);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#all.push(note);
  }

  /** A note of another list. */
  keep(note: Note): void {
    const key = JSON.stringify(note);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#all.push(note);
  }

  get all(): readonly Note[] {
    return this.#all;
  }
}
