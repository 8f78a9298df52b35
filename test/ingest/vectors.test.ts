/** Published signatures, held against the verifier by nothing but the parameters a manifest can say. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import type {VerifyRule} from '../../src/generated/types.ts';
import {signDelivery} from '../../src/ingest/signatures/sign.ts';
import {verify} from '../../src/ingest/signatures/verify.ts';
import type {Json} from '../../src/values/json.ts';
import {delivery, proofOf} from './support.ts';

interface Knobs {
  readonly scheme: 'hmac' | 'digest' | 'token';
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly encoding?: 'hex' | 'base64';
  readonly header?: string;
  readonly split?: string;
  readonly pair?: string;
  readonly key?: string;
  readonly prefix?: string;
  readonly base?: string;
  readonly timestamp?: {header?: string; field?: string; format: 'unix-s' | 'unix-ms' | 'iso8601'; tolerance?: number};
  readonly secret?: {stripPrefix?: string; encoding?: 'base64'};
  readonly bodyHash?: {query: string; algorithm: 'sha256'; encoding: 'hex'};
  readonly tokenIn?: 'header' | 'bodyPath';
  readonly url?: {decode: string};
}

interface Vector {
  readonly name: string;
  readonly scheme: string | null;
  readonly knobs?: Knobs;
  readonly valid?: boolean;
  readonly secret: string | null;
  readonly now?: number;
  readonly method?: string;
  readonly url?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly bodyFile?: string;
  readonly expected: {readonly header?: string; readonly value: string};
}

const folder = 'test/fixtures/vectors';
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const {sources, outbound} = JSON.parse(read('source-knobs.json')) as Record<
  'sources' | 'outbound',
  Record<string, Knobs>
>;
const {vectors} = JSON.parse(read('vectors.json')) as {vectors: Vector[]};
const known = {...sources, ...outbound};

const formats = {'unix-s': 'unix', 'unix-ms': 'unix-ms', iso8601: 'iso'} as const;
const escapes = '%3A %2F %3F %40 %21 %24 %27 %28 %29 %2A %2C %3B';

/** The scheme as a manifest says it. */
function ruleOf(knobs: Knobs): VerifyRule {
  if (knobs.scheme === 'token') return {scheme: 'token', token: {from: tokenPlace(knobs), equals: '{{secret.key}}'}};
  const {header = '', split, pair, key, prefix, timestamp, secret, bodyHash, algorithm, encoding} = knobs;
  return {
    scheme: knobs.scheme,
    ...(algorithm && {algorithm}),
    ...(encoding && {encoding}),
    signature: {header, ...(split && {split}), ...(pair && {pair}), ...(key && {key}), ...(prefix && {prefix})},
    base: baseOf(knobs.base ?? '{body}'),
    ...(knobs.scheme === 'hmac' && {key: '{{secret.key}}'}),
    ...(secret?.encoding && {keyEncoding: secret.encoding}),
    ...(secret?.stripPrefix && {keyStrip: secret.stripPrefix}),
    ...(timestamp && {
      timestamp: {
        ...(timestamp.header && {header: timestamp.header}),
        ...(timestamp.field && {field: timestamp.field}),
        format: formats[timestamp.format],
        tolerance: timestamp.tolerance === undefined ? '36500d' : `${timestamp.tolerance}s`,
      },
    }),
    ...(bodyHash && {bodyHash}),
    ...(knobs.url && {url: {decode: escapes}}),
  };
}

function tokenPlace({tokenIn, header, prefix}: Knobs): string {
  if (tokenIn === 'bodyPath') return '{{item.clientState}}';
  return prefix ? `{{after request.headers.[${header}] '${prefix}'}}` : `{{request.headers.[${header}]}}`;
}

function baseOf(text: string): string {
  return text
    .replace('{body}', '{{request.raw}}')
    .replace('{timestamp}', '{{timestamp}}')
    .replace('{method}', '{{request.method}}')
    .replace('{url}', '{{request.url}}')
    .replace('{formSorted}', '{{request.formSorted}}')
    .replace('{secret}', '{{secret.key}}')
    .replace(/\{header:([\w-]+)\}/, '{{request.headers.[$1]}}');
}

function bodyOf({body, bodyFile}: Vector): Buffer {
  return bodyFile ? readFileSync(join(folder, basename(bodyFile))) : Buffer.from(body ?? '', 'utf8');
}

interface Changes {
  readonly body?: Buffer;
  readonly secrets?: readonly string[];
  readonly laterBy?: number;
}

function check(vector: Vector, rule: VerifyRule, {body, secrets, laterBy = 0}: Changes = {}): readonly Json[] {
  const {header, value} = vector.expected;
  const sent = delivery({
    ...(vector.method && {method: vector.method}),
    ...(vector.url && {url: vector.url}),
    headers: {...vector.headers, ...(header && {[header]: value})},
    body: body ?? bodyOf(vector),
  });
  const now = ((vector.now ?? 1_700_000_000) + laterBy) * 1000;
  const verified = verify([rule], proofOf(sent, {secrets: {key: secrets ?? [vector.secret ?? '']}}, now));
  const items = JSON.parse(
    rule.scheme === 'token' && verified.perItem ? bodyOf(vector).toString() : '{"value":[{}]}',
  ).value;
  const kept = verified.keep(items);
  assert.notEqual(kept.length, 0, 'no item is proved');
  return kept;
}

function knobsOf({scheme, knobs}: Vector): Knobs | undefined {
  return scheme === null ? knobs : known[scheme];
}

describe('published signatures', () => {
  const usable = vectors.flatMap((vector) => {
    const knobs = knobsOf(vector);
    return knobs && vector.secret !== null ? [{vector, knobs, rule: ruleOf(knobs)}] : [];
  });

  it('has a vector for every scheme in the table', () => {
    const used = new Set(usable.map(({vector}) => vector.scheme));
    assert.deepEqual(
      Object.keys(known).filter((scheme) => !used.has(scheme)),
      [],
    );
    assert.ok(usable.length >= 35);
  });

  for (const {vector, knobs, rule} of usable) {
    if (vector.valid === false) {
      it(`refuses ${vector.name}`, () => assert.throws(() => check(vector, rule), {jobwireCode: 'JW4001'}));
      continue;
    }

    it(`accepts ${vector.name}, also as the second of two live secrets`, () => {
      check(vector, rule);
      check(vector, rule, {secrets: ['bmV3ZXItc2VjcmV0', vector.secret ?? '']});
    });

    it(`refuses ${vector.name} under another secret`, () => {
      assert.throws(() => check(vector, rule, {secrets: ['YW5vdGhlci1zZWNyZXQ=']}));
    });

    if (knobs.scheme !== 'token')
      it(`refuses ${vector.name} with one byte of the body changed`, () => {
        const body = Buffer.concat([bodyOf(vector)]);
        const changed = body.length === 0 ? Buffer.from('!') : body;
        if (body.length > 0) changed[Math.floor(body.length / 2)] = (changed[Math.floor(body.length / 2)] ?? 0) ^ 1;
        assert.throws(() => check(vector, rule, {body: changed}), {jobwireCode: 'JW4001'});
      });

    if (knobs.timestamp?.tolerance !== undefined)
      it(`refuses ${vector.name} 400 s later and 400 s earlier`, () => {
        assert.throws(() => check(vector, rule, {laterBy: 400}), {jobwireCode: 'JW4002'});
        assert.throws(() => check(vector, rule, {laterBy: -400}), {jobwireCode: 'JW4002'});
      });
  }

  /** What the sender itself makes cannot be made again where it adds foreign entries, or where its time is not the scheme's. */
  const remade = usable.filter(
    ({vector, knobs}) =>
      vector.valid !== false &&
      knobs.tokenIn !== 'bodyPath' &&
      !/rotat|multi|NoTolerance|webhookx$|formSorted/.test(`${vector.name} ${vector.scheme}`),
  );
  for (const {vector, knobs, rule} of remade)
    it(`signs ${vector.name} as its sender did`, () => {
      const {header = '', value} = vector.expected;
      const url = (vector.url ?? 'https://jobwire.example/').replace(/&?bodySHA256=\w+/, '');
      const stamp = knobs.timestamp?.header;
      const headers = Object.fromEntries(Object.entries(vector.headers).filter(([name]) => name !== stamp));
      const unsigned = {method: vector.method ?? 'POST', url, headers, raw: bodyOf(vector)};
      const at = signedAt(vector, knobs);
      const signed = signDelivery(rule, unsigned, {secrets: {key: () => [vector.secret ?? '']}, config: {}, at});
      assert.equal(signed.headers[header], value);
    });
});

/** The senders' clocks: the time in the header, which need not be the time of the check. */
function signedAt({now, headers}: Vector, {timestamp}: Knobs): number {
  const text = timestamp?.header === undefined ? undefined : headers[timestamp.header];
  if (text === undefined) return (now ?? 0) * 1000;
  return timestamp?.format === 'iso8601'
    ? Date.parse(text)
    : Number(text) * (timestamp?.format === 'unix-ms' ? 1 : 1000);
}
