import assert from 'node:assert/strict';
import fc from 'fast-check';
import {ExactNumber, JsonFault, parseJson, stringifyJson} from '../../src/values/json.ts';

const faultOf = (text: string, limits?: Parameters<typeof parseJson>[1]): string => {
  try {
    parseJson(text, limits);
    return 'none';
  } catch (error) {
    assert.ok(error instanceof JsonFault);
    return error.kind;
  }
};

describe('JSON of senders and targets', () => {
  it('is what the language makes of it, whatever stands in its strings', () => {
    const characters = fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', 'a', 'é', '😀', '\n', '1');
    const text = fc.array(characters, {maxLength: 8}).map((list) => list.join(''));
    const documents = fc.letrec((tie) => ({
      value: fc.oneof(
        {maxDepth: 4},
        text,
        fc.integer(),
        fc.constantFrom(null, true, 1.5),
        fc.array(tie('value'), {maxLength: 4}),
        fc.dictionary(text, tie('value'), {maxKeys: 4}),
      ),
    })).value;
    fc.assert(
      fc.property(documents, fc.constantFrom(undefined, 2), (document, indent) => {
        const written = JSON.stringify(document, null, indent);
        assert.deepEqual(parseJson(written), JSON.parse(written));
      }),
      {numRuns: 500},
    );
  });

  for (const [text, kind] of [
    ['{"a":1,"a":2}', 'duplicate'],
    [String.raw`{"a\\":1,"a\\":2}`, 'duplicate'],
    [String.raw`{"a\"":1,"b":{"\u0062":1,"b":2}}`, 'duplicate'],
    [String.raw`{"a":"\\","b":"\\\"","c":":"}`, 'none'],
    [String.raw`{"\u005f_proto__":1}`, 'forbidden'],
    ['[{"a":{"__proto__":{}}}]', 'forbidden'],
    ['{"constructor":{"prototype":1}}', 'forbidden'],
    ['{"constructor":{"a":1}}', 'none'],
    ['{"constructor":"prototype"}', 'none'],
    ['{"a":"b', 'syntax'],
    [String.raw`{"a":"b\"`, 'syntax'],
    ['[1e400]', 'range'],
  ] as const)
    it(`is ${kind === 'none' ? 'taken' : `refused as ${kind}`}: ${text}`, () => assert.equal(faultOf(text), kind));

  it('is refused when it is too deep or too large, before it is parsed', () => {
    assert.equal(faultOf('[[[1]]]', {depth: 2, nodes: 100}), 'depth');
    assert.equal(faultOf('["[[[","]"]', {depth: 2, nodes: 100}), 'none');
    assert.equal(faultOf('[1,2,3,4,5', {depth: 2, nodes: 4}), 'nodes');
  });

  it('keeps the digits of long numbers, and texts of digits as they are', () => {
    const text = '{"id":12345678901234567890,"text":"12345678901234567890"}';
    const value = parseJson(text) as {id: unknown; text: unknown};
    assert.ok(value.id instanceof ExactNumber);
    assert.equal(value.text, '12345678901234567890');
    assert.equal(stringifyJson(parseJson(text)), text);
  });
});
