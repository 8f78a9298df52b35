/** A run of the real engine on virtual time, its target the simulator of a session. */
import assert from 'node:assert/strict';
import {drive} from '../../../src/cases/drive.ts';
import type {Stage} from '../../../src/cases/stage.ts';
import type {Run} from '../../../src/engine/run.ts';
import type {Policy, Template} from '../../../src/generated/types.ts';
import {type Library, loadLibrary, type Unit} from '../../../src/manifest/library.ts';
import {Redactor} from '../../../src/values/secret.ts';
import {iso} from '../../../src/values/time.ts';
import type {Session} from './session.ts';

const shipped = loadLibrary({project: '/nowhere', shipped: process.cwd(), only: ['uipath-orchestrator']});

/** One event that starts one action; ends when the run does, however long it waits. */
export async function driveRun(
  session: Session,
  action: {readonly action?: string; readonly input: object; readonly policy?: Policy; readonly id?: string},
): Promise<Run> {
  const template: Template = {
    jobwire: '1',
    kind: 'template',
    id: 'one',
    version: '1.0.0',
    title: 'One',
    on: {connector: 'uipath-orchestrator', event: 'one', connection: 'uipath-test'},
    do: {
      connector: 'uipath-orchestrator',
      connection: 'uipath-test',
      action: action.action ?? 'startJob',
      input: {$literal: action.input},
    },
    ...(action.policy && {policy: action.policy}),
  };
  const {clock, connection} = session;
  const stage = {
    clock,
    chance: () => 0.5,
    redactor: new Redactor(),
    writes: () => 0,
    waitUntil: async (time: number) => clock.jumpTo(time),
    connection: () => connection,
  } as unknown as Stage;
  const event = {
    uid: 'case',
    connection: 'uipath-test',
    feed: 'case',
    type: 'one',
    id: action.id ?? 'event-1',
    time: iso(clock.now()),
    data: {},
    receivedAt: clock.now(),
    state: 'accepted',
    deliveries: 1,
    bodyHash: '',
    conflicts: 0,
  } as const;
  const {runs} = await drive(event, only(template), stage);
  assert.equal(runs.length, 1);
  return runs[0] as Run;
}

function only(template: Template): Library {
  const unit = {id: template.id, dir: '/', file: '/template.json', manifest: template, locate: () => undefined};
  const templates = new Map([[template.id, unit as unknown as Unit<Template>]]);
  return {...shipped, templates, template: (id) => templates.get(id)};
}
