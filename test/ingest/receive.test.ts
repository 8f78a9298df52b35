/** One delivery from bytes to acknowledgement, with a real store and shipped connectors: rows W13, W14, W22, W29 and W30. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import type {Engine} from '../../src/engine/engine.ts';
import {openEngine} from '../../src/engines/index.ts';
import type {Case, Connector, Template, Webhook} from '../../src/generated/types.ts';
import {explain} from '../../src/ingest/explain.ts';
import type {Hook} from '../../src/ingest/hook.ts';
import {type Ack, receive} from '../../src/ingest/receive.ts';
import {signDelivery} from '../../src/ingest/signatures/sign.ts';
import {Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {delivery, type HookParts, hmacRule, hookOf, libraryOf, type Sent} from './support.ts';

const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const github = json<Connector>('connectors/github/connector.json');
const servicenow = json<Connector>('connectors/servicenow/connector.json');
const start = Date.parse('2026-01-12T08:15:40Z');

let clock: VirtualClock;
let engine: Engine;

beforeEach(async () => {
  clock = new VirtualClock(start);
  engine = await openEngine('sqlite::memory:', {clock, dir: '.'});
});
afterEach(() => engine.close());

function take(hook: Hook, sent: Sent, templates: Template[] = [], over: Partial<Engine> = {}): Promise<Ack> {
  const library = libraryOf({connectors: [hook.connector, github, servicenow], templates});
  const store: Engine = {...engine, accept: (batch) => engine.accept(batch), wake: (job) => engine.wake(job), ...over};
  return receive(delivery(sent), hook, {engine: store, library, clock, redactor: new Redactor()});
}

function feedOf(connector: Connector, feedName: string, secrets: Record<string, string>): Hook {
  const feed = connector.feeds?.[feedName] ?? assert.fail(feedName);
  return {...hookOf({secrets}), connection: `${connector.id}-main`, connector, feedName, feed};
}

/** As the sender would sign it. */
function signed(hook: Hook, sent: Sent & {body: string}): Sent {
  const rule = hook.feed.webhook?.verify[0] ?? assert.fail('no rule');
  const {url = 'https://jobwire.example/hooks/app', headers = {}, body} = sent;
  const unsigned = {method: 'POST', url, headers: headers as Record<string, string>, raw: Buffer.from(body)};
  const {headers: all} = signDelivery(rule, unsigned, {secrets: hook.secrets, config: hook.config, at: clock.now()});
  return {...sent, url, headers: all};
}

const own = (webhook: Partial<Webhook> = {}, parts: HookParts = {}): Hook =>
  hookOf({
    secrets: {key: 'k1'},
    connector: {
      operations: {start: {effect: 'write', request: {method: 'POST', path: '/'}}},
      actions: {start: {title: 'Start', input: {type: 'object'}, call: 'start'}},
      events: {
        'thing.made': {
          title: 'Thing made',
          sample: '',
          data: {type: 'object', required: ['id'], properties: {id: {type: 'string'}, n: {type: 'integer'}}},
        },
      },
    },
    ...parts,
    feed: {webhook: {verify: [hmacRule], ...webhook}, ...parts.feed},
  });

const template: Template = {
  jobwire: '1',
  kind: 'template',
  id: 'made-to-job',
  version: '1.0.0',
  title: 'Made to job',
  on: {connector: 'app@^1', event: 'thing.made', connection: 'app-main'},
  do: {connector: 'app@^1', connection: 'app-main', action: 'start', input: {}},
};

async function events() {
  return (await engine.events.list({}, {limit: 100})).items;
}

async function runs() {
  return (await engine.runs.list({}, {limit: 100})).items;
}

const problem = (ack: Ack): {status: number; code: string; detail: string} => JSON.parse(ack.body);

describe('a delivery', () => {
  it('is stored with its run before it is acknowledged', async () => {
    const ack = await take(own(), signed(own(), {body: '{"id":"e1","n":1}'}), [template]);
    assert.equal(ack.status, 202);
    const [event] = await events();
    const [run] = await runs();
    assert.deepEqual(JSON.parse(ack.body), {events: [event?.uid]});
    assert.deepEqual(ack.accepted, [{uid: event?.uid, duplicate: false, runs: [run?.id]}]);
    assert.deepEqual(event?.data, {id: 'e1', n: 1});
    assert.equal(event?.time, '2026-01-12T08:15:40Z');
    assert.equal(run?.event, event?.uid);
    assert.equal(run?.state, 'queued');
  });

  it('is acknowledged when no template waits for it', async () => {
    const ack = await take(own(), signed(own(), {body: '{"id":"e1"}'}));
    assert.equal(ack.status, 202);
    assert.equal((await events()).length, 1);
    assert.deepEqual(await runs(), []);
  });

  it('W29 that comes again gets the same answer and makes no second run', async () => {
    const sent = signed(own(), {body: '{"id":"e1"}'});
    const first = await take(own(), sent, [template]);
    const second = await take(own(), sent, [template]);
    assert.deepEqual([second.status, second.headers, second.body], [first.status, first.headers, first.body]);
    assert.equal(second.accepted?.[0]?.duplicate, true);
    const [event] = await events();
    assert.equal(event?.deliveries, 2);
    assert.equal(event?.conflicts, 0);
    assert.equal((await runs()).length, 1);
  });

  it('W30 with a known id and another body is flagged and makes no second run', async () => {
    await take(own(), signed(own(), {body: '{"id":"e1","n":1}'}), [template]);
    const ack = await take(own(), signed(own(), {body: '{"id":"e1","n":2}'}), [template]);
    assert.equal(ack.status, 202);
    const [event] = await events();
    assert.equal(event?.conflicts, 1);
    assert.deepEqual(event?.data, {id: 'e1', n: 1});
    assert.equal((await runs()).length, 1);
  });

  it('W14 with a bad signature is refused before anything parses it', async () => {
    const ack = await take(own(), {headers: {'x-signature': '00'}, body: '['.repeat(100_000)});
    assert.equal(ack.status, 401);
    assert.equal(problem(ack).code, 'JW4001');
    assert.deepEqual(await events(), []);
  });

  it('W13 of another type is refused after its proof, with 415', async () => {
    for (const type of ['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
      const ack = await take(own(), signed(own(), {headers: {'content-type': type}, body: '{"id":"e1"}'}));
      assert.equal(ack.status, 415);
      assert.equal(problem(ack).code, 'JW4011');
    }
    assert.deepEqual(await events(), []);
  });

  it('W15 that does not parse gets 400', async () => {
    const ack = await take(own(), signed(own(), {body: '{"id":'}));
    assert.equal(ack.status, 400);
    assert.equal(problem(ack).code, 'JW4003');
  });

  it('W08 one byte too large gets 413', async () => {
    const ack = await take(own(), {body: Buffer.alloc(1024 * 1024 + 1)});
    assert.equal(ack.status, 413);
    assert.equal(problem(ack).code, 'JW4011');
  });

  for (const body of ['', 'null', '5', '[]', '"x"', '{}'])
    it(`W22 of ${JSON.stringify(body)} is kept as a dead letter, not a fault of ours`, async () => {
      const ack = await take(own(), signed(own(), {body}));
      assert.equal(ack.status, 202);
      const [event] = await events();
      assert.equal(event?.state, 'dead');
      assert.equal(event?.error?.code, 'JW4005');
    });

  it('W25 is refused with 503 while no key is configured', async () => {
    const ack = await take(own({}, {secrets: {}}), {headers: {'x-signature': '00'}, body: '{}'});
    assert.equal(ack.status, 503);
    assert.equal(ack.headers['retry-after'], '10');
    assert.equal(problem(ack).code, 'JW4012');
  });

  it('with a method the feed does not take gets 405', async () => {
    const ack = await take(own(), {method: 'PUT', body: '{}'});
    assert.equal(ack.status, 405);
    assert.equal(problem(ack).code, 'JW4013');
  });

  it('that cannot be stored gets 503 and is told nothing about the store', async () => {
    const broken = {accept: () => Promise.reject(new Error('disk I/O error at /srv/jobwire.db'))};
    const ack = await take(own(), signed(own(), {body: '{"id":"e1"}'}), [], broken);
    assert.equal(ack.status, 503);
    assert.equal(ack.headers['retry-after'], '10');
    assert.equal(problem(ack).code, 'JW7103');
    assert.doesNotMatch(ack.body, /disk|srv/);
    assert.match(ack.error?.detail ?? '', /disk I\/O error/);
  });

  it('wakes the job it speaks about, and is acknowledged even if that fails', async () => {
    const woken: unknown[] = [];
    const wake: Engine['wake'] = (job) => {
      woken.push(job);
      return Promise.reject(new Error('busy'));
    };
    const job = {title: 'Job', ref: {type: 'object'}, status: {call: 'start'}, states: {}};
    const hints = [
      {event: 'thing.made', id: '{{event.data.id}}'},
      {event: 'thing.made', id: '{{event.data.nope}}'},
      {event: 'thing.gone', id: '{{event.data.id}}'},
    ];
    const hook = own();
    const connector = {...hook.connector, jobs: {job: {...job, hints}, other: job}};
    const ack = await take({...hook, connector}, signed(hook, {body: '{"id":"e1"}'}), [], {wake});
    assert.equal(ack.status, 202);
    assert.deepEqual(woken, [{connection: 'app-main', kind: 'job', id: 'e1'}]);
  });

  it('starts again on redelivery what failed altogether, where the feed says so', async () => {
    const broken = {...template, criteria: [{test: '{{event.data.nope}}'}]};
    const dedupe = {on: 'succeeded' as const};
    const hook = own({}, {feed: {dedupe}});
    const sent = signed(hook, {body: '{"id":"e1"}'});
    await take(hook, sent, [broken]);
    const again = await take(hook, sent, [template]);
    assert.equal(again.accepted?.[0]?.duplicate, false);
    assert.deepEqual((await runs()).map(({state}) => state).sort(), ['failed', 'queued']);
  });

  it('answers as the feed says', async () => {
    const ack = await take(
      own({ack: {status: 200, body: {seen: '{{request.body.id}}'}}}),
      signed(own(), {body: '{"id":"e1"}'}),
    );
    assert.deepEqual([ack.status, ack.headers['content-type'], ack.body], [200, 'application/json', '{"seen":"e1"}']);
    const plain = await take(own({ack: {status: 200, body: 'OK'}}), signed(own(), {body: '{"id":"e2"}'}));
    assert.deepEqual([plain.headers['content-type'], plain.body], ['text/plain; charset=utf-8', 'OK']);
  });

  it('is acknowledged although the declared answer cannot be made: it is stored by then', async () => {
    const ack = await take(own({ack: {body: '{{request.body.nope}}'}}), signed(own(), {body: '{"id":"e1"}'}));
    assert.equal(ack.status, 202);
    assert.equal((await events()).length, 1);
  });

  it('of several items makes one event each, in one commit', async () => {
    let commits = 0;
    const counting: Partial<Engine> = {
      accept: (batch) => {
        commits++;
        return engine.accept(batch);
      },
    };
    const hook = own({items: '{{request.body.items}}'});
    const body = JSON.stringify({items: [{id: 'e1'}, {id: 'e2'}, {no: 'id'}, {id: 'e1'}]});
    const ack = await take(hook, signed(hook, {body}), [template], counting);
    assert.equal(commits, 1);
    assert.deepEqual(
      ack.accepted?.map(({duplicate}) => duplicate),
      [false, false, false, true],
    );
    assert.deepEqual((await events()).map(({state}) => state).sort(), ['accepted', 'accepted', 'dead']);
    assert.equal((await runs()).length, 2);
  });

  it('whose items cannot be found is kept whole', async () => {
    const hook = own({items: '{{request.body.items}}'});
    const ack = await take(hook, signed(hook, {body: '{"other":1}'}));
    assert.equal(ack.status, 202);
    const [event] = await events();
    assert.equal(event?.state, 'dead');
    assert.match(event?.error?.detail ?? '', /^items: /);
    assert.deepEqual(event?.data, {other: 1});
  });

  it('is let through item by item where the token stands in the items', async () => {
    const perItem = {
      verify: [{scheme: 'token' as const, token: {from: '{{item.state}}', equals: '{{secret.key}}'}}],
      items: '{{request.body.value}}',
    };
    const value = [
      {id: 'e1', state: 'k1'},
      {id: 'e2', state: 'forged'},
    ];
    const ack = await take(own(perItem), {body: JSON.stringify({value})});
    assert.equal(ack.status, 202);
    assert.deepEqual(
      (await events()).map(({id}) => id),
      ['e1'],
    );
    for (const body of ['{"value":[]}', '{"value":[{"id":"e3"}]}', '{}'])
      assert.equal((await take(own(perItem), {body})).status, 401);
  });

  it('answers handshakes before and after the proof, and stores nothing for them', async () => {
    const hook = own({
      handshake: [
        {when: '{{has request.query.echo}}', respond: {body: '{{request.query.echo}}'}},
        {when: '{{has request.body.challenge}}', verified: true, respond: {body: '{{request.body.challenge}}'}},
      ],
    });
    const early = await take(hook, {method: 'GET', url: 'https://a.example/hooks/a?echo=hello'});
    assert.deepEqual([early.status, early.body], [200, 'hello']);
    assert.equal((await take(hook, {body: '{"challenge":"c"}'})).status, 401);
    const late = await take(hook, signed(hook, {body: '{"challenge":"c"}'}));
    assert.deepEqual([late.status, late.body], [200, 'c']);
    assert.deepEqual(await events(), []);
  });

  it('does not answer a proved handshake where only the items are proved', async () => {
    const hook = own({
      verify: [{scheme: 'token', token: {from: '{{item.state}}', equals: '{{secret.key}}'}}],
      handshake: [
        {when: '{{has request.body.challenge}}', verified: true, respond: {body: '{{request.body.challenge}}'}},
      ],
    });
    assert.equal((await take(hook, {body: '{"challenge":"c"}'})).status, 401);
  });
});

describe('the mapping of an event', () => {
  const mapped = (event: object, emits = ['thing.made']): Hook =>
    own({}, {feed: {emits, event: {type: 'thing.made', id: '{{item.id}}', data: '{{item}}', ...event}}});
  const only = async (hook: Hook, body: string) => {
    await take(hook, signed(hook, {body}), [template]);
    const [event] = await events();
    return event ?? assert.fail('nothing was stored');
  };

  it('keeps data that does not fit as a dead letter that names the place', async () => {
    const event = await only(mapped({}), '{"id":"e1","n":"many"}');
    assert.equal(event.state, 'dead');
    assert.equal(event.error?.code, 'JW4004');
    assert.match(event.error?.detail ?? '', /data\/n/);
    assert.doesNotMatch(event.error?.detail ?? '', /many/);
    assert.deepEqual(await runs(), []);
  });

  for (const [what, mapping, detail] of [
    ['a type that is missing', {type: '{{item.kind}}'}, /^type: .*item\.kind/],
    ['an id that is missing', {id: '{{item.nope}}'}, /^id: .*item\.nope/],
    ['a blank id', {id: ' '}, /^id: /],
    ['an id without end', {id: 'x'.repeat(501)}, /^id: .*500/],
    ['a time that leaves the zone open', {time: '2026-01-12T08:15:30'}, /^time: .*offset/],
    ['a subject that is an object', {subject: '{{item}}'}, /^subject: /],
    ['data that is missing', {data: {a: '{{item.a}}'}}, /^data: .*item\.a/],
    ['a condition that gives no answer', {when: '{{item.id}}'}, /^when: /],
  ] as const)
    it(`keeps ${what} as a dead letter`, async () => {
      const event = await only(mapped(mapping), '{"id":"e1"}');
      assert.equal(event.state, 'dead');
      assert.equal(event.error?.code, 'JW4005');
      assert.match(event.error?.detail ?? '', detail);
      assert.deepEqual(event.data, {id: 'e1'});
    });

  it('leaves out what the feed does not emit, and says so', async () => {
    const event = await only(mapped({type: 'thing.{{item.kind}}'}), '{"id":"e1","kind":"moved"}');
    assert.deepEqual([event.state, event.type, event.id, event.data], ['ignored', 'thing.moved', 'e1', null]);
    assert.equal(event.error?.code, 'JW4006');
  });

  it('W21 keeps text no database likes, and no id made of it', async () => {
    const free = own({}, {connector: {events: {'thing.made': {title: '', sample: '', data: true}}}});
    await take(free, signed(free, {body: '{"id":"e2","text":"\\ud800 a\\u0000b"}'}));
    assert.deepEqual((await engine.events.get('e2'))?.data, {id: 'e2', text: '\ud800 a\0b'});
    for (const id of ['\\ud800', 'a\\u0000b']) {
      const ack = await take(free, signed(free, {body: `{"id":"${id}"}`}));
      assert.equal((await engine.events.get(ack.accepted?.[0]?.uid ?? ''))?.error?.code, 'JW4005');
    }
  });

  it('leaves out items its condition leaves out', async () => {
    const event = await only(mapped({when: '{{gt item.n 5}}'}), '{"id":"e1","n":1}');
    assert.equal(event.state, 'ignored');
    assert.match(event.error?.detail ?? '', /event\.when/);
  });

  it('renames types, writes times in UTC, and keeps digits', async () => {
    const hook = own(
      {},
      {
        connector: {events: {'thing.made': {title: '', sample: '', data: true}}},
        feed: {
          emits: ['thing.made'],
          event: {
            type: '{{item.kind}}',
            types: {Made: 'thing.made', constructor: 'thing.made'},
            id: '{{item.id}}',
            time: '{{item.at}}',
            subject: 'thing/{{item.id}}',
            data: {id: '{{item.id}}'},
          },
        },
      },
    );
    const event = await only(hook, '{"kind":"Made","id":12345678901234567890,"at":"2026-01-12T09:15:30.5+01:00"}');
    assert.deepEqual(
      [event.type, event.id, event.time, event.subject, JSON.stringify(event.data)],
      [
        'thing.made',
        '12345678901234567890',
        '2026-01-12T08:15:30.5Z',
        'thing/12345678901234567890',
        '{"id":12345678901234567890}',
      ],
    );
  });
});

describe('shipped connectors', () => {
  const secrets = {webhookSecret: 'test-webhook-secret', signingKey: 'test-signing-key'};

  function deliverCase(connector: Connector, feedName: string, file: string): Promise<Ack> {
    const {request = {}} = json<Case>(`connectors/${connector.id}/cases/${file}.json`);
    const hook = feedOf(connector, feedName, secrets);
    const sent = {
      headers: request.headers ?? {},
      body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
    };
    return take(hook, request.sign ? signed(hook, sent) : sent);
  }

  it('turn a signed issue into an event', async () => {
    const ack = await deliverCase(github, 'webhooks', 'issue-opened');
    assert.equal(ack.status, 202);
    const [event] = await events();
    assert.deepEqual([event?.type, event?.state, event?.connection], ['issues.opened', 'accepted', 'github-main']);
    assert.equal(event?.subject, 'issue/Codertocat/Hello-World#1');
  });

  it('take the form a webhook sends that was left on its default type', async () => {
    assert.equal((await deliverCase(github, 'webhooks', 'form-delivery')).status, 202);
    assert.equal((await events())[0]?.subject, 'issue/Codertocat/Hello-World#1');
  });

  it('leave a ping out', async () => {
    assert.equal((await deliverCase(github, 'webhooks', 'ping')).status, 202);
    assert.equal((await events())[0]?.state, 'ignored');
  });

  for (const file of ['no-signature', 'sha1-signature-only'])
    it(`refuse ${file}`, async () => {
      assert.equal((await deliverCase(github, 'webhooks', file)).status, 401);
    });

  it('refuse a delivery signed six minutes ago', async () => {
    const hook = feedOf(servicenow, 'businessRule', secrets);
    const sent = signed(hook, {
      body: '{"id":"x:created","type":"incident.created","time":"2026-01-12 08:15:35","data":{}}',
    });
    clock.advance(361_000);
    const ack = await take(hook, sent);
    assert.equal(ack.status, 401);
    assert.equal(problem(ack).code, 'JW4002');
  });
});

describe('why', () => {
  it('tells from the store what every template decided', async () => {
    const criteria = [{path: 'event.data.n', op: 'gt', value: 5} as const];
    const templates = [
      template,
      {...template, id: 'picky', criteria},
      {...template, id: 'broken', criteria: [{test: '{{event.data.nope}}'}]},
    ];
    const ack = await take(own(), signed(own(), {body: '{"id":"e1","n":1}'}), templates);
    const uid = ack.accepted?.[0]?.uid ?? '';
    for (const id of [uid, 'e1']) {
      const {summary, decisions} = await explain(id, engine);
      assert.equal(summary, 'accepted: 1 run, 1 fault, 1 skipped');
      assert.deepEqual(
        decisions.map(({template: name, outcome, because, run}) => [name, outcome, because, run?.state]),
        [
          ['made-to-job', 'run', undefined, 'queued'],
          ['picky', 'skipped', 'criteria[0]', undefined],
          ['broken', 'fault', 'criteria[0]', 'failed'],
        ],
      );
    }
  });

  it('tells why nothing follows', async () => {
    await take(own(), signed(own(), {body: '{"id":"e1"}'}));
    assert.equal((await explain('e1', engine)).summary, 'accepted; no template is waiting for this event');
    await take(own(), signed(own(), {body: '{"id":"e1"}'}));
    assert.match((await explain('e1', engine)).summary, /delivered 2 times/);
    await assert.rejects(explain('nope', engine), {jobwireCode: 'JW7102'});
  });
});
