/** Subscriptions: made, used as keys, renewed in time, replaced, ended; and what is left when an answer is lost. */
import assert from 'node:assert/strict';
import nock from 'nock';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {readRequest} from '../../src/ingest/request.ts';
import {createProof} from '../../src/ingest/signatures/proof.ts';
import {signDelivery} from '../../src/ingest/signatures/sign.ts';
import {proofProblem, verify} from '../../src/ingest/signatures/verify.ts';
import {check, type Renewed, renew, subscribe, unsubscribe} from '../../src/ingest/subscription.ts';
import {renewDue} from '../../src/ingest/subscription-renewal.ts';
import type {Library} from '../../src/manifest/library.ts';
import {iso} from '../../src/values/time.ts';
import {base, failureOf, now, onRecordedWire} from '../operations/bench.ts';
import {closeBenches, day, type SubscriptionBench, subscriptionBench, url, webhook} from './subscription-bench.ts';
import {delivery, libraryOf} from './support.ts';

const app = () => nock(`${base}/v1`);

/** The app creates it, and the test learns what it was told. */
function creates(answer: object | number = {id: 's1'}): {secret: string; url: string}[] {
  const told: {secret: string; url: string}[] = [];
  const status = typeof answer === 'number' ? answer : 201;
  app()
    .post('/hooks', (body: {secret: string; url: string}) => told.push(body) > 0)
    .reply(status, typeof answer === 'number' ? {} : answer);
  return told;
}

/** Whether a delivery signed with this secret is taken. */
async function takes(world: SubscriptionBench, secret: string): Promise<boolean> {
  const hook = await world.hook();
  const raw = Buffer.from('{"id":"e1"}');
  const [rule] = webhook.verify;
  if (!rule) return false;
  const unsigned = {method: 'POST', url, headers: {}, raw};
  const signed = signDelivery(rule, unsigned, {secrets: {}, config: {}, subscription: {secret}, at: now});
  try {
    const request = readRequest(delivery({url, headers: signed.headers, body: raw}));
    verify(webhook.verify, createProof(request, hook, now));
    return true;
  } catch (error) {
    if (error instanceof JobwireError && error.jobwireCode === 'JW4001') return false;
    throw error;
  }
}

describe('a subscription', () => {
  onRecordedWire();
  afterEach(closeBenches);

  it('is made with a new secret of 32 bytes, which signs from then on', async () => {
    const world = await subscriptionBench();
    const told = creates();
    const {subscription} = await subscribe(world.feed, url, world.tools);
    assert.match(told[0]?.secret ?? '', /^[0-9a-f]{64}$/);
    assert.equal(told[0]?.url, url);
    assert.equal(subscription.root['id'], 's1');
    assert.equal(await takes(world, told[0]?.secret ?? ''), true);
    assert.equal(await takes(world, 'another secret'), false);
  });

  it('gives way to a secret of the app', async () => {
    const world = await subscriptionBench();
    const told = creates({id: 's1', secret: 'canary-of-the-app'});
    await subscribe(world.feed, url, world.tools);
    assert.equal(await takes(world, 'canary-of-the-app'), true);
    assert.equal(await takes(world, told[0]?.secret ?? ''), false);
  });

  it('is needed by a feed that is signed with it', async () => {
    const world = await subscriptionBench();
    const problem = proofProblem(await world.hook());
    assert.equal(problem?.jobwireCode, 'JW4012');
    assert.match(problem?.issue().hint ?? '', /jobwire hooks create main webhooks/);
    creates();
    await subscribe(world.feed, url, world.tools);
    assert.equal(proofProblem(await world.hook()), undefined);
  });

  it('signs before the answer is there: apps send a first delivery at once', async () => {
    const world = await subscriptionBench();
    let taken: Promise<boolean> | undefined;
    app()
      .post('/hooks', (body: {secret: string}) => {
        taken = takes(world, body.secret);
        return true;
      })
      .reply(201, {id: 's1'});
    await subscribe(world.feed, url, world.tools);
    assert.equal(await taken, true);
  });

  it('never stands in the files of the store as it is', async () => {
    const world = await subscriptionBench();
    const told = creates({id: 's1', secret: 'canary-of-the-app'});
    await subscribe(world.feed, url, world.tools);
    const bytes = world.bytes();
    assert.ok(bytes.includes('documents'), 'these are the files of the store');
    for (const secret of [told[0]?.secret ?? '', 'canary-of-the-app'])
      for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')])
        assert.equal(bytes.includes(form), false);
  });

  it('does not open with another key, and says so', async () => {
    const world = await subscriptionBench();
    creates();
    await subscribe(world.feed, url, world.tools);
    const error = await failureOf(world.otherKey().load({connection: 'main', feed: 'webhooks'}));
    assert.equal(error.jobwireCode, 'JW7107');
    assert.match(error.message, /subscription main\/webhooks cannot be opened: it was sealed with another key/);
    assert.match(error.issue().hint, /JOBWIRE_SECRET_KEY/);
  });

  describe('that is made again', () => {
    it('replaces the old one and then ends it; its key is good for an hour', async () => {
      const world = await subscriptionBench();
      const [first] = [creates(), await subscribe(world.feed, url, world.tools)];
      const second = creates({id: 's2'});
      app().delete('/hooks/s1').reply(204);
      const {subscription, warning} = await subscribe(world.feed, url, world.tools);
      assert.deepEqual([subscription.root['id'], warning], ['s2', undefined]);
      const [old, fresh] = [first[0]?.secret ?? '', second[0]?.secret ?? ''];
      assert.notEqual(old, fresh);
      assert.deepEqual([await takes(world, old), await takes(world, fresh)], [true, true]);
      world.clock.advance(61 * 60_000);
      assert.deepEqual([await takes(world, old), await takes(world, fresh)], [false, true]);
    });

    it('does not end what the app merely gave another secret', async () => {
      const world = await subscriptionBench();
      creates();
      await subscribe(world.feed, url, world.tools);
      creates({id: 's1'});
      await subscribe(world.feed, url, world.tools);
    });

    it('tells that the old one could not be ended', async () => {
      const world = await subscriptionBench();
      creates();
      await subscribe(world.feed, url, world.tools);
      creates({id: 's2'});
      app().delete('/hooks/s1').reply(403);
      const {warning} = await subscribe(world.feed, url, world.tools);
      assert.equal(warning?.jobwireCode, 'JW3015');
    });
  });

  describe('that fails', () => {
    it('leaves nothing when the app refuses', async () => {
      const world = await subscriptionBench();
      const told = creates(403);
      const error = await failureOf(subscribe(world.feed, url, world.tools));
      assert.equal(error.jobwireCode, 'JW4009');
      assert.match(error.message, /feed webhooks of connection main: .*answered 403/);
      assert.deepEqual(await world.kept(), {});
      assert.equal(error.message.includes(told[0]?.secret ?? '-'), false);
    });

    it('keeps its secret when nobody knows whether it was made, and asks with it again', async () => {
      const world = await subscriptionBench();
      const lost = creates(503);
      const error = await failureOf(subscribe(world.feed, url, world.tools));
      assert.deepEqual([error.jobwireCode, error.extra.outcome], ['JW4009', 'unknown']);
      assert.equal(await takes(world, lost[0]?.secret ?? ''), true, 'the app may send by now');
      const again = creates();
      await subscribe(world.feed, url, world.tools);
      assert.equal(again[0]?.secret, lost[0]?.secret);
    });

    it('refuses an output without an id', async () => {
      const world = await subscriptionBench();
      creates({});
      assert.match((await failureOf(subscribe(world.feed, url, world.tools))).message, /subscribe gives no id/);
    });

    it('refuses an end that is no time, and keeps what the app made', async () => {
      const world = await subscriptionBench();
      creates({id: 's1', expires: 'tomorrow'});
      assert.match((await failureOf(subscribe(world.feed, url, world.tools))).message, /expiresAt is not an ISO 8601/);
      assert.equal((await world.kept()).current?.root['id'], 's1');
    });

    it('is not possible for a feed without subscribe', async () => {
      const world = await subscriptionBench({subscribe: undefined as never});
      assert.match((await failureOf(subscribe(world.feed, url, world.tools))).message, /by hand/);
    });
  });

  describe('that ends', () => {
    const begun = async (): Promise<SubscriptionBench> => {
      const world = await subscriptionBench();
      creates({id: 's1', expires: iso(now + 3 * day)});
      await subscribe(world.feed, url, world.tools);
      return world;
    };
    const libraryFor = ({feed}: SubscriptionBench, enabled = true): Library =>
      libraryOf({
        connectors: [feed.connection.connector],
        connections: [
          {
            jobwire: '1',
            kind: 'connection',
            id: 'main',
            title: 'Main',
            connector: 'acme@^1',
            config: {},
            feeds: {webhooks: {enabled}},
          },
        ],
      });
    const beat = async (world: SubscriptionBench, library = libraryFor(world)) => {
      const faults: JobwireError[] = [];
      const renewed: Renewed['how'][] = [];
      await renewDue({
        ...world.tools,
        library,
        connection: () => world.feed.connection,
        onFault: (error) => faults.push(error as JobwireError),
        onRenewed: (_, {how}) => renewed.push(how),
      });
      return {faults: faults.map(({jobwireCode}) => jobwireCode), renewed};
    };

    it('is renewed when its time has come, not earlier, and keeps its key', async () => {
      const world = await begun();
      const secret = (await world.kept()).current?.root['secret'];
      world.clock.advance(2.4 * day);
      assert.deepEqual(await beat(world), {faults: [], renewed: []});
      world.clock.advance(0.2 * day);
      app()
        .patch('/hooks/s1')
        .reply(200, {expires: iso(now + 6 * day)});
      assert.deepEqual(await beat(world), {faults: [], renewed: ['renewed']});
      const {current} = await world.kept();
      assert.deepEqual([current?.expiresAt, current?.root['secret']], [now + 6 * day, secret]);
      assert.deepEqual(await beat(world), {faults: [], renewed: []});
    });

    it('is made again when it cannot be renewed', async () => {
      const world = await begun();
      world.clock.advance(2.6 * day);
      app().patch('/hooks/s1').reply(404);
      creates({id: 's2', expires: iso(now + 9 * day)});
      app().delete('/hooks/s1').reply(404);
      assert.deepEqual(await beat(world), {faults: [], renewed: ['subscribed again']});
      assert.equal((await world.kept()).current?.root['id'], 's2');
    });

    it('is made again when renewing does not move its end', async () => {
      const world = await begun();
      app()
        .patch('/hooks/s1')
        .reply(200, {expires: iso(now + 3 * day)});
      creates({id: 's2', expires: iso(now + 9 * day)});
      app().delete('/hooks/s1').reply(204);
      const {how, because} = await renew(world.feed, world.tools);
      assert.equal(how, 'subscribed again');
      assert.match(because?.message ?? '', /no later expiresAt/);
    });

    it('stays as it is when nothing helps, and is tried again after a growing wait', async () => {
      const world = await begun();
      world.clock.advance(2.6 * day);
      for (const wait of [1, 2, 4]) {
        app().patch('/hooks/s1').reply(403);
        creates(403);
        assert.deepEqual(await beat(world), {faults: ['JW4009'], renewed: []});
        assert.deepEqual(await beat(world), {faults: [], renewed: []}, 'not at once');
        world.clock.advance(wait * 60_000);
      }
      const {current, failed} = await world.kept();
      assert.deepEqual([current?.root['id'], failed?.failures, failed?.error.code], ['s1', 3, 'JW4009']);
      assert.match(failed?.error.detail ?? '', /before that, renewing failed/);
    });

    it('is left alone where the connection file switches the feed off', async () => {
      const world = await begun();
      world.clock.advance(2.9 * day);
      assert.deepEqual(await beat(world, libraryFor(world, false)), {faults: [], renewed: []});
    });

    it('is not made for a feed that nobody subscribed', async () => {
      assert.deepEqual(await beat(await subscriptionBench()), {faults: [], renewed: []});
    });

    it('is replaced in time where the feed has no renew', async () => {
      const world = await subscriptionBench({renew: undefined as never});
      creates({id: 's1', expires: iso(now + 3 * day)});
      await subscribe(world.feed, url, world.tools);
      world.clock.advance(3 * day - 61 * 60_000);
      assert.deepEqual(await beat(world), {faults: [], renewed: []});
      world.clock.advance(2 * 60_000);
      creates({id: 's2', expires: iso(now + 6 * day)});
      app().delete('/hooks/s1').reply(204);
      assert.deepEqual(await beat(world), {faults: [], renewed: ['subscribed again']});
    });

    it('is made again when the app has lost it', async () => {
      const world = await subscriptionBench({
        check: {steps: [{id: 'all', call: 'list'}], output: "{{in subscription.id (pluck steps.all 'id')}}"},
      });
      creates();
      await subscribe(world.feed, url, world.tools);
      assert.deepEqual(await beat(world), {faults: [], renewed: []}, 'it was just made');
      world.clock.advance(61 * 60_000);
      app()
        .get('/hooks')
        .reply(200, [{id: 's1'}]);
      assert.deepEqual(await beat(world), {faults: [], renewed: []});
      world.clock.advance(61 * 60_000);
      app().get('/hooks').reply(200, []);
      creates({id: 's2'});
      app().delete('/hooks/s1').reply(404);
      assert.deepEqual(await beat(world), {faults: [], renewed: ['subscribed again']});
    });

    it('refuses a check that is neither true nor false', async () => {
      const world = await subscriptionBench({check: {call: 'list'}});
      creates();
      await subscribe(world.feed, url, world.tools);
      app().get('/hooks').reply(200, []);
      assert.equal((await failureOf(check(world.feed, world.tools))).jobwireCode, 'JW2103');
    });
  });

  describe('that is ended', () => {
    it('is ended at the app and forgotten', async () => {
      const world = await subscriptionBench();
      creates();
      await subscribe(world.feed, url, world.tools);
      app().delete('/hooks/s1').reply(204);
      await unsubscribe(world.feed, world.tools);
      assert.deepEqual(await world.kept(), {});
      assert.equal((await failureOf(unsubscribe(world.feed, world.tools))).jobwireCode, 'JW7102');
    });

    it('is forgotten when the app does not know it any more', async () => {
      const world = await subscriptionBench();
      creates();
      await subscribe(world.feed, url, world.tools);
      app().delete('/hooks/s1').reply(404);
      await unsubscribe(world.feed, world.tools);
      assert.deepEqual(await world.kept(), {});
    });

    it('is kept when the app refuses', async () => {
      const world = await subscriptionBench();
      creates();
      await subscribe(world.feed, url, world.tools);
      app().delete('/hooks/s1').reply(403);
      assert.equal((await failureOf(unsubscribe(world.feed, world.tools))).jobwireCode, 'JW4009');
      assert.equal((await world.kept()).current?.root['id'], 's1');
    });
  });
});
