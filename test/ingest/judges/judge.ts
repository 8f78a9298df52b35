/** Holds a manifest's rule against an official package: what either signs the other takes, and neither takes a changed byte. */
import assert from 'node:assert/strict';
import type {VerifyRule} from '../../../src/generated/types.ts';
import type {ParseMode} from '../../../src/ingest/body.ts';
import type {KeySource} from '../../../src/ingest/key-source.ts';
import {readRequest} from '../../../src/ingest/request.ts';
import {gatherEvidence} from '../../../src/ingest/signatures/evidence.ts';
import {pathsIn} from '../../../src/ingest/signatures/paths.ts';
import {createProof} from '../../../src/ingest/signatures/proof.ts';
import {signDelivery} from '../../../src/ingest/signatures/sign.ts';
import {verify} from '../../../src/ingest/signatures/verify.ts';
import type {JsonObject} from '../../../src/values/json.ts';
import {delivery, hookOf} from '../support.ts';

export interface Message {
  readonly method: string;
  /** As the public knows it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Parties {
  readonly rules: readonly VerifyRule[];
  /** Live texts of the one secret the rules read, whatever they call it. */
  readonly secret?: string | readonly string[];
  /** The only secret that is configured, where the rules read several. */
  readonly secretName?: string;
  readonly config?: JsonObject;
  readonly now: number;
  readonly keys?: KeySource;
  /** As the feed says it. */
  readonly parse?: ParseMode;
}

export interface Judge extends Parties {
  readonly package: string;
  /** Unsigned, by what they are. */
  readonly messages: Readonly<Record<string, Message>>;
  /** The official signer; absent where the package only judges. */
  sign?(message: Message): Message | Promise<Message>;
  /** The official verifier; absent where the package only signs. */
  accepts?(message: Message): boolean | Promise<boolean>;
  /** What the sender alone has, where that is not the secret. */
  readonly privateKey?: string;
  /** Which of the rules the sender signs by. */
  readonly rule?: VerifyRule;
}

export const message = (body: string, more: Partial<Message> = {}): Message => ({
  method: 'POST',
  url: 'https://jobwire.example/hooks/app',
  headers: {'content-type': 'application/json'},
  body,
  ...more,
});

function secretsOf({rules, secret = [], secretName}: Parties): Record<string, readonly string[]> {
  const names = secretName === undefined ? secretNames(rules) : [secretName];
  return Object.fromEntries(names.map((name) => [name, [secret].flat()]));
}

export function secretNames(value: unknown): string[] {
  return pathsIn(value).flatMap(([root, name]) => (root === 'secret' && name !== undefined ? [name] : []));
}

/** Ours, on bytes that came over the wire. */
export async function takes(
  parties: Parties,
  {body, ...sent}: Message,
  raw: Uint8Array = Buffer.from(body),
): Promise<boolean> {
  const {rules, config = {}, now, keys, parse = 'auto'} = parties;
  const request = readRequest(delivery({...sent, body: raw}), {parse});
  const proof = createProof(request, hookOf({secrets: secretsOf(parties), config}), now);
  try {
    verify(rules, await gatherEvidence(rules, proof, keys));
    return true;
  } catch (error) {
    const {jobwireCode} = error as {jobwireCode?: string};
    assert.match(jobwireCode ?? String(error), /^JW400[123]$/);
    return false;
  }
}

/** Signed by us. */
export function made(judge: Judge, {method, url, headers, body}: Message, tamper = false): Message {
  const rule = judge.rule ?? judge.rules[0] ?? assert.fail('no rule');
  const {privateKey} = judge;
  const secrets = Object.fromEntries(Object.entries(secretsOf(judge)).map(([name, texts]) => [name, () => texts]));
  const signed = signDelivery(
    rule,
    {method, url, headers, raw: Buffer.from(body)},
    {
      secrets: {...secrets, ...(privateKey !== undefined && {privateKey: () => [privateKey]})},
      config: judge.config ?? {},
      at: judge.now,
      parse: judge.parse,
      tamper,
    },
  );
  return {method, url: signed.url, headers: signed.headers, body: Buffer.from(signed.raw).toString()};
}

/** One byte of a body, changed. */
function* changes(body: string): Iterable<Uint8Array> {
  const raw = Buffer.from(body);
  const step = Math.max(1, Math.floor(raw.length / 40));
  for (let at = 0; at < raw.length; at += step) {
    const changed = Uint8Array.from(raw);
    changed[at] = (changed[at] ?? 0) ^ 1;
    yield changed;
  }
  if (raw.length === 0) yield Uint8Array.of(33);
}

export function describeJudge(title: string, judge: Judge): void {
  const {sign, accepts} = judge;
  const {package: name} = judge;
  describe(`${title}, judged by ${name}`, () => {
    for (const [what, unsigned] of Object.entries(judge.messages)) {
      if (sign)
        it(`takes ${what} signed by ${name}, and refuses it with one byte changed`, async () => {
          const signed = await sign(unsigned);
          assert.ok(await takes(judge, signed));
          for (const raw of changes(signed.body)) assert.equal(await takes(judge, signed, raw), false);
        });

      if (sign && judge.secret !== undefined)
        it(`takes ${what} under the second of two live secrets, and refuses it under another one`, async () => {
          const signed = await sign(unsigned);
          assert.ok(await takes({...judge, secret: [other, judge.secret ?? ''].flat()}, signed));
          assert.equal(await takes({...judge, secret: other}, signed), false);
        });

      if (accepts)
        it(`makes of ${what} what ${name} takes, and does not take with one byte changed`, async () => {
          const signed = made(judge, unsigned);
          assert.ok(await accepts(signed));
          assert.ok(await takes(judge, signed));
          const [changed] = changes(signed.body);
          assert.equal(await accepts({...signed, body: Buffer.from(changed ?? []).toString()}), false);
          assert.equal(await accepts(made(judge, unsigned, true)), false);
        });
    }
  });
}

/** Fits every encoding of keys. */
const other = Buffer.from('another secret, of 32 bytes ....').toString('base64');

/** For describe blocks: the machine's clock stands still at `now`, because the judge asks it. */
export function machineStandsAt(now: number): void {
  const machine = Date.now;
  before(() => {
    Date.now = () => now;
  });
  after(() => {
    Date.now = machine;
  });
}
