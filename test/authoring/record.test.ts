/** A run against a server on this machine becomes files that hold no secret and replay without it. */
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {type Recorded, type RecordOptions, record} from '../../src/authoring/record.ts';
import type {Recordable} from '../../src/authoring/record-case.ts';
import {casesOf} from '../../src/cases/discover.ts';
import {runCase} from '../../src/cases/run.ts';
import {readSecret} from '../../src/config.ts';
import type {Case, Cassette} from '../../src/generated/types.ts';
import {loadFile} from '../../src/manifest/load.ts';
import {event, openPress, type Press, secret, token} from './record-press.ts';

describe('record', function () {
  this.timeout(20_000);
  let press: Press;
  beforeEach(async () => {
    press = await openPress();
  });
  afterEach(() => press.close());

  const templateOf = (): Recordable => {
    const unit = press.library.templates.get('sheet-to-job');
    const connection = press.library.connections.get('press-main');
    assert.ok(unit && connection);
    return {kind: 'template', unit, event, connections: [connection]};
  };
  const partOf = (kind: 'action' | 'lookup' | 'operation', name: string, input = {}): Recordable => {
    const connection = press.library.connections.get('press-main');
    assert.ok(connection);
    return {kind, name, connection, input};
  };
  const make = (subject: Recordable, more: Partial<RecordOptions> = {}): Promise<Recorded> =>
    record({
      library: press.library,
      project: press.dir,
      subject,
      name: 'one',
      timeout: '10s',
      secret: readSecret,
      ...more,
    });
  const cassette = 'connectors/press/cassettes/one.json';
  const caseFile = 'connectors/press/cases/one.json';

  it('writes a cassette and a case of an action', async () => {
    const made = await make(partOf('action', 'print', {sheet: 'Menu'}));
    assert.deepEqual(made.problems, []);
    assert.equal(made.exchanges, 3);
    assert.deepEqual(loadFile<Cassette>(join(press.dir, cassette), 'cassette').issues, []);
    assert.deepEqual(loadFile<Case>(join(press.dir, caseFile), 'case').issues, []);
    assert.equal(press.json<Cassette>(cassette).connector, 'press@1.2.3');
    assert.deepEqual(press.json<Case>(caseFile).expect, {
      outcome: 'succeeded',
      output: {jobs: [{id: '00000000-0000-4000-8000-000000000002'}]},
      jobs: [{id: '00000000-0000-4000-8000-000000000002'}],
      writes: 1,
    });
  });

  it('replays when the target is gone', async () => {
    await make(partOf('action', 'print', {sheet: 'Menu'}));
    const unit = press.library.connectors.get('press');
    assert.ok(unit);
    const [one] = casesOf({kind: 'connector', unit});
    assert.ok(one && 'manifest' in one);
    const before = press.requests.length;
    const {ok, problems} = await runCase(one, press.library);
    assert.ok(ok, JSON.stringify(problems));
    assert.equal(press.requests.length, before);
  });

  it('follows a template to the end of its job, in its own folder', async () => {
    const made = await make(templateOf());
    assert.deepEqual(made.problems, []);
    assert.equal(made.exchanges, 4);
    const {event: kept, of} = press.json<Case>('templates/sheet-to-job/cases/one.json');
    assert.deepEqual({kept, of}, {kept: event, of: {template: 'sheet-to-job'}});
    assert.ok(existsSync(join(press.dir, 'templates/sheet-to-job/cassettes/one.json')));
  });

  it('writes no secret, token, cookie or sensitive input in any encoding', async () => {
    const pin = 'pin-4711-0815';
    await make(partOf('action', 'print', {sheet: 'Menu', pin}));
    const text = `${press.read(cassette)}${press.read(caseFile)}`;
    for (const hidden of [secret, token, pin])
      for (const form of [hidden, encodeURIComponent(hidden), Buffer.from(hidden).toString('base64')])
        assert.ok(!text.includes(form), form);
    assert.doesNotMatch(text, /authorization|set-cookie|sid=1|ticket-[0-9a-f]{8}/i);
    assert.match(text, /"client_secret": "test-key"/);
  });

  it('puts the same stand-in wherever the same secret stands, so that the recording fits together', async () => {
    await make(partOf('action', 'print', {sheet: 'Menu', pin: 'pin-4711-0815'}));
    const {exchanges} = press.json<{
      exchanges: {request: {body?: {pin?: string}}; response: {body: {echo?: {pin: string}}}}[];
    }>(cassette);
    const [, , start] = exchanges;
    assert.match(start?.request.body?.pin ?? '', /^hidden-\d+$/);
    assert.equal(start?.response.body.echo?.pin, start?.request.body?.pin);
    assert.equal(press.json<{input: {pin: string}}>(caseFile).input.pin, start?.request.body?.pin);
  });

  it('makes a second recording like the first, but for when it was made', async () => {
    await make(partOf('action', 'print', {sheet: 'Menu'}));
    const first = press.json<Cassette>(cassette);
    await make(partOf('action', 'print', {sheet: 'Menu'}));
    const second = press.json<Cassette>(cassette);
    assert.deepEqual({...second, recordedAt: ''}, {...first, recordedAt: ''});
    const text = JSON.stringify(first.exchanges);
    assert.ok(!text.includes(press.url) && !text.includes('127.0.0.1'), text);
    assert.match(text, /"at":"2026-01-12T08:00:0\dZ"/);
  });

  it('tells the reference of a run by its form', async () => {
    await make(partOf('action', 'print', {sheet: 'Menu'}));
    const {exchanges} = press.json<{exchanges: {request: {body?: {reference: unknown}}}[]}>(cassette);
    assert.deepEqual(exchanges[2]?.request.body?.reference, {$matches: '^jw-[a-z2-7]{26}$'});
  });

  it('keeps a case that is there, and replays that one', async () => {
    await make(partOf('operation', 'sheets'));
    const made = await make(partOf('operation', 'sheets'));
    assert.equal(made.keptCase, true);
    assert.deepEqual(made.problems, []);
  });

  it('records what the target refuses', async () => {
    const made = await make(partOf('lookup', 'sheet', {name: 'Nothing'}));
    assert.deepEqual(made.problems, []);
    assert.deepEqual(made.expect, {outcome: 'failed', error: {code: 'JW3101', owner: 'operator'}, writes: 0});
  });

  it('writes nothing when an answer holds a secret in an encoding of its own', async () => {
    await assert.rejects(make(partOf('operation', 'leak')), (error: Error & {jobwireCode?: string}) => {
      assert.equal(error.jobwireCode, 'JW7002');
      assert.match(error.message, /\/exchanges\/1\/response\/body\/note holds a secret of the connection/);
      assert.ok(!error.message.includes(secret));
      return true;
    });
    assert.ok(!existsSync(join(press.dir, 'connectors/press/cassettes')));
    assert.ok(!existsSync(join(press.dir, 'connectors/press/cases')));
  });

  it('says that bytes cannot be recorded', () =>
    assert.rejects(make(partOf('operation', 'picture')), {jobwireCode: 'JW3005'}));

  it('says what is wrong with an input before anything is sent', async () => {
    await assert.rejects(make(partOf('action', 'print', {shet: 'Menu'})), {jobwireCode: 'JW2006'});
    assert.deepEqual(press.requests, []);
  });

  it('writes only into the project', () =>
    assert.rejects(make(partOf('operation', 'sheets'), {project: join(press.dir, 'connections')}), {
      jobwireCode: 'JW7101',
    }));

  it('gives up when waiting would take longer than it may', () =>
    assert.rejects(make(templateOf(), {timeout: '1ms'}), {jobwireCode: 'JW5005'}));
});
