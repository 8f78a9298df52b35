/** Static checks of one value in its place (language reference, sections 2.4 to 2.8). Finds faults; never evaluates. */
import {closure, factsOfValue, presence} from './check-facts.ts';
import type {Finding, Place, Scene} from './check-scene.ts';
import {typeValue} from './check-value.ts';
import type {Type} from './types.ts';

export type {Dialect, Finding, Place} from './check-scene.ts';
export {defaultsApplied, secretMark, type Type} from './types.ts';

const scalars = ['string', 'number', 'boolean'];

/** What the contexts take when the place says nothing closer. Null entries of maps are left out. */
const contexts: Readonly<Record<NonNullable<Place['context']>, Type>> = {
  path: {type: scalars},
  url: {type: 'string'},
  text: {type: scalars},
  test: {type: 'boolean'},
  header: {type: 'object', additionalProperties: {type: [...scalars, 'null']}},
  query: {type: 'object', additionalProperties: {type: [...scalars, 'null', 'array'], items: {type: scalars}}},
  form: {type: 'object', additionalProperties: {type: [...scalars, 'null', 'array'], items: {type: scalars}}},
  json: true,
};

export interface Checked {
  readonly findings: Finding[];
  /** What the value gives. */
  readonly type: Type;
  /** The value may be left out as a whole. */
  readonly omit: boolean;
}

/** Everything that is wrong with a value in its place. Errors: none are thrown. */
export function checkValue(value: unknown, place: Place): Finding[] {
  return inferValue(value, place).findings;
}

/** The findings, and the type of what the value gives. */
export function inferValue(value: unknown, place: Place): Checked {
  const known = [
    ...(place.given ?? []).flatMap((test) => factsOfValue(test, true)),
    ...(place.denied ?? []).flatMap((test) => factsOfValue(test, false)),
    ...(place.present ?? []).flatMap((path) => prefixes(path)),
  ];
  const scene: Scene = {
    place,
    roots: place.roots,
    facts: closure(place.conditions ?? {}, known),
    pointer: '',
    secrets: place.secrets === true,
    dialect: place.dialect,
    findings: [],
  };
  const {type, omit = false} = typeValue(value, scene, place.expect ?? (place.context && contexts[place.context]));
  return {findings: scene.findings, type, omit};
}

function prefixes(path: string): string[] {
  const segments = path.split('.');
  return segments.map((_, i) => presence(segments.slice(0, i + 1)));
}
