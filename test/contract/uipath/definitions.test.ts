/** Every request the connector sends and every answer and event the simulator gives, against the definitions UiPath publishes. */
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {discoverCases} from '../../../src/cases/discover.ts';
import {runCase} from '../../../src/cases/run.ts';
import {loadLibrary} from '../../../src/manifest/library.ts';
import {type JsonObject, own} from '../../../src/values/json.ts';
import {ns, orchestrator, triage} from '../../simulator/orchestrator.ts';
import {Definitions, type Exchange, type Finding, type Version} from './definitions.ts';
import {type Deviation, deviations, matches} from './deviations.ts';
import {closeSessions, type Session} from './session.ts';
import {classicTour, foreign, largeTour, modernTour, onPremiseTour} from './tour.ts';
import {exchangeOf} from './wire.ts';

const definitions: Readonly<Record<Version, Definitions>> = {
  v20: new Definitions('v20'),
  '2020.10': new Definitions('2020.10'),
};
const needed = new Set<Deviation>();

/** Findings that no row of the table explains, each once. */
function unexplained(version: Version, findings: readonly Finding[]): string[] {
  const rest = findings.filter((finding) => {
    const rows = deviations.filter((row) => matches(row, version, finding));
    for (const row of rows) needed.add(row);
    return rows.length === 0;
  });
  return [...new Set(rest.map(({part, at, problem}) => `${part} of ${at}: ${problem}`))];
}

const judged = (version: Version, exchanges: readonly Exchange[]): string[] =>
  unexplained(
    version,
    exchanges.flatMap((exchange) => definitions[version].findings(exchange)),
  );

const library = loadLibrary({project: '/nowhere', shipped: process.cwd()});
const cases = discoverCases(library).cases.filter(({owner}) => owner.unit.id === 'uipath-orchestrator');
const tours = {
  'a modern folder': [modernTour, 'v20'],
  'large arguments': [largeTour, 'v20'],
  'a folder of an own server': [onPremiseTour, 'v20'],
  'classic environments': [classicTour, '2020.10'],
} as const;

/** All of it happens once, so that the table of deviations is judged by all of it. */
interface Seen {
  readonly ofCases: ReadonlyMap<string, string[]>;
  readonly ofTours: ReadonlyMap<string, string[]>;
  readonly ofForeign: string[];
  readonly events: readonly Event[];
  readonly ofEvents: string[];
  /** Operations of the connector that were called. */
  readonly called: ReadonlySet<string>;
  /** Where the simulator itself failed. */
  readonly faults: readonly unknown[];
}

async function seeEverything(): Promise<Seen> {
  const ofCases = new Map<string, string[]>();
  for (const unit of cases) {
    const sent: Exchange[] = [];
    await runCase(unit, library, (request) => sent.push(exchangeOf(request, undefined)));
    ofCases.set(unit.file, judged(versionOf(unit.manifest.connection?.config), sent));
  }
  const ofTours = new Map<string, string[]>();
  const called = new Set<string>();
  const faults: unknown[] = [];
  for (const [name, [tour, version]] of Object.entries(tours)) {
    const session = await tour();
    for (const operation of callsIn(session)) called.add(operation);
    faults.push(...session.sim.requests.filter(({problem}) => problem !== undefined));
    ofTours.set(name, judged(version, session.exchanges));
    await closeSessions();
  }
  const events = await eventsOfALife();
  const found = events.flatMap((event) => definitions.v20.eventFindings(event));
  const ofEvents = unexplained('v20', found);
  return {ofCases, ofTours, ofForeign: await foreignFindings(), events, ofEvents, called, faults};
}

describe('the definitions of the Orchestrator API', function () {
  this.timeout(30_000);
  let seen: Seen;
  before(async () => {
    seen = await seeEverything();
  });

  for (const {file, manifest} of cases)
    it(`declare each request of the case "${manifest.title}"`, () => assert.deepEqual(seen.ofCases.get(file), []));

  it('are met by more than 100 cases', () => assert.ok(cases.length > 100, `${cases.length} cases`));

  for (const name of Object.keys(tours))
    it(`declare each request and each answer of a day with ${name}`, () =>
      assert.deepEqual(seen.ofTours.get(name), []));

  it('are met by each operation of the connector', () => {
    const {operations} = library.connector('uipath-orchestrator').manifest;
    assert.deepEqual(
      Object.keys(operations).filter((name) => !seen.called.has(name)),
      [],
    );
    assert.deepEqual(seen.faults, []);
  });

  it('declare the answers other clients get', () => assert.deepEqual(seen.ofForeign, []));

  it('declare the events of the life of jobs', () => {
    const types = new Set(seen.events.map(({Type}) => Type));
    assert.deepEqual([...types].sort(), eventTypes);
    assert.deepEqual(seen.ofEvents, []);
  });

  it('find what is wrong', () => {
    const exchange: Exchange = {
      method: 'POST',
      url: `https://h/odata/Jobs/${ns}.StartJobs?$page=1`,
      headers: {},
      body: {startInfo: {releaseKey: 5, JobsCount: 'two'}},
      status: 200,
    };
    assert.deepEqual(judged('v20', [exchange]), [
      `query of POST /odata/Jobs/${ns}.StartJobs: $page is not declared`,
      `folder of POST /odata/Jobs/${ns}.StartJobs: no folder header`,
      `body of POST /odata/Jobs/${ns}.StartJobs: /startInfo releaseKey is not declared`,
      `body of POST /odata/Jobs/${ns}.StartJobs: /startInfo/JobsCount must be integer`,
      `status of POST /odata/Jobs/${ns}.StartJobs: 200 is not declared`,
    ]);
  });

  for (const deviation of deviations)
    it(`need the deviation "${deviation.name}"`, () => {
      assert.ok(needed.has(deviation), 'nothing falls under it any more: remove it');
      assert.ok(deviation.why.length > 20);
    });
});

const eventTypes = [
  'job.completed',
  'job.created',
  'job.faulted',
  'job.resumed',
  'job.started',
  'job.stopped',
  'job.stopping',
  'job.suspended',
  'job.terminating',
  'ping',
];

/** Answers of the addresses that the connector does not use. */
async function foreignFindings(): Promise<string[]> {
  const {call, sim, startJobs} = await orchestrator();
  await startJobs({ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 1});
  const exchanges: Exchange[] = [];
  for (const [method, path, json] of foreign) {
    const {status, body} = await call(method, path, json === undefined ? {} : {json});
    const headers = {'x-uipath-organizationunitid': '2'};
    exchanges.push({method, url: `${sim.url}${path}`, headers, status, answer: body});
  }
  return judged('v20', exchanges);
}

/** A connection with a folder is to a current server, one without to environments. */
function versionOf(config: unknown): Version {
  return ['folder', 'folderId', 'folderKey'].some((name) => own(config, name) !== undefined) ? 'v20' : '2020.10';
}

/** Operations whose address is among those of a session; files lie at an address that is known only when they are there. */
function callsIn({connector, exchanges}: Session): string[] {
  const seen = exchanges.map(({method, url}) => `${method} ${decodeURIComponent(new URL(url).pathname)}`);
  return Object.entries(connector.operations).flatMap(([name, {request}]) => {
    const path = typeof request.path === 'string' ? patternOf(request.path) : /\/blobs\/[^/]+$/;
    return seen.some((text) => text.startsWith(`${request.method} `) && path.test(text)) ? [name] : [];
  });
}

function patternOf(path: string): RegExp {
  const source = path
    .split(/(\{\{[^}]*\}\})/)
    .map((part) => (part.startsWith('{{') ? '[^/]+' : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`${source}$`);
}

type Event = {readonly Type: string} & JsonObject;

/** Each state a job can be in, told to a receiver on this machine. */
async function eventsOfALife(): Promise<Event[]> {
  const events: Event[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    events.push(JSON.parse(Buffer.concat(chunks).toString()) as Event);
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const {call, startJobs, sim, clock, jobs} = await orchestrator();
    const Url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const hook = {Name: 'all', Url, Enabled: true, Secret: 'k', SubscribeToAllEvents: true, AllowInsecureSsl: false};
    await call('POST', '/odata/Webhooks', {json: hook});
    const pass = async (ms: number) => {
      clock.advance(ms);
      await sim.settled();
    };
    const start = async (result: string) => {
      sim.set({result});
      const info = {
        ReleaseKey: triage,
        Strategy: 'ModernJobsCount',
        JobsCount: 1,
        InputArguments: '{"IncidentId":"I"}',
      };
      return (await startJobs(info)).body.value[0] as {Id: number; Key: string};
    };
    const stop = (Id: number, strategy: string) =>
      call('POST', `/odata/Jobs/${ns}.StopJobs`, {json: {jobIds: [Id], strategy}});
    for (const result of ['Successful', 'Faulted']) {
      await start(result);
      for (let i = 0; i < 4; i++) await pass(1000);
    }
    for (const strategy of ['SoftStop', 'Kill']) {
      const {Id} = await start('Successful');
      await pass(1000);
      await stop(Id, strategy);
      await pass(1000);
    }
    const {Key} = await start('Suspended');
    for (let i = 0; i < 4; i++) await pass(1000);
    await call('POST', `/odata/Jobs/${ns}.ResumeJob`, {json: {jobKey: Key}});
    await pass(0);
    assert.equal((await jobs("State eq 'Resumed'")).body.value.length, 1);
  } finally {
    server.close();
  }
  return events;
}
