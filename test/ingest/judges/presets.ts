/** The presets of @trigger.dev/core as data, read by the book: the package has no verifier, so its documented keys are followed here. */
import {createHash, createHmac, createPublicKey, timingSafeEqual, verify} from 'node:crypto';
import {
  discordVerifierConfig,
  githubVerifierConfig,
  squareVerifierConfig,
  standardWebhooksVerifierConfig,
  stripeVerifierConfig,
  svixVerifierConfig,
  webhookProviderConfigs,
} from '@trigger.dev/core/webhooks';
import type {VerifyRule} from '../../../src/generated/types.ts';
import type {Message} from './judge.ts';

type Source =
  | {readonly from: 'header'; readonly name: string; readonly fallback?: readonly string[]}
  | {readonly from: 'signatureField'; readonly field: string}
  | {readonly from: 'body'; readonly path: string}
  | {readonly from: 'url'}
  | {readonly from: 'constant'; readonly value: string};

export interface Preset {
  readonly scheme: 'hmac' | 'asymmetric' | 'shared-secret' | 'url-secret';
  readonly algorithm: 'sha1' | 'sha256' | 'ed25519';
  readonly encoding: 'hex' | 'base64';
  readonly signatureHeader: string;
  readonly additionalSignatureHeaders?: readonly string[];
  readonly signature?: {readonly itemSeparator?: string; readonly fieldSeparator?: string; readonly field?: string};
  readonly timestamp?: {
    readonly source: Source;
    readonly unit?: 'seconds' | 'milliseconds';
    readonly format?: 'unix' | 'iso8601' | 'http-date';
    readonly toleranceSeconds?: number;
  };
  readonly signingString: 'raw' | {readonly template: string; readonly vars?: Readonly<Record<string, Source>>};
  readonly secret?: {readonly encoding?: 'utf8' | 'base64'; readonly stripPrefix?: string};
  readonly publicKeyEncoding?: string;
}

export const presets: Readonly<Record<string, Preset>> = {
  stripe: stripeVerifierConfig() as Preset,
  github: githubVerifierConfig() as Preset,
  svix: svixVerifierConfig() as Preset,
  'standard-webhooks': standardWebhooksVerifierConfig() as Preset,
  square: squareVerifierConfig() as Preset,
  discord: discordVerifierConfig() as Preset,
  ...Object.fromEntries(Object.entries(webhookProviderConfigs).map(([name, {config}]) => [name, config() as Preset])),
};

/** By their keys: is it signed with this secret (or, for key pairs, under this raw public key in hex), and recently? */
export function acceptedBy(preset: Preset, message: Message, {key, now}: {key: string; now: number}): boolean {
  const {signature = {}, signatureHeader, additionalSignatureHeaders = [], timestamp} = preset;
  const values: string[] = [];
  const fields = new Map<string, string>();
  for (const name of [signatureHeader, ...additionalSignatureHeaders])
    for (const item of split(message.headers[name], signature.itemSeparator)) {
      const [field, value] = signature.fieldSeparator ? cut(item, signature.fieldSeparator) : [undefined, item];
      if (field !== undefined) fields.set(field, value);
      if (signature.field === undefined || field === signature.field) values.push(value);
    }
  const written = timestamp && read(timestamp.source, message, fields);
  if (timestamp && (written === undefined || !isRecent(timestamp, written, now))) return false;
  const base = baseOf(preset, {message, fields, timestamp: written});
  if (base === undefined) return false;
  return values.some((value) => matches(preset, {base, value, key}));
}

function split(text: string | undefined, separator: string | undefined): string[] {
  if (text === undefined) return [];
  return (separator === undefined ? [text] : text.split(separator)).map((item) => item.trim());
}

function cut(item: string, separator: string): [string, string] {
  const at = item.indexOf(separator);
  return at < 0 ? ['', item] : [item.slice(0, at), item.slice(at + separator.length)];
}

function read(source: Source, {headers, url, body}: Message, fields: ReadonlyMap<string, string>): string | undefined {
  if (source.from === 'header')
    return [source.name, ...(source.fallback ?? [])].map((name) => headers[name]).find(Boolean);
  if (source.from === 'signatureField') return fields.get(source.field);
  if (source.from === 'url') return url;
  if (source.from === 'constant') return source.value;
  let value: unknown = JSON.parse(body);
  for (const segment of source.path.split('.')) value = (value as Record<string, unknown> | undefined)?.[segment];
  return value === undefined ? undefined : String(value);
}

function isRecent(
  {unit, format, toleranceSeconds}: NonNullable<Preset['timestamp']>,
  text: string,
  now: number,
): boolean {
  if (toleranceSeconds === undefined) return true;
  const isUnix = format === undefined || format === 'unix';
  const time = isUnix ? Number(text) * (unit === 'milliseconds' ? 1 : 1000) : Date.parse(text);
  return Math.abs(now - time) <= toleranceSeconds * 1000;
}

interface Parts {
  readonly message: Message;
  readonly fields: ReadonlyMap<string, string>;
  readonly timestamp: string | undefined;
}

function baseOf({signingString}: Preset, {message, fields, timestamp}: Parts): string | undefined {
  if (signingString === 'raw') return message.body;
  const {template, vars = {}} = signingString;
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    if (name === 'body') return message.body;
    if (name === 'timestamp') return timestamp ?? '';
    const source = vars[name];
    return (source && read(source, message, fields)) ?? '';
  });
}

function matches(preset: Preset, {base, value, key}: {base: string; value: string; key: string}): boolean {
  const given = Buffer.from(value, preset.encoding);
  if (preset.scheme === 'asymmetric') {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'hex')]);
    return verify(null, Buffer.from(base), createPublicKey({key: der, format: 'der', type: 'spki'}), given);
  }
  const {encoding = 'utf8', stripPrefix = ''} = preset.secret ?? {};
  const bytes = Buffer.from(key.startsWith(stripPrefix) ? key.slice(stripPrefix.length) : key, encoding);
  const expected = createHmac(preset.algorithm, bytes).update(base).digest();
  return timingSafeEqual(digest(expected), digest(given));
}

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const formats = {unix: 'unix', iso8601: 'iso', 'http-date': 'http'} as const;

/** The same preset in our language. */
export function asRule(preset: Preset): VerifyRule {
  if (preset.scheme === 'shared-secret')
    return {
      scheme: 'token',
      token: {from: "{{after request.headers.authorization 'Bearer '}}", equals: '{{secret.key}}'},
    };
  const {signature = {}, secret, timestamp, encoding, algorithm} = preset;
  const headers = [preset.signatureHeader, ...(preset.additionalSignatureHeaders ?? [])];
  const {itemSeparator, fieldSeparator, field} = signature;
  return {
    scheme: preset.scheme === 'asymmetric' ? 'ed25519' : 'hmac',
    ...(algorithm !== 'ed25519' && {algorithm}),
    encoding,
    signature: {
      header: headers.length === 1 ? (headers[0] ?? '') : headers,
      ...(itemSeparator !== undefined && {split: itemSeparator}),
      ...(fieldSeparator !== undefined && {pair: fieldSeparator}),
      ...(field !== undefined && {key: field}),
    },
    base: templateOf(preset),
    key: '{{secret.key}}',
    ...(preset.scheme === 'asymmetric' && {keyEncoding: 'hex' as const}),
    ...(secret?.encoding && {keyEncoding: secret.encoding}),
    ...(secret?.stripPrefix && {keyStrip: secret.stripPrefix}),
    ...(timestamp && {timestamp: timeOf(timestamp)}),
  };
}

/** Where they do not look at the time we still have five minutes: a time that is signed and not checked protects nobody. */
function timeOf({source, unit, format = 'unix', toleranceSeconds = 300}: NonNullable<Preset['timestamp']>) {
  const place =
    source.from === 'signatureField'
      ? {field: source.field}
      : source.from === 'header' && !source.fallback
        ? {header: source.name}
        : {from: expressionOf(source)};
  const notation = unit === 'milliseconds' ? 'unix-ms' : formats[format];
  return {...place, format: notation, tolerance: `${toleranceSeconds}s`} as const;
}

function templateOf({signingString}: Preset): string {
  if (signingString === 'raw') return '{{request.raw}}';
  const {template, vars = {}} = signingString;
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    if (name === 'body') return '{{request.raw}}';
    const source = vars[name];
    return source ? expressionOf(source) : '{{timestamp}}';
  });
}

function expressionOf(source: Source): string {
  if (source.from === 'url') return '{{request.url}}';
  if (source.from === 'body') return `{{request.body.${source.path}}}`;
  if (source.from !== 'header') throw new Error(`${source.from} is no place of its own`);
  const names = [source.name, ...(source.fallback ?? [])].map((name) => `request.headers.[${name}]`);
  return names.length === 1 ? `{{${names[0]}}}` : `{{default ${names.join(' ')}}}`;
}

/** A rule by the same words as a preset, so that the two can be compared; what it cannot say is left out. */
export function knobsOf(rule: VerifyRule): object {
  const {signature = {}, timestamp, algorithm = 'sha256', encoding = 'hex', base = '{{request.raw}}'} = rule;
  const {header, split: items, pair, key, prefix} = signature;
  const named = /^(\w+)=$/.exec(prefix ?? '')?.[1];
  return {
    algorithm,
    encoding,
    header,
    ...(items !== undefined && {items}),
    ...(pair !== undefined && {pair}),
    ...(key !== undefined && {field: key}),
    ...(named !== undefined && {pair: '=', field: named}),
    base,
    ...(timestamp && {
      time: timestamp.header ?? timestamp.field,
      format: timestamp.format ?? 'unix',
      tolerance: timestamp.tolerance ?? '5m',
    }),
    ...(rule.keyEncoding !== undefined && {keyEncoding: rule.keyEncoding}),
    ...(rule.keyStrip !== undefined && {keyStrip: rule.keyStrip}),
  };
}

export function presetKnobs(preset: Preset): object {
  const time = preset.timestamp;
  const knobs = knobsOf(asRule(preset)) as Record<string, unknown>;
  return {
    ...knobs,
    ...(time && {tolerance: time.toleranceSeconds === undefined ? 'none' : `${time.toleranceSeconds / 60}m`}),
  };
}
