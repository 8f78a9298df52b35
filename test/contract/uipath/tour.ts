/** A working day of the connector: every action and verb, in modern and in classic folders, so that each request and answer is seen. */
import assert from 'node:assert/strict';
import type {Json, JsonObject} from '../../../src/values/json.ts';
import {ns, triage} from '../../simulator/orchestrator.ts';
import {classic, modern, openSession, type Session} from './session.ts';

interface Jobs {
  readonly jobs: readonly {readonly id: string; readonly number: number}[];
}

const incident = {IncidentId: 'INC1', Severity: 1, Summary: `O'Hare "☃"`};
const start = {process: 'SupportTriage', jobsCount: 2, arguments: incident};

async function startJobs(session: Session, input: JsonObject = start): Promise<JsonObject[]> {
  return [...((await session.act('startJob', input)) as unknown as Jobs).jobs] as unknown as JsonObject[];
}

/** Modern folders of a current server. */
export async function modernTour(): Promise<Session> {
  const session = await openSession(modern);
  const {verb, clock, sim, procedure, connector, connection} = session;
  await procedure(connection.part.probe);
  const jobs = await startJobs(session);
  await verb('status', {jobs});
  await verb('list', {input: {filter: "State eq 'Pending'"}});
  await verb('stop', {jobs, input: {force: false}});
  await verb('restart', {job: jobs[0] ?? null});
  await startJobs(session, {...start, specificPriority: 70, runtimeType: 'Unattended', entryPoint: 'Refund.xaml'});
  const named = {runOn: [{user: 'acme\\triage1', machine: 'WIN-RPA-01'}], hosts: ['WIN-RPA-01'], priority: 'High'};
  await startJobs(session, {...start, ...named});
  clock.advance(10_000);
  const [done] = await startJobs(session);
  clock.advance(10_000);
  assert.deepEqual(await verb('output', {job: done ?? null}), {Comment: 'Triage finished.'});
  const preflight = connector.actions?.['startJob']?.preflight;
  const startInfo = {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 1, Reference: 'jw-1'};
  assert.deepEqual(await procedure(preflight, {write: {startInfo}, run: {}, input: {}}), {valid: true, problems: []});
  await files(session, done ?? {});
  await queues(session);
  await webhooks(session);
  sim.set({result: 'Suspended'});
  await suspended(session);
  await settled(session);
  return session;
}

async function files({verb, call, sim}: Session, job: JsonObject): Promise<void> {
  const bytes = Buffer.from('notes');
  const file = {name: 'notes.txt', type: 'text/plain', size: bytes.length, bytes} as unknown as Json;
  const {id} = (await verb('attach', {job, input: {file, category: 'Notes'}})) as {id: string};
  assert.equal(((await verb('attachments', {job})) as Json[]).length, 1);
  assert.deepEqual(Buffer.from((await verb('download', {job, input: {id}})) as unknown as Uint8Array), bytes);
  const [row] = sim.state.collection('jobs').find('Key', [job['id']]);
  assert.ok(row);
  sim.state.collection('jobs').set(row, {OutputFile: id, OutputArguments: null});
  const path = `/odata/Attachments(${id})`;
  const {body} = await call('GET', path);
  const put = {body: '{"Comment":"from a file"}', headers: {'x-ms-blob-type': 'BlockBlob'}};
  await call('PUT', body.BlobFileAccess.Uri.slice(sim.url.length), put);
  assert.deepEqual(await verb('output', {job}), {Comment: 'from a file'});
}

async function queues({act}: Session): Promise<void> {
  const content = {opened: '2026-01-12T08:15:30.000Z', n: 1, urgent: true};
  const dates = {
    deferDate: '2026-01-12T09:00:00Z',
    dueDate: '2026-01-13T09:00:00Z',
    riskSlaDate: '2026-01-13T08:00:00Z',
  };
  const add = () => act('addQueueItem', {queue: 'Incidents', reference: 'INC1', content, ...dates});
  assert.deepEqual(
    [await add(), await add()].map((output) => (output as JsonObject)['duplicate']),
    [false, true],
  );
  const items = [{content, reference: 'INC2', priority: 'High'}, {content}];
  assert.deepEqual(await act('addQueueItems', {queue: 'Incidents', items}), {added: 2, duplicates: []});
  await assert.rejects(act('addQueueItems', {queue: 'Incidents', items: [...items, {content, reference: 'INC3'}]}), {
    code: 'uipath-items-refused',
  });
}

/** Subscribe, check and unsubscribe as `jobwire hooks` does. */
async function webhooks({procedure, connector, sim}: Session): Promise<void> {
  const webhook = connector.feeds?.['webhooks']?.webhook;
  const delivery = {url: 'http://127.0.0.1:9/hooks/uipath/webhooks', secret: 'k'.repeat(64)};
  const subscription = {...((await procedure(webhook?.subscribe, {delivery})) as JsonObject), secret: delivery.secret};
  const check = (url = delivery.url) => procedure(webhook?.check, {delivery: {...delivery, url}, subscription});
  assert.deepEqual([await check(), await check('http://127.0.0.1:9/elsewhere')], [true, false]);
  await procedure(webhook?.unsubscribe, {delivery, subscription});
  assert.equal(await check(), false);
  await sim.settled();
}

async function suspended(session: Session): Promise<void> {
  const [job = {}] = await startJobs(session);
  session.clock.advance(10_000);
  await session.verb('resume', {job, input: {payload: {approved: true}}});
  const [trigger] = session.sim.state.collection('jobTriggers').rows();
  const inbox = String(trigger?.item['ItemKey']);
  assert.deepEqual(await session.verb('payload', {input: {inbox}}), {approved: true});
}

/** What a lost answer leads to: the jobs and the items are looked up by reference. */
async function settled({connection}: Session): Promise<void> {
  const {execute} = await import('../../../src/operations/execute.ts');
  await execute({connection, operation: 'jobsByReference', params: {reference: 'jw-abcdefghijklmnopqrstuvwxyz'}});
  await execute({connection, operation: 'queueItems', params: {queue: 9001, reference: 'INC1'}});
  await execute({connection, operation: 'queueItemsByReference', params: {queue: 9001, references: ['INC1', 'INC2']}});
}

/** Large arguments go as a file, and the arguments are declared by the package. */
export async function largeTour(): Promise<Session> {
  const config = {folder: 'Shared/Финансы', folderHeader: 'path', argumentsFrom: 'process', largeArguments: true};
  const session = await openSession((url) => modern(url, config));
  await startJobs(session, {process: 'SupportDesk', arguments: {Ticket: 'x'.repeat(10_001)}});
  return session;
}

/** Environments of a server of 2020.10. */
export async function classicTour(): Promise<Session> {
  const session = await openSession(classic, {settings: {olderBulk: true}});
  const {verb, procedure, connection, clock} = session;
  await procedure(connection.part.probe);
  const argument = {IncidentId: 'INC1'};
  const specific = {process: 'SupportTriage', strategy: 'Specific', robots: ['triage-bot-2'], arguments: argument};
  const jobs = await startJobs(session, specific);
  await verb('status', {jobs});
  await verb('stop', {jobs, input: {force: true}});
  await startJobs(session, {process: 'SupportTriage', strategy: 'All', arguments: argument});
  await startJobs(session, {process: 'SupportTriage', jobsCount: 2, priority: 'Low', arguments: argument});
  clock.advance(10_000);
  await verb('restart', {job: jobs[0] ?? null});
  await verb('list', {input: {orderby: 'CreationTime desc'}});
  return session;
}

/** A folder of an on-premise server: the user's access is read first. */
export async function onPremiseTour(): Promise<Session> {
  const session = await openSession((url) => classic(url, {folder: 'Shared'}));
  await startJobs(session);
  await queues(session);
  return session;
}

/** What other clients ask of the simulator: addresses the connector does not use, and every refusal. */
export const foreign: readonly [method: string, path: string, body?: unknown][] = [
  ['GET', '/odata/Jobs?$expand=Robot,Release,Machine&$count=true'],
  ['GET', '/odata/Robots'],
  ['GET', '/odata/Machines'],
  ['GET', '/odata/Webhooks'],
  ['GET', '/odata/Folders'],
  ['GET', '/odata/Folders(2)'],
  ['GET', `/odata/Folders/${ns}.GetByKey(identifier=11111111-aaaa-4aaa-8aaa-000000000002)`],
  ['GET', '/api/Folders/GetAllForCurrentUser?take=10&skip=0'],
  ['GET', '/odata/Releases(312801)'],
  ['GET', '/odata/QueueDefinitions'],
  ['GET', `/odata/Webhooks/${ns}.GetEventTypes`],
  ['POST', `/odata/Jobs/${ns}.StartJobs`, {}],
  ['POST', `/odata/Jobs/${ns}.StartJobs`, {startInfo: {ReleaseKey: 'nothing'}}],
  ['GET', '/odata/Jobs?$filter=nonsense'],
  ['GET', '/odata/Jobs(1)'],
];
