/** Chooses among forms that all failed the one the author most likely meant. Decides by shape only, never by a kind's name. */
import type {Subject, Trouble} from './explain.ts';
import {orList} from './sentences.ts';

/** Troubles of the best branch; when every branch refuses the value itself, one sentence that names all forms. */
export function chooseBranch(branches: readonly (readonly Trouble[])[], {pointer}: Subject): Trouble[] {
  const inside = branches.filter((troubles) => !troubles.some((trouble) => refusesWhole(trouble, pointer)));
  if (inside.length === 0) return [united(branches.flat(), pointer)];
  const ranked = inside.map((troubles) => ({
    troubles,
    cost: troubles.reduce((sum, trouble) => sum + costOf(trouble, pointer), 0),
  }));
  ranked.sort((a, b) => a.cost - b.cost);
  return [...(ranked[0]?.troubles ?? [])];
}

/** The value as a whole is of another type, constant or text than the branch takes. */
function refusesWhole({pointer, kind}: Trouble, at: string): boolean {
  return pointer === at && (kind === 'type' || kind === 'const' || kind === 'value');
}

/** A wrong constant of a member means another form; a missing or unknown member weighs less; deep faults weigh least. */
function costOf({pointer, kind}: Trouble, at: string): number {
  const depth = pointer.slice(at.length).split('/').length - 1;
  if (kind === 'const' && depth <= 1) return 100;
  if (kind === 'missing' && depth === 0) return 20;
  if (kind === 'key' && depth === 1) return 15;
  return 10 / (depth + 1);
}

function united(troubles: readonly Trouble[], pointer: string): Trouble {
  const here = troubles.filter(
    (trouble) => trouble.pointer === pointer && trouble.kind !== 'key' && trouble.kind !== 'missing',
  );
  const expected = [...new Set(here.flatMap((trouble) => trouble.expected ?? []))];
  const candidates = [...new Set(here.flatMap((trouble) => trouble.candidates ?? []))];
  const message = here.length === 1 ? (here[0]?.message ?? '') : '';
  return {
    pointer,
    kind: here.some(({kind}) => kind === 'const') ? 'const' : 'type',
    message: message || (expected.length > 0 ? `must be ${orList(expected)}` : 'fits none of the allowed forms'),
    expected: orList(expected),
    ...(candidates.length > 0 && {candidates}),
  };
}
