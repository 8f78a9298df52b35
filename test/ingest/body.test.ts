/** Bytes into values: rows W13 and W15 to W23 and W42 of the threat catalogue, forms and XML. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {MediaTypeRefused, type ParseMode, parseBody} from '../../src/ingest/body.ts';
import {ExactNumber, type Json, type JsonObject, sameJson} from '../../src/values/json.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const read = (text: string, type = 'application/json', mode: ParseMode = 'json'): Json =>
  parseBody(bytes(text), type, mode).value;
const xml = (text: string): Json => read(text, 'application/xml', 'xml');
const plain = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

describe('the body of a delivery', () => {
  for (const [type, mode] of [
    ['multipart/form-data; boundary=x', 'json'],
    ['application/x-www-form-urlencoded', 'json'],
    ['application/json', 'form'],
    ['application/json', 'xml'],
    ['application/octet-stream', 'auto'],
    ['application/xml', 'json'],
    ['image/png', 'text'],
    ['application/jsonp', 'json'],
  ] as const)
    it(`W13 refuses ${type} where ${mode} is taken`, () => {
      assert.throws(() => read('{}', type, mode), MediaTypeRefused);
    });

  for (const [type, mode, body, value] of [
    ['application/json; charset=UTF-8', 'json', '{"a":1}', {a: 1}],
    ['Application/CloudEvents+JSON', 'json', '[1]', [1]],
    ['text/plain; charset="utf-8"', 'json', '5', 5],
    [undefined, 'json', 'null', null],
    ['application/soap+xml', 'auto', '<a>1</a>', {a: '1'}],
    ['text/plain', 'auto', 'hello', 'hello'],
    ['application/x-www-form-urlencoded', 'auto', 'a=1', {a: '1'}],
    [undefined, 'auto', '{"a":1}', {a: 1}],
    ['application/json', 'text', '{"a":1}', '{"a":1}'],
  ] as const)
    it(`reads ${type ?? 'no type'} as ${mode}`, () => {
      assert.deepEqual(plain(parseBody(bytes(body), type, mode).value), value);
    });

  it('refuses a character set it does not read', () => {
    assert.throws(() => read('a', 'text/plain; charset=iso-8859-1', 'text'), MediaTypeRefused);
  });

  it('W15 refuses bytes that are not UTF-8', () => {
    for (const mode of ['json', 'text', 'form', 'xml'] as const)
      assert.throws(() => parseBody(Uint8Array.of(0x22, 0xff, 0x22), undefined, mode), {jobwireCode: 'JW4003'});
  });

  it('W16 takes a byte-order mark', () => {
    assert.deepEqual(read('\ufeff{"a":1}'), {a: 1});
  });

  it('W17 refuses a key that comes twice', () => {
    for (const body of ['{"a":1,"a":2}', '{"b":[{"a":1,"\\u0061":2}]}'])
      assert.throws(() => read(body), {jobwireCode: 'JW4003', message: /same key twice/});
  });

  for (const body of ['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{}}}', '{"\\u005f_proto__":{}}'])
    it(`W18 refuses ${body}`, () => {
      assert.throws(() => read(body), {jobwireCode: 'JW4003'});
      assert.equal(({} as {x?: number}).x, undefined);
    });

  it('W19 refuses 100,000 levels at once', () => {
    const started = performance.now();
    assert.throws(() => read('['.repeat(100_000)), {jobwireCode: 'JW4003', message: /64 levels/});
    assert.ok(performance.now() - started < 50);
  });

  it('W20 keeps every digit and refuses numbers without end', () => {
    const value = read('{"id":12345678901234567890,"zero":-0,"money":1.50}') as JsonObject;
    assert.ok(value['id'] instanceof ExactNumber);
    assert.equal(JSON.stringify(value['id']), '12345678901234567890');
    assert.ok(sameJson(value['money'] ?? null, 1.5));
    assert.throws(() => read('1e400'), {jobwireCode: 'JW4003'});
  });

  it('W21 takes text no database likes', () => {
    assert.deepEqual(read('["\\ud800","a\\u0000b"]'), ['\ud800', 'a\0b']);
  });

  for (const [body, value] of [
    ['', null],
    ['null', null],
    ['5', 5],
    ['[]', []],
  ] as const)
    it(`W22 reads ${JSON.stringify(body)}`, () => assert.deepEqual(read(body), value));

  it('W22 refuses a blank body', () => assert.throws(() => read('  \n'), {jobwireCode: 'JW4003'}));

  it('W23 refuses a body of very many values within 100 ms', () => {
    const body = bytes(`[${'[],'.repeat(349_000)}[]]`);
    const started = performance.now();
    assert.throws(() => parseBody(body, 'application/json', 'json'), {jobwireCode: 'JW4003', message: /200000 values/});
    assert.ok(performance.now() - started < 100);
  });
});

describe('a form', () => {
  const form = (text: string): Json => plain(read(text, 'application/x-www-form-urlencoded', 'form'));

  it('reads names, repeats, blanks and escapes', () => {
    assert.deepEqual(form('a=1&b=2+3&a=%C3%A4&c&=x&&d=e=f'), {a: ['1', 'ä'], b: '2 3', c: '', '': 'x', d: 'e=f'});
  });

  for (const text of ['a=%', 'a=%zz', 'a=%ff', '__proto__=1', '__pr%6Fto__=1'])
    it(`refuses ${text}`, () => assert.throws(() => form(text), {jobwireCode: 'JW4003'}));

  it('reads what a browser writes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({minLength: 1}), fc.string())), (pairs) => {
        const wellFormed = pairs.filter(
          ([name, value]) => name !== '__proto__' && name.isWellFormed() && value.isWellFormed(),
        );
        const expected = new Map<string, string[]>();
        for (const [name, value] of wellFormed) expected.set(name, [...(expected.get(name) ?? []), value]);
        const value = read(new URLSearchParams(wellFormed).toString(), 'application/x-www-form-urlencoded', 'form');
        for (const [name, values] of expected)
          assert.deepEqual((value as JsonObject)[name], values.length === 1 ? values[0] : values);
      }),
    );
  });
});

describe('XML', () => {
  it('becomes objects: attributes, text, repeats, no prefixes', () => {
    const text = `<?xml version="1.0"?><!-- c --><s:Envelope xmlns:s="urn:s" s:id="1">
      <s:Body><item n='a'>one</item><item/><item><![CDATA[<&]]></item>text &lt;&#65;&#x42;&gt;</s:Body></s:Envelope>`;
    assert.deepEqual(plain(xml(text)), {
      Envelope: {'@id': '1', Body: {item: [{'@n': 'a', '#text': 'one'}, '', '<&'], '#text': 'text <AB>'}},
    });
  });

  for (const [what, text] of [
    ['a document type', '<!DOCTYPE a><a/>'],
    ['an entity bomb', '<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>'],
    ['an unknown entity', '<a>&file;</a>'],
    ['a bare ampersand', '<a>a & b</a>'],
    ['a null character', '<a>&#0;</a>'],
    ['a surrogate', '<a>&#xD800;</a>'],
    ['an element that is not closed', '<a><b></b>'],
    ['crossed elements', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['text outside', '<a/>x'],
    ['an attribute twice', '<a x="1" x="2"/>'],
    ['an unquoted attribute', '<a x=1/>'],
    ['the name __proto__', '<a><__proto__>1</__proto__></a>'],
    ['the name __proto__ behind a prefix', '<a><x:__proto__>1</x:__proto__></a>'],
    ['nothing', ' '],
    ['65 levels', '<a>'.repeat(65) + '</a>'.repeat(65)],
  ] as const)
    it(`W42 refuses ${what}`, () => assert.throws(() => xml(text), {jobwireCode: 'JW4003'}));

  it('W42 has no prototype to reach', () => {
    const value = xml('<a><constructor>1</constructor></a>') as JsonObject;
    assert.equal(Object.getPrototypeOf(value), null);
    assert.equal(Object.getPrototypeOf(value['a']), null);
  });

  it('W42 is refused as a media type where it is not declared', () => {
    assert.throws(() => read('<a/>', 'application/xml', 'json'), MediaTypeRefused);
  });

  it('reads back any text that was written with entities', () => {
    const escaped = (text: string): string =>
      text.replace(/[&<>"]/g, (c) => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[c] ?? c);
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), (text) => {
        const value = xml(`<a b="${escaped(text)}"><c>${escaped(text)}</c></a>`) as {a: JsonObject};
        assert.equal(value.a['@b'], text);
        assert.equal(value.a['c'], text);
      }),
    );
  });

  it('is read in linear time', () => {
    const started = performance.now();
    for (const text of [
      `<a ${'x '.repeat(100_000)}`,
      `<a>${'<b'.repeat(100_000)}`,
      `<!--${'-a'.repeat(100_000)}`,
      `<a${' '.repeat(200_000)}`,
    ])
      assert.throws(() => xml(text), {jobwireCode: 'JW4003'});
    assert.ok(performance.now() - started < 500);
  });
});
