/** What goes wrong in practice when jobs are started from outside: each problem, by its number in our notes, is prevented or explained. */
import assert from 'node:assert/strict';
import {type Issue, JobwireError} from '../../../src/errors/jobwire-error.ts';
import type {Simulator} from '../../../src/generated/types.ts';
import type {SimulatorOptions} from '../../../src/simulator/app.ts';
import type {JsonObject} from '../../../src/values/json.ts';
import {shipped} from '../../simulator/support.ts';
import type {Exchange} from './definitions.ts';
import {driveRun} from './driven.ts';
import {type Access, classic, closeSessions, modern, openSession, type Session} from './session.ts';

const incident = {IncidentId: 'INC1', Severity: 1};
const start = {process: 'SupportTriage', arguments: incident};

type Problem = Issue & {readonly choices?: readonly unknown[]};

/** What somebody is told who did this. */
async function problemOf(doing: Promise<unknown>): Promise<Problem> {
  const done = await doing.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(done instanceof JobwireError, `it went well or otherwise wrong: ${String(done)}`);
  return done.issue();
}

const starts = ({exchanges}: Session): Exchange[] => exchanges.filter(({url}) => url.endsWith('.StartJobs'));
const startInfo = (session: Session, at = 0): JsonObject => {
  const {startInfo = {}} = (starts(session)[at]?.body ?? {}) as {startInfo?: JsonObject};
  return startInfo;
};
const jobCount = ({sim}: Session): number => sim.state.collection('jobs').size;

const inFolder =
  (config: JsonObject) =>
  (url: string): Access =>
    modern(url, config);

/** The simulator with other records in one of its collections. */
function withRecords(collection: string, change: (records: JsonObject[]) => JsonObject[]): Partial<SimulatorOptions> {
  const {simulator} = shipped('uipath-orchestrator');
  const records = simulator.collections[collection] as unknown as JsonObject[];
  const collections = {...simulator.collections, [collection]: change(records)};
  return {simulator: {...simulator, collections} as Simulator};
}

describe('a problem of practice', () => {
  afterEach(closeSessions);

  it('1: several releases of one process are an error that lists them, never all started and never the first', async () => {
    const session = await openSession(classic);
    const invoice = {process: 'InvoicePosting', arguments: {InvoiceId: 'I', Amount: 1}};
    const {code, choices} = await problemOf(session.act('startJob', invoice));
    assert.equal(code, 'uipath-release-ambiguous');
    assert.deepEqual(
      (choices as {environment: string}[]).map(({environment}) => environment),
      ['FinanceTest', 'FinanceLive'],
    );
    assert.equal(starts(session).length, 0);
    await session.act('startJob', {...invoice, environment: 'FinanceLive'});
    await session.act('startJob', {...invoice, releaseKey: '0a1b2c3d-4e5f-4061-8273-8495a6b7c8d1'});
    assert.deepEqual(
      session.sim.state
        .collection('jobs')
        .rows()
        .map(({item}) => item['ReleaseName']),
      ['InvoicePosting_FinanceLive', 'InvoicePosting_FinanceTest'],
    );
  });

  it('1: a release that was republished meanwhile is found anew', async () => {
    const session = await openSession(modern);
    await session.act('startJob', start);
    const releases = session.sim.state.collection('releases');
    const [row] = releases.find('Id', [312801]);
    assert.ok(row);
    releases.set(row, {Key: '3f0a2a51-6a0e-4c2e-9d0b-000000000001'});
    await session.act('startJob', start);
    assert.equal(startInfo(session, 2)['ReleaseKey'], '3f0a2a51-6a0e-4c2e-9d0b-000000000001');
    assert.equal(jobCount(session), 2);
  });

  it('2, O18: a wrong, missing or foreign folder says what to do', async () => {
    const unknown = await openSession(inFolder({folder: 'Shared/Nowhere'}));
    const notFound = await problemOf(unknown.act('startJob', start));
    assert.deepEqual([notFound.code, notFound.owner], ['uipath-folder-not-found', 'operator']);
    const denied = await openSession(inFolder({folderId: 2}), {settings: {folderAccess: false}});
    const refused = await problemOf(denied.act('startJob', start));
    assert.deepEqual([refused.code, refused.owner], ['uipath-folder', 'operator']);
    assert.match(refused.detail, /Folder does not exist or the user does not have access/);
    const none = await openSession(inFolder({}), {settings: {folderRequired: true}});
    const missing = await problemOf(none.act('startJob', start));
    assert.deepEqual([missing.code, missing.hint], ['uipath-folder-required', 'set config.folder in the connection']);
    for (const session of [unknown, denied, none]) assert.equal(starts(session).length, 0);
  });

  for (const [what, folder] of [
    ['letters beyond Latin', 'Shared/Финансы'],
    ['a comma', 'Shared/A, B'],
    ['an apostrophe', "Shared/O'Hare"],
    ['slashes and blanks around it', '/ Shared /'],
  ] as const)
    for (const folderHeader of ['id', 'path'] as const)
      it(`3: a folder path with ${what} arrives as ${folderHeader}`, async () => {
        const name = folder.replace(/^[\s/]+|[\s/]+$/g, '');
        const options = withRecords('folders', (rows) => [
          ...rows.filter((row) => row['FullyQualifiedName'] !== name),
          {...rows[1], Id: 77, FullyQualifiedName: name},
        ]);
        const {call, connection, exchanges} = await openSession(inFolder({folder, folderHeader}), options);
        const {execute} = await import('../../../src/operations/execute.ts');
        await execute({connection, operation: 'listReleases', params: {top: 1}});
        const {headers} = exchanges.at(-1) as Exchange;
        const sent = Object.entries(headers).filter(([header]) => /^x-uipath-(?:folder|organ)/.test(header));
        assert.equal(sent.length, 1);
        const {status} = await call('GET', '/odata/Releases', {headers: Object.fromEntries(sent)});
        assert.equal(status, 200, `${sent}`);
      });

  it('4: robots are found in the environment of the release, and only what the strategy takes is sent', async () => {
    const session = await openSession(classic);
    const specific = {process: 'SupportTriage', strategy: 'Specific', arguments: {IncidentId: 'I'}};
    const {code, choices} = await problemOf(session.act('startJob', {...specific, robots: ['Ledger-Bot']}));
    assert.deepEqual([code, choices], ['uipath-robot-not-found', ['Triage-Bot-1', 'Triage-Bot-2']]);
    await session.act('startJob', {...specific, robots: ['Triage-Bot-1']});
    assert.deepEqual(Object.keys(startInfo(session)).sort(), [
      'InputArguments',
      'Reference',
      'ReleaseKey',
      'RobotIds',
      'Strategy',
    ]);
    assert.deepEqual(startInfo(session)['RobotIds'], [4778]);
  });

  it('5: a strategy of the other kind of folder is refused, by the connection, the connector and the server', async () => {
    const fixed = await openSession(inFolder({folder: 'Shared', folderType: 'modern'}));
    const early = await problemOf(fixed.act('startJob', {...start, strategy: 'All'}));
    assert.deepEqual(
      [early.code, fixed.exchanges.filter(({url}) => /Releases/.test(url)).length],
      ['uipath-strategy', 0],
    );
    const robots = await problemOf(fixed.act('startJob', {...start, robots: ['Triage-Bot-1']}));
    assert.equal(robots.code, 'uipath-robots-unused');
    const open = await openSession(modern);
    const late = await problemOf(open.act('startJob', {...start, strategy: 'JobsCount'}));
    assert.deepEqual([late.code, late.owner, jobCount(open)], ['uipath-strategy', 'operator', 0]);
    assert.match(late.detail, /2815/);
    await open.act('startJob', start);
    assert.equal(startInfo(open, 1)['Strategy'], 'ModernJobsCount');
  });

  it('6, O20: a value is data: quotes in it cannot break the arguments or add any', async () => {
    const session = await openSession(modern);
    const evil = '", "Severity": 9, "Admin": "yes';
    await session.act('startJob', {
      process: 'SupportTriage',
      arguments: {...incident, IncidentId: evil, Summary: `'{"a"}'`},
    });
    const text = startInfo(session)['InputArguments'];
    assert.equal(typeof text, 'string');
    assert.deepEqual(JSON.parse(String(text)), {IncidentId: evil, Severity: 1, Summary: `'{"a"}'`});
  });

  it('7: arguments of a wrong type, unknown, misspelt or missing are all named before anything is sent', async () => {
    const session = await openSession(modern);
    const wrong = {Severity: 'high', Sumary: 'x'};
    const {detail, suggestions} = await problemOf(
      session.act('startJob', {process: 'SupportTriage', arguments: wrong}),
    );
    for (const word of ['IncidentId', 'Severity', 'Sumary']) assert.match(detail, new RegExp(word));
    assert.deepEqual(suggestions, ['Summary']);
    assert.equal(starts(session).length, 0);
    await session.act('startJob', {process: 'SupportTriage', arguments: {IncidentId: 4711, Severity: '3'}});
    assert.deepEqual(JSON.parse(String(startInfo(session)['InputArguments'])), {IncidentId: '4711', Severity: 3});
  });

  it('8, O21b: more than 10,000 characters go as a file or are refused with the largest arguments; never cut', async () => {
    const fits = 'x'.repeat(10_000 - JSON.stringify({IncidentId: '', Severity: 1, Summary: ''}).length);
    const session = await openSession(modern);
    await session.act('startJob', {process: 'SupportTriage', arguments: {IncidentId: '', Severity: 1, Summary: fits}});
    assert.equal(String(startInfo(session)['InputArguments']).length, 10_000);
    const tooLarge = {process: 'SupportTriage', arguments: {...incident, Summary: `${fits}y`}};
    const {code, detail} = await problemOf(session.act('startJob', tooLarge));
    assert.equal(code, 'uipath-arguments-too-large');
    assert.match(detail, /take 100\d\d characters, Orchestrator takes 10000; the largest: Summary 99\d\d/);
    const asFile = await openSession(inFolder({folder: 'Shared', largeArguments: true}));
    await asFile.act('startJob', tooLarge);
    assert.deepEqual(
      Object.keys(startInfo(asFile)).filter((name) => name.startsWith('Input')),
      ['InputFile'],
    );
    const [blob] = asFile.sim.state.collection('blobs').rows();
    assert.match(String(blob?.item['content']), /"Summary":"x{9000}/);
  });

  it('9: a job that failed because its result was too large is reported, not started again; a large result is read from its file', async () => {
    const faultInfo = 'Could not retrieve the result of the job execution. The message is too large.';
    const session = await openSession(modern, {settings: {result: 'Faulted', faultInfo}});
    const run = await driveRun(session, {input: start});
    assert.deepEqual([run.state, starts(session).length], ['failed', 1]);
    assert.equal(run.data.jobs?.[0]?.message, faultInfo);
    const id = '0b7c6f5e-0000-4000-8000-000000000001';
    const [row] = session.sim.state.collection('jobs').rows();
    assert.ok(row);
    session.sim.state.collection('jobs').set(row, {OutputFile: id, OutputArguments: null});
    session.sim.state.collection('attachments').insert({Id: id, Name: 'output.json'});
    session.sim.state.collection('blobs').insert({id, content: Buffer.from('{"Rows":[1]}'), type: 'application/json'});
    assert.deepEqual(await session.verb('output', {job: {id: String(row.item['Key'])}}), {Rows: [1]});
  });

  it('10: busy robots are tried again later; no robot, machine or licence is for the operator, and validating tells before', async () => {
    const busy = await openSession(classic, {settings: {pendingFor: '90s'}});
    const specific = {
      process: 'SupportTriage',
      strategy: 'Specific',
      robots: ['Triage-Bot-1'],
      arguments: {IncidentId: 'I'},
    };
    await busy.act('startJob', specific);
    const run = await driveRun(busy, {input: specific});
    assert.equal(run.state, 'succeeded');
    assert.ok(starts(busy).length > 2, 'it was refused with 1670 and sent again');
    for (const settings of [{noRuntime: true}, {licensed: false}]) {
      const none = await openSession(modern, {settings});
      const failed = await driveRun(none, {input: start});
      assert.deepEqual(
        [failed.state, failed.error?.code, failed.error?.owner],
        ['failed', 'uipath-no-runtime', 'operator'],
      );
      assert.equal(starts(none).length, 1);
      const preflight = none.connector.actions?.['startJob']?.preflight;
      const verdict = await none.procedure(preflight, {write: {startInfo: startInfo(none)}, run: {}, input: {}});
      assert.equal((verdict as JsonObject)['valid'], false);
    }
  });

  it('11, O07: tokens are renewed before they end and once after a 401; a page is no token', async () => {
    const session = await openSession(modern, {settings: {tokenLifetime: '10m'}});
    const tokens = () => session.exchanges.filter(({url}) => url.endsWith('/connect/token')).length;
    await session.act('startJob', start);
    session.clock.advance(8 * 60_000 + 1000);
    await session.act('startJob', start);
    assert.deepEqual([tokens(), session.sim.requests.filter(({status}) => status === 401).length], [2, 0]);
    session.sim.arm('token-refused');
    await session.act('startJob', start);
    assert.deepEqual([tokens(), jobCount(session)], [3, 3]);
    const page = await openSession(modern, {faults: {'token-page': 20}});
    const {jobwireCode} = await problemOf(page.act('startJob', start));
    assert.equal(jobwireCode, 'JW3013');
  });

  it('12: fifty jobs are read with one request, and no minute has more lists than Orchestrator allows', async () => {
    const session = await openSession(modern);
    const jobs = Array.from({length: 50}, (_, n) => ({id: `0b7c6f5e-0000-4000-8000-${String(n).padStart(12, '0')}`}));
    await session.verb('status', {jobs});
    assert.equal(session.exchanges.filter(({url}) => /\/Jobs\?/.test(url)).length, 1);
    for (let i = 0; i < 150; i++) await session.verb('status', {jobs});
    assert.deepEqual(
      session.sim.requests.filter(({status}) => status === 429),
      [],
    );
    assert.ok(session.clock.now() - Date.parse('2026-01-12T08:15:30Z') > 30_000, 'the budget made them wait');
  });

  it('14: a job that stays pending is stopped when the template says so, and reported', async () => {
    const session = await openSession(modern, {settings: {pendingFor: '48h'}});
    const run = await driveRun(session, {input: start, policy: {wait: {timeout: '30m', onTimeout: 'stop'}}});
    assert.equal(run.state, 'canceled', run.error?.detail);
    const [job] = session.sim.state.collection('jobs').rows();
    assert.deepEqual([job?.item['State'], starts(session).length], ['Stopped', 1]);
  });

  it('15: text that looks like a date arrives as it was; names that Orchestrator cannot take are refused', async () => {
    const session = await openSession(modern);
    const content = {when: '2026-01-12T08:15:30.000Z', n: 1};
    await session.act('addQueueItem', {queue: 'Incidents', content});
    const sent = session.exchanges.at(-1)?.body as {itemData: {SpecificContent: JsonObject}};
    assert.deepEqual(sent.itemData.SpecificContent, {...content, 'when@odata.type': '#String'});
    const [row] = session.sim.state.collection('queueItems').rows();
    assert.deepEqual(row?.item['SpecificContent'], content);
    for (const name of ['a:b', 'a.b', 'a,b', 'a@b', 'a"b'])
      await assert.rejects(
        async () => session.act('addQueueItem', {queue: 'Incidents', content: {[name]: 1}}),
        /JW2007|not fit|pattern/,
      );
  });

  it('16: a bulk that was taken in part is an error that names the items by number and reference', async () => {
    const session = await openSession(modern);
    const item = (reference: string, n: number) => ({reference, content: {n}});
    await session.act('addQueueItem', {queue: 'Incidents', ...item('INC2', 0)});
    const items = [item('INC1', 1), item('INC2', 2), item('INC3', 3)];
    const {code, detail} = await problemOf(session.act('addQueueItems', {queue: 'Incidents', items}));
    assert.equal(code, 'uipath-items-refused');
    assert.match(detail, /1 of 3 items were refused, counted from 0: 1 \(references INC2\): DuplicateReference/);
    const independently = {queue: 'Incidents', items, commit: 'ProcessAllIndependently'};
    assert.deepEqual(await session.act('addQueueItems', independently), {added: 2, duplicates: [1]});
    assert.equal(session.sim.state.collection('queueItems').size, 3);
  });

  it('17: a 404 keeps the message, the trace and the request, since one number stands for everything that is missing', async () => {
    const session = await openSession(modern);
    const job = {id: '0b7c6f5e-0000-4000-8000-000000000001'};
    const {code, detail, evidence} = await problemOf(session.verb('output', {job}));
    assert.equal(code, 'uipath-not-found');
    assert.match(detail, /GetByKey/);
    assert.match(detail, /Jobs item does not exist\. \(error 1002, trace 00-[0-9a-f]{32}-[0-9a-f]{16}-00\)/);
    assert.match(String(evidence?.requestId), /^00-[0-9a-f]{32}/);
  });

  it('18: the source of a job is left to Orchestrator, where it came from stands in the reference', async () => {
    const session = await openSession(modern);
    await session.act('startJob', start);
    assert.equal(startInfo(session)['Source'], undefined);
    assert.match(String(startInfo(session)['Reference']), /^jw-[a-z2-7]{26}$/);
    assert.equal(session.sim.state.collection('jobs').rows()[0]?.item['Source'], 'Manual');
  });
});
