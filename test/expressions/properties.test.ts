/** Properties (T30): coded errors only, bounded, deterministic, and equal to stock Handlebars where both mean the same. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {evaluate, OMIT, renderHeaders, renderPairs, renderPath, renderUrl} from '../../src/expressions/evaluate.ts';
import {helpers} from '../../src/expressions/helpers.ts';
import {ExactNumber, type Json, type JsonObject, parseJson, stringifyJson} from '../../src/values/json.ts';

const json = fc.json({maxDepth: 4, noUnicodeString: false}).map((text) => parseOr(text));
const keys = ['a', 'b', 'c', '0', 'x-y', '__proto__', 'constructor'];

function parseOr(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

const root = fc.oneof(
  json,
  fc.constant(new ExactNumber('12345678901234567890') as Json),
  fc.dictionary(
    fc.constantFrom(...keys.slice(0, 5)),
    fc.oneof(json, fc.string(), fc.integer(), fc.array(fc.integer())),
  ) as fc.Arbitrary<Json>,
);
const scopes = fc.record({a: root, b: root, c: root});

const path = fc
  .array(fc.constantFrom('a', 'b', 'c', '[0]', '[x-y]', 'length', 'toString', '__proto__'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((names) => names.join('.'));
const literal = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom(
    'true',
    'false',
    'null',
    "''",
    "'a'",
    "' '",
    "'(a)'",
    "'iso'",
    "'yyyy-MM-dd'",
    "'1d'",
    "','",
    '1.5',
    "'2026-01-12T08:15:30Z'",
    "'12'",
    "'{}'",
  ),
);

const {expression} = fc.letrec<{expression: string; call: string; argument: string}>((tie) => ({
  argument: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    path,
    literal,
    tie('call').map((call) => `(${call})`),
  ),
  call: fc
    .tuple(fc.constantFrom(...Object.keys(helpers)), fc.array(tie('argument'), {maxLength: 4}))
    .map(([name, args]) => [name, ...args].join(' ')),
  expression: fc.oneof(path, tie('call')),
}));

const text = fc.oneof(
  expression.map((inner) => `{{${inner}}}`),
  fc
    .array(
      fc.oneof(
        fc.string(),
        expression.map((inner) => `{{${inner}}}`),
      ),
      {maxLength: 4},
    )
    .map((parts) => parts.join('')),
);

const {value} = fc.letrec<{value: Json}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    text,
    fc.constantFrom<Json>(1, true, null, 'x'),
    fc.array(tie('value'), {maxLength: 3}),
    fc.dictionary(fc.constantFrom('p', 'q', '$if', 'then', '$merge'), tie('value'), {maxKeys: 3}),
    fc.record({$if: text, then: tie('value'), else: tie('value')}),
    fc.record({$switch: text, cases: fc.dictionary(fc.string(), tie('value'), {maxKeys: 2}), default: tie('value')}),
    fc.record({$each: text, as: fc.constantFrom('x', 'y', 'a'), do: tie('value')}),
    fc.record({$each: text, as: fc.constant('z'), key: text, where: text, do: tie('value')}),
    fc.record({$merge: fc.array(tie('value'), {maxLength: 2})}),
  ) as fc.Arbitrary<Json>,
}));

/** JSON text of a result, or the code and sentence of the refusal; anything else that is thrown ends the test. */
function outcome(act: () => unknown): string {
  try {
    const result = act();
    return result === OMIT ? 'OMIT' : `= ${stringifyJson(result as Json)}`;
  } catch (error) {
    if (error instanceof JobwireError) return `${error.code} ${error.message}`;
    throw error;
  }
}

describe('any value over any data', () => {
  it('gives JSON or a coded error, twice the same, and changes neither (T30)', () => {
    fc.assert(
      fc.property(value, scopes, (source, scope) => {
        const before = stringifyJson([source, scope as JsonObject]);
        const first = outcome(() => evaluate(source, scope));
        assert.equal(
          outcome(() => evaluate(structuredClone(source), scope)),
          first,
        );
        assert.equal(stringifyJson([source, scope as JsonObject]), before);
        assert.ok(!first.startsWith('JW9'));
      }),
      {numRuns: 1500},
    );
  });

  it('keeps every place safe, whatever comes', () => {
    fc.assert(
      fc.property(text, scopes, (source, scope) => {
        outcome(() => renderHeaders({h: source}, scope));
        outcome(() => renderPairs({q: source}, scope, 'query'));
        const url = outcome(() => renderUrl(`https://a.example/${source}`, scope));
        assert.ok(!url.startsWith('= ') || url.startsWith('= "https://a.example/'));
      }),
      {numRuns: 500},
    );
  });

  it('makes one segment of any text', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), (x) => {
        const made = outcome(() => renderPath('/p/{{x}}/q', {x}));
        if (made.startsWith('JW2107')) return;
        const {pathname, search, hash} = new URL(`https://h.example${JSON.parse(made.slice(2))}`);
        assert.deepEqual([pathname.split('/').length, search, hash], [4, '', '']);
        assert.equal(decodeURIComponent(pathname.split('/')[2] ?? ''), x);
      }),
    );
  });

  it('reads back what encoders wrote', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), (x) => {
        const odata = String(evaluate('{{odata x}}', {x}));
        assert.equal(odata.slice(1, -1).replaceAll("''", "'"), x);
        assert.equal(odata.slice(1, -1).replaceAll("''", '').includes("'"), false);
        assert.equal(evaluate('{{unbase64 (base64 x)}}', {x}), x);
        assert.deepEqual(evaluate('{{parseJson (json x)}}', {x}), x);
      }),
    );
  });

  it('moves a time through every format and back', () => {
    const seconds = fc.integer({min: -62_167_219_200, max: 253_402_300_799});
    fc.assert(
      fc.property(
        seconds,
        fc.constantFrom('iso', 'unix', 'unix-ms', 'http', 'yyyy-MM-dd HH:mm:ss', 'yyyyMMddTHHmmssZ'),
        (unix, format) => {
          const there = evaluate("{{date x format 'unix'}}", {x: unix, format});
          assert.equal(evaluate("{{date x 'unix' format}}", {x: there as Json, format}), unix);
        },
      ),
    );
  });
});

describe('stock Handlebars without escaping', () => {
  const words = fc.string({
    unit: fc.constantFrom('a', 'B', '0', ' ', '\n', '\r\n', '"', "'", '&', '<', 'é', '😀', '/'),
  });
  const names = fc.constantFrom('a', 'b.c', 'b.[x-y]', 'd.[0].e');
  const part = fc.oneof(
    words,
    names.map((name) => `{{${name}}}`),
    names.map((name) => `{{ ${name} }}`),
    fc.constant(' \\{{a}} '),
  );

  it('gives the same text on templates of text and paths to strings (T30)', () => {
    fc.assert(
      fc.property(fc.array(part, {maxLength: 12}), words, words, (parts, one, two) => {
        const source = parts.join('');
        const data = {a: one, b: {c: two, 'x-y': `${one}${two}`}, d: [{e: one}]};
        const stock = Handlebars.compile(source, {noEscape: true})(data);
        assert.equal(evaluate(source, data), stock);
      }),
      {numRuns: 300},
    );
  });
});
