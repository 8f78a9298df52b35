/** Moves records along their life as time passes. Must never look at the clock by itself: steps fall due when the simulator is asked. */
import {evaluateTest} from '../expressions/evaluate.ts';
import type {Notice, TimelineStep, Timelines} from './format.ts';
import {announce} from './notice.ts';
import type {Collection, Observer, Row} from './state.ts';
import {createRoots, evaluateDuration, evaluateItem, type World} from './world.ts';

/** Watches one collection; a collection without timeline is left alone. */
export function watch(timelines: Timelines | undefined, world: () => World): (collection: Collection) => Observer {
  return (collection) => {
    const timeline = Object.hasOwn(timelines ?? {}, collection.name) ? timelines?.[collection.name] : undefined;
    if (!timeline) return () => undefined;
    const life = new Life(timeline, collection, world);
    return (row, before) => life.changed(row, before?.[timeline.field]);
  };
}

class Life {
  readonly #field: string;
  readonly #steps: readonly TimelineStep[];
  readonly #notify: Readonly<Record<string, Notice>>;
  readonly #collection: Collection;
  readonly #world: () => World;
  /** The step being taken, and when it was due. */
  #taking: {readonly row: Row; readonly at: number} | undefined;

  constructor(timeline: Timelines[string], collection: Collection, world: () => World) {
    this.#field = timeline.field;
    this.#steps = timeline.steps;
    this.#notify = timeline.notify ?? {};
    this.#collection = collection;
    this.#world = world;
  }

  /** A change from outside ends the sequence; what follows from the new value goes on. */
  changed(row: Row, before: unknown): void {
    const isNew = row.change === 0;
    if (!isNew && before === row.item[this.#field]) return;
    row.change++;
    const own = this.#taking?.row === row ? this.#taking : undefined;
    if (!own && !isNew) row.step = this.#steps.length;
    this.#plan(this.#fromValue(row, own?.at) ?? this.#next(row), row, own?.at);
    if (!isNew) this.#tell(row, own?.at);
  }

  /** A record that begins with a value did not take it: what made the record tells about it. */
  #tell(row: Row, at: number | undefined): void {
    const value = String(row.item[this.#field]);
    const notice = Object.hasOwn(this.#notify, value) ? this.#notify[value] : undefined;
    if (notice) announce([notice], createRoots(this.#world(), {row: row.item}, at), this.#world());
  }

  #fromValue(row: Row, at: number | undefined): number | undefined {
    const value = String(row.item[this.#field]);
    const found = this.#steps.findIndex((step) => step.from === value && this.#holds(step, row, at));
    return found < 0 ? undefined : found;
  }

  #next(row: Row): number | undefined {
    const step = this.#steps[row.step + 1];
    return step && step.from === undefined ? row.step + 1 : undefined;
  }

  #holds({when}: TimelineStep, row: Row, at: number | undefined): boolean {
    return when === undefined || evaluateTest(when, createRoots(this.#world(), {row: row.item}, at));
  }

  #plan(index: number | undefined, row: Row, at = this.#world().clock.now()): void {
    const step = index === undefined ? undefined : this.#steps[index];
    if (index === undefined || step === undefined) return;
    const {change} = row;
    const after = evaluateDuration(step.after, createRoots(this.#world(), {row: row.item}, at));
    this.#world().due.add(at + after, (due) => {
      if (row.change === change) this.#take(index, row, due);
    });
  }

  #take(index: number, row: Row, at: number): void {
    const step = this.#steps[index] as TimelineStep;
    const roots = createRoots(this.#world(), {row: row.item}, at);
    const {change} = row;
    row.step = index;
    this.#taking = {row, at};
    try {
      if (step.when === undefined || step.from !== undefined || evaluateTest(step.when, roots))
        this.#collection.set(row, evaluateItem(step.set, roots));
      if (step.insert) {
        roots['row'] = row.item;
        this.#world().state.collection(step.insert.into).insert(evaluateItem(step.insert.record, roots));
      }
    } finally {
      this.#taking = undefined;
    }
    if (row.change === change) this.#plan(this.#next(row), row, at);
  }
}
