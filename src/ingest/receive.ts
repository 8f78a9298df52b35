/** One delivery, from raw bytes to its acknowledgement. Must never acknowledge what is not stored, nor parse what is not proved. */
import type {Accepted, Engine, NewEvent} from '../engine/engine.ts';
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {evaluateJson} from '../expressions/evaluate.ts';
import type {Webhook} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import type {Json} from '../values/json.ts';
import type {Redactor} from '../values/secret.ts';
import type {Clock} from '../values/time.ts';
import {type Ack, acknowledge, refuse} from './ack.ts';
import {type Confirm, shakeHands} from './handshake.ts';
import type {Hook} from './hook.ts';
import {type Arrived, newEvent, wakeJobs} from './new-event.ts';
import {type Delivery, type ReceivedRequest, readRequest} from './request.ts';
import {gatherEvidence} from './signatures/evidence.ts';
import {createProof} from './signatures/proof.ts';
import type {Verified} from './signatures/verdict.ts';
import {verify} from './signatures/verify.ts';

export type {Ack} from './ack.ts';
export type {Delivery} from './request.ts';

export interface ReceiveTools {
  readonly engine: Engine;
  readonly library: Library;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Makes the one request of a handshake that asks for it; without it such handshakes are refused. */
  readonly confirm?: Confirm;
}

/** Largest body, in bytes. */
export const maxBody = 1024 * 1024;

/** Never rejects: what goes wrong is an answer, too. Waits for the store, and for nothing else that is not there. */
export async function receive(delivery: Delivery, hook: Hook, tools: ReceiveTools): Promise<Ack> {
  try {
    refuseLarge(delivery);
    const webhook = webhookOf(hook);
    const request = readRequest(delivery, {publicUrl: hook.publicUrl, parse: webhook.parse});
    const proof = createProof(request, hook, tools.clock.now());
    const errand = {proof, confirm: tools.confirm};

    const early = shakeHands(webhook.handshake, 'unproved', errand);
    if (early) return await early;
    refuseMethod(delivery, webhook);
    const gathered = gatherEvidence(webhook.verify, proof, hook.keys);
    const verified = verify(webhook.verify, gathered instanceof Promise ? await gathered : gathered);
    request.body();
    const late = verified.perItem ? undefined : shakeHands(webhook.handshake, 'proved', errand);
    if (late) return await late;

    const events = eventsOf(verified, {webhook, request, hook, tools});
    const accepted = await store(events, tools.engine);
    const waking = wakeJobs(events, hook.connector, tools.engine);
    if (waking) await waking;
    return acknowledge(webhook, {request: request.root(), connection: hook.config}, accepted);
  } catch (error) {
    return refuse(error);
  }
}

function refuseLarge({raw}: Delivery): void {
  if (raw.length > maxBody) throw fail('JW4011', {problem: `the body has more than ${maxBody} bytes`});
}

function webhookOf({feed, feedName}: Hook): Webhook {
  if (!feed.webhook) throw fail('JW1013', {problem: `feed ${feedName} is not a webhook`});
  return feed.webhook;
}

function refuseMethod({method}: Delivery, webhook: Webhook): void {
  const methods: readonly string[] = webhook.methods ?? ['POST'];
  if (!methods.includes(method)) throw fail('JW4013', {method, methods: methods.join(', ')});
}

interface Items {
  readonly items: readonly Json[];
  readonly problem?: JobwireError | undefined;
}

/** A delivery whose items cannot be found is kept whole, as one dead letter. */
function itemsOf({items}: Webhook, request: ReceivedRequest, {config}: Hook): Items {
  if (items === undefined) return {items: [request.body().value]};
  try {
    const list = evaluateJson(items, {request: request.root(), connection: config});
    if (Array.isArray(list)) return {items: list};
    throw fail('JW2007', {problem: 'it gives no list'});
  } catch (error) {
    const problem = fail('JW4005', {problem: `items: ${asJobwireError(error).message}`}, {cause: error});
    return {items: [request.body().value], problem};
  }
}

interface Taken {
  readonly webhook: Webhook;
  readonly request: ReceivedRequest;
  readonly hook: Hook;
  readonly tools: ReceiveTools;
}

/** JW4001 where the proof stands in the items and none has one. */
function eventsOf(verified: Verified, {webhook, request, hook, tools}: Taken): NewEvent[] {
  const {items, problem} = itemsOf(webhook, request, hook);
  const proved = verified.keep(items);
  if (proved.length === 0 && verified.perItem) throw fail('JW4001', {problem: 'no item carries a live token'});
  const {raw, traceparent} = request.delivery;
  const arrival: Arrived = {
    feed: hook,
    request: request.root(),
    receivedAt: tools.clock.now(),
    redactor: tools.redactor,
    raw: items.length === 1 ? raw : undefined,
    traceparent,
    problem,
  };
  return proved.map((item) => newEvent(item, arrival, tools.library));
}

/** All events of a delivery in one commit. JW7103 when they cannot be stored: the sender keeps them and comes again. */
async function store(events: readonly NewEvent[], engine: Engine): Promise<readonly Accepted[]> {
  try {
    return await engine.accept({events});
  } catch (error) {
    throw fail('JW7103', {problem: 'the delivery could not be stored'}, {hint: 'send it again later', cause: error});
  }
}
