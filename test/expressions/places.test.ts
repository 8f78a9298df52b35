/** Places: what each does with the results of expressions (language reference, section 2.7). */
import assert from 'node:assert/strict';
import {evaluateBytes, renderHeaders, renderPairs, renderPath, renderUrl} from '../../src/expressions/evaluate.ts';
import {ExactNumber, type Json} from '../../src/values/json.ts';
import {refused} from './support.ts';

const p = {
  id: 5,
  long: new ExactNumber('12345678901234567890'),
  name: "O'Hare / Söder?",
  dots: '..',
  dot: '.',
  empty: '',
  up: '../x',
  file: 'a b/c?.txt',
  climb: 'a/../b',
  half: '\ud800',
  host: 'acme-1',
  evil: 'evil.test/',
  base: 'https://api.example.com/v1/',
  plain: 'http://127.0.0.1:8080',
  signed: 'https://blob.example.com/x?sig=a%2Fb&se=1',
  nothing: null,
  yes: true,
  keys: ['a', "b'c"],
  object: {a: 1},
};

describe('a path', () => {
  for (const [path, result] of [
    ['/jobs/{{p.id}}', '/jobs/5'],
    ['/jobs/{{p.long}}/', '/jobs/12345678901234567890/'],
    ['/a/{{p.name}}/b', "/a/O'Hare%20%2F%20S%C3%B6der%3F/b"],
    ['/a/{{p.up}}', '/a/..%2Fx'],
    ['/a{{p.id}}.json', '/a5.json'],
    ['/flag/{{p.yes}}', '/flag/true'],
    ['/files/{{segments p.file}}', '/files/a%20b/c%3F.txt'],
    ['/files/{{uri p.file}}', '/files/a%20b%2Fc%3F.txt'],
    ["/files/{{default (optional (segments p.nope)) 'root'}}", '/files/root'],
    ['/files/{{if p.yes (segments p.file) (segments p.up)}}', '/files/a%20b/c%3F.txt'],
    ['/Things(key={{odata p.name}},inherited=true)', "/Things(key='O''Hare%20%2F%20S%C3%B6der%3F',inherited=true)"],
    ['/Things(keys={{odata p.keys}})', "/Things(keys=('a','b''c'))"],
    ['/Things({{odata p.id}})', '/Things(5)'],
    ['/a?x={{p.empty}}&y={{p.name}}', "/a?x=&y=O'Hare%20%2F%20S%C3%B6der%3F"],
    ['/literal/../kept//', '/literal/../kept//'],
  ] as const)
    it(`${path} is ${result}`, () => {
      assert.equal(renderPath(path, {p}), result);
    });

  it('may be chosen by a directive, and each branch is encoded', () => {
    const path = {
      $if: '{{has p.folder}}',
      then: '/f/{{p.folder}}',
      else: {$switch: '{{p.id}}', cases: {'5': '/x/{{p.up}}'}},
    };
    assert.equal(renderPath(path, {p}), '/x/..%2Fx');
    assert.equal(renderPath(path, {p: {...p, folder: 'a/b'}}), '/f/a%2Fb');
  });

  for (const [path, code] of [
    ['/a/{{p.dots}}', 'JW2107'],
    ['/a/{{p.dot}}/b', 'JW2107'],
    ['/a/{{p.empty}}', 'JW2107'],
    ['/a/{{segments p.climb}}', 'JW2107'],
    ['/a/{{segments p.empty}}', 'JW2107'],
    ['/a/{{uri p.dots}}', 'JW2107'],
    ['/a/{{p.half}}', 'JW2107'],
    ['/a/{{p.nothing}}', 'JW2102'],
    ['/a/{{p.keys}}', 'JW2102'],
    ['/a/{{optional p.nope}}', 'JW2102'],
    ['/a/{{p.nope}}', 'JW2101'],
    ['{{p.object}}', 'JW2102'],
  ] as const)
    it(`${path} is ${code}`, () => {
      assert.match(refused(() => renderPath(path, {p}), code).message, /at column \d+$/);
    });

  it('is text', () => {
    refused(() => renderPath({a: '/x'}, {p}), 'JW2102');
    refused(() => renderPath({$if: false, then: '/x'}, {p}), 'JW2101');
  });
});

describe('an address', () => {
  for (const [url, result] of [
    ['{{p.signed}}', 'https://blob.example.com/x?sig=a%2Fb&se=1'],
    ['{{p.base}}/things/{{p.id}}', 'https://api.example.com/v1/things/5'],
    ['{{p.plain}}', 'http://127.0.0.1:8080'],
    ['{{p.plain}}?x={{p.up}}', 'http://127.0.0.1:8080?x=..%2Fx'],
    ['https://{{p.host}}.example.com', 'https://acme-1.example.com'],
    [
      'https://{{p.host}}.example.com:{{p.id}}/a/{{p.name}}?q={{p.name}}',
      "https://acme-1.example.com:5/a/O'Hare%20%2F%20S%C3%B6der%3F?q=O'Hare%20%2F%20S%C3%B6der%3F",
    ],
    ['https://x.example/{{segments p.file}}', 'https://x.example/a%20b/c%3F.txt'],
    ['https://x.example/?a={{p.empty}}', 'https://x.example/?a='],
  ] as const)
    it(`${url} is ${result}`, () => {
      assert.equal(renderUrl(url, {p}), result);
    });

  for (const url of [
    'https://{{p.evil}}x.example.com/',
    'https://{{p.dots}}.example.com/',
    'https://{{p.empty}}.example.com/',
    'https://a.example/{{p.dots}}/b',
    'https://a.example/{{p.empty}}',
    '{{p.base}}x',
    '{{p.base}}{{p.id}}',
    '{{p.signed}}/more',
    '{{p.host}}',
    '{{p.up}}',
    '{{p.host}}://x.example',
    'ftp://x.example/{{p.id}}',
    '/relative',
    'https://user:pass@x.example/',
    'https://x.example/\n',
    'https:x.example',
    'javascript:alert(1)',
  ])
    it(`${JSON.stringify(url)} is refused`, () => {
      refused(() => renderUrl(url, {p}), 'JW2107');
    });

  it('from data may not smuggle credentials, blanks or another scheme', () => {
    for (const u of [
      'https://a:b@x.example',
      'https://x.example/a b',
      'file:///etc/passwd',
      'https://x.example/\t',
      ' https://x.example',
      '//x.example',
      'https://',
    ])
      refused(() => renderUrl('{{u}}', {u}), 'JW2107');
    refused(() => renderUrl('{{u}}', {u: 5}), 'JW2107');
  });
});

describe('query and form', () => {
  it('repeat a key for a list, leave null and what is left out out, and do not encode', () => {
    const query = {
      a: '{{p.name}}',
      b: ['{{p.id}}', '{{p.nothing}}', '{{optional p.nope}}', true],
      c: null,
      d: '{{optional p.nope}}',
      $top: 5,
      'variables[A]': '{{p.long}}',
    };
    assert.deepEqual(renderPairs(query, {p}, 'query'), [
      ['a', "O'Hare / Söder?"],
      ['b', '5'],
      ['b', 'true'],
      ['$top', '5'],
      ['variables[A]', '12345678901234567890'],
    ]);
  });

  it('may come from a directive, or not at all', () => {
    assert.deepEqual(
      renderPairs({$each: '{{p.object}}', as: 'x', key: 'v[{{x.key}}]', do: '{{x.value}}'}, {p}, 'form'),
      [['v[a]', '1']],
    );
    assert.deepEqual(renderPairs({$if: false, then: {a: 1}}, {p}, 'form'), []);
    assert.deepEqual(renderPairs('{{p.nothing}}', {p}, 'query'), []);
  });

  for (const [title, query] of [
    ['an object', {a: '{{p.object}}'}],
    ['a list of objects', {a: ['{{p.object}}']}],
    ['a list in a list', {a: [['{{p.id}}']]}],
    ['half a character', {a: '{{p.half}}'}],
    ['a list in the place of the map', ['{{p.id}}']],
    ['text in the place of the map', '{{p.name}}'],
  ] as const)
    it(`refuse ${title}`, () => {
      refused(() => renderPairs(query, {p}, 'query'), 'JW2107');
    });
});

describe('headers', () => {
  it('take text and numbers, and leave null and what is left out out', () => {
    assert.deepEqual(
      renderHeaders(
        {A: 'x {{p.id}}', B: '{{p.long}}', C: '{{p.nothing}}', D: '{{optional p.nope}}', E: 'é', F: '{{p.empty}}'},
        {p},
      ),
      {
        A: 'x 5',
        B: '12345678901234567890',
        E: 'é',
        F: '',
      },
    );
  });

  it('may come from a directive with names from data', () => {
    const each = {$each: '{{h.names}}', as: 'name', index: 'i', key: '{{name}}', do: '{{get h.values i}}'};
    assert.deepEqual(renderHeaders(each, {h: {names: ['x-a', 'x-b'], values: ['1', '2']}}), {'x-a': '1', 'x-b': '2'});
    for (const name of ['x a', 'x\r\ny', 'x:', '', 'é'])
      refused(() => renderHeaders(each, {h: {names: [name], values: ['1']}}), 'JW2107');
  });

  for (const bad of ['a\rb', 'a\nb', 'a\0b', 'a\u0100', true, [1], {a: 1}] as Json[])
    it(`refuse ${JSON.stringify(bad)}`, () => {
      assert.match(refused(() => renderHeaders({'X-A': '{{bad}}'}, {bad}), 'JW2107').message, /header X-A/);
    });
});

describe('bytes', () => {
  const raw = new Uint8Array([0xff, 0x00, 0xc3]);

  it('keep raw bytes as they are and write text as UTF-8', () => {
    assert.deepEqual([...evaluateBytes('{{request.raw}}', {request: {raw}})], [...raw]);
    assert.deepEqual(
      [...evaluateBytes('é{{t}}:{{request.raw}}.', {t: 5, request: {raw}})],
      [0xc3, 0xa9, 0x35, 0x3a, ...raw, 0x2e],
    );
    assert.deepEqual([...evaluateBytes('{{t}}', {t: 'ü'})], [0xc3, 0xbc]);
    assert.deepEqual([...evaluateBytes('a', {})], [0x61]);
  });

  it('drop parts that are left out', () => {
    assert.equal(
      Buffer.from(evaluateBytes("{{optional (concat 'id:' q.id ';')}}ts:{{t}};", {q: {}, t: 1})).toString(),
      'ts:1;',
    );
    refused(() => evaluateBytes('{{optional q.id}}', {q: {}}), 'JW2101');
  });

  it('may be longer than a text', () => {
    assert.equal(evaluateBytes('a{{raw}}', {raw: new Uint8Array(2 * 1024 * 1024)}).length, 2 * 1024 * 1024 + 1);
  });

  it('may be chosen by a directive', () => {
    assert.deepEqual([...evaluateBytes({$if: '{{t}}', then: '{{raw}}{{raw}}'}, {t: true, raw})], [...raw, ...raw]);
  });

  it('refuse what has no bytes', () => {
    refused(() => evaluateBytes('a{{o}}', {o: {}}), 'JW2102');
    refused(() => evaluateBytes('{{o}}', {o: null}), 'JW2102');
  });
});
