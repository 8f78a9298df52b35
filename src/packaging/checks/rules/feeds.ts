/** Rules about how events arrive: proof, time, identity, subscriptions and polls. */
import type {Feed, VerifyRule} from '../../../generated/types.ts';
import {members} from '../../../manifest/parts.ts';
import {durationMs} from '../../../values/time.ts';
import {inputFields, isDocumented} from '../facts.ts';
import {at} from '../places.ts';
import {eachConnector, type Found, type Looking, type Row} from '../rule.ts';
import type {ConnectorPart} from '../subject.ts';

interface Place {
  readonly name: string;
  readonly pointer: string;
  readonly part: ConnectorPart;
}

function eachFeed(look: (feed: Feed, place: Place) => readonly Found[]): Looking {
  return eachConnector((part) =>
    members(part.manifest.feeds, '/feeds').flatMap(({name, value, pointer}) => look(value, {name, pointer, part})),
  );
}

function eachProof(look: (rule: VerifyRule, place: Place) => readonly Found[]): Looking {
  return eachFeed(({webhook}, {name, pointer, part}) =>
    (webhook?.verify ?? []).flatMap((rule, i) => look(rule, {name, pointer: `${pointer}/webhook/verify/${i}`, part})),
  );
}

/** What a vendor is documented to do cannot be done better here. */
function unlessDocumented({part, pointer}: Place, found: readonly Found[]): readonly Found[] {
  return isDocumented(part.manifest, pointer) ? [] : found;
}

/** Evidence at the very place counts as well as evidence at the rule above it. */
function inside(place: Place, below: string): Place {
  return {...place, pointer: `${place.pointer}${below}`};
}

const text = (value: unknown): string => JSON.stringify(value ?? null);

export const feedRules: readonly Row[] = [
  {
    id: 'PC801',
    title: 'every webhook is proved',
    levels: 'warning/error/error',
    why: 'whoever learns the address can send events, and events start things',
    fix: 'verify a signature or a token; where the vendor offers neither, evidence at the rule says so',
    ...eachProof(({scheme}, place) =>
      scheme === 'none'
        ? unlessDocumented(place, [
            at(place.part.unit, `${place.pointer}/scheme`, `${place.name} takes what nobody proved`),
          ])
        : [],
    ),
  },
  {
    id: 'PC802',
    title: 'signatures use a hash that holds',
    levels: 'info/warning/warning',
    why: 'SHA-1 is being given up everywhere',
    fix: 'use sha256 or better; where the vendor signs with nothing else, evidence at the rule says so',
    ...eachProof(({algorithm}, place) => {
      const weak = algorithm === 'sha1';
      return weak
        ? unlessDocumented(inside(place, '/algorithm'), [
            at(place.part.unit, `${place.pointer}/algorithm`, `${place.name} is signed with SHA-1`),
          ])
        : [];
    }),
  },
  {
    id: 'PC803',
    title: 'signed times are accepted for at most 15 minutes',
    levels: 'info/warning/warning',
    why: 'in that time a recorded delivery can be sent again',
    fix: 'set tolerance to 5m; where the vendor sends late, evidence at the rule says so',
    ...eachProof(({timestamp}, place) =>
      timestamp?.tolerance !== undefined && (durationMs(timestamp.tolerance) ?? 0) > 900_000
        ? unlessDocumented(inside(place, '/timestamp/tolerance'), [
            at(place.part.unit, `${place.pointer}/timestamp/tolerance`, `${timestamp.tolerance} is long`),
          ])
        : [],
    ),
  },
  {
    id: 'PC804',
    title: 'events have an id that the sender gave or that follows from the delivery',
    levels: 'error/error/error',
    why: 'without it the same event sent twice runs twice',
    fix: 'build event.id from what the delivery says',
    ...eachFeed(({event}, {name, pointer, part}) =>
      /\{\{/.test(text(event.id)) && !/\b(uuid|random|now)\b/.test(text(event.id))
        ? []
        : [at(part.unit, `${pointer}/event/id`, `the id of ${name} does not come from the delivery`)],
    ),
  },
  {
    id: 'PC805',
    title: 'known ids are kept for at least a day',
    levels: 'info/warning/warning',
    why: 'senders try again for hours',
    fix: 'leave dedupe.window away (7d) or set it to 1d or more',
    ...eachFeed(({dedupe}, {name, pointer, part}) =>
      dedupe?.window !== undefined && (durationMs(dedupe.window) ?? 0) < 86_400_000
        ? [at(part.unit, `${pointer}/dedupe/window`, `${name} forgets ids after ${dedupe.window}`)]
        : [],
    ),
  },
  {
    id: 'PC806',
    title: 'tokens of webhooks stand in a header or in the body',
    levels: 'info/warning/warning',
    why: 'addresses are written into logs of every machine on the way',
    fix: 'read the token from a header; where the vendor sends it nowhere else, evidence at the rule says so',
    ...eachProof(({scheme, token}, place) =>
      scheme === 'token' && text(token?.from).includes('request.query')
        ? unlessDocumented(inside(place, '/token/from'), [
            at(place.part.unit, `${place.pointer}/token/from`, `the token of ${place.name} stands in the address`),
          ])
        : [],
    ),
  },
  {
    id: 'PC807',
    title: 'a subscription that ends is renewed',
    levels: 'error/error/error',
    why: 'after that the events stop, and nobody notices',
    fix: 'add webhook.renew',
    ...eachFeed(({webhook}, {name, pointer, part}) =>
      webhook?.subscribe && text(webhook.subscribe.output).includes('"expiresAt"') && !webhook.renew
        ? [
            at(part.unit, `${pointer}/webhook/subscribe`, `the subscription of ${name} ends and is not renewed`, {
              key: true,
            }),
          ]
        : [],
    ),
  },
  {
    id: 'PC808',
    title: 'what is subscribed can be unsubscribed',
    levels: 'warning/error/error',
    why: 'webhooks that nobody wants any more go on calling',
    fix: 'add webhook.unsubscribe',
    ...eachFeed(({webhook}, {name, pointer, part}) =>
      webhook?.subscribe && !webhook.unsubscribe
        ? [at(part.unit, `${pointer}/webhook/subscribe`, `${name} cannot be unsubscribed`, {key: true})]
        : [],
    ),
  },
  {
    id: 'PC809',
    title: 'whether a subscription is still there can be checked',
    levels: 'off/info/warning',
    why: 'vendors switch webhooks off after failures',
    fix: 'add webhook.check, which reads the subscription',
    ...eachFeed(({webhook}, {name, pointer, part}) =>
      webhook?.subscribe && !webhook.check
        ? [at(part.unit, `${pointer}/webhook/subscribe`, `nothing checks the subscription of ${name}`, {key: true})]
        : [],
    ),
  },
  {
    id: 'PC810',
    title: 'polls ask at most every ten seconds',
    levels: 'warning/error/error',
    why: 'every connection of every customer asks that often',
    fix: 'set poll.every to 10s or more; an operator can shorten it',
    ...eachFeed(({poll}, {name, pointer, part}) =>
      poll?.every !== undefined && (durationMs(poll.every) ?? 0) < 10_000
        ? [at(part.unit, `${pointer}/poll/every`, `${name} asks every ${poll.every}`)]
        : [],
    ),
  },
  {
    id: 'PC811',
    title: 'polls over times read a little twice',
    levels: 'info/warning/warning',
    why: 'what was written a moment before the last read may show only now',
    fix: 'set poll.overlap, for example 2m; known ids are not emitted again',
    ...eachFeed(({poll}, {name, pointer, part}) =>
      poll?.cursor &&
      (poll.cursor.as ?? 'time') === 'time' &&
      (poll.overlap ?? '0s') === '0s' &&
      (poll.lag ?? '0s') === '0s'
        ? [at(part.unit, `${pointer}/poll`, `${name} has neither overlap nor lag`, {key: true})]
        : [],
    ),
  },
  {
    id: 'PC812',
    title: 'polls read all pages',
    levels: 'info/warning/warning',
    why: 'what does not fit on the first page is lost',
    fix: 'add page to the operation',
    ...eachFeed(({poll}, {name, pointer, part}) => {
      const operation = poll && part.manifest.operations[poll.call];
      return poll && operation && !operation.page
        ? [at(part.unit, `${pointer}/poll/call`, `${poll.call}, which ${name} reads, has no pages`)]
        : [];
    }),
  },
  {
    id: 'PC813',
    title: 'events say when they happened',
    levels: 'off/info/warning',
    why: 'without it the time of arrival is taken, which retries move',
    fix: 'map event.time; where the sender says no time, evidence at the event says so',
    ...eachFeed(({event}, {name, pointer, part}) =>
      event.time !== undefined
        ? []
        : unlessDocumented({part, name, pointer: `${pointer}/event/time`}, [
            at(part.unit, `${pointer}/event`, `${name} maps no time`, {key: true}),
          ]),
    ),
  },
  {
    id: 'PC814',
    title: 'events have data that can be named',
    levels: 'warning/warning/error',
    why: 'criteria and mappings are written against the fields',
    fix: 'list the fields in the schema of the event; a connector for any sender is in the category generic',
    ...eachConnector((part) =>
      part.manifest.listing?.categories.includes('generic')
        ? []
        : members(part.manifest.events, '/events').flatMap(({name, value, pointer}) =>
            inputFields(part.manifest, value.data, `${pointer}/data`).length > 0 ||
            isDocumented(part.manifest, `${pointer}/data`) ||
            passesWhole(part, name)
              ? []
              : [at(part.unit, `${pointer}/data`, `${name} has no fields`)],
          ),
    ),
  },
  {
    id: 'PC815',
    title: 'handshakes before verification answer only their own question',
    levels: 'warning/error/error',
    why: 'an endpoint that echoes everything can be used against others',
    fix: 'let "when" look at what marks the handshake',
    ...eachFeed(({webhook}, {name, pointer, part}) =>
      (webhook?.handshake ?? []).flatMap(({when, verified}, i) =>
        verified || (typeof when === 'string' && when.includes('{{'))
          ? []
          : [at(part.unit, `${pointer}/webhook/handshake/${i}/when`, `a handshake of ${name} answers everything`)],
      ),
    ),
  },
];

/** An event that hands on whatever was sent, beside others with fields. */
function passesWhole(part: ConnectorPart, event: string): boolean {
  return (
    Object.values(part.manifest.feeds ?? {}).some(
      ({emits, event: {data}}) => emits.includes(event) && typeof data === 'string',
    ) ||
    event.endsWith('.received') ||
    event === 'webhook.received'
  );
}
