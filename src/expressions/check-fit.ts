/** Whether what an expression gives fits what its place takes. Only what cannot fit is refused; the run checks the rest. */
import {hasNull, withoutNull} from './check-node.ts';
import {report, type Scene, type Typed} from './check-scene.ts';
import {
  type Alternative,
  alternativesOf,
  choicesOf,
  describe,
  fitsWord,
  isClosed,
  names,
  propertiesOf,
  type Resolve,
  type SchemaType,
  type Type,
  typeOf,
} from './types.ts';

/** Reports JW2007, or JW2006 for null where it is not taken. `offset` is the place inside the expression string. */
export function fitTyped({type}: Typed, expect: Type | undefined, scene: Scene, offset: number): void {
  if (expect === undefined || expect === true) return;
  const {resolve} = scene.place;
  const wanted = alternativesOf(expect, resolve);
  const takesNull = wanted.some(({word}) => word === 'null' || word === 'any');
  if (!takesNull && hasNull(type, scene))
    report(scene, {code: 'JW2006', facts: {path: 'the value, which is null at times,'}, offset});
  const problem = misfit(withoutNull(type, scene), expect, resolve);
  if (problem !== undefined) report(scene, {code: 'JW2007', facts: {problem}, offset});
}

/** Why some alternative of the actual type cannot fit, or undefined. */
export function misfit(actual: Type, expect: Type, resolve: Resolve): string | undefined {
  return misfitAt(actual, expect, {resolve, depth: 0});
}

/** How deep two types have been compared. */
interface Level {
  readonly resolve: Resolve;
  readonly depth: number;
}

function misfitAt(actual: Type, expect: Type, level: Level): string | undefined {
  const {resolve} = level;
  const wanted = alternativesOf(expect, resolve);
  for (const one of alternativesOf(actual, resolve)) {
    const problems = wanted.map((other) => clash(one, other, level));
    if (problems.includes(undefined)) continue;
    const [inner] = problems;
    return problems.length === 1 && inner !== undefined && inner !== ''
      ? inner
      : `takes ${describe(expect, resolve)}, gets ${describe(actual, resolve)}`;
  }
  return undefined;
}

const deepest = 4;

/** Undefined when the alternatives go together; '' for a difference in kind, else what exactly is wrong. */
function clash(actual: Alternative, wanted: Alternative, level: Level): string | undefined {
  if (!fitsWord(actual.word, wanted.word)) return '';
  if (actual.word === 'any' || wanted.word === 'any') return undefined;
  const [given, allowed] = [choicesOf(actual.schema), choicesOf(wanted.schema)];
  if (given && allowed && typeof given[0] !== 'object') {
    const outside = given.filter((choice) => !allowed.includes(choice));
    if (outside.length > 0)
      return `takes ${allowed.slice(0, 8).map(quote).join(' or ')}, may get ${outside.slice(0, 8).map(quote).join(' or ')}`;
  }
  const [format, wantedFormat] = [actual.schema['format'], wanted.schema['format']];
  if (format !== undefined && wantedFormat !== undefined && format !== wantedFormat)
    return `takes a ${wantedFormat}, gets a ${format}`;
  if (level.depth >= deepest) return undefined;
  const below = {...level, depth: level.depth + 1};
  if (wanted.word === 'object') return objectClash(actual.schema, wanted.schema, below);
  if (wanted.word === 'array') {
    const inner = misfitAt(typeOf(actual.schema['items']), typeOf(wanted.schema['items']), below);
    return inner === undefined ? undefined : `each item ${inner}`;
  }
  return undefined;
}

/** An object of which nothing is known fits; one whose properties are known must bring what is required. */
function objectClash(actual: SchemaType, wanted: SchemaType, below: Level): string | undefined {
  const given = propertiesOf(actual);
  if (Object.keys(given).length === 0) return undefined;
  const taken = propertiesOf(wanted);
  const lacking = names(wanted['required']).find((name) => !Object.hasOwn(given, name));
  if (lacking !== undefined && (isClosed(actual) || actual['additionalProperties'] === undefined))
    return `lacks ${quote(lacking)}`;
  for (const [name, property] of Object.entries(given)) {
    if (!Object.hasOwn(taken, name)) {
      if (isClosed(wanted)) return `has no key ${quote(name)}`;
      continue;
    }
    const inner = misfitAt(typeOf(property), typeOf(taken[name]), below);
    if (inner !== undefined) return `${name} ${inner}`;
  }
  return undefined;
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}
