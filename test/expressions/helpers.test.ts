/** The helper table: every example is executed, every row is complete. */
import assert from 'node:assert/strict';
import {evaluate} from '../../src/expressions/evaluate.ts';
import {exampleScope, helpers, paramType} from '../../src/expressions/helpers.ts';
import {own} from '../../src/values/json.ts';
import {refused} from './support.ts';

/** The closed table of the language reference, section 2.5. */
const names = `has default optional nonEmpty eq not and or gt gte lt lte in if type lower upper trim truncate replace before after
  split join concat contains startsWith endsWith matches capture captures length list first last get field where find pick pluck string
  number integer boolean add subtract json parseJson base64 unbase64 hash uuid date shift uri segments odata soql jql snquery`;

describe('the helper table', () => {
  it('holds exactly the helpers of the language', () => {
    assert.deepEqual(Object.keys(helpers).sort(), names.split(/\s+/).sort());
  });

  for (const [name, helper] of Object.entries(helpers))
    describe(name, () => {
      it('has two examples or more, and a signature that begins with its name', () => {
        assert.ok(helper.examples.length >= 2);
        assert.ok(helper.signature.startsWith(`${name}(`));
      });

      for (const [expression, result] of helper.examples) {
        const code = typeof result === 'object' ? own(result, 'code') : undefined;
        if (typeof code === 'string')
          it(`${expression} is ${code}`, () => {
            refused(() => evaluate(`{{${expression}}}`, exampleScope), code);
          });
        else
          it(`${expression} = ${String(JSON.stringify(result))}`, () => {
            assert.deepEqual(evaluate(`{{${expression}}}`, exampleScope), result);
          });
      }

      it('refuses one argument too many or too few', () => {
        const most = helper.rest === undefined ? helper.params.length : undefined;
        if (most !== undefined) refused(() => evaluate(`{{${name}${' 1'.repeat(most + 1)}}}`, {}), 'JW2008');
        if (helper.params.length > 1) refused(() => evaluate(`{{${name} 1}}`, {}), 'JW2008');
        assert.ok(most !== undefined || paramType(helper, 5) !== undefined);
      });
    });
});

describe('helpers over unusual data', () => {
  const scope = {
    data: JSON.parse(
      '{"n": 1, "__proto__": {"a": 1}, "text": "a\\u0000b", "half": "\\ud800", "empty": {}, "list": [null, 1]}',
    ),
    rows: [{id: 1, tag: null}, 5, {id: 2, tag: 'x'}, null, [1]],
    stray: {Some_Key: 1, 'some-key': 2},
    bytes: new Uint8Array([123, 125]),
    bad: new Uint8Array([255]),
  };
  const value = (expression: string) => evaluate(`{{${expression}}}`, scope);

  it('get and where never read a prototype, even an own __proto__', () => {
    refused(() => value("get data '__proto__'"), 'JW2012');
    refused(() => value("where rows 'constructor' 1"), 'JW2012');
    refused(() => value("pluck rows 'prototype'"), 'JW2012');
    refused(() => value("field data '__proto__'"), 'JW2012');
    assert.equal(value("has (field data 'proto')"), false);
    assert.equal(value("has (get data 'toString')"), false);
  });

  it('where and find pass over items that are no objects, and tell null from missing', () => {
    assert.deepEqual(value("where rows 'tag' null"), [{id: 1, tag: null}]);
    assert.deepEqual(value("find rows 'id' 2"), {id: 2, tag: 'x'});
  });

  it('first gives null where the first item is null, and last what is last', () => {
    assert.equal(value('first data.list'), null);
    assert.equal(value('last data.list'), 1);
  });

  it('get refuses a fraction and finds nothing below zero', () => {
    refused(() => value('get data.list 0.5'), 'JW2008');
    refused(() => value('get data.list -1'), 'JW2101');
  });

  it('field takes the first key that fits, an exact one before all others', () => {
    assert.equal(value("field stray 'SOMEKEY'"), 1);
    assert.equal(value("field stray 'some-key'"), 2);
  });

  it('pluck says which item has no such key', () => {
    assert.match(refused(() => value("pluck rows 'id'"), 'JW2101').message, /pluck: item 2 has no id/);
  });

  it('json refuses bytes, parseJson reads them', () => {
    refused(() => value('json bytes'), 'JW2104');
    refused(() => value('json (list bytes 1)'), 'JW2104');
    assert.deepEqual(value('parseJson bytes'), {});
    refused(() => value('parseJson bad'), 'JW2104');
  });

  it('parseJson keeps digits and refuses what strict JSON refuses', () => {
    assert.equal(value("string (parseJson '12345678901234567890')"), '12345678901234567890');
    for (const text of ['{"a":1,"a":2}', '{"__proto__":1}', '[1,]', '1e999', '['.repeat(65) + ']'.repeat(65)])
      refused(() => evaluate('{{parseJson text}}', {text}), 'JW2104');
  });

  it('encoders refuse half characters and control characters', () => {
    refused(() => value('uri data.half'), 'JW2104');
    refused(() => value('segments data.half'), 'JW2104');
    refused(() => value('soql data.text'), 'JW2104');
    refused(() => value('jql data.text'), 'JW2104');
    refused(() => value('snquery data.text'), 'JW2104');
  });

  for (const text of ['a\nb', 'a\rb', 'a^ORb', '\tjavascript:x', ' javascript: x', 'a\u2028b'])
    it(`snquery refuses ${JSON.stringify(text)}`, () => {
      refused(() => evaluate('{{snquery text}}', {text}), 'JW2104');
    });

  it('soql and jql let no text out of its quotes', () => {
    const text = `a' OR "b" \\ \n`;
    assert.equal(evaluate('{{soql text}}', {text}), `'a\\' OR "b" \\\\ \\n'`);
    assert.equal(evaluate('{{jql text}}', {text}), `"a' OR \\"b\\" \\\\ \\n"`);
  });

  it('odata writes each type as its own literal', () => {
    assert.equal(
      evaluate("{{odata (list 1 true 'a' null id)}}", {id: '6f9619ff-8b86-d011-b42d-00c04fc964ff'}),
      "(1,true,'a',null,'6f9619ff-8b86-d011-b42d-00c04fc964ff')",
    );
    refused(() => evaluate('{{odata (list (list 1) 2)}}', {}), 'JW2104');
  });

  it('uuid is the version 5 of a fixed namespace', () => {
    assert.match(
      String(evaluate("{{uuid 'a'}}", {})),
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.equal(evaluate("{{uuid 'jw-aaaa'}}", {}), 'cf23bba9-3cf3-5b0e-9744-f728849b6bd6');
  });

  it('unbase64 takes base64url and no padding, and nothing that Buffer would skip', () => {
    assert.equal(evaluate("{{unbase64 'w7_Dvw'}}", {}), 'ÿÿ');
    refused(() => evaluate("{{unbase64 'YWI=YWI='}}", {}), 'JW2104');
    refused(() => evaluate("{{unbase64 'YWI=='}}", {}), 'JW2104');
    refused(() => evaluate("{{unbase64 'Y'}}", {}), 'JW2104');
  });
});

describe('dates', () => {
  const date = (value: string | number, to: string, from = 'iso') =>
    evaluate('{{date value to from}}', {value, to, from});

  for (const [value, from] of [
    ['2026-02-29T00:00:00Z', 'iso'],
    ['2026-01-12T24:00:00Z', 'iso'],
    ['2026-01-12T08:15:60Z', 'iso'],
    ['2026-01-12T08:15:30+24:00', 'iso'],
    ['2026-01-12 08:15:30Z', 'iso'],
    ['0000-01-01T00:00:00+01:00', 'iso'],
    ['9999-12-31T23:59:59-01:00', 'iso'],
    ['2026-13-01', 'date'],
    ['2026-1-01', 'date'],
    ['2026-01-01 ', 'date'],
    ['Tue, 12 Jan 2026 08:15:30 GMT', 'http'],
    ['12 Jan 2026', 'http'],
    ['12:30', 'HH:mm'],
    ['soon', 'unix'],
    ['1e9', 'unix'],
    [253402300800, 'unix'],
    [Number.NaN, 'unix'],
    [5, 'iso'],
  ] as const)
    it(`refuses ${value} as ${from}`, () => {
      refused(() => date(value, 'iso', from), 'JW2104');
    });

  it('reads text and numbers as unix time, down to the millisecond', () => {
    assert.equal(date('1768205730.2509', 'iso', 'unix'), '2026-01-12T08:15:30.250Z');
    assert.equal(date('1768205730250', 'unix', 'unix-ms'), 1768205730);
    assert.equal(date(-1, 'iso', 'unix'), '1969-12-31T23:59:59Z');
  });

  it('moves every offset to UTC', () => {
    assert.equal(date('2026-01-01T00:30:00+01:00', 'yyyy/MM/dd HH:mm'), '2025/12/31 23:30');
    assert.equal(date('2026-01-01T00:30:00.123456-11:45', 'iso'), '2026-01-01T12:15:00.123Z');
  });

  it('reads a leap day and years before 100', () => {
    assert.equal(date('2024-02-29', 'iso', 'date'), '2024-02-29T00:00:00Z');
    assert.equal(date('0050-03-01', 'iso', 'date'), '0050-03-01T00:00:00Z');
  });

  for (const format of ['', 'yyyy-MM-dd yyyy', 'dd MMM yyyy', 'YYYY', '---', 'iso8601', 'y'.repeat(200)])
    it(`refuses the format "${format.slice(0, 20)}"`, () => {
      refused(() => date('2026-01-12T08:15:30Z', format), 'JW2104');
    });

  it('shifts over the end of a year, and not out of the calendar', () => {
    assert.equal(evaluate("{{shift '2024-02-28T23:59:59.500Z' '+1s'}}", {}), '2024-02-29T00:00:00.500Z');
    refused(() => evaluate("{{shift '9999-12-31T23:59:59Z' '1s'}}", {}), 'JW2104');
    refused(() => evaluate("{{shift '2026-01-01T00:00:00Z' '--1s'}}", {}), 'JW2104');
  });
});
