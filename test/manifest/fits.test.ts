/** Reading a schema says what compiling it says: for the formats of files, and for the schemas of authors. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import fullFormats from 'ajv-formats/dist/formats.js';
import fc from 'fast-check';
import type {Connector} from '../../src/generated/types.ts';
import {readFits} from '../../src/manifest/fits.ts';
import {formatNames, formatTest} from '../../src/manifest/formats.ts';
import {groundOfKind, isKind, type Kind, validates} from '../../src/manifest/kinds.ts';
import {embeddedSchemas} from '../../src/manifest/parts.ts';
import {compileOwnPattern, compilePattern, compileToRead, isPlain} from '../../src/manifest/patterns.ts';
import {resolveSchema} from '../../src/manifest/schemas.ts';
import {standingAlone, surelySound} from '../../src/manifest/sound.ts';
import {compileSchema} from '../../src/manifest/validate.ts';
import {isObject, type Json, own, parseJson} from '../../src/values/json.ts';
import {groups} from './broken-rows.ts';
import {rows as goodRows, overlaid} from './good-rows.ts';
import {connection, connector, edited, good, template} from './project.ts';

const kindOfFile: Readonly<Record<string, Kind>> = {
  [connector]: 'connector',
  [template]: 'template',
  [connection]: 'connection',
};

/** The files of a project that are JSON, with the kind they ought to be. */
function filesOf(files: Readonly<Record<string, string>>): {file: string; kind: Kind; value: Json}[] {
  return Object.entries(kindOfFile).flatMap(([file, kind]) => {
    try {
      return [{file, kind, value: parseJson(files[file] ?? '')}];
    } catch {
      return [];
    }
  });
}

function assertSame(kind: Kind, value: Json, what: string): void {
  const read = readFits(groundOfKind(kind), value);
  if (read !== undefined) assert.equal(read, validates(kind, value), what);
}

describe('reading the format of a kind', function () {
  this.timeout(30_000);

  it('says of every broken manifest what compiling it says', () => {
    const said = new Set<boolean | undefined>();
    for (const broken of groups.flatMap(([, list]) => list))
      for (const {file, kind, value} of filesOf(edited(broken))) {
        assertSame(kind, value, `${broken.name}: ${file}`);
        said.add(readFits(groundOfKind(kind), value));
      }
    assert.ok(said.has(true) && said.has(false));
  });

  it('says of every good manifest that it fits', () => {
    for (const [name, change] of goodRows.flatMap(([, list]) => list))
      for (const {file, kind, value} of filesOf(overlaid(change)))
        assert.equal(readFits(groundOfKind(kind), value), true, `${name}: ${file}`);
  });

  it('decides about every file that is shipped', () => {
    const files = globSync('{connectors,templates,starter}/**/*.json');
    const manifests = files.flatMap((file) => {
      const value = parseJson(readFileSync(file, 'utf8'));
      const kind = own(value, 'kind');
      return isKind(kind) ? [{file, kind, value}] : [];
    });
    assert.ok(manifests.length > 200, `${manifests.length} manifests`);
    for (const {file, kind, value} of manifests) {
      const read = readFits(groundOfKind(kind), value);
      // Long digits are the one thing that it leaves to the validator.
      if (/[0-9]{16}/.test(readFileSync(file, 'utf8'))) assert.notEqual(read, false, file);
      else assert.equal(read, true, file);
    }
  });

  it('says the same of manifests with a value put in the place of another', () => {
    const values: readonly Json[] = [null, true, 0, -1, 1.5, '', 'x', '{{a}}', '10s', [], [1, 1], ['a'], {}, {a: 1}];
    fc.assert(
      fc.property(
        fc.constantFrom(...filesOf(good)),
        fc.nat(),
        fc.constantFrom(undefined, ...values),
        ({kind, value}, at, other) => assertSame(kind, replaced(value, at, other), `${kind} ${at}`),
      ),
      {numRuns: 1500},
    );
  });
});

/** The value with its nth inner value replaced, or left out. */
function replaced(value: Json, at: number, other: Json | undefined): Json {
  const copy = structuredClone(value);
  const places: {holder: Record<string, Json>; key: string}[] = [];
  const walk = (holder: Json): void => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const [key, inner] of Object.entries(holder)) {
      places.push({holder: holder as Record<string, Json>, key});
      walk(inner);
    }
  };
  walk(copy);
  const place = places[at % places.length];
  if (place && other === undefined && !Array.isArray(place.holder)) delete place.holder[place.key];
  else if (place) place.holder[place.key] = other ?? null;
  return copy;
}

describe('reading the schemas of authors', () => {
  const word = fc.constantFrom('string', 'number', 'integer', 'boolean', 'object', 'array', 'null');
  const simple = fc.oneof(fc.constantFrom<Json>('a', 'b', '', 0, 1, 2.5, true, null), fc.integer({min: -3, max: 30}));
  const piece = fc.constantFrom(
    'a',
    '[a-c]',
    '[^/?#]',
    '\\.',
    '-',
    '/',
    '[A-Za-z0-9_.-]',
    ':',
    '(a|b)',
    '(?=a)',
    '[',
    '.',
  );
  const pattern = fc
    .tuple(
      fc.array(fc.tuple(piece, fc.constantFrom('', '*', '+', '?', '{2}', '{0,3}', '{3,1}')), {maxLength: 4}),
      fc.boolean(),
    )
    .map(([pieces, closed]) => `${closed ? '^' : ''}${pieces.flat().join('')}${closed ? '$' : ''}`);
  const {schema} = fc.letrec<{schema: Json}>((tie) => {
    const inner = tie('schema');
    const seldom = (usual: fc.Arbitrary<Json>, wrong: Json): fc.Arbitrary<Json> =>
      fc.oneof({weight: 12, arbitrary: usual}, {weight: 1, arbitrary: fc.constant(wrong)});
    const count = fc.integer({min: 0, max: 3});
    const keywords: Readonly<Record<string, fc.Arbitrary<Json>>> = {
      type: seldom(fc.oneof(word, fc.uniqueArray(word, {minLength: 1, maxLength: 3})), 'text'),
      enum: seldom(fc.uniqueArray(simple, {minLength: 1, maxLength: 4}), []),
      const: seldom(simple, [1]),
      properties: seldom(fc.dictionary(fc.constantFrom('a', 'b', 'c'), inner, {maxKeys: 3}), []),
      required: seldom(fc.uniqueArray(fc.constantFrom('a', 'b'), {maxLength: 3}), ['a', 'a']),
      additionalProperties: inner,
      propertyNames: inner,
      items: inner,
      prefixItems: seldom(fc.array(inner, {minLength: 1, maxLength: 2}), []),
      minItems: seldom(count, -1),
      maxItems: seldom(count, 1.5),
      uniqueItems: seldom(fc.boolean(), 1),
      minLength: count,
      maxLength: count,
      pattern,
      format: seldom(fc.constantFrom(...formatNames), 'colour'),
      minimum: seldom(fc.integer({min: -3, max: 5}), '1'),
      exclusiveMaximum: fc.integer({min: -3, max: 5}),
      multipleOf: fc.integer({min: 1, max: 3}),
      allOf: seldom(fc.array(inner, {minLength: 1, maxLength: 2}), []),
      anyOf: fc.array(inner, {minLength: 1, maxLength: 2}),
      oneOf: fc.array(inner, {minLength: 1, maxLength: 3}),
      not: inner,
      title: seldom(fc.constant('T'), 1),
      examples: seldom(fc.constant([]), 'x'),
      default: simple,
      $ref: fc.constantFrom('#', '#/$defs/a', '#/$defs/missing'),
      unknown: fc.constant(1),
    };
    const branches = fc.record({if: inner, then: inner, else: inner}, {requiredKeys: ['if']});
    const some = fc
      .uniqueArray(fc.constantFrom(...Object.keys(keywords)), {minLength: 1, maxLength: 3})
      .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, keywords[name] ?? fc.constant(1)]))));
    const whole = fc.oneof({weight: 9, arbitrary: some}, {weight: 1, arbitrary: branches}) as fc.Arbitrary<Json>;
    return {schema: fc.oneof({maxDepth: 3}, fc.boolean(), whole, whole)};
  });
  const {data} = fc.letrec<{data: Json}>((tie) => ({
    data: fc.oneof(
      {maxDepth: 3},
      simple,
      fc.constantFrom('abc', 'a/b', '2026-01-01', 'https://a.example/b', '😀', 'aa'),
      fc.array(tie('data'), {maxLength: 3}),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), tie('data'), {maxKeys: 3}),
    ),
  }));

  it('calls sound only what compiles, and reads it as it is when compiled', function () {
    this.timeout(60_000);
    const seen = {sound: 0, true: 0, false: 0, unsure: 0};
    fc.assert(
      fc.property(schema, fc.array(data, {minLength: 1, maxLength: 6}), (made, values) => {
        if (!isObject(made) || !surelySound(made)) return;
        seen.sound++;
        const validate = compileSchema(made);
        for (const value of values) {
          const read = readFits(standingAlone(made), value);
          seen[read === undefined ? 'unsure' : read ? 'true' : 'false']++;
          if (read !== undefined) assert.equal(read, validate(value), JSON.stringify({made, value}));
        }
      }),
      {numRuns: 1500},
    );
    assert.ok(seen.sound > 100 && seen.true > 100 && seen.false > 100, JSON.stringify(seen));
  });

  it('calls the schemas of all shipped connectors sound', () => {
    const all = globSync('connectors/*/connector.json').flatMap((file) => {
      const manifest = parseJson(readFileSync(file, 'utf8')) as unknown as Connector;
      return embeddedSchemas(manifest)
        .filter(({schema: part}) => typeof part === 'object' && !JSON.stringify(part).includes('./schemas/'))
        .map(({schema: part, pointer}) => ({schema: resolveSchema(part, manifest), name: `${file}${pointer}`}));
    });
    const unsure = all.filter((one) => !surelySound(one.schema)).map(({name}) => name);
    assert.ok(all.length > 300, `${all.length}`);
    assert.deepEqual(unsure, []);
  });

  it('takes no address for plain that the format refuses', () => {
    const whole = fullFormats.fullFormats.uri as (text: string) => boolean;
    const plain = formatTest('uri');
    assert.ok(plain);
    const part = fc.constantFrom(
      'https://',
      'http://',
      'a',
      'example',
      '.',
      ':80',
      ':',
      '/',
      '-',
      '_',
      '~',
      '%',
      ' ',
      '@',
      'É',
    );
    fc.assert(
      fc.property(fc.array(part, {maxLength: 8}), (parts) =>
        assert.equal(plain(parts.join('')), whole(parts.join(''))),
      ),
      {numRuns: 3000},
    );
  });
});

describe('the patterns of our own schemas', () => {
  const sources = [
    ...new Set(
      globSync('schemas/*.json').flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/"pattern": ("(?:[^"\\]|\\.)*")/g)].map(
          (match) => JSON.parse(match[1] ?? '""') as string,
        ),
      ),
    ),
  ].filter((source) => source !== '(?=a)b');

  it('mean the same to the native engine', () => {
    assert.ok(sources.length > 30, `${sources.length} patterns`);
    for (const source of sources) {
      const letters = [...source.replace(/[\^$\\()|?]/g, ''), ' ', '\u00a0', '\n', 'é', '😀', ...'aZ09.-_/@{}'];
      const native = compileOwnPattern(source);
      const linear = compilePattern(source);
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...letters), {maxLength: 14}), (made) => {
          const text = made.join('');
          assert.equal(native.test(text), linear.test(text), `${source} ${JSON.stringify(text)}`);
        }),
        {numRuns: 60},
      );
    }
  });

  it('end soon on texts made to be slow', () => {
    const slow = ['a', 'a-', 'a.', '0', '1.', '~0', '/', '*.', 'a/', '-a', '{', ' a'].flatMap((unit) =>
      ['!', '', '.', '-'].map((end) => `${unit.repeat(300).slice(0, 255)}${end}`),
    );
    const began = performance.now();
    for (const source of sources) for (const text of slow) compileOwnPattern(source).test(text);
    assert.ok(performance.now() - began < 5000);
  });
});

describe('plain patterns', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '-',
    '/',
    '\\.',
    '[a-z]',
    '[^/?#]',
    '[A-Za-z0-9_.-]',
    '[^a]',
    '(a)',
    '.',
    '[b-a]',
    '\\d',
  );
  const times = fc.constantFrom('', '', '*', '+', '?', '{2}', '{0,3}', '{3,1}', '*?');
  const source = fc
    .array(fc.tuple(piece, times), {minLength: 1, maxLength: 4})
    .map((parts) => `^${parts.flat().join('')}`)
    .chain((open) => fc.constantFrom(open, `${open}$`));

  it('compile, and mean the same to the native engine', () => {
    let count = 0;
    fc.assert(
      fc.property(source, fc.array(fc.constantFrom(...'ab-/.cA?\u00a0\n'), {maxLength: 8}), (made, letters) => {
        if (!isPlain(made)) return;
        count++;
        const text = letters.join('');
        assert.equal(
          compileToRead(made).test(text),
          compilePattern(made).test(text),
          `${made} ${JSON.stringify(text)}`,
        );
      }),
      {numRuns: 3000},
    );
    assert.ok(count > 500, `${count}`);
  });

  const others = ['^(a+)+$', '^a*a*a*a*$', 'a*b', '^[^a]+(b|c)', '^\\d+$', '^.*$', '^a{5,2}$', `^${'a'.repeat(200)}$`];
  for (const other of others) it(`are not such as ${other.slice(0, 20)}`, () => assert.equal(isPlain(other), false));

  it('are what the settings of connectors mostly have', () => {
    for (const one of ['^[A-Za-z0-9_-]+$', '^https?://[^?#]*[^/?#]$', '^[a-z0-9][a-z0-9-]{0,62}$'])
      assert.ok(isPlain(one), one);
  });

  it('are quick on the longest texts', () => {
    const began = performance.now();
    for (const one of ['^[a-z]*[a-z]*[a-z]*/$', '^[^/]*a*[a-z]*/$']) {
      assert.ok(isPlain(one));
      assert.equal(compileToRead(one).test('a'.repeat(256)), false);
    }
    assert.ok(performance.now() - began < 2000);
  });
});
