/** Answers of the Orchestrator simulator against the published definitions: names, types, enumerations. */
import assert from 'node:assert/strict';
import {classicTriage, ns, type Orchestrator, orchestrator, startPath, triage} from './orchestrator.ts';
import {readJson} from './support.ts';

interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
}
type Definitions = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Property>>>>>>;
const definitions = readJson<Definitions>('test/fixtures/uipath-api/schemas.json');

/** Properties of a schema in the current definition, and those only an older one has. */
const propertiesOf = (schema: string) => ({...definitions['2020.10']?.[schema], ...definitions['v20']?.[schema]});

/** What does not fit; nulls do, everywhere (no schema is marked nullable, and real answers are full of them). */
function problems(item: Record<string, unknown>, schema: string): string[] {
  const properties = propertiesOf(schema);
  return Object.entries(item)
    .filter(([name]) => !name.includes('@odata.'))
    .flatMap(([name, value]) => {
      const property = properties[name];
      if (!property) return [`${name} is not declared`];
      return value === null || fits(value, property) ? [] : [`${name}: ${JSON.stringify(value)}`];
    });
}

function fits(value: unknown, {type, format, enum: words, maxLength}: Property): boolean {
  const types: Record<string, boolean> = {
    string: typeof value === 'string',
    integer: Number.isInteger(value),
    boolean: typeof value === 'boolean',
    array: Array.isArray(value),
    object: typeof value === 'object',
  };
  const text = String(value);
  return (
    types[type ?? 'object'] === true &&
    (words === undefined || words.includes(text)) &&
    (maxLength === undefined || text.length <= maxLength) &&
    (format !== 'uuid' || /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)) &&
    (format !== 'date-time' || !Number.isNaN(Date.parse(text)))
  );
}

const info = {
  ReleaseKey: triage,
  Strategy: 'ModernJobsCount',
  JobsCount: 2,
  InputArguments: '{}',
  Reference: 'jw-1',
  JobPriority: 'High',
};
const noFolder = {authorization: 'Bearer any'};

async function ended(running: Orchestrator): Promise<Orchestrator> {
  await running.startJobs(info);
  running.clock.advance(10_000);
  return running;
}

describe('answers of the simulator', () => {
  const get =
    (path: string) =>
    async ({call}: Orchestrator) =>
      (await call('GET', path)).body.value;
  const answers: readonly [
    name: string,
    schema: string,
    rows: (running: Orchestrator) => Promise<Record<string, unknown>[]>,
  ][] = [
    ['StartJobs', 'JobDto', async ({startJobs}) => (await startJobs(info)).body.value],
    ['Jobs', 'JobDto', async (running) => get('/odata/Jobs')(await ended(running))],
    [
      'Jobs with what can be expanded',
      'JobDto',
      async (running) => get('/odata/Jobs?$expand=Robot,Release')(await ended(running)),
    ],
    ['Releases', 'ReleaseDto', get('/odata/Releases')],
    ['Folders', 'FolderDto', get('/odata/Folders')],
    ['QueueDefinitions', 'QueueDefinitionDto', get('/odata/QueueDefinitions')],
    ['Robots', 'RobotDto', get('/odata/Robots')],
    ['Environments', 'EnvironmentDto', get('/odata/Environments')],
    ['Environments with robots', 'EnvironmentDto', get('/odata/Environments?$expand=Robots')],
    ['users of a folder', 'UserRolesDto', get(`/odata/Folders/${ns}.GetUsersForFolder(key=2,includeInherited=true)`)],
    ['the current user', 'UserDto', async ({call}) => [(await call('GET', `/odata/Users/${ns}.GetCurrentUser`)).body]],
    [
      'a queue item',
      'QueueItemDto',
      async ({call}) => [
        (
          await call('POST', '/odata/Queues/UiPathODataSvc.AddQueueItem', {
            json: {itemData: {Name: 'incidents', Reference: 'r', SpecificContent: {a: 1}}},
          })
        ).body,
      ],
    ],
    [
      'a webhook',
      'WebhookDto',
      async ({call}) => [
        (
          await call('POST', '/odata/Webhooks', {
            json: {Name: 'jobwire', Url: 'https://example.com/h', Secret: 's', Enabled: true, Events: []},
          })
        ).body,
      ],
    ],
  ];
  for (const [name, schema, rows] of answers)
    it(`${name} has only names and values of ${schema}`, async () => {
      const found = await rows(await orchestrator());
      assert.ok(found.length > 0);
      for (const row of found) assert.deepEqual(problems(row, schema), []);
    });

  it('shows environments of releases only in classic folders', async () => {
    const {call} = await orchestrator({}, noFolder);
    const {body} = await call('GET', `/odata/Releases?$filter=Key eq '${classicTriage}'`);
    assert.deepEqual(problems(body.value[0], 'ReleaseDto'), []);
    assert.equal(body.value[0].EnvironmentName, 'QuickstartDemo');
  });

  it('hides what must be expanded, and the refusal has the shape of an error', async () => {
    const running = await orchestrator();
    const {body} = await running.startJobs(info);
    assert.deepEqual(
      ['Robot', 'Release', 'Machine'].filter((name) => name in body.value[0]),
      [],
    );
    const refused = (await running.call('POST', startPath, {json: {}})).body;
    const pascal = Object.fromEntries(
      Object.entries(refused).map(([name, value]) => [name[0]?.toUpperCase() + name.slice(1), value]),
    );
    assert.deepEqual(problems(pascal, 'ErrorResult'), []);
  });
});
