/** CloudEvents over HTTP in all three modes, made and read by the SDK. */
import assert from 'node:assert/strict';
import {CloudEvent, HTTP, type Message as SdkMessage} from 'cloudevents';
import type {Engine} from '../../../src/engine/engine.ts';
import type {EventRecord} from '../../../src/engine/run.ts';
import {openEngine} from '../../../src/engines/index.ts';
import {receive} from '../../../src/ingest/receive.ts';
import type {JsonObject} from '../../../src/values/json.ts';
import {Redactor} from '../../../src/values/secret.ts';
import {VirtualClock} from '../../../src/values/time.ts';
import {delivery, hookOf, libraryOf} from '../support.ts';
import {type Message, made, message} from './judge.ts';
import {connectorOf, feedOf, rulesOf} from './rules.ts';

const secret = 'token-of-the-senders';
const now = Date.parse('2026-01-12T08:15:40Z');
const config: JsonObject = {origins: ['*'], rate: '*'};
const connector = connectorOf('cloudevents');
const [rule] = rulesOf('cloudevents');

const events = {
  'an event with data': new CloudEvent({
    id: 'A234-1234-1234',
    source: 'https://github.com/cloudevents',
    type: 'com.example.someevent',
    subject: 'mynewfile.jpg',
    time: '2018-04-05T17:31:00.000Z',
    datacontenttype: 'application/json',
    data: {name: 'Grüße ✓', parts: [1, 2, {deep: null}]},
    comexampleextension: 'value',
  }),
  'an event that has only what it must': new CloudEvent({
    id: '1',
    source: '/mycontext',
    type: 'com.example.small',
    data: {},
  }),
  'an event with words that are escaped in headers': new CloudEvent({
    id: '2',
    source: '/ctx',
    type: 'com.example.words',
    subject: 'Euro € 😀, 100%',
    data: {a: 1},
  }),
};

const structured = (list: readonly CloudEvent<unknown>[]): SdkMessage => ({
  headers: {'content-type': 'application/cloudevents-batch+json; charset=utf-8'},
  body: `[${list.map((event) => String(HTTP.structured(event).body)).join(',')}]`,
});

const wire = ({headers, body}: SdkMessage): Message =>
  message(typeof body === 'string' ? body : JSON.stringify(body), {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
  });

describe('the cloudevents connector, judged by cloudevents', () => {
  let engine: Engine;
  beforeEach(async () => {
    engine = await openEngine('sqlite::memory:', {clock: new VirtualClock(now), dir: '.'});
  });
  afterEach(() => engine.close());

  const signed = (given: Message, tamper = false): Message =>
    made({package: 'cloudevents', rules: rule ? [rule] : [], secret, now, config, messages: {}}, given, tamper);

  async function take(given: Message): Promise<{status: number; stored: EventRecord[]}> {
    const hook = {
      ...hookOf({secrets: {token: secret}, config}),
      connector,
      feedName: 'events',
      feed: feedOf(connector),
    };
    const tools = {engine, library: libraryOf({}), clock: new VirtualClock(now), redactor: new Redactor()};
    const ack = await receive(delivery(given), hook, tools);
    const stored = await Promise.all((ack.accepted ?? []).map(({uid}) => engine.events.get(uid)));
    return {status: ack.status, stored: stored.filter((event) => event !== undefined)};
  }

  function assertSame(
    event: EventRecord | undefined,
    {id, source, type, subject, time, data}: CloudEvent<unknown>,
  ): void {
    assert.equal(event?.state, 'accepted', event?.error?.detail);
    assert.equal(event?.id, `${source}:${id}`);
    const kept = event?.data as JsonObject;
    assert.deepEqual([kept['id'], kept['source'], kept['type'], kept['subject']], [id, source, type, subject]);
    assert.equal(Date.parse(String(kept['time'])), Date.parse(time ?? ''));
    assert.deepEqual(kept['data'], data);
  }

  for (const [what, event] of Object.entries(events)) {
    it(`takes ${what} in binary mode as the SDK reads it`, async () => {
      const sent = signed(wire(HTTP.binary(event)));
      const {stored} = await take(sent);
      assertSame(stored[0], HTTP.toEvent({headers: sent.headers, body: sent.body}) as CloudEvent<unknown>);
    });

    it(`takes ${what} in structured mode as the SDK reads it`, async () => {
      const sent = signed(wire(HTTP.structured(event)));
      const {stored} = await take(sent);
      assertSame(stored[0], HTTP.toEvent({headers: sent.headers, body: sent.body}) as CloudEvent<unknown>);
    });
  }

  it('takes a batch as the SDK reads it', async () => {
    const sent = signed(wire(structured(Object.values(events))));
    const {stored} = await take(sent);
    const read = HTTP.toEvent({headers: sent.headers, body: sent.body}) as CloudEvent<unknown>[];
    assert.equal(read.length, 3);
    for (const [i, event] of read.entries()) assertSame(stored[i], event);
  });

  it('makes no event of what is none to the SDK', async () => {
    const {'ce-id': _, ...headers} = wire(HTTP.binary(events['an event with data'])).headers;
    const sent = signed(message('{}', {headers}));
    assert.equal(HTTP.isEvent({headers: sent.headers, body: sent.body}), false);
    const {stored} = await take(sent);
    assert.notEqual(stored[0]?.state, 'accepted');
  });

  it('refuses what carries another token, or none', async () => {
    const given = wire(HTTP.structured(events['an event with data']));
    assert.equal((await take(signed(given, true))).status, 401);
    assert.equal((await take(given)).status, 401);
  });
});
