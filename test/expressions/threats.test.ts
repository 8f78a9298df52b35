/** Rows of the threat catalogue that the expression runtime answers, by their ids (T01 to T31). */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {evaluate, OMIT, renderHeaders, renderPairs, renderPath} from '../../src/expressions/evaluate.ts';
import {exampleScope, helpers} from '../../src/expressions/helpers.ts';
import {ExpressionError, parseExpression} from '../../src/expressions/parse.ts';
import {isAbsent, plainText} from '../../src/expressions/value.ts';
import {type Json, stringifyJson} from '../../src/values/json.ts';
import {refused} from './support.ts';

const code = "process.mainModule.require('fs')";

describe('threats to expressions', () => {
  it('T01, T02 takes no tree for a template, and a tree in a manifest is plain data', () => {
    const number = {type: 'NumberLiteral', value: code, original: 1};
    const tree = {
      type: 'Program',
      body: [{type: 'MustacheStatement', path: number, params: [], escaped: true}],
      blockParams: {length: code},
    };
    assert.throws(() => parseExpression(tree as unknown as string), TypeError);
    assert.equal(evaluate(tree, {}), tree);
  });

  it('T03 refuses a dynamic partial, and a payload that looks like a tree stays a payload', () => {
    refused(() => evaluate('{{> (lookup . "x")}}', {}), 'JW2003');
    const payload = {type: 'Program', call: true, body: [{type: 'ContentStatement', value: code}]};
    assert.equal(evaluate('{{x}}', {x: payload}), payload);
  });

  it('T04 gives {"toHTML": 1} and {"toString": 1} as they are', () => {
    assert.equal(evaluate('{{json x}}', {x: {toHTML: 1}}), '{"toHTML":1}');
    refused(() => evaluate('a{{x}}', {x: {toHTML: 1, toString: 1}}), 'JW2102');
  });

  it('T05 reads no prototype by any way', () => {
    for (const source of [
      '{{x.constructor.name}}',
      '{{x.[__proto__]}}',
      '{{constructor}}',
      '{{get x "constructor"}}',
      '{{get x "__proto__"}}',
    ])
      refused(() => evaluate(source, {x: JSON.parse('{"__proto__": {"a": 1}}')}), 'JW2012');
    for (const source of ['{{@root.constructor}}', '{{lookup x "constructor"}}'])
      refused(() => evaluate(source, {x: {}}), source.includes('@') ? 'JW2003' : 'JW2002');
    for (const source of [
      '{{x.toString}}',
      '{{x.hasOwnProperty}}',
      '{{get x "valueOf"}}',
      '{{field x "valueOf"}}',
      '{{x.[0].at}}',
    ])
      refused(() => evaluate(source, {x: {}}), 'JW2101');
  });

  it('T06 compiles no template and registers no helper anywhere in the sources', () => {
    const forbidden =
      /allowProto|allowCallsToHelperMissing|registerHelper|Handlebars\.(?!parse\()|precompile|new Function|\beval\(/;
    const files = globSync('src/**/*.ts', {cwd: new URL('../../', import.meta.url)});
    assert.ok(files.length > 50);
    const wrong = files.filter((file) =>
      forbidden.test(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')),
    );
    assert.deepEqual(wrong, []);
  });

  it('T07, T08 calls only helpers of the table, and says where and what was meant', () => {
    for (const name of [
      'helperMissing',
      'blockHelperMissing',
      'lookup',
      'log',
      'with',
      'unless',
      '__lookupGetter__',
      'hasOwnProperty',
    ])
      refused(() => evaluate(`{{${name} x}}`, {x: 1}), 'JW2002');
    const error = refused(() => evaluate('a {{lenght x}}', {x: 'b'}), 'JW2002');
    assert.deepEqual(error.extra.suggestions, ['length']);
    assert.ok(error instanceof ExpressionError && error.offset === 4);
  });

  it('T09, T10, T13 refuses inline partials, decorators, partials and raw blocks with their place', () => {
    for (const source of [
      '{{#*inline "p"}}{{> p}}{{/inline}}{{> p}}',
      '{{*dec}}',
      '{{> p}}',
      '{{#> p}}x{{/p}}',
      '{{> ../../secret}}',
      '{{{{raw}}}}x{{{{/raw}}}}',
    ])
      assert.ok(refused(() => evaluate(`x${source}`, {}), 'JW2003') instanceof ExpressionError);
  });

  it('T11 rejects a template of doubling partials', () => {
    const source = Array.from({length: 22}, (_, i) => `{{#*inline "p${i + 1}"}}{{> p${i}}}{{> p${i}}}{{/inline}}`).join(
      '',
    );
    refused(() => evaluate(source, {}), 'JW2003');
  });

  it('T12 stops four loops in each other within its units', () => {
    const list = Array.from({length: 100}, (_, i) => i);
    const loop = (depth: number): unknown =>
      depth === 0 ? '{{a}}' : {$each: '{{list}}', as: 'abcd'[depth - 1], do: loop(depth - 1)};
    refused(() => evaluate(loop(4), {list}), 'JW2108');
  });

  it('T14 survives 5,000 nested sub-expressions and blocks', () => {
    refused(() => evaluate(`{{list ${'(list '.repeat(5000)}1${')'.repeat(5000)}}}`, {}), 'JW2013');
    refused(() => evaluate(`${'{{#if a}}'.repeat(5000)}${'{{/if}}'.repeat(5000)}`, {}), 'JW2013');
    for (const text of [
      `{{list ${'(list '.repeat(580)}1${')'.repeat(580)}}}`,
      `{{list ${'(('.repeat(2000)}`,
      `${'{{#a}}'.repeat(340)}${'{{/a}}'.repeat(340)}`,
    ])
      assert.throws(() => evaluate(text, {}), ExpressionError);
  });

  it('T15 refuses a template of 1 MB', () => {
    refused(() => evaluate(`{{a}}${'x'.repeat(1_000_000)}`, {a: 1}), 'JW2013');
  });

  it('T16 refuses a text of more than 1 MiB', () => {
    const x = 'x'.repeat(600_000);
    refused(() => evaluate('{{x}}{{x}}', {x}), 'JW2108');
  });

  it('T17, T18 puts a value with quotes into JSON as one text', () => {
    const n = 'a"b&<","admin":"true';
    assert.deepEqual(JSON.parse(stringifyJson(evaluate({n: '{{n}}', m: 'x{{n}}'}, {n}) as Json)), {n, m: `x${n}`});
    refused(() => evaluate('{{{n}}}', {n}), 'JW2003');
  });

  it('T19 keeps the type of a single expression', () => {
    assert.equal(evaluate('{{issue.number}}', {issue: {number: 7}}), 7);
  });

  it('T20 names path and place of a missing value', () => {
    assert.match(
      refused(() => evaluate('{{issue.nmber}}', {issue: {number: 7}}), 'JW2101').message,
      /issue\.nmber.*column 3/,
    );
    assert.equal(evaluate("{{default issue.nmber 'none'}}", {issue: {number: 7}}), 'none');
  });

  it('T21 lets no name end its quotes', () => {
    assert.equal(
      evaluate('Name eq {{odata name}}', {name: "O'Brien' or 1 eq 1 --"}),
      "Name eq 'O''Brien'' or 1 eq 1 --'",
    );
  });

  it('T22 makes one segment of anything', () => {
    assert.equal(renderPath('/a/{{x}}/b', {x: '../x?y#z%2e'}), '/a/..%2Fx%3Fy%23z%252e/b');
  });

  it('T23 refuses a header with a line break before anything is sent', () => {
    refused(() => renderHeaders({'X-A': '{{x}}'}, {x: 'a\r\nX: y'}), 'JW2107');
  });

  it('T25 matches in linear time', () => {
    assert.equal(evaluate("{{matches x '(a+)+$'}}", {x: `${'a'.repeat(50_000)}b`}), false);
    refused(() => evaluate("{{matches x '(a+)\\1'}}", {x: 'a'}), 'JW2010');
  });

  it('T26 refuses wrong types and counts with the place', () => {
    assert.match(
      refused(() => evaluate('a{{lower n}}', {n: 5}), 'JW2008').message,
      /n is number, it takes text in "a\{\{lower n\}\}" at column 10/,
    );
    refused(() => evaluate('{{lower n n}}', {n: 'a'}), 'JW2008');
  });

  it('T27 never evaluates what data holds', () => {
    const x = '{{secret}} \\{{y}} {{{z}}}';
    const scope = {x, secret: 's', list: [x], map: {[x]: x}};
    assert.equal(evaluate('{{x}}', scope), x);
    assert.equal(evaluate('a{{x}}', scope), `a${x}`);
    assert.equal(evaluate("{{concat '{' '{x}' '}'}}", scope), '{{x}}');
    assert.deepEqual(evaluate({$each: '{{list}}', as: 'l', key: '{{l}}', do: '{{l}}'}, scope), {[x]: x});
    assert.deepEqual(evaluate({$merge: ['{{map}}']}, scope), {[x]: x});
    assert.deepEqual(renderPairs({q: '{{x}}'}, scope, 'query'), [['q', x]]);
    refused(() => evaluate("{{matches 'a' x}}", scope), 'JW2010');
  });

  it('T28 gives the same with a polluted Object.prototype', () => {
    const expressions = [
      ...Object.values(helpers).flatMap(({examples}) => examples.map(([expression]) => expression)),
      ...['widget', 'event.widget', "default event.widget 'none'", "get event 'widget'", '> widget', 'widget event'],
    ];
    const directives = () => [
      {$each: '{{event.data.tags}}', as: 't', key: '{{t.key}}', do: '{{t.value}}'},
      {$merge: ['{{event.data.tags}}', {c: 1}]},
      {$switch: 'widget', cases: {a: 1}, default: 2},
    ];
    const outcome = (value: unknown): unknown => {
      try {
        const result = evaluate(value, exampleScope);
        return result === OMIT ? 'OMIT' : stringifyJson(result as Json);
      } catch (error) {
        return (error as ExpressionError).code;
      }
    };
    const clean = [...expressions.map((text) => `{{${text}}}`), ...directives()].map(outcome);
    Object.defineProperty(Object.prototype, 'widget', {
      value: '{{event}}',
      enumerable: true,
      configurable: true,
      writable: true,
    });
    try {
      // Other strings and objects than before, so that they are parsed and compiled again.
      assert.deepEqual([...expressions.map((text) => `{{${text} }}`), ...directives()].map(outcome), clean);
    } finally {
      delete (Object.prototype as {widget?: unknown}).widget;
    }
  });

  it('T29 has no secrets unless a place gives them', () => {
    refused(() => evaluate('{{secret.token}}', {event: {}}), 'JW2101');
    refused(() => evaluate('{{process.env.PATH}}{{globalThis}}', {event: {}}), 'JW2101');
  });
});

describe('words of the runtime', () => {
  it('tell absent from empty', () => {
    assert.deepEqual([undefined, null, OMIT, '', 0, false, []].map(isAbsent), [
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    assert.deepEqual(['', 0, false, null, [], {}].map(plainText), ['', '0', 'false', undefined, undefined, undefined]);
  });
});
