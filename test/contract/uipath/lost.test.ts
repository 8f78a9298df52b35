/** Answers get lost, servers break in the middle: each event still leads to exactly its jobs, or to a run a person decides about. */
import assert from 'node:assert/strict';
import type {Policy} from '../../../src/generated/types.ts';
import type {JsonObject} from '../../../src/values/json.ts';
import {driveRun} from './driven.ts';
import {closeSessions, modern, openSession, type Session} from './session.ts';

const three = {process: 'SupportTriage', jobsCount: 3, arguments: {IncidentId: 'INC1', Severity: 1}};
const inFolder =
  (config: JsonObject = {}) =>
  (url: string) =>
    modern(url, {folder: 'Shared', ...config});

const jobsIn = ({sim}: Session): number => sim.state.collection('jobs').size;
const starts = ({exchanges}: Session): number => exchanges.filter(({url}) => url.endsWith('.StartJobs')).length;

/** With enough time between the looks for a job that shows late. */
const patient: Policy = {delivery: 'reconcile'};

describe('a start', () => {
  afterEach(closeSessions);

  for (const [fault, sent] of [
    ['lost-answer', 1],
    ['lost-request', 2],
    ['cut-answer', 1],
    ['gateway-error', 2],
    ['gateway-timeout', 1],
    ['server-error', 2],
    ['created-in-part', 2],
    ['late', 1],
    ['too-many', 2],
    ['token-refused', 2],
  ] as const)
    it(`that meets "${fault}" leads to three jobs, sent ${sent === 1 ? 'once' : 'twice'}`, async () => {
      const session = await openSession(inFolder());
      await session.connection.prepared();
      await session.act('startJob', {...three, jobsCount: 1}, 'jw-before');
      session.sim.arm(fault === 'too-many' || fault === 'token-refused' ? 'none' : fault, 1);
      const run = await driveRun(session, {input: three, policy: patient});
      assert.equal(run.state, 'succeeded', run.error?.detail);
      assert.deepEqual([jobsIn(session) - 1, starts(session) - 1], [3, sent]);
    });
});
