/** Expressions to offer at a place: each is one the check lets stand there. Must never offer what the check would refuse. */
import {checkValue, type Finding, type Place} from '../expressions/check.ts';
import {alternativesOf, choicesOf} from '../expressions/types.ts';
import {type KnownPath, pathsOf} from './paths.ts';

export interface OfferOptions {
  /** Puts the expression where it will stand inside the value that is checked. */
  readonly wrap?: (expression: string) => unknown;
  /** The value may be left out. */
  readonly optional?: boolean;
}

/** In the order of the roots, shallow paths first. */
export function offersAt(place: Place, options: OfferOptions = {}): string[] {
  return pathsOf(place.roots, place.resolve).flatMap((known) => formsOf(known, place, options));
}

/** The path itself; where it may be missing, with the helper that says what then; in a test, as a question. */
function formsOf(
  {path, type}: KnownPath,
  place: Place,
  {wrap = (text) => text, optional = false}: OfferOptions,
): string[] {
  const findings = (text: string): Finding[] => checkValue(wrap(text), place);
  const fits = (text: string): boolean => findings(text).length === 0;
  const plain = findings(`{{${path}}}`);
  if (plain.length === 0) return [`{{${path}}}`];
  const isMissing = plain.some(({code}) => code === 'JW2006');
  if (isTest(place)) {
    const questions = [
      ...(isMissing || mayBeMissing(path, place) ? [`{{has ${path}}}`] : []),
      ...comparisons(path, type, place),
    ];
    return questions.filter(fits);
  }
  if (!isMissing) return [];
  const lenient = [...(optional ? [`{{optional ${path}}}`] : []), `{{default ${path} ''}}`];
  return lenient.filter(fits).slice(0, 1);
}

function isTest({expect, context}: Place): boolean {
  return context === 'test' || (typeof expect === 'object' && expect['type'] === 'boolean');
}

function mayBeMissing(path: string, {expect: _expect, context: _context, ...place}: Place): boolean {
  return checkValue(`{{${path}}}`, place).some(({code}) => code === 'JW2006');
}

const mostChoices = 12;

/** With each value an enumeration has. */
function comparisons(path: string, type: KnownPath['type'], {resolve}: Place): string[] {
  const choices = alternativesOf(type, resolve).flatMap(({schema}) => choicesOf(schema) ?? []);
  if (choices.length > mostChoices) return [];
  return choices.flatMap((choice) => {
    if (typeof choice === 'number' || typeof choice === 'boolean') return [`{{eq ${path} ${choice}}}`];
    return typeof choice === 'string' && !/['\\\n]/.test(choice) ? [`{{eq ${path} '${choice}'}}`] : [];
  });
}
