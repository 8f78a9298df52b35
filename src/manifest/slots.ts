/** A slot is a value of a manifest with its place; running the checks over slots is all this file does. */
import {checkValue, type Place} from '../expressions/check.ts';
import type {Finding} from './issues.ts';

export interface Slot {
  readonly pointer: string;
  readonly value: unknown;
  readonly place: Place;
}

export function checkSlots(slots: readonly Slot[]): Finding[] {
  return slots
    .filter(({value}) => value !== undefined)
    .flatMap(({pointer, value, place}) =>
      checkValue(value, place).map((finding) => ({...finding, pointer: `${pointer}${finding.pointer}`})),
    );
}
