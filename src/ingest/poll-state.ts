/** What one poll leaves for the next: kept as the cursor of its feed, so that it moves only together with the events. A value. */
import {createHash} from 'node:crypto';
import type {Validators} from '../operations/call.ts';
import type {PagePosition} from '../operations/request.ts';
import {isObject, type Json} from '../values/json.ts';

export interface PollState {
  /** The cursor in its stored form; missing where the feed has none, or nothing came yet. */
  readonly value?: Json;
  /** Marks of rows that were read and may be listed again: they are not looked at twice, however long they stay. */
  readonly seen?: readonly string[];
  readonly validators?: Validators & {readonly of: string};
  readonly resume?: Resume;
  /** The first run, which only finds out where to begin, is not over. */
  readonly skip?: true;
  /** Polls one after another that brought rows without a later cursor. */
  readonly stuck?: number;
}

/** A list that was cut at its maximum of pages or items: the next poll goes on there. */
export interface Resume {
  readonly position: PagePosition;
  /** The cursor the list was asked with. */
  readonly asked?: Json;
  /** The latest cursor in what was read so far. */
  readonly highest?: Json;
  readonly seen: readonly string[];
}

/** Undefined before the first poll. */
export function readState(stored: Json | undefined): PollState | undefined {
  return isObject(stored) ? (stored as unknown as PollState) : undefined;
}

export function writeState(state: PollState | undefined): Json {
  return (state ?? null) as unknown as Json;
}

/** Short, because a long list may have many: 96 bits are enough to tell rows of one feed apart. */
export function markOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}
