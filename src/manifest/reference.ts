/** References to units, `<id>@<range>`, and what a range admits (language reference, section 1.1). */
import {satisfies as meets, validRange} from 'semver';

export interface Reference {
  readonly id: string;
  readonly range?: string;
}

export function parseReference(ref: string): Reference {
  const at = ref.indexOf('@');
  return at < 0 ? {id: ref} : {id: ref.slice(0, at), range: ref.slice(at + 1)};
}

/** `1.2.3`, `~1.2`, `^1` or `^1.2`: an exact version, or one operator with one to three numbers. */
export function isRange(range: string): boolean {
  return /^(\d+\.\d+\.\d+|[~^]\d+(\.\d+){0,2})$/.test(range) && validRange(range) !== null;
}

export function satisfies(version: string, range: string): boolean {
  return meets(version, range);
}
