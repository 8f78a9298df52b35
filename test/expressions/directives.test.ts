/** Directives: what they yield, what their names may hide, what is malformed. */
import assert from 'node:assert/strict';
import {evaluate, OMIT} from '../../src/expressions/evaluate.ts';
import {refused} from './support.ts';

const scope = {
  input: {
    tags: {b: 1, a: 2},
    list: [1, 2, 3],
    none: [],
    yes: true,
    no: false,
    n: 3,
    text: 'x',
    nothing: null,
    rows: [
      {k: 'a', v: 1},
      {k: 'b', v: 2},
    ],
  },
  item: 'root',
};
const value = (directive: unknown) => evaluate(directive, scope);

const results: readonly (readonly [title: string, directive: unknown, result: unknown])[] = [
  ['$if true', {$if: '{{input.yes}}', then: 1, else: 2}, 1],
  ['$if false', {$if: '{{input.no}}', then: 1, else: '{{input.n}}'}, 3],
  ['$if without else', {$if: '{{input.no}}', then: 1}, OMIT],
  ['$if evaluates one branch only', {$if: true, then: 1, else: '{{input.nope}}'}, 1],
  ['$switch by text', {$switch: '{{input.text}}', cases: {x: 'X', y: '{{input.nope}}'}}, 'X'],
  ['$switch by number', {$switch: '{{input.n}}', cases: {'3': 'three'}}, 'three'],
  ['$switch by boolean', {$switch: '{{input.yes}}', cases: {true: 1}}, 1],
  ['$switch with default', {$switch: '{{input.text}}', cases: {}, default: {a: '{{input.n}}'}}, {a: 3}],
  ['$switch of null with default', {$switch: '{{input.nothing}}', cases: {null: 1}, default: 2}, 2],
  ['$switch of what is left out', {$switch: '{{optional input.nope}}', cases: {a: 1}, default: 2}, 2],
  ['$switch never reads a prototype', {$switch: 'toString', cases: {a: 1}, default: 2}, 2],
  ['$each over a list', {$each: '{{input.list}}', as: 'x', do: {v: '{{x}}'}}, [{v: 1}, {v: 2}, {v: 3}]],
  [
    '$each over an object',
    {$each: '{{input.tags}}', as: 't', do: {key: '{{t.key}}', value: '{{string t.value}}'}},
    [
      {key: 'b', value: '1'},
      {key: 'a', value: '2'},
    ],
  ],
  ['$each with index', {$each: '{{input.list}}', as: 'x', index: 'i', do: '{{add x i}}'}, [1, 3, 5]],
  [
    '$each with where keeps the index',
    {$each: '{{input.list}}', as: 'x', index: 'i', where: '{{gt x 1}}', do: '{{i}}'},
    [1, 2],
  ],
  ['$each with key', {$each: '{{input.rows}}', as: 'r', key: 'k-{{r.k}}', do: '{{r.v}}'}, {'k-a': 1, 'k-b': 2}],
  ['$each drops what is left out', {$each: '{{input.list}}', as: 'x', do: {$if: '{{eq x 2}}', then: '{{x}}'}}, [2]],
  [
    '$each with key drops what is left out',
    {$each: '{{input.list}}', as: 'x', key: '{{string x}}', do: {$if: '{{eq x 2}}', then: 1}},
    {'2': 1},
  ],
  ['$each over nothing', {$each: '{{input.none}}', as: 'x', do: '{{x}}'}, []],
  ['$each over a written list', {$each: [1, '{{input.n}}'], as: 'x', do: '{{x}}'}, [1, 3]],
  [
    '$each in $each',
    {$each: '{{input.rows}}', as: 'r', do: {$each: '{{input.list}}', as: 'x', do: '{{r.k}}{{x}}'}},
    [
      ['a1', 'a2', 'a3'],
      ['b1', 'b2', 'b3'],
    ],
  ],
  [
    '$merge, later wins',
    {$merge: [{a: 1, b: 1}, {b: '{{input.n}}'}, {$if: false, then: {a: 9}}, null, '{{optional input.nope}}']},
    {a: 1, b: 3},
  ],
  ['$merge of nothing', {$merge: []}, {}],
  ['$literal', {$literal: {a: '{{input.n}}', $if: 1}}, {a: '{{input.n}}', $if: 1}],
  ['$literal inside', {a: {$literal: '{{x}}'}, b: 1}, {a: '{{x}}', b: 1}],
  ['an unknown key with a dollar is an ordinary key', {$filter: 'x', $top: '{{input.n}}'}, {$filter: 'x', $top: 3}],
];

describe('directives', () => {
  for (const [title, directive, result] of results)
    it(title, () => {
      assert.deepEqual(value(directive), result);
    });

  it('names of $each end with it', () => {
    refused(() => value([{$each: '{{input.list}}', as: 'x', do: '{{x}}'}, '{{x}}']), 'JW2101');
  });

  it('the same object gives its value for each scope', () => {
    const directive = {$each: '{{l}}', as: 'x', do: '{{x}}{{y}}'};
    assert.deepEqual(evaluate(directive, {l: [1], y: 'a'}), ['1a']);
    assert.deepEqual(evaluate(directive, {l: [2, 3], y: 'b'}), ['2b', '3b']);
  });
});

const refusals: readonly (readonly [title: string, directive: unknown, code: string, text: RegExp])[] = [
  ['$if without then', {$if: true}, 'JW2014', /\$if has no then/],
  ['$if with an unknown key', {$if: true, then: 1, note: 2}, 'JW2014', /\$if takes no note/],
  ['$if whose test is text', {$if: '{{input.text}}', then: 1}, 'JW2103', /gave string in "\{\{input\.text\}\}"/],
  ['$if whose test is left out', {$if: '{{optional input.nope}}', then: 1}, 'JW2101', /optional input\.nope/],
  ['two directives in one object', {$if: true, then: 1, $each: []}, 'JW2014', /\$if and \$each/],
  ['$literal with company', {$literal: 1, a: 2}, 'JW2014', /takes no a/],
  ['$merge of no list', {$merge: {a: 1}}, 'JW2014', /not a list/],
  ['$merge of a list', {$merge: ['{{input.list}}']}, 'JW2007', /item 1 is array in "\{\{input\.list\}\}"/],
  ['$switch without cases', {$switch: 'a', default: 1}, 'JW2014', /no cases/],
  ['$switch whose cases are a list', {$switch: 'a', cases: []}, 'JW2014', /not an object/],
  ['$switch without a case that fits', {$switch: '{{input.text}}', cases: {y: 1}}, 'JW2105', /no case for "x" in/],
  ['$switch by an object', {$switch: '{{input}}', cases: {y: 1}}, 'JW2105', /no case for object/],
  ['$each without do', {$each: [], as: 'x'}, 'JW2014', /no do/],
  ['$each without a name', {$each: [], do: 1}, 'JW2014', /no as/],
  ['$each with a name that is none', {$each: [], as: 'X y', do: 1}, 'JW2014', /not a name/],
  ['$each whose index is its name', {$each: [], as: 'x', index: 'x', do: 1}, 'JW2014', /name of its own/],
  ['$each that hides a root', {$each: [1], as: 'item', do: 1}, 'JW2014', /hide the root item/],
  ['$each whose index hides a root', {$each: [1], as: 'x', index: 'input', do: 1}, 'JW2014', /hide the root input/],
  [
    '$each that hides a name around it',
    {$each: [1], as: 'x', do: {$each: [1], as: 'x', do: 1}},
    'JW2014',
    /hide the root x/,
  ],
  ['$each over text', {$each: '{{input.text}}', as: 'x', do: 1}, 'JW2007', /got string in "\{\{input\.text\}\}"/],
  ['$each over null', {$each: '{{input.nothing}}', as: 'x', do: 1}, 'JW2101', /it is null/],
  ['$each over what is left out', {$each: '{{optional input.nope}}', as: 'x', do: 1}, 'JW2101', /it is missing/],
  ['$each with the same key twice', {$each: '{{input.list}}', as: 'x', key: 'k', do: 1}, 'JW2106', /"k" is made twice/],
  ['$each with a number as key', {$each: '{{input.list}}', as: 'x', key: '{{x}}', do: 1}, 'JW2007', /number, not text/],
  [
    '$each with a key left out',
    {$each: '{{input.list}}', as: 'x', key: '{{optional input.nope}}', do: 1},
    'JW2101',
    /key for \$each/,
  ],
  ['$each with a forbidden key', {$each: '{{input.list}}', as: 'x', key: '__proto__', do: 1}, 'JW2012', /__proto__/],
  ['$each whose where is no test', {$each: '{{input.list}}', as: 'x', where: '{{x}}', do: 1}, 'JW2103', /gave number/],
];

describe('directives refuse', () => {
  for (const [title, directive, code, text] of refusals)
    it(`${title} with ${code}`, () => {
      assert.match(refused(() => value(directive), code).message, text);
    });

  it('a misspelled key, and suggest the nearest', () => {
    assert.deepEqual(refused(() => value({$if: true, then: 1, esle: 2}), 'JW2014').extra.suggestions, ['else']);
  });

  it('more than eight in each other', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : {$if: true, then: nested(depth - 1)});
    assert.equal(value(nested(8)), 1);
    refused(() => value(nested(9)), 'JW2013');
  });

  it('more than 10,000 items', () => {
    const each = {$each: '{{list}}', as: 'x', do: '{{x}}'};
    assert.equal((evaluate(each, {list: Array(10_000).fill(1)}) as unknown[]).length, 10_000);
    refused(() => evaluate(each, {list: Array(10_001).fill(1)}), 'JW2108');
  });
});
