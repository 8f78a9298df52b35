/** Tells the receivers of a sender what happened: made here, sent by the outbox. Must never open a connection. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import {evaluate, evaluateJson, evaluateTest, evaluateText, OMIT, renderHeaders} from '../expressions/evaluate.ts';
import type {VerifyRule} from '../generated/types.ts';
import {signDelivery} from '../ingest/signatures/sign.ts';
import {isObject, type JsonObject, stringifyJson} from '../values/json.ts';
import type {Notice, Sender} from './format.ts';
import type {Message} from './outbox.ts';
import type {Row} from './state.ts';
import {createRoots, evaluateCount, evaluateDuration, evaluateItem, type Roots, type World} from './world.ts';

/** More than one notice may be sent to one receiver. */
const mostTimes = 100;

/** The body is made once and is the same for all receivers; each gets its own signature. JW1004 for a sender that is not there. */
export function announce(notices: readonly Notice[], roots: Roots, world: World): void {
  for (const notice of notices) {
    if (notice.when !== undefined && !evaluateTest(notice.when, roots)) continue;
    const sender = senderNamed(notice.sender, world.senders);
    roots['notice'] = {type: notice.type ?? null};
    const receivers = receiversOf(sender, roots, world);
    if (receivers.length === 0) continue;
    const raw = Buffer.from(stringifyJson(evaluateJson(notice.body ?? sender.body ?? null, roots)));
    for (const row of receivers) schedule({sender, row, raw, type: notice.type ?? notice.sender}, roots, world);
  }
}

function senderNamed(name: string, senders: World['senders']): Sender {
  const sender = Object.hasOwn(senders, name) ? senders[name] : undefined;
  if (!sender) throw fail('JW1004', {what: 'sender', name}, {suggestions: nearest(name, Object.keys(senders))});
  return sender;
}

function receiversOf({to, where}: Sender, roots: Roots, world: World): Row[] {
  return world.state
    .collection(to)
    .rows()
    .filter((row) => {
      roots['target'] = row.item;
      return where === undefined || evaluateTest(where, roots);
    });
}

interface Sending {
  readonly sender: Sender;
  readonly row: Row;
  readonly raw: Uint8Array;
  readonly type: string;
}

function schedule({sender, row, raw, type}: Sending, roots: Roots, world: World): void {
  roots['target'] = row.item;
  const url = evaluateText(sender.url, roots);
  const plain = {'content-type': 'application/json', ...renderHeaders(sender.headers ?? {}, roots)};
  const signed = signAs(sender, {url, headers: plain, raw}, {roots, world});
  const message: Message = {type, method: 'POST', ...signed, failed: (problem) => note(sender, row, {problem, world})};
  const afterMs = sender.after === undefined ? 0 : evaluateDuration(sender.after, roots);
  const times = sender.times === undefined ? 1 : evaluateCount(sender.times, roots, mostTimes);
  for (let i = 0; i < times; i++) world.due.add(world.clock.now() + afterMs, () => world.outbox.post(message));
}

interface Unsigned {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Uint8Array;
}

/** By a rule of the connector's own feed: what it verifies is what is sent. */
function signAs(
  {sign}: Sender,
  unsigned: Unsigned,
  {roots, world}: {readonly roots: Roots; readonly world: World},
): Unsigned {
  if (!sign || (sign.when !== undefined && !evaluateTest(sign.when, roots))) return unsigned;
  const given = sign.subscription === undefined ? OMIT : evaluate(sign.subscription, roots);
  return signDelivery(
    ruleOf(sign, roots, world),
    {method: 'POST', ...unsigned},
    {
      secrets: {},
      config: {},
      at: world.clock.now(),
      ...(given !== OMIT && isObject(given) && {subscription: given as JsonObject}),
    },
  );
}

/** JW1004 for a feed or a rule that is not there. */
function ruleOf({feed, rule}: NonNullable<Sender['sign']>, roots: Roots, {feeds}: World): VerifyRule {
  const rules = (Object.hasOwn(feeds, feed) ? feeds[feed] : undefined)?.webhook?.verify;
  if (!rules) throw fail('JW1004', {what: 'webhook feed', name: feed}, {suggestions: Object.keys(feeds)});
  const index = rule === undefined ? 0 : evaluateCount(rule, roots);
  const found = rules[index];
  if (!found) throw fail('JW1004', {what: `verify rule of feed ${feed}`, name: String(index)});
  return found;
}

/** What a receiver's record says after it did not answer; a record that is gone is left alone. */
function note({to, failed}: Sender, row: Row, {problem, world}: {problem: string; world: World}): void {
  if (failed === undefined || !row.visible) return;
  const roots = createRoots(world, {target: row.item, problem});
  world.state.collection(to).set(row, evaluateItem(failed, roots));
}
