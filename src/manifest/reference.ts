/** References to units, `<id>@<range>`, and what a range admits (language reference, section 1.1). */
import {demand} from '../values/demand.ts';

export interface Reference {
  readonly id: string;
  readonly range?: string;
}

export function parseReference(ref: string): Reference {
  const at = ref.indexOf('@');
  return at < 0 ? {id: ref} : {id: ref.slice(0, at), range: ref.slice(at + 1)};
}

/** The rules of versions, for all that is not plain. */
export function semver(): typeof import('semver') {
  return demand('semver') as typeof import('semver');
}

/** `1.2.3`, `~1.2`, `^1` or `^1.2`: an exact version, or one operator with one to three numbers. */
export function isRange(range: string): boolean {
  if (!/^(\d+\.\d+\.\d+|[~^]\d+(\.\d+){0,2})$/.test(range)) return false;
  return plain.test(range) || semver().validRange(range) !== null;
}

export function satisfies(version: string, range: string): boolean {
  return plainlySatisfies(version, range) ?? semver().satisfies(version, range);
}

const number = '(0|[1-9][0-9]{0,8})';
const plain = new RegExp(`^([~^]?)${number}(?:\\.${number})?(?:\\.${number})?$`);

/** Three numbers against one range of the forms above; undefined for all else. */
function plainlySatisfies(version: string, range: string): boolean | undefined {
  const [, sign = '', ...wanted] = plain.exec(range) ?? [];
  const [, none, ...given] = plain.exec(version) ?? [];
  const given3 = given.map(Number);
  const least = wanted.filter((part) => part !== undefined).map(Number);
  if (none !== '' || given3.some(Number.isNaN) || least.length === 0 || (sign === '' && least.length < 3))
    return undefined;
  if (compare(given3, least) < 0) return false;
  return compare(given3.slice(0, fixedParts(sign, least)), least) === 0;
}

/** How many numbers at the beginning may not change: `~` keeps the second, `^` up to the first that is not 0. */
function fixedParts(sign: string, least: readonly number[]): number {
  if (sign === '') return 3;
  if (sign === '~') return Math.min(least.length, 2);
  const first = least.findIndex((part) => part > 0);
  return first < 0 ? least.length : first + 1;
}

/** As far as both go. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
