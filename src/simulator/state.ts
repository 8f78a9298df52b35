/** The records a simulator holds, with indexes by field. Must never change a record in place: answers may still hold it. */
import {fail} from '../errors/jobwire-error.ts';
import type {Value} from '../expressions/evaluate.ts';
import {sameText} from './odata-evaluate.ts';

/** One record: its fields as the simulated system spells them. */
export type Item = Readonly<Record<string, Value>>;

/** A place in a collection; the item in it is replaced, never altered. */
export interface Row {
  readonly place: number;
  item: Item;
  visible: boolean;
  /** Bookkeeping of the timeline: the last step taken, and a number that every change of the watched field raises. */
  step: number;
  change: number;
}

type Index = Map<string, Set<Row>>;
export type Observer = (row: Row, before: Item | undefined) => void;

/** Records in order of insertion. Looking rows up by equality costs the same at ten and at 50,000 records. */
export class Collection {
  readonly name: string;
  readonly #rows = new Map<number, Row>();
  readonly #indexes = new Map<string, Index>();
  /** Spelling by lower-cased name, of every field ever seen. */
  readonly #fields = new Map<string, string>();
  readonly #observe: Observer;
  #places = 0;

  constructor(name: string, observe: Observer) {
    this.name = name;
    this.#observe = observe;
  }

  /** Hidden rows exist but are found by nobody until `reveal`. */
  insert(item: Item, visible = true): Row {
    const row: Row = {place: this.#places++, item, visible, step: -1, change: 0};
    for (const field of Object.keys(item)) this.#fields.set(field.toLowerCase(), field);
    if (visible) this.#show(row);
    this.#observe(row, undefined);
    return row;
  }

  reveal(row: Row): void {
    if (row.visible) return;
    row.visible = true;
    this.#show(row);
  }

  set(row: Row, changes: Item): void {
    const before = row.item;
    row.item = {...before, ...changes};
    for (const field of Object.keys(changes)) {
      this.#fields.set(field.toLowerCase(), field);
      const index = row.visible ? this.#indexes.get(field) : undefined;
      if (index) reindex(index, row, before[field], changes[field]);
    }
    this.#observe(row, before);
  }

  remove(row: Row): void {
    this.#rows.delete(row.place);
    row.visible = false;
    row.change++;
    for (const [field, index] of this.#indexes) index.get(sameText(row.item[field] ?? null))?.delete(row);
  }

  rows(): Row[] {
    return [...this.#rows.values()];
  }

  /** Rows whose field equals one of the values, in order of insertion. */
  find(field: string, values: readonly unknown[]): Row[] {
    const index = this.#indexes.get(field) ?? this.#build(field);
    const found = new Set<Row>();
    for (const value of values) for (const row of index.get(sameText(value)) ?? []) found.add(row);
    return [...found].sort((a, b) => a.place - b.place);
  }

  /** How many rows `find` would give at most. */
  count(field: string, values: readonly unknown[]): number {
    const index = this.#indexes.get(field) ?? this.#build(field);
    return values.reduce<number>((sum, value) => sum + (index.get(sameText(value))?.size ?? 0), 0);
  }

  /** Visible rows. */
  get size(): number {
    return this.#rows.size;
  }

  /** The spelling this collection uses, whatever the case; undefined when no record ever had such a field. */
  fieldNamed(name: string): string | undefined {
    return this.#fields.get(name.toLowerCase());
  }

  get hasFields(): boolean {
    return this.#fields.size > 0;
  }

  #show(row: Row): void {
    this.#rows.set(row.place, row);
    for (const [field, index] of this.#indexes) enter(index, row, row.item[field]);
  }

  #build(field: string): Index {
    const index: Index = new Map();
    for (const row of this.#rows.values()) enter(index, row, row.item[field]);
    this.#indexes.set(field, index);
    return index;
  }
}

function enter(index: Index, row: Row, value: unknown): void {
  const key = sameText(value ?? null);
  const rows = index.get(key);
  if (rows) rows.add(row);
  else index.set(key, new Set([row]));
}

function reindex(index: Index, row: Row, before: unknown, after: unknown): void {
  index.get(sameText(before ?? null))?.delete(row);
  enter(index, row, after);
}

/** All collections of one simulator, and its counter of ids. */
export class State {
  readonly #collections = new Map<string, Collection>();
  #nextId: number;

  constructor(names: readonly string[], firstId: number, observe: (collection: Collection) => Observer) {
    this.#nextId = firstId;
    for (const name of names) {
      const collection: Collection = new Collection(name, (row, before) => watcher(row, before));
      const watcher = observe(collection);
      this.#collections.set(name, collection);
    }
  }

  /** Records as they are there from the beginning. JW1004 for a collection that is not there. */
  seed(records: Readonly<Record<string, readonly Item[]>>): void {
    for (const [name, items] of Object.entries(records)) {
      const collection = this.collection(name);
      for (const item of items) collection.insert(item);
    }
  }

  /** JW1004 when there is none of this name. */
  collection(name: string): Collection {
    const found = this.#collections.get(name);
    if (!found) throw fail('JW1004', {what: 'collection', name}, {suggestions: [...this.#collections.keys()]});
    return found;
  }

  names(): readonly string[] {
    return [...this.#collections.keys()];
  }

  get nextId(): number {
    return this.#nextId;
  }

  takeId(): number {
    return this.#nextId++;
  }
}
