/** Answers to the questions an app asks before it sends events. Must never answer a delivery as if it were a handshake. */
import {asJobwireError, fail, JobwireError} from '../errors/jobwire-error.ts';
import {evaluateJson, evaluateTest, evaluateText, renderHeaders, type Scope} from '../expressions/evaluate.ts';
import type {Handshake} from '../generated/types.ts';
import {createGuard} from '../http/egress.ts';
import {type Ack, bodyText} from './ack.ts';
import type {Proof} from './signatures/proof.ts';

/** One GET without redirects or credentials; gives the status. */
export type Confirm = (url: string) => Promise<number>;

/** Most that goes back from a request: enough for every challenge there is, too little to be of use to anybody else. */
const longest = 1024;

/** Before the proof of the delivery, or after it. Confirmations always come after. */
export type Stage = 'unproved' | 'proved';

/** Undefined for an ordinary delivery: there is nothing to wait for then. */
export function shakeHands(
  rows: readonly Handshake[] | undefined,
  stage: Stage,
  errand: Errand,
): Promise<Ack> | undefined {
  const row = rows?.find((one) => stageOf(one) === stage && matches(one, errand.proof));
  return row && shake(row, errand);
}

interface Errand {
  readonly proof: Proof;
  readonly confirm?: Confirm | undefined;
}

async function shake(row: Handshake, {proof, confirm}: Errand): Promise<Ack> {
  if (row.confirm) await confirmUrl(row.confirm, {proof, confirm});
  return answer(row, proof);
}

function stageOf({verified = false, confirm}: Handshake): Stage {
  return verified || confirm ? 'proved' : 'unproved';
}

/**
 * True under any live secret. What cannot be read or evaluated is no match: an ordinary delivery lacks the fields of a handshake,
 * and goes on to its proof.
 */
function matches({when}: Handshake, proof: Proof): boolean {
  for (let round = 0; round < proof.secrets.rounds(); round++) {
    try {
      if (evaluateTest(when, proof.scope({round}))) return true;
    } catch (error) {
      if (error instanceof JobwireError && /^JW(2|4003|4011)/.test(error.jobwireCode)) return false;
      throw error;
    }
  }
  return false;
}

/** JW4007 when the answer cannot be made from the request. */
function answer({respond = {}}: Handshake, proof: Proof): Ack {
  const {status = 200, contentType = 'text/plain', headers, body} = respond;
  try {
    const scope = proof.scope();
    const extra = headers === undefined ? {} : renderHeaders(headers, scope);
    const text = body === undefined ? '' : bodyText(evaluateJson(body, scope));
    refuseLong([text, ...Object.values(extra)]);
    const type = /^text\/[^;]*$/.test(contentType) ? `${contentType}; charset=utf-8` : contentType;
    return {status, headers: {...extra, 'content-type': type, 'x-content-type-options': 'nosniff'}, body: text};
  } catch (error) {
    throw fail(
      'JW4007',
      {problem: `the handshake cannot be answered: ${asJobwireError(error).message}`},
      {cause: error},
    );
  }
}

function refuseLong(texts: readonly string[]): void {
  if (texts.some((text) => Buffer.byteLength(text) > longest))
    throw fail('JW2107', {problem: `the answer is longer than ${longest} bytes`});
}

/** JW4008 for a URL that is not allowed, and for an answer that confirms nothing. */
async function confirmUrl({url, hosts}: NonNullable<Handshake['confirm']>, {proof, confirm}: Errand): Promise<void> {
  const target = allowedUrl(evaluateUrl(url, proof.scope()), hosts);
  if (!confirm) throw fail('JW4008', {problem: 'this receiver makes no requests'});
  const status = await confirm(target).catch((error: unknown) => {
    throw fail('JW4008', {problem: asJobwireError(error).message}, {cause: error});
  });
  if (status < 200 || status > 299) throw fail('JW4008', {problem: `the address to confirm answered ${status}`});
}

function evaluateUrl(value: unknown, scope: Scope): string {
  try {
    return evaluateText(value, scope);
  } catch (error) {
    throw fail('JW4008', {problem: `there is no address to confirm: ${asJobwireError(error).message}`}, {cause: error});
  }
}

function allowedUrl(text: string, hosts: readonly string[]): string {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw fail('JW4008', {problem: 'the address to confirm is not an https address'});
  try {
    createGuard({hosts, allowPrivate: []}).check(url);
  } catch (error) {
    throw fail('JW4008', {problem: asJobwireError(error).message}, {cause: error});
  }
  return url.href;
}
