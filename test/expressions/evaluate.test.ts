/** Evaluation: types, strictness, absence, exact digits, limits. */
import assert from 'node:assert/strict';
import {evaluate, evaluateJson, evaluateTest, evaluateText, OMIT} from '../../src/expressions/evaluate.ts';
import {ExpressionError} from '../../src/expressions/expression-error.ts';
import {ExactNumber, type Json, stringifyJson} from '../../src/values/json.ts';
import {refused} from './support.ts';

const id = new ExactNumber('12345678901234567890');
const scope = {
  event: {
    data: {
      n: 5,
      f: 1.5,
      t: 'x',
      yes: true,
      no: false,
      nothing: null,
      list: [{id: 1}, {id: 2}],
      owner: {name: 'a'},
      id,
      priority: '1',
    },
  },
  input: {},
};
const value = (source: unknown) => evaluate(source, scope);

describe('a single mustache', () => {
  for (const [source, result] of [
    ['{{event.data.n}}', 5],
    ['{{event.data.t}}', 'x'],
    ['{{event.data.yes}}', true],
    ['{{event.data.nothing}}', null],
    ['{{event.data.list}}', scope.event.data.list],
    ['{{event.data.list.[1].id}}', 2],
    ['{{event.data.owner}}', {name: 'a'}],
    ['{{event.data.id}}', id],
  ] as const)
    it(`${source} keeps its type`, () => {
      assert.deepEqual(value(source), result);
    });
});

describe('text around mustaches', () => {
  it('takes string, number and boolean, and keeps long digits', () => {
    assert.equal(
      value('{{event.data.n}}{{event.data.t}}{{event.data.yes}} {{event.data.f}} {{event.data.id}}'),
      '5xtrue 1.5 12345678901234567890',
    );
  });

  it('never becomes a number or anything else', () => {
    assert.equal(value('{{event.data.n}} '), '5 ');
    assert.equal(value('{{event.data.n}}{{event.data.n}}'), '55');
    assert.equal(value('\\{{event.data.n}}'), '{{event.data.n}}');
  });

  for (const [part, type] of [
    ['event.data.owner', 'object'],
    ['event.data.list', 'array'],
    ['event.data.nothing', 'null'],
    ['optional event.data.nope', 'missing'],
    ['list 1', 'array'],
  ] as const)
    it(`refuses {{${part}}}, which is ${type}`, () => {
      assert.match(refused(() => value(`who: {{${part}}}`), 'JW2102').message, new RegExp(`is ${type}, text takes`));
    });
});

describe('a strict path', () => {
  it('names what is missing, the expression, the column and the nearest name', () => {
    const error = refused(() => value('is {{event.data.prioritty}}'), 'JW2101');
    assert.equal(error.message, 'there is no event.data.prioritty in "is {{event.data.prioritty}}" at column 6');
    assert.deepEqual(error.extra.suggestions, ['priority']);
    assert.ok(error instanceof ExpressionError && error.offset === 5);
  });

  it('names the first segment that is missing, in a form that can be copied', () => {
    assert.match(
      refused(() => value('{{event.data.[x y].deep.er}}'), 'JW2101').message,
      /^there is no event\.data\.\[x y\] in/,
    );
    assert.match(
      refused(() => value('{{event.data.list.[7].id}}'), 'JW2101').message,
      /^there is no event\.data\.list\.\[7\] in/,
    );
  });

  it('does not spend time on names that nobody wrote', () => {
    const data = Object.fromEntries(Array.from({length: 50_000}, (_, i) => [`${'k'.repeat(3000)}${i}`, i]));
    const before = performance.now();
    assert.equal(
      refused(() => evaluate(`{{data.[${'k'.repeat(3000)}]}}`, {data}), 'JW2101').extra.suggestions?.length,
      0,
    );
    assert.equal(refused(() => evaluate('{{data.kk}}', {data}), 'JW2101').extra.suggestions?.length, 0);
    assert.ok(performance.now() - before < 1000);
  });

  it('suggests a root, and that a helper needs arguments', () => {
    assert.deepEqual(refused(() => value('{{evnt.data}}'), 'JW2101').extra.suggestions, ['event']);
    assert.match(refused(() => value('{{uuid}}'), 'JW2101').extra.hint ?? '', /uuid\(t\) t/);
  });

  for (const path of [
    'event.data.t.length',
    'event.data.list.length',
    'event.data.list.[-1]',
    'event.data.list.[01]',
    'event.data.list.[1.0]',
    'event.data.id.text',
    'event.data.n.toFixed',
    'event.data.nothing.x',
    'event.data.toString',
    'event.hasOwnProperty',
    'toString',
  ])
    it(`does not read ${path}`, () => {
      refused(() => value(`{{${path}}}`), 'JW2101');
    });

  it('keeps place and subclass when more is learned about the error', () => {
    const error = refused(() => value('{{input.a}}'), 'JW2101').with({hint: 'give it'});
    assert.ok(error instanceof ExpressionError);
    assert.equal(error.offset, 2);
    assert.equal(error.issue().hint, 'give it');
    assert.match(error.issue().detail, /at column 3$/);
  });

  it('runs a getter only when an expression asks for it', () => {
    const asked: string[] = [];
    const secret = Object.defineProperties(Object.create(null), {
      a: {enumerable: true, get: () => asked.push('a') && 'A'},
      b: {enumerable: true, get: () => asked.push('b') && 'B'},
    }) as object;
    assert.equal(evaluate('{{secret.a}}', {secret}), 'A');
    assert.deepEqual(asked, ['a']);
  });
});

describe('absence', () => {
  for (const [source, result] of [
    ['{{default event.data.nope event.data.nothing 3}}', 3],
    ["{{default (lower event.data.nope) 'none'}}", 'none'],
    ["{{default (lower event.data.nothing) 'none'}}", 'none'],
    ["{{default (lower (first event.nope)) 'none'}}", 'none'],
    ['{{default (eq event.data.nope 1) false}}', false],
    ['{{default (not event.data.nope) true}}', true],
    ["{{default (if event.data.nope 'a' 'b') 'c'}}", 'c'],
    ["{{default (if true event.data.nope 'b') 'c'}}", 'c'],
    ['{{default (and true event.data.nope) false}}', false],
    ['{{default (default event.data.nope event.data.nope) 1}}', 1],
    ['{{default event.data.nope null}}', null],
    ['{{has (optional event.data.nope)}}', false],
    ['{{has (default event.data.nope event.data.nothing)}}', false],
    ['{{has (list event.data.nope)}}', true],
    ['{{list (optional event.data.nope) event.data.nothing 1}}', [null, 1]],
    ['{{optional (concat event.data.t event.data.nope)}}', OMIT],
    ['{{if false event.data.nope 2}}', 2],
    ['{{and (has event.data.nope) (gt event.data.nope 1)}}', false],
    ['{{if (has event.data.nope) 1 (optional event.data.nope)}}', OMIT],
  ] as const)
    it(`${source} is ${typeof result === 'symbol' ? 'left out' : JSON.stringify(result)}`, () => {
      assert.deepEqual(value(source), result);
    });

  for (const [source, code, text] of [
    ['{{default event.data.nope event.data.nope2}}', 'JW2101', /there is no event\.data\.nope2 in/],
    ['{{lower (optional event.data.nope)}}', 'JW2101', /there is no value of optional: it is absent/],
    ['{{lower event.data.nothing}}', 'JW2101', /event\.data\.nothing: it is null/],
    ['{{lower (default event.data.nope null)}}', 'JW2101', /value of default: it is null/],
    ['{{lower null}}', 'JW2101', /there is no value: it is null/],
    ["{{concat 'a' event.data.nope}}", 'JW2101', /event\.data\.nope/],
    ['{{eq event.data.nope null}}', 'JW2101', /event\.data\.nope/],
    ['{{not (first (list))}}', 'JW2101', /value of first: the list is empty/],
    ["{{default (lower event.data.n) 'none'}}", 'JW2008', /lower: event\.data\.n is number, it takes text/],
    ["{{default (number 'x') 1}}", 'JW2104', /not a number/],
    ['{{if event.data.n 1 2}}', 'JW2008', /event\.data\.n is number, it takes true or false/],
    ["{{or false 'x'}}", 'JW2008', /argument 2 is string/],
  ] as const)
    it(`${source} is ${code}`, () => {
      const error = refused(() => value(source), code);
      assert.match(error.message, text);
      assert.match(error.message, /at column \d+$/);
    });
});

describe('left out', () => {
  it('keys and items that are left out are not there', () => {
    assert.deepEqual(
      value({a: '{{optional event.data.nope}}', b: ['{{optional event.data.nope}}', 1, null], c: null}),
      {b: [1, null], c: null},
    );
  });

  it('a whole value that is left out counts as missing', () => {
    for (const read of [evaluateJson, evaluateText, evaluateTest])
      assert.match(refused(() => read('{{optional input.a}}', scope), 'JW2101').message, /\{\{optional input\.a\}\}/);
    assert.equal(evaluate(undefined, scope), OMIT);
    refused(() => evaluateJson(undefined, scope), 'JW2101');
  });
});

describe('values that stand for themselves', () => {
  it('are returned as they are, not copied', () => {
    const manifest = {a: [1, {b: 'text', $filter: 1}], c: null};
    assert.equal(value(manifest), manifest);
    assert.equal(value(5), 5);
    assert.equal(value('text'), 'text');
  });

  it('are shared inside what is made', () => {
    const fixed = {deep: [1]};
    const made = value({fixed, n: '{{event.data.n}}'}) as {fixed: unknown};
    assert.equal(made.fixed, fixed);
  });

  it('keys are never evaluated', () => {
    assert.deepEqual(value({'{{event.data.n}}': '{{event.data.n}}'}), {'{{event.data.n}}': 5});
  });

  it('an own __proto__ key stays an own key', () => {
    const made = value(JSON.parse('{"__proto__": {"x": "{{event.data.n}}"}, "a": 1}')) as object;
    assert.equal(Object.getPrototypeOf(made), Object.prototype);
    assert.deepEqual(Object.keys(made), ['__proto__', 'a']);
  });

  it('nesting deeper than 64 is refused', () => {
    let deep: Json = '{{event.data.n}}';
    for (let i = 0; i < 64; i++) deep = [deep];
    assert.ok(value(deep));
    refused(() => value([deep]), 'JW2013');
  });
});

describe('what is wanted', () => {
  it('text: numbers and booleans become text', () => {
    assert.equal(evaluateText('{{event.data.n}}', scope), '5');
    assert.equal(evaluateText('{{event.data.yes}}', scope), 'true');
    assert.equal(evaluateText('{{event.data.id}}', scope), '12345678901234567890');
    assert.match(
      refused(() => evaluateText('{{event.data.list}}', scope), 'JW2102').message,
      /in "\{\{event\.data\.list\}\}"/,
    );
    refused(() => evaluateText('{{event.data.nothing}}', scope), 'JW2102');
  });

  it('a test: true or false, nothing else is truthy', () => {
    assert.equal(evaluateTest('{{event.data.yes}}', scope), true);
    assert.equal(evaluateTest(false, scope), false);
    for (const source of ['{{event.data.n}}', '{{event.data.t}}', '{{event.data.nothing}}', 'true', 1])
      refused(() => evaluateTest(source, scope), 'JW2103');
    assert.match(
      refused(() => evaluateTest('{{event.data.n}}', scope), 'JW2103').message,
      /gave number in "\{\{event\.data\.n\}\}"/,
    );
  });
});

describe('numbers with more digits than a double', () => {
  const other = new ExactNumber('12345678901234567891');
  const more = {...scope, other};

  it('are printed, compared by digits and sent unchanged', () => {
    assert.equal(evaluate('{{eq event.data.id other}}', more), false);
    assert.equal(evaluate('{{eq event.data.id event.data.id}}', more), true);
    assert.equal(evaluate('{{in other (list 1 other)}}', more), true);
    assert.equal(evaluate("{{number '12345678901234567890'}}", more) instanceof ExactNumber, true);
    assert.equal(stringifyJson(evaluate({a: '{{other}}'}, more) as Json), '{"a":12345678901234567891}');
    assert.equal(evaluate('{{json (list other)}}', more), '[12345678901234567891]');
    assert.equal(evaluate('{{type other}}', more), 'number');
    assert.equal(evaluate('{{integer other}}', more), other);
  });

  for (const expression of [
    'gt other 1',
    'lte 1 other',
    'add other 1',
    'subtract 1 other',
    'add 9007199254740991 1',
    'subtract -9007199254740991 2',
  ])
    it(`${expression} is refused`, () => {
      refused(() => evaluate(`{{${expression}}}`, more), 'JW2109');
    });
});

describe('limits of an evaluation', () => {
  const mib = 'x'.repeat(1024 * 1024);

  it('a text is at most 1 MiB', () => {
    assert.equal(evaluate('{{concat a}}', {a: mib}), mib);
    for (const source of [
      '{{a}}x',
      "{{concat a 'x'}}",
      "{{replace b 'x' a}}",
      '{{join (list a a) b}}',
      '{{base64 a}}',
      '{{json a}}',
      '{{odata (list a 1)}}',
      '{{uri s}}',
    ])
      refused(() => evaluate(source, {a: mib, b: 'xx', s: ' '.repeat(1024 * 512)}), 'JW2108');
  });

  it('refuses a text that would be made of many, before it is made', () => {
    const many = Array.from({length: 10_000}, () => mib);
    for (const source of ["{{join many ''}}", '{{json many}}', '{{odata many}}', '{{json (list many many)}}'])
      refused(() => evaluate(source, {many}), 'JW2108');
    refused(() => evaluate("{{replace a 'x' a}}", {a: mib}), 'JW2108');
  });

  it('passes on a longer text that it did not make', () => {
    const text = `${mib}${mib}`;
    assert.equal(evaluate('{{text}}', {text}), text);
  });

  it('counts list items that are visited, and values that are compared', () => {
    const list = Array.from({length: 30_000}, (_, i) => ({id: i}));
    assert.deepEqual(evaluate("{{find list 'id' 29999}}", {list}), {id: 29_999});
    refused(() => evaluate("{{add (length (where list 'id' 1)) (length (where list 'id' 1))}}", {list}), 'JW2108');
    const twice = [...list, ...list];
    refused(() => evaluate('{{eq twice other}}', {twice, other: structuredClone(twice)}), 'JW2108');
  });

  it('starts anew with each value', () => {
    const list = Array.from({length: 40_000}, () => 1);
    for (let i = 0; i < 3; i++) assert.equal(evaluate('{{in 2 list}}', {list}), false);
  });

  it('says where the limit was met', () => {
    const list = Array.from({length: 50_001}, () => 1);
    assert.match(
      refused(() => evaluate('a {{in 2 list}}', {list}), 'JW2108').message,
      /in "a \{\{in 2 list\}\}" at column 5$/,
    );
  });
});
