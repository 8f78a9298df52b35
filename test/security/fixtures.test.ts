/** R08: what is kept in the repository as a recording, a sample, a case or a fixture holds no credential of anybody. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {relative} from 'node:path';
import {type RecordOptions, record} from '../../src/authoring/record.ts';
import {credentialShapes, findSecrets} from '../../src/authoring/record-secrets.ts';
import {readSecret} from '../../src/config.ts';
import {isObject, type Json, parseJson} from '../../src/values/json.ts';
import {Redactor} from '../../src/values/secret.ts';
import {openPress, secret, token} from '../authoring/record-press.ts';

/** Folders of material, wherever they lie. */
const folders = '{cassettes,samples,fixtures,cases,stores,payloads,deliveries,vectors,judges}';

const files = [
  ...new Set(
    ['bench', 'chaos', 'connectors', 'deploy', 'docs', 'site', 'starter', 'templates', 'test'].flatMap((root) =>
      globSync(`${root}/**/${folders}/**/*.*`, {exclude: (name) => name === 'node_modules'}),
    ),
  ),
].sort();

/** Private keys whose certificates the tests themselves made, for names that nobody can have. */
const ownKeys: ReadonlySet<string> = new Set(
  ['tls/expired', 'tls/valid', 'x509/sender', 'x509/weak'].map((name) => `test/fixtures/${name}.key`),
);

/** Secrets that vendors and libraries publish in their documentation and tests, so that others can check their signatures. */
const published: ReadonlySet<string> = new Set([
  '8f742231b10e8888abcd99yyyzzz85a5',
  "It's a Secret to Everybody",
  'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
  'Convoy',
  '12345',
  'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
  'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK',
  'vqF0En+Z0ucuRTM/01o2GuhMH3hKKk/N2bOmlM31zaA=',
  'whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'sk_test_no_calls_are_made',
]);

/** A text that says itself that it is none: words of a language, a place where one goes in, or the name of a place where one lies. */
const speaks =
  /test|example|other|wrong|(?:^|[^a-z])(?:old|new|made-up|am|send|access|refresh|client|desk|bot|job|hidden|whsec)[-_ ]|^(?:secret|token|refresh)(?:-\d)?$|^(?:env|file):|\{\{/i;

function isStandIn(text: string): boolean {
  if (text === '' || published.has(text) || speaks.test(text)) return true;
  // What a key is made of, explained.
  if (text.split(' ').length > 6) return true;
  // One digit again and again: an id as documentation has it.
  return new Set(text.replace(/^[A-Z]{2}/, '')).size <= 2;
}

/** A header as the credential in it: `Basic` says two texts, of which the second counts. */
function credentialIn(text: string): string {
  const [, scheme = '', rest = text] = /^(Basic|Bearer|Token|HMAC|GenieKey|UserKey|Splunk) +(.*)$/i.exec(text) ?? [];
  if (!/^basic$/i.test(scheme)) return rest;
  const decoded = Buffer.from(rest, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}

/** Tokens that the tests sign, or do not sign, by themselves. */
function isOwnToken(text: string): boolean {
  const [head = ''] = /eyJ[\w-]+/.exec(text) ?? [];
  const header = parseJson(Buffer.from(head, 'base64url').toString('utf8'));
  return isObject(header) && (header['kid'] === 'test-key' || header['alg'] === 'none');
}

function valueAt(value: Json, pointer: string): Json | undefined {
  let at: Json | undefined = value;
  for (const part of pointer.split('/').slice(1))
    at = (at as Record<string, Json> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  return at;
}

/** What looks like a credential in a file, by its place, never by its text. */
function suspicions(file: string, content: string): string[] {
  const found: string[] = [];
  for (const [shape, why] of credentialShapes)
    for (const [text] of content.matchAll(new RegExp(shape, `${shape.flags}g`))) {
      const known = published.has(text) || ownKeys.has(file) || (text.startsWith('eyJ') && isOwnToken(text));
      if (!known) found.push(`${file}: ${why}`);
    }
  if (!file.endsWith('.json')) return found;
  const value = readJson(content);
  if (value === undefined) return found;
  // A signature over a public secret is a text as random as a key is: it counts only where a key would stand.
  const recorded = /(^|\/)cassettes\//.test(file);
  for (const {pointer, why} of findSecrets(value, {secrets: [], harmless: published})) {
    const text = valueAt(value, pointer);
    const counts = recorded || why !== 'looks like a random key' || /\/secrets?\//i.test(pointer);
    if (!counts || typeof text !== 'string') continue;
    const credential = credentialIn(text);
    if (!isStandIn(credential) && !isSignature(pointer, text) && !isJwt(credential))
      found.push(`${file}#${pointer}: ${why}`);
  }
  return found;
}

/** Those were looked at by their shape. */
function isJwt(text: string): boolean {
  return text.startsWith('eyJ');
}

/** An Authorization header that proves a body. */
function isSignature(pointer: string, text: string): boolean {
  return /\/headers\/authorization$/i.test(pointer) && /^HMAC /.test(text);
}

/** Some fixtures are broken on purpose. */
function readJson(content: string): Json | undefined {
  try {
    return parseJson(content);
  } catch {
    return undefined;
  }
}

describe('R08: the recordings and fixtures of the repository', () => {
  it('R08: there are some, of every kind', () => {
    assert.ok(files.length > 1000, String(files.length));
    for (const kind of ['samples', 'cases', 'fixtures', 'stores'])
      assert.ok(
        files.some((file) => file.includes(`/${kind}/`)),
        kind,
      );
  });

  it('R08: hold nothing that looks like a credential', () => {
    assert.deepEqual(
      files.flatMap((file) => suspicions(file, readFileSync(file, 'utf8'))),
      [],
    );
  });

  const planted = 'Zk3vQ9xW2pL7';
  const long = `${planted}mB8cR4tY6hN1sD5fG0jK`;
  for (const [what, file, content] of [
    ['an access key', 'a/samples/x.md', `use ghp_${long}`],
    ['a signed token', 'a/cases/x.json', `{"x":"${jwt({alg: 'RS256', kid: 'prod-1'})}"}`],
    ['a private key', 'test/fixtures/tls/other.key', '-----BEGIN PRIVATE KEY-----'],
    ['an address with a password', 'a/fixtures/x.yaml', `url: https://jo:${planted}@db.example`],
    ['a password by its name', 'a/cases/x.json', `{"connection":{"secrets":{"password":"${planted}"}}}`],
    ['a header', 'a/cases/x.json', `{"headers":{"authorization":"Bearer ${planted}"}}`],
    [
      'a header with a name and a password',
      'a/cases/x.json',
      `{"headers":{"authorization":"Basic ${basic(`test:${planted}`)}"}}`,
    ],
    ['a random key among the secrets of a case', 'a/cases/x.json', `{"secrets":{"hook":"${long}"}}`],
    ['a random key anywhere in a cassette', 'a/cassettes/x.json', `{"body":{"note":"${long}"}}`],
  ] as const)
    it(`R08: ${what} would be found`, () => assert.equal(suspicions(file, content).length > 0, true));
});

function jwt(header: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part(header), part({sub: 'somebody', aud: 'somewhere'}), 'c2lnbmF0dXJl'].join('.');
}

function basic(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('R08: the writer of cassettes', function () {
  this.timeout(20_000);

  it('R08: scrubs what it writes: secrets, tokens and sensitive inputs, in every encoding', async () => {
    const press = await openPress();
    try {
      const unit = press.library.templates.get('sheet-to-job');
      const connection = press.library.connections.get('press-main');
      assert.ok(unit && connection);
      const pin = 'pin-4711-0815';
      const options: Omit<RecordOptions, 'subject'> = {
        library: press.library,
        project: press.dir,
        name: 'scrubbed',
        timeout: '10s',
        secret: readSecret,
      };
      const input = {sheet: 'Menu', pin};
      await record({...options, subject: {kind: 'action', name: 'print', connection, input}});
      const written = globSync('**/*.json', {cwd: press.dir}).filter((file) => /cassettes|cases/.test(file));
      assert.deepEqual(written.sort(), [
        'connectors/press/cases/scrubbed.json',
        'connectors/press/cassettes/scrubbed.json',
      ]);
      const known = new Redactor();
      for (const text of [secret, token, pin]) known.add(text);
      for (const file of written) {
        const text = press.read(file);
        assert.equal(known.text(text), text, file);
        assert.deepEqual(suspicions(relative('.', file), text), [], file);
      }
    } finally {
      await press.close();
    }
  });
});
