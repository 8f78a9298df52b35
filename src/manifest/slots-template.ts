/** The slots of a template: criteria in order, targets, inputs, policy, follow-ups. */
import type {Place, Type} from '../expressions/check.ts';
import {isExpression} from '../expressions/parse.ts';
import type {Criterion, PathRow, Policy, Target, Template, TestRow} from '../generated/types.ts';
import type {Json} from '../values/json.ts';
import {common, typesOf} from './connector-types.ts';
import type {Library} from './library.ts';
import {type Call, targetsOf} from './references-template.ts';
import {closed, eventType, pick, resultType, runType, timeText} from './root-types.ts';
import type {Slot} from './slots.ts';

const test: Type = {type: 'boolean'};

export function templateSlots(template: Template, library: Library): Slot[] {
  const roots: Record<string, Type> = {event: eventType(dataType(template, library)), run: runType, result: resultType};
  const place: Place = {...common, roots: pick('criteria', roots)};
  const rows = criteriaSlots(template.criteria, place);
  const known: Place = {...place, ...rows.known};
  return [
    ...rows.slots,
    ...policySlots(template.policy, '/policy', known),
    ...targetsOf(template.do).flatMap(({target, pointer}) => targetSlots({target, pointer, known, roots}, library)),
  ];
}

function dataType({on}: Template, library: Library): Type {
  if ('schedule' in on) return closed({scheduledFor: timeText});
  if ('manual' in on) return typeof on.manual.data === 'boolean' ? true : on.manual.data;
  const {manifest} = library.connector(on.connector);
  const declared = manifest.events?.[on.event];
  return declared ? typesOf(manifest).resolve(declared.data) : true;
}

interface Known {
  readonly given: unknown[];
  readonly present: string[];
}

/** All rows hold for what comes after them, so what they found there is there. */
function criteriaSlots(criteria: readonly Criterion[] | undefined, place: Place): {slots: Slot[]; known: Known} {
  const known: Known = {given: [], present: []};
  const slots: Slot[] = [];
  for (const [i, row] of (criteria ?? []).entries()) {
    const here = {...place, given: [...known.given], present: [...known.present]};
    const pointer = `/criteria/${i}`;
    if ('any' in row) slots.push(...row.any.flatMap((inner, j) => rowSlots(inner, `${pointer}/any/${j}`, here)));
    else {
      slots.push(...rowSlots(row, pointer, here));
      if ('test' in row) known.given.push(row.test);
      else if (row.op !== 'missing') known.present.push(row.path);
    }
  }
  return {slots, known};
}

function rowSlots(row: PathRow | TestRow, pointer: string, place: Place): Slot[] {
  if ('test' in row) return [{pointer: `${pointer}/test`, value: row.test, place: {...place, expect: test}}];
  const lenient = row.op === 'exists' || row.op === 'missing' || row.absent !== undefined;
  const expect = !lenient && ordered.has(row.op) ? {expect: {type: ['string', 'number']}} : {};
  const before = lenient ? '{{has ' : '{{';
  return [
    {
      pointer: `${pointer}/path`,
      value: `${before}${row.path}}}`,
      place: {...place, ...expect},
      ahead: before.length,
    },
    {pointer: `${pointer}/value`, value: row.value, place},
    ...comparisons(row).map(
      (value): Slot => ({
        pointer: `${pointer}/value`,
        value,
        place: {...place, present: [...(place.present ?? []), row.path]},
        only: 'JW2009',
      }),
    ),
  ];
}

const ordered = new Set(['gt', 'gte', 'lt', 'lte', 'before', 'after', 'starts-with', 'ends-with', 'matches']);

/** The comparison as an expression, so that one that is never true is found. */
function comparisons({path, op, value}: PathRow): string[] {
  const values =
    op === 'equals' || op === 'not-equals'
      ? [value]
      : (op === 'in' || op === 'not-in') && Array.isArray(value)
        ? value
        : [];
  return (values as Json[]).flatMap((item) => {
    const literal = literalOf(item);
    return literal === undefined ? [] : [`{{eq ${path} ${literal}}}`];
  });
}

function literalOf(value: Json | undefined): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && !isExpression(value) && !/['\\\n]/.test(value) ? `'${value}'` : undefined;
}

function policySlots(policy: Policy | undefined, pointer: string, place: Place): Slot[] {
  return [{pointer: `${pointer}/concurrency/key`, value: policy?.concurrency?.key, place: {...place, context: 'text'}}];
}

interface TargetPart {
  readonly target: Target;
  readonly pointer: string;
  readonly known: Place;
  readonly roots: Record<string, Type>;
}

function targetSlots({target, pointer, known, roots}: TargetPart, library: Library): Slot[] {
  const place: Place = target.when === undefined ? known : {...known, given: [...(known.given ?? []), target.when]};
  return [
    {pointer: `${pointer}/when`, value: target.when, place: {...known, expect: test}},
    inputSlot(target, {pointer, place}, library),
    ...policySlots(target.policy, `${pointer}/policy`, place),
    ...(target.onComplete ?? []).flatMap((follow, i) => {
      const at = `${pointer}/onComplete/${i}`;
      const after: Place = {...place, roots: pick('onComplete', roots)};
      const inside: Place =
        follow.when === undefined ? after : {...after, given: [...(after.given ?? []), follow.when]};
      return [
        {pointer: `${at}/when`, value: follow.when, place: {...after, expect: test}},
        inputSlot(follow, {pointer: at, place: inside}, library),
      ];
    }),
  ];
}

function inputSlot(
  call: Call & {readonly input: unknown},
  {pointer, place}: {pointer: string; place: Place},
  library: Library,
): Slot {
  const {manifest} = library.connector(call.connector);
  const schema = manifest.actions?.[call.action]?.input;
  const expect = schema === undefined ? true : typesOf(manifest).input(schema);
  return {
    pointer: `${pointer}/input`,
    value: call.input ?? {},
    place: {...place, expect},
  };
}
