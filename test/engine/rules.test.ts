/** The small rules of the engine as pure functions: keys, policies, delivery defaults, roots. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {restarted, runKey} from '../../src/engine/key.ts';
import {deliveryOf, policyOf, retryPlan, unsafeWrite} from '../../src/engine/policy.ts';
import {eventRoot, runRoot} from '../../src/engine/roots.ts';
import {isTerminal, runStates} from '../../src/engine/run.ts';
import {targetsOf} from '../../src/engine/task.ts';
import type {Target} from '../../src/generated/types.ts';
import {arriving} from '../laws/subject.ts';
import {connector} from './yard-connector.ts';

const identity = {template: 't', target: 'do', connection: 'c', event: 'a.b', id: '1'};

describe('a run key', () => {
  it('is the same for the same event and target, and fits a reference field', () => {
    // base32(sha256('["t","do","c","a.b","1",0]')): stored keys must never change.
    assert.equal(runKey(identity), 'jw-k7fl4z3hpsr2ile6jln5sgsnwq');
    assert.equal(runKey({...identity, restart: 0}), runKey(identity));
    assert.match(runKey(identity), /^jw-[a-z2-7]{26}$/);
  });

  it('differs with every part, also where parts run into each other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), {minLength: 5, maxLength: 5}),
        fc.array(fc.string(), {minLength: 5, maxLength: 5}),
        (a, b) => {
          const key = ([template = '', target = '', connection = '', event = '', id = '']: string[]) =>
            runKey({template, target, connection, event, id});
          assert.equal(key(a) === key(b), JSON.stringify(a) === JSON.stringify(b));
        },
      ),
    );
    assert.notEqual(runKey(identity), runKey({...identity, restart: 1}));
  });

  it('a restart renames the runs and the decisions that name them', () => {
    const again = restarted(arriving({id: '1', runs: 2}), 3);
    assert.deepEqual(
      again.event.decisions.map(({run}) => run),
      again.drafts.map(({id}) => id),
    );
    assert.equal(
      again.drafts[0]?.id,
      runKey({template: 't', target: 'do[0]', connection: 'desk', event: 'ticket.opened', id: '1', restart: 3}),
    );
  });
});

describe('a policy', () => {
  it('of the target wins key by key', () => {
    assert.deepEqual(policyOf({deadline: '1m', order: 'key'}, {order: 'none'}), {deadline: '1m', order: 'none'});
    assert.deepEqual(policyOf(undefined, undefined), {});
  });

  it('waits 30 s, doubled each time, at most 30 min, five times', () => {
    const {limit, waitMs} = retryPlan({});
    assert.equal(limit, 5);
    assert.deepEqual(
      [1, 2, 3, 7, 8, 50].map((n) => waitMs(n, () => 1)),
      [30_000, 60_000, 120_000, 1_800_000, 1_800_000, 1_800_000],
    );
    assert.equal(
      waitMs(3, () => 0),
      0,
    );
  });
});

describe('the delivery of an action', () => {
  const actions = connector.actions ?? {};
  for (const [action, write, delivery] of [
    ['startJobs', 'startJobs', 'reconcile'],
    ['startPlain', 'startPlain', 'at-most-once'],
    ['addNote', 'addNote', 'at-most-once'],
    ['stopAll', undefined, 'at-most-once'],
  ] as const)
    it(`${action} is ${delivery} when nobody says anything`, () => {
      const manifest = actions[action] ?? assert.fail();
      assert.equal(unsafeWrite(connector, manifest), write);
      assert.equal(deliveryOf(connector, manifest, undefined), delivery);
      assert.equal(deliveryOf(connector, manifest, 'queue'), 'queue');
    });
});

describe('roots and names', () => {
  it('event has no subject when there is none', () => {
    const {event} = arriving({id: '1'});
    assert.deepEqual(Object.keys(eventRoot(event)).sort(), ['connection', 'data', 'feed', 'id', 'time', 'type']);
    assert.equal(eventRoot({...event, subject: 's'})['subject'], 's');
  });

  it('run tells its key, attempt and time', () => {
    const facts = {id: 'jw-1', template: 't', target: 'do', delivery: 'queue', attempt: 2} as const;
    assert.deepEqual(runRoot(facts, 0), {...facts, key: 'jw-1', now: '1970-01-01T00:00:00Z'});
  });

  it('targets are named by id, or by their place', () => {
    const target: Target = {connector: 'c', connection: 'x', action: 'a', input: {}};
    assert.deepEqual(
      targetsOf(target).map(({id}) => id),
      ['do'],
    );
    assert.deepEqual(
      targetsOf([{...target, id: 'first'}, target]).map(({id}) => id),
      ['first', 'do[1]'],
    );
  });

  it('three states are the end', () => {
    assert.deepEqual(runStates.filter(isTerminal), ['succeeded', 'failed', 'canceled']);
  });
});
