/** What the grammar takes and what is refused, with code, place and hint. */
import assert from 'node:assert/strict';
import {ExpressionError, isExpression, parseExpression} from '../../src/expressions/parse.ts';
import {refused} from './support.ts';

const offsetOf = (error: unknown): number => (error instanceof ExpressionError ? error.offset : -1);

describe('parsing an expression', () => {
  it('is for strings with two braces only', () => {
    assert.equal(isExpression('a {{b}}'), true);
    assert.equal(isExpression('\\{{b}}'), true);
    assert.equal(isExpression('{b} }}'), false);
  });

  it('gives paths, calls and literals with their offsets', () => {
    assert.deepEqual(parseExpression("n={{ default a.[x-y].[0] 'q' -1.5 true null (list b) }}!").parts, [
      'n=',
      {
        kind: 'call',
        helper: 'default',
        at: 5,
        args: [
          {kind: 'path', segments: ['a', 'x-y', '0'], at: 13, text: 'a.[x-y].[0]'},
          {kind: 'literal', value: 'q', at: 25},
          {kind: 'literal', value: -1.5, at: 29},
          {kind: 'literal', value: true, at: 34},
          {kind: 'literal', value: null, at: 39},
          {kind: 'call', helper: 'list', at: 45, args: [{kind: 'path', segments: ['b'], at: 50, text: 'b'}]},
        ],
      },
      '!',
    ]);
  });

  it('knows the single mustache', () => {
    assert.equal(parseExpression('{{a}}').single?.kind, 'path');
    assert.equal(parseExpression(' {{a}}').single, undefined);
    assert.equal(parseExpression('{{a}}{{a}}').single, undefined);
    assert.equal(parseExpression('\\{{a}}').single, undefined);
  });

  it('counts offsets over lines of every kind, and over escapes', () => {
    const at = (source: string) =>
      parseExpression(source).parts.flatMap((part) => (typeof part === 'string' ? [] : [part.at]));
    assert.deepEqual(at('a\n{{b}}\r\n{{c}}\r{{d}}'), [4, 11, 17]);
    assert.deepEqual(at('\\{{x}} {{a}}'), [9]);
    assert.deepEqual(at('\\\\{{a}} {{b}}'), [4, 10]);
    assert.deepEqual(at('{{list\n  a\n  b}}'), [2]);
  });

  it('gives literal braces for \\{{', () => {
    assert.deepEqual(parseExpression('\\{{a}} b').parts.join(''), '{{a}} b');
  });

  it('takes in brackets what it refuses outside', () => {
    const segments = (source: string) =>
      parseExpression(source).parts.flatMap((part) =>
        typeof part === 'object' && part.kind === 'path' ? part.segments : [],
      );
    assert.deepEqual(segments('{{a.[this].[..].[b/c].[@x].[d.e].[f g]}}'), [
      'a',
      'this',
      '..',
      'b/c',
      '@x',
      'd.e',
      'f g',
    ]);
    assert.deepEqual(segments('{{a.[b\\]c]}}'), ['a', 'b]c']);
  });

  it('gives the same tree for the same string', () => {
    assert.equal(parseExpression('{{a.b}}'), parseExpression('{{a.b}}'));
  });
});

const refusals: readonly (readonly [source: string, code: string, offset: number, text: RegExp])[] = [
  ['{{#if a}}x{{/if}}', 'JW2003', 0, /a block/],
  ['y {{#if a}}', 'JW2003', 2, /a block/],
  ['{{else}}', 'JW2003', 0, /a block/],
  ['{{^a}}x{{/a}}', 'JW2003', 0, /a block/],
  ['{{{{raw}}}} {{{{/raw}}}}', 'JW2003', 0, /block/],
  ['{{> p}}', 'JW2003', 0, /a partial/],
  ['{{#> p}}x{{/p}}', 'JW2003', 0, /a partial/],
  ['{{*d}}', 'JW2003', 0, /a decorator/],
  ['{{#*inline "p"}}x{{/inline}}', 'JW2003', 0, /a decorator/],
  ['{{! c}}', 'JW2003', 0, /a comment/],
  ['a{{!-- c --}}', 'JW2003', 1, /a comment/],
  ['{{{x}}}', 'JW2003', 0, /a triple mustache/],
  ['{{&x}}', 'JW2003', 0, /unescaped/],
  ['{{~x}}', 'JW2003', 0, /whitespace control/],
  ['{{x~}}', 'JW2003', 0, /whitespace control/],
  ['{{default a b=1}}', 'JW2003', 12, /an argument with a name/],
  ['{{default (list a=1) 1}}', 'JW2003', 16, /an argument with a name/],
  ['{{eq undefined 1}}', 'JW2003', 5, /undefined/],
  ["{{'a'}}", 'JW2003', 2, /a literal that stands alone/],
  ['{{1}}', 'JW2003', 2, /a literal that stands alone/],
  ['{{true}}', 'JW2003', 2, /a literal that stands alone/],
  ["{{'a' 1}}", 'JW2003', 2, /a literal in the place of a helper/],
  ["{{list ('a' 1)}}", 'JW2003', 8, /a literal in the place of a helper/],
  ['{{this}}', 'JW2003', 2, /this in a path/],
  ['{{this.a}}', 'JW2003', 2, /this in a path/],
  ['{{list this.a}}', 'JW2003', 7, /this in a path/],
  ['{{this/a}}', 'JW2003', 2, /\/ in a path/],
  ['{{a.this}}', 'JW2003', 2, /this in a path/],
  ['{{.}}', 'JW2003', 2, /\. in a path/],
  ['{{./a}}', 'JW2003', 2, /\/ in a path/],
  ['{{list .}}', 'JW2003', 7, /\. in a path/],
  ['{{..}}', 'JW2003', 2, /\.\. in a path/],
  ['{{../a}}', 'JW2003', 2, /\.\. in a path/],
  ['{{a.[b]/c}}', 'JW2003', 2, /\/ in a path/],
  ['{{a/b}}', 'JW2003', 2, /\/ in a path/],
  ['{{@root.a}}', 'JW2003', 2, /@ in a path/],
  ['{{list @index}}', 'JW2003', 7, /@ in a path/],
  ['{{a.[]}}', 'JW2003', 2, /an empty \[\]/],
  ['{{[]}}', 'JW2003', 2, /an empty \[\]/],
  ['{{items.0}}', 'JW2001', 8, /"0/],
  ['{{items.0.id}}', 'JW2001', 8, /"0/],
  ['{{(list)}}', 'JW2001', 2, /a mustache begins with/],
  ['{{}}', 'JW2001', 2, /a mustache begins with/],
  ['a {{x', 'JW2001', 4, /not closed/],
  ['{{a b', 'JW2001', 4, /not closed/],
  ["{{default a 'b}}", 'JW2001', 12, /is not understood/],
  ['{{list a as |b|}}', 'JW2001', 9, /is not understood/],
  ['{{nope a}}', 'JW2002', 2, /there is no helper nope/],
  ['{{list (nope)}}', 'JW2002', 8, /there is no helper nope/],
  ['{{list.first a}}', 'JW2002', 2, /there is no helper list\.first/],
  ['{{[list] a}}', 'JW2002', 2, /there is no helper \[list\]/],
  ['{{constructor a}}', 'JW2012', 2, /constructor/],
  ['{{toString a}}', 'JW2002', 2, /toString/],
  ['{{eq 1}}', 'JW2008', 2, /takes 2 arguments, got 1/],
  ['{{base64 a b c}}', 'JW2008', 2, /takes 1 to 2 arguments, got 3/],
  ['{{list (and)}}', 'JW2008', 8, /takes at least 1 argument, got 0/],
  ["{{date a 'dd.MM.yy'}}", 'JW2008', 2, /dd\.MM\.yy/],
  ["{{matches a '(?=b)'}}", 'JW2010', 2, /\(\?=b\)/],
  ["{{matches a '(b)\\1'}}", 'JW2010', 2, /not supported/],
  ['{{matches a b}}', 'JW2010', 2, /not a literal/],
  ["{{matches a (concat 'b')}}", 'JW2010', 2, /not a literal/],
  ["{{capture a 'b'}}", 'JW2010', 2, /no group/],
  [`{{matches a '${'a'.repeat(201)}'}}`, 'JW2010', 2, /longer than 200/],
  ['{{a.__proto__}}', 'JW2012', 2, /__proto__/],
  ['{{a.[constructor].name}}', 'JW2012', 2, /constructor/],
  ['{{list prototype}}', 'JW2012', 7, /prototype/],
  ['{{list 12345678901234567890}}', 'JW2109', 7, /12345678901234567890/],
  ['{{list 0.12345678901234567890}}', 'JW2109', 7, /more digits/],
];

describe('parsing refuses', () => {
  for (const [source, code, offset, text] of refusals)
    it(`${source.slice(0, 60)} with ${code}`, () => {
      const error = refused(() => parseExpression(source), code);
      assert.match(error.message, text);
      assert.equal(offsetOf(error), offset);
      assert.match(error.message, new RegExp(`at column ${offset + 1}$`));
      assert.ok((error.extra.hint ?? '').length > 10);
    });

  it('what is no string, however it looks (T01)', () => {
    for (const tree of [{type: 'Program', body: []}, ['{{a}}'], 5, null, undefined])
      assert.throws(() => parseExpression(tree as unknown as string), TypeError);
  });

  it('a list index without brackets, and says how to write it', () => {
    assert.equal(
      refused(() => parseExpression('{{items.0}}'), 'JW2001').extra.hint,
      'a list index is bracketed: items.[0]',
    );
    assert.match(
      refused(() => parseExpression('a {{first x.items.12.id}}'), 'JW2001').extra.hint ?? '',
      /items\.\[12\]$/,
    );
  });

  it('a misspelled helper, and suggests the nearest', () => {
    assert.deepEqual(refused(() => parseExpression('{{defualt a 1}}'), 'JW2002').extra.suggestions, ['default']);
  });

  it('shows of a long expression the part that matters', () => {
    const error = refused(() => parseExpression(`${'x'.repeat(1000)}{{nope 1}}${'y'.repeat(1000)}`), 'JW2002');
    assert.match(error.message, /nope 1/);
    assert.ok(error.message.length < 400);
  });
});

describe('numbers in expressions', () => {
  for (const [text, value] of [
    ['0', 0],
    ['-0', 0],
    ['007', 7],
    ['1.50', 1.5],
    ['123456789012345', 123456789012345],
    ['9007199254740993.0', undefined],
    ['9007199254740991', 9007199254740991],
    ['0.1', 0.1],
    ['100000000000000000000', 1e20],
  ] as const)
    it(`${text} is ${value ?? 'refused, for it would become another'}`, () => {
      if (value === undefined) refused(() => parseExpression(`{{list ${text}}}`), 'JW2109');
      else
        assert.deepEqual(parseExpression(`{{list ${text}}}`).single, {
          kind: 'call',
          helper: 'list',
          at: 2,
          args: [{kind: 'literal', value, at: 7}],
        });
    });
});

describe('limits of an expression', () => {
  const nested = (depth: number) => `{{${'list ('.repeat(depth - 1)}list a${')'.repeat(depth - 1)}}}`;

  it('takes 4,096 characters and not one more', () => {
    const source = `${'x'.repeat(4091)}{{a}}`;
    assert.equal(parseExpression(source).parts.length, 2);
    refused(() => parseExpression(`x${source}`), 'JW2013');
  });

  it('takes eight calls in each other and not nine', () => {
    assert.ok(parseExpression(nested(8)).single);
    refused(() => parseExpression(nested(9)), 'JW2013');
  });

  it('takes 200 parts and not 201', () => {
    assert.ok(parseExpression(`{{list${' a'.repeat(199)}}}`));
    refused(() => parseExpression(`{{list${' a'.repeat(200)}}}`), 'JW2013');
    refused(() => parseExpression('{{a}}'.repeat(201)), 'JW2013');
  });
});
