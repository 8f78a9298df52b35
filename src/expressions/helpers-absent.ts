/** Helpers that choose: what is absent, and which argument is evaluated at all. Must never turn an error into an answer. */
import type {FormTools, Helper, Step} from './helper.ts';
import type {Node} from './node.ts';
import {isAbsent, isMap, OMIT} from './value.ts';

/** The arguments as steps of one kind. */
function compileAll(args: readonly Node[], tools: FormTools, lenient: boolean): Step[] {
  return args.map((arg) => tools.compile(arg, lenient));
}

/** `and` stops at the first false, `or` at the first true. */
function untilFirst(stop: boolean, args: readonly Node[], tools: FormTools): Step {
  const steps = compileAll(args, tools, tools.lenient);
  return (frame) => {
    for (let i = 0; i < steps.length; i++) {
      const value = steps[i]?.(frame);
      if (value === stop) return stop;
      if (value === !stop) continue;
      if (tools.lenient && isAbsent(value)) return undefined;
      tools.refuse(i, value, frame);
    }
    return !stop;
  };
}

function hasForm([arg]: readonly Node[], tools: FormTools): Step {
  const step = tools.compile(arg as Node, true);
  return (frame) => !isAbsent(step(frame));
}

function defaultForm(args: readonly Node[], tools: FormTools): Step {
  const steps = compileAll(args.slice(0, -1), tools, true);
  const last = tools.compile(args[args.length - 1] as Node, tools.lenient);
  return (frame) => {
    for (const step of steps) {
      const value = step(frame);
      if (!isAbsent(value)) return value;
    }
    return last(frame);
  };
}

function optionalForm([arg]: readonly Node[], tools: FormTools): Step {
  const step = tools.compile(arg as Node, true);
  return (frame) => {
    const value = step(frame);
    if (!isAbsent(value)) return value;
    frame.absent('it is absent');
    return OMIT;
  };
}

function ifForm(args: readonly Node[], tools: FormTools): Step {
  const [test, whenTrue, whenFalse] = compileAll(args, tools, tools.lenient) as [Step, Step, Step];
  return (frame) => {
    const value = test(frame);
    if (value === true) return whenTrue(frame);
    if (value === false) return whenFalse(frame);
    if (tools.lenient && isAbsent(value)) return undefined;
    return tools.refuse(0, value, frame);
  };
}

export const absentHelpers = {
  has: {
    params: ['any'],
    result: 'boolean',
    signature: 'has(x) b',
    summary: 'whether x is neither missing nor null',
    examples: [
      ['has event.data.n', true],
      ['has event.data.nope', false],
      ['has event.data.nothing', false],
      ['has (lower event.data.nope)', false],
      ['has event.nope.deeper', false],
    ],
    form: hasForm,
  },
  default: {
    params: ['any'],
    rest: 'any',
    result: 'any',
    signature: 'default(x…, y) x',
    summary: 'the first that is not absent, else the last',
    examples: [
      ["default event.data.nope 'a'", 'a'],
      ['default null null 0', 0],
      ["default (lower event.data.nothing) 'none'", 'none'],
      ['default event.data.nope event.data.nope', {code: 'JW2101'}],
      ["default (lower event.data.n) 'none'", {code: 'JW2008'}],
      ['default 1', {code: 'JW2008'}],
    ],
    form: defaultForm,
  },
  optional: {
    params: ['any'],
    result: 'any',
    mayBeAbsent: true,
    signature: 'optional(x) x or OMIT',
    summary: 'x, or nothing at all: the key, item, header or query entry is left out',
    examples: [
      ['optional event.data.n', 5],
      ['optional event.data.nope', OMIT],
      ['optional event.data.nothing', OMIT],
    ],
    form: optionalForm,
  },
  nonEmpty: {
    params: ['any'],
    result: 'any',
    mayBeAbsent: true,
    signature: 'nonEmpty(x) x',
    summary: 'x; absent if it is null, blank text, [] or {}',
    examples: [
      ["nonEmpty 'a'", 'a'],
      ["default (nonEmpty ' ') 'b'", 'b'],
      ["default (nonEmpty (list)) 'b'", 'b'],
      ['nonEmpty 0', 0],
      ["nonEmpty ''", {code: 'JW2101'}],
    ],
    call([value], context) {
      const empty =
        value === null ||
        (typeof value === 'string' && value.trim() === '') ||
        (Array.isArray(value) && value.length === 0) ||
        (isMap(value) && Object.keys(value).length === 0);
      return empty ? context.absent('it is empty') : value;
    },
  },
  if: {
    params: ['boolean', 'any', 'any'],
    result: 'any',
    signature: 'if(b, x, x) x',
    summary: 'one of two; only that one is evaluated',
    examples: [
      ["if true 'y' 'n'", 'y'],
      ['if false 1 2', 2],
      ["if (has event.data.nope) event.data.nope 'n'", 'n'],
      ["if 'true' 1 2", {code: 'JW2008'}],
    ],
    form: ifForm,
  },
  and: {
    params: [],
    rest: 'boolean',
    result: 'boolean',
    signature: 'and(b…) b',
    summary: 'whether all are true; stops at the first that is not',
    examples: [
      ['and true false', false],
      ['and (has event.data.nope) (eq event.data.nope 1)', false],
      ['and true true', true],
      ['and true 1', {code: 'JW2008'}],
    ],
    form: (args, tools) => untilFirst(false, args, tools),
  },
  or: {
    params: [],
    rest: 'boolean',
    result: 'boolean',
    signature: 'or(b…) b',
    summary: 'whether one is true; stops at the first that is',
    examples: [
      ['or false true', true],
      ['or true event.data.nope', true],
      ['or false false', false],
    ],
    form: (args, tools) => untilFirst(true, args, tools),
  },
} satisfies Record<string, Helper>;
