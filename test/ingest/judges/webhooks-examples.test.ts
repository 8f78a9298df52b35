/** Every example payload of @octokit/webhooks-examples, delivered over the reception of the github connector. */
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {sign} from '@octokit/webhooks-methods';
import type {Engine} from '../../../src/engine/engine.ts';
import type {EventRecord} from '../../../src/engine/run.ts';
import {openEngine} from '../../../src/engines/index.ts';
import {receive} from '../../../src/ingest/receive.ts';
import {Redactor} from '../../../src/values/secret.ts';
import {VirtualClock} from '../../../src/values/time.ts';
import {delivery, hookOf, libraryOf} from '../support.ts';
import {connectorOf, feedOf} from './rules.ts';

const secret = 'of the webhook';
const github = connectorOf('github');
const groups = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: {action?: string}[];
}[];
const payloads = groups.flatMap(({name, examples}) =>
  examples.map((payload, i) => ({name, payload, id: `${name}-${i}`})),
);

describe('the github connector and @octokit/webhooks-examples', () => {
  let engine: Engine;
  const clock = new VirtualClock(Date.parse('2026-01-12T08:15:40Z'));
  before(async () => {
    engine = await openEngine('sqlite::memory:', {clock, dir: '.'});
  });
  after(() => engine.close());

  /** What is stored of each payload, in the order of the payloads. */
  async function deliver(feedName: string): Promise<EventRecord[]> {
    const hook = {
      ...hookOf({secrets: {webhookSecret: secret}}),
      connection: `github-${feedName}`,
      connector: github,
      feedName,
      feed: feedOf(github, feedName),
    };
    const tools = {engine, library: libraryOf({connectors: [github]}), clock, redactor: new Redactor()};
    const stored: EventRecord[] = [];
    for (const {name, payload, id} of payloads) {
      const body = JSON.stringify(payload);
      const headers = {
        'content-type': 'application/json',
        'x-github-event': name,
        'x-github-delivery': id,
        'x-hub-signature-256': await sign(secret, body),
      };
      const ack = await receive(delivery({headers, body}), hook, tools);
      assert.equal(ack.status, 202, `${id}: ${ack.body}`);
      const [uid] = (ack.accepted ?? []).map((one) => one.uid);
      stored.push((await engine.events.get(uid ?? '')) ?? assert.fail(id));
    }
    return stored;
  }

  it('has 329 payloads of 58 kinds to take', () => {
    assert.equal(payloads.length, 329);
    assert.equal(groups.length, 58);
  });

  it('make an event each of the feed everything, with type, id and the whole payload', async () => {
    for (const [i, event] of (await deliver('everything')).entries()) {
      const {name, payload, id} = payloads[i] ?? assert.fail();
      assert.deepEqual([event.state, event.type, event.id], ['accepted', 'webhook.received', id]);
      const {event: kind, action, payload: kept} = event.data as {event: string; action?: string; payload: unknown};
      assert.deepEqual([kind, action], [name, payload.action]);
      assert.deepEqual(kept, payload);
    }
  });

  it('make an event each of the feed webhooks, or are ignored under their own type; none is a dead letter', async () => {
    const emitted = new Set<string>();
    for (const [i, event] of (await deliver('webhooks')).entries()) {
      const {name, payload, id} = payloads[i] ?? assert.fail();
      assert.equal(event.id, id);
      if (event.state === 'accepted') emitted.add(event.type);
      else
        assert.deepEqual([event.state, event.type], ['ignored', payload.action ? `${name}.${payload.action}` : name]);
    }
    const expected = [
      'issue-comment.created',
      'issues.labeled',
      'issues.opened',
      'pull-request.opened',
      'workflow-run.completed',
    ];
    assert.deepEqual([...emitted].sort(), expected);
  });
});
