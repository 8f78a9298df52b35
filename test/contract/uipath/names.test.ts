/** Names of people and places survive: whatever a name holds, the lookup finds exactly that one, through quoting, headers and paths. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {JsonObject} from '../../../src/values/json.ts';
import {closeSessions, modern, openSession, type Session} from './session.ts';

/** The name as it is, and others that a careless comparison would take for it. */
const hard = [
  "O'Hare",
  "''",
  "' or Name ne '",
  '🤖 Бот',
  'é́́́',
  'x'.repeat(200),
  'Invoices ',
  '100% & more? #1/2+3',
  'a,b;c:d@e"f\\g',
  '日本語 プロセス',
  '{{input.process}}',
  '$filter=1 eq 1',
] as const;

const name = fc.oneof(
  fc.constantFrom(...hard),
  fc
    .string({minLength: 1, maxLength: 200, unit: 'grapheme'})
    .filter((text) => text.trim() !== '' && text.isWellFormed()),
);

/** What the last start said. */
function lastStart<T>({exchanges}: Session): T {
  const {startInfo} = (exchanges.at(-1)?.body ?? {}) as {startInfo?: T};
  assert.ok(startInfo);
  return startInfo;
}

function addProcess({sim}: Session, Name: string, Id: number): string {
  const releases = sim.state.collection('releases');
  const [model] = releases.find('Id', [312803]);
  assert.ok(model);
  const Key = `5b7c9d1e-0000-4000-8000-${String(Id).padStart(12, '0')}`;
  releases.insert({...model.item, Id, Key, Name, ProcessKey: `Package.${Id}`});
  return Key;
}

describe('a name', () => {
  let session: Session;
  let next = 1;
  beforeEach(async () => {
    session = await openSession(modern, {settings: {listsPerMinute: null, itemsPerMinute: null}});
  });
  afterEach(closeSessions);

  it('O19: of a process finds that process', async () => {
    await fc.assert(
      fc.asyncProperty(name, async (process) => {
        session.sim.state
          .collection('releases')
          .rows()
          .filter(({item}) => item['Name'] === process)
          .forEach((row) => {
            session.sim.state.collection('releases').remove(row);
          });
        const key = addProcess(session, process, next++);
        await session.act('startJob', {process});
        assert.equal(lastStart<JsonObject>(session)['ReleaseKey'], key);
      }),
      {numRuns: 60},
    );
  });

  it('O19: of a queue and a reference finds the item again', async () => {
    await fc.assert(
      fc.asyncProperty(
        name.filter((text) => text.length <= 50),
        name.filter((text) => text.length <= 128),
        async (queue, reference) => {
          const {state} = session.sim;
          const queues = state.collection('queueDefinitions');
          for (const row of queues.rows()) queues.remove(row);
          queues.insert({
            Id: 9100 + next++,
            Name: queue,
            EnforceUniqueReference: true,
            OrganizationUnitId: 2,
            OrganizationUnitFullyQualifiedName: 'Shared',
          });
          const add = () => session.act('addQueueItem', {queue, reference, content: {text: reference}});
          assert.deepEqual(
            [(await add()) as JsonObject, (await add()) as JsonObject].map(({duplicate}) => duplicate),
            [false, true],
          );
          const row = state.collection('queueItems').rows().at(-1);
          assert.deepEqual([row?.item['Reference'], row?.item['SpecificContent']], [reference, {text: reference}]);
        },
      ),
      {numRuns: 40},
    );
  });

  it('of a user finds that user', async () => {
    await fc.assert(
      fc.asyncProperty(name, async (Username) => {
        const robots = session.sim.state.collection('robots');
        for (const row of robots.rows()) robots.remove(row);
        const Id = next++;
        robots.insert({Id, Name: `bot ${Id}`, Username, Type: 'Unattended'});
        robots.insert({Id: Id + 100_000, Name: `bot of ${Id}`, Username: `${Username} 2`, Type: 'Unattended'});
        // Users are kept for ten minutes.
        session.clock.advance(11 * 60_000);
        await session.act('startJob', {process: 'NoArguments', runOn: [{user: Username}]});
        const {MachineRobots} = lastStart<{MachineRobots: JsonObject[]}>(session);
        assert.deepEqual(MachineRobots, [{RobotId: Id}]);
      }),
      {numRuns: 30},
    );
  });

  it('O20: in an argument arrives unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({maxLength: 300, unit: 'binary'}).filter((text) => text.isWellFormed()),
        async (IncidentId) => {
          await session.act('startJob', {process: 'SupportTriage', arguments: {IncidentId, Severity: 1}});
          const {InputArguments} = lastStart<{InputArguments: string}>(session);
          assert.deepEqual(JSON.parse(InputArguments), {IncidentId, Severity: 1});
        },
      ),
      {numRuns: 40},
    );
  });
});
