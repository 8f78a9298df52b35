/** What must never get into a cassette, what may, and what stands in its place. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {Disguise} from '../../src/authoring/record-disguise.ts';
import {normaliser} from '../../src/authoring/record-normalise.ts';
import {findSecrets} from '../../src/authoring/record-secrets.ts';
import type {Json} from '../../src/values/json.ts';

const found = (value: Json, secrets: string[] = [], harmless: string[] = []): string[] =>
  findSecrets(value, {secrets, harmless: new Set(harmless)}).map(({pointer}) => pointer);

const key = 'kV9x-Qw7tL2mZ8rB4nH6';

describe('the search for secrets', () => {
  const encodings: Readonly<Record<string, (text: string) => string>> = {
    'as it is': (text) => text,
    'in base64': (text) => Buffer.from(text).toString('base64'),
    'in base64 with something before it': (text) => Buffer.from(`user:${text}`).toString('base64'),
    'in base64url': (text) => Buffer.from(`?>${text}`).toString('base64url'),
    'in hex': (text) => Buffer.from(text).toString('hex'),
    'percent-encoded': (text) => encodeURIComponent(`${text} &`),
    'inside JSON text': (text) => JSON.stringify({inner: {deep: text}}),
    'in base64 of base64': (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
  };
  for (const [how, encode] of Object.entries(encodings))
    it(`finds a known secret ${how}`, () => assert.deepEqual(found({a: [`say ${encode(key)}`]}, [key]), ['/a/0']));

  it('finds a known secret in the name of a member', () => assert.deepEqual(found({[key]: 1}, [key]), [`/${key}`]));

  it('finds any secret in the encodings it travels in', () =>
    fc.assert(
      fc.property(
        fc.string({minLength: 6, unit: fc.constantFrom(...'abcXYZ019 -_/+%"')}),
        fc.constantFrom('utf8', 'base64', 'base64url', 'hex'),
        (secret, encoding) => {
          const text = encoding === 'utf8' ? secret : Buffer.from(secret).toString(encoding as BufferEncoding);
          assert.ok(found({text: `<${text}>`}, [secret]).includes('/text'), text);
        },
      ),
      {numRuns: 300},
    ));

  const suspicious: readonly [why: string, value: Json, pointer: string][] = [
    ['a bearer header', {h: 'Bearer abcdefghijkl4711'}, '/h'],
    ['basic credentials', {h: 'Basic am9iOndpcmU='}, '/h'],
    ['a JSON Web Token', {t: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'}, '/t'],
    ['a private key', {k: '-----BEGIN RSA PRIVATE KEY-----\nMII'}, '/k'],
    ['an address with a password', {u: 'https://joe:pw@host.example/'}, '/u'],
    ['a random key', {x: 'see qZ7RkT2vXb9LmN4pWc8YdF3gHs6JtA1e here'}, '/x'],
    ['a text under the name of a secret', {clientSecret: 'tiger-lily'}, '/clientSecret'],
    ['a token under a snake-case name', {a: {refresh_token: 'abcdef12'}}, '/a/refresh_token'],
  ];
  for (const [why, value, pointer] of suspicious)
    it(`suspects ${why}`, () => assert.deepEqual(found(value), [pointer]));

  const innocent: readonly [what: string, value: Json][] = [
    ['a UUID', 'ee9327fd-237d-419e-86ef-9946b34461e3'],
    ['a digest in hex', '9d385017c611228701d22104cc95c371e3b0c44298fc1c149afbf4c8996fb924'],
    ['the reference of a run', 'jw-abcdefghijklmnopqrstuvwxyz'],
    ['a long name', 'UiServerConfigurationODataStartJobs2020WithInputArguments'],
    ['an address', 'https://api.press.example/v2/jobs/4711?top=100&filter=State'],
    ['a sentence', 'The token was refused because basic authentication is switched off'],
    ['stars', {secret: '********'}],
    ['a number', {password: 12345678}],
  ];
  for (const [what, value] of innocent) it(`takes no offence at ${what}`, () => assert.deepEqual(found(value), []));

  it('takes no offence at what stands for a secret', () =>
    assert.deepEqual(
      found({clientSecret: 'test-key', h: 'Bearer hidden-123456'}, [], ['test-key', 'hidden-123456']),
      [],
    ));
});

describe('a disguise', () => {
  it('replaces a secret in every encoding, by the same encoding of its stand-in', () => {
    const disguise = new Disguise();
    disguise.add(key, 'test-key');
    assert.equal(disguise.text(`a ${key} b`), 'a test-key b');
    assert.equal(disguise.text(Buffer.from(key).toString('base64')), Buffer.from('test-key').toString('base64'));
  });

  it('replaces a short secret only where it is the whole text', () => {
    const disguise = new Disguise();
    disguise.add('12', 'test-pin');
    assert.deepEqual(disguise.json({pin: '12', time: '12:30'}), {pin: 'test-pin', time: '12:30'});
  });

  it('replaces the longer of two secrets that hold one another', () => {
    const disguise = new Disguise();
    disguise.add('horse-battery');
    disguise.add('correct-horse-battery');
    assert.equal(disguise.text('correct-horse-battery'), 'hidden-2');
  });
});

describe('the normaliser', () => {
  const from = Date.parse('2026-11-24T20:00:00Z');
  const to = Date.parse('2026-01-12T08:00:00Z');
  const theirs = 'EE9327fd-237d-419e-86ef-9946b34461e3';
  const ours = '99587436-4ce5-480d-988c-6d7f43787a2c';
  const normal = normaliser({
    exchanges: [
      {request: {id: ours}, response: {id: theirs, echo: ours}},
      {request: {id: theirs}, response: null},
    ],
    given: {url: 'http://127.0.0.1:7071/base', at: '2026-11-24T10:00:00Z'},
    from,
    to,
  });
  const rows: readonly [what: string, before: string, after: string][] = [
    ['numbers an id that the target made', theirs.toLowerCase(), '00000000-0000-4000-8000-000000000001'],
    ['leaves an id that we sent first', ours, ours],
    ['moves a time', '2026-11-24T20:00:05Z', '2026-01-12T08:00:05Z'],
    [
      'keeps the offset and the number of digits',
      '2026-11-24T21:00:05.1234567+01:00',
      '2026-01-12T09:00:05.0000000+01:00',
    ],
    ['leaves a time that was given', '2026-11-24T10:00:00.000Z', '2026-11-24T10:00:00.000Z'],
    ['leaves a time of another year', '1999-12-31T23:59:59Z', '1999-12-31T23:59:59Z'],
    ['names an address of this machine', 'see http://127.0.0.1:7071/x', 'see https://target-1.example.com/x'],
    ['names its host alone', '127.0.0.1:7071', 'target-1.example.com'],
  ];
  for (const [what, before, after] of rows) it(what, () => assert.equal(normal(before), after));
});
