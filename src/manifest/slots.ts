/** A slot is a value of a manifest with its place; running the checks over slots is all this file does. */
import type {Code} from '../errors/catalog.ts';
import {checkValue, type Place} from '../expressions/check.ts';
import type {Finding} from './issues.ts';

export interface Slot {
  readonly pointer: string;
  readonly value: unknown;
  readonly place: Place;
  /** Where the value belongs, when it is not written yet and findings point elsewhere. */
  readonly home?: string;
  /** Characters the checked text has in front of what stands in the file. */
  readonly ahead?: number;
  /** The text was made for one question; only findings of this code count, and their offsets mean nothing. */
  readonly only?: Code;
}

export function checkSlots(slots: readonly Slot[]): Finding[] {
  return slots.filter(({value}) => value !== undefined).flatMap(checkSlot);
}

function checkSlot({pointer, value, place, ahead = 0, only}: Slot): Finding[] {
  return checkValue(value, place)
    .filter(({code}) => only === undefined || code === only)
    .map(({offset, ...finding}) => ({
      ...finding,
      pointer: `${pointer}${finding.pointer}`,
      ...(offset !== undefined && only === undefined && {offset: Math.max(0, offset - ahead)}),
    }));
}
