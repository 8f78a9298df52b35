/** A delivery as its app would send it: the connector's delivery sample with fresh ids, signed by the feed's own rule. */
import {fail} from '../errors/jobwire-error.ts';
import type {Feed, VerifyRule} from '../generated/types.ts';
import {createTransport} from '../http/send.ts';
import type {Hook} from '../ingest/hook.ts';
import {signDelivery} from '../ingest/signatures/sign.ts';
import {ms} from '../values/time.ts';
import {type Filling, fillSample} from './delivery-sample.ts';

export interface EmitOptions extends Filling {
  /** Where it goes: the hook's address. */
  readonly url: string;
  /** Signed so long ago that the time window refuses it. */
  readonly stale?: boolean;
  /** Signed over another body. */
  readonly badSignature?: boolean;
}

export interface Emitted {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** JW1004 for an event without a delivery sample, JW4012 without a key, JW7101 for what cannot be made. */
export function makeDelivery(hook: Hook, options: EmitOptions): Emitted {
  const {method, headers, body} = fillSample(hook.connector, options);
  const [rule] = hook.feed.webhook?.verify ?? [];
  if (!rule) throw fail('JW7101', {problem: `feed ${hook.feedName} receives no webhooks`});
  const address = publicAddress(hook, options.url);
  const parse = hook.feed.webhook?.parse;
  const signed = signDelivery(
    rule,
    {method, url: address, headers: {'content-type': 'application/json', ...headers}, raw: body},
    {
      secrets: hook.secrets,
      config: hook.config,
      at: options.stale ? options.now - beyondWindow(rule) : options.now,
      ...(parse && {parse}),
      ...(options.badSignature && {tamper: true}),
      ...(hook.subscription && {subscription: hook.subscription}),
    },
  );
  return {method, url: options.url + signed.url.slice(address.length), headers: signed.headers, body: signed.raw};
}

/** The address the app knows: some signatures cover it. */
function publicAddress({publicUrl}: Hook, url: string): string {
  return publicUrl === undefined ? url : `${publicUrl.replace(/\/+$/, '')}${new URL(url).pathname}`;
}

/** Sends it to a server of ours; JW3001 when nobody listens. */
export async function postDelivery({method, url, headers, body}: Emitted): Promise<{status: number; body: string}> {
  const {host, hostname} = new URL(url);
  const transport = createTransport({hosts: [host, hostname], allowPrivate: [hostname]});
  try {
    const answer = await transport.send({
      method,
      url,
      headers,
      body,
      timeoutMs: 15_000,
      maxBytes: 1024 * 1024,
      redirect: 'error',
      secretHeaders: [],
    });
    return {status: answer.status, body: Buffer.from(answer.body).toString('utf8')};
  } catch (error) {
    throw fail(
      'JW3001',
      {request: `POST ${url}`, problem: (error as Error).message},
      {hint: 'start the server first: jobwire serve', cause: error},
    );
  } finally {
    await transport.close();
  }
}

/** A minute more than the rule tolerates. */
function beyondWindow({timestamp}: VerifyRule): number {
  if (!timestamp) throw fail('JW7101', {problem: 'this app does not sign a time, so a delivery cannot be stale'});
  return ms(timestamp.tolerance ?? '5m') + 60_000;
}

/** The webhook feed that emits an event; the first one when several do. */
export function feedOf(feeds: Readonly<Record<string, Feed>>, event: string): string | undefined {
  return Object.entries(feeds).find(([, {webhook, emits}]) => webhook && emits.includes(event))?.[0];
}
