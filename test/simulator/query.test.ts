/** OData options of the Orchestrator simulator: pages, order, fields, limits, and how a refusal looks. */
import assert from 'node:assert/strict';
import {ns, type Orchestrator, orchestrator, startPath} from './orchestrator.ts';

type Query = Readonly<Record<string, string>>;

const releases = async ({call}: Orchestrator, query: Query) => call('GET', '/odata/Releases', {query});
const names = (body: {value: {Name: string}[]}) => body.value.map(({Name}) => Name);

describe('a query of the simulator', () => {
  const answered: readonly [name: string, query: Query, expected: readonly string[]][] = [
    [
      'orders by a property',
      {$orderby: 'Name'},
      ['IssueTriage', "Ledger Import O'Hare", 'NoArguments', 'SupportTriage'],
    ],
    ['orders downwards, in any case', {$OrderBy: 'name DESC', $top: '1'}, ['SupportTriage']],
    ['orders by several', {$orderby: 'ProcessType, Id desc', $top: '2'}, ["Ledger Import O'Hare", 'NoArguments']],
    ['skips and takes', {$orderby: 'Name', $skip: '1', $top: '2'}, ["Ledger Import O'Hare", 'NoArguments']],
    ['finds a name with a quote', {$filter: "Name eq 'Ledger Import O''Hare'"}, ["Ledger Import O'Hare"]],
    ['takes option names as one client writes them', {$Filter: "Name eq 'IssueTriage'"}, ['IssueTriage']],
    ['takes nothing', {$top: '0'}, []],
  ];
  for (const [name, query, expected] of answered)
    it(name, async () => {
      const {body, text} = await releases(await orchestrator(), query);
      assert.deepEqual(body.value && names(body), expected, text);
    });

  it('reads a plus as a blank and %24 as a dollar sign', async () => {
    const {call} = await orchestrator();
    const {body} = await call('GET', '/odata/Releases?%24filter=Name+eq+%27IssueTriage%27');
    assert.deepEqual(names(body), ['IssueTriage']);
  });

  it('gives only the selected properties, in the spelling of the server', async () => {
    const {body} = await releases(await orchestrator(), {$select: 'id,key', $top: '1'});
    assert.deepEqual(Object.keys(body.value[0]), ['Id', 'Key']);
  });

  it('counts everything that passes, not only the page', async () => {
    const {body} = await releases(await orchestrator(), {$count: 'true', $top: '1'});
    assert.deepEqual([body['@odata.count'], body.value.length], [4, 1]);
    const newer = await orchestrator({settings: {alwaysCount: false}});
    assert.equal('@odata.count' in (await releases(newer, {})).body, false);
    assert.equal((await releases(newer, {$count: 'true'})).body['@odata.count'], 4);
  });

  const refused: readonly [name: string, path: string, query: Query][] = [
    ['an unknown property', '/odata/Releases', {$filter: "Nmae eq 'a'"}],
    ['an unquoted text', '/odata/Releases', {$filter: 'ProcessKey eq SupportTriage'}],
    ['a property to order by that is not there', '/odata/Releases', {$orderby: 'createdTime'}],
    ['more than 1000 rows', '/odata/Releases', {$top: '1001'}],
    ['more than 100 queue items', '/odata/QueueItems', {$top: '101'}],
    [
      'more than five properties to order by',
      '/odata/Releases',
      {$orderby: 'Id,Key,Name,ProcessKey,ProcessType,Description'},
    ],
    ['a negative page', '/odata/Releases', {$skip: '-1'}],
    ['more than 100 expressions', '/odata/Releases', {$filter: Array(101).fill('Id eq 1').join(' or ')}],
    ['an expansion that is not there', '/odata/Jobs', {$expand: 'Folder'}],
    ['an expansion three levels deep', '/odata/Jobs', {$expand: 'Release/EntryPoint/X'}],
    ['another option', '/odata/Releases', {$search: 'a'}],
  ];
  for (const [name, path, query] of refused)
    it(`refuses ${name} as the vendor does`, async () => {
      const {call} = await orchestrator();
      const answer = await call('GET', path, {query});
      assert.deepEqual(
        [answer.status, answer.body.errorCode, answer.body.message],
        [400, 1000, 'Invalid OData query options.'],
      );
    });

  it('expands only what is named', async () => {
    const running = await orchestrator({}, {authorization: 'Bearer any'});
    const startInfo = {ReleaseKey: '99587436-4ce5-480d-988c-6d7f43787a2c', Strategy: 'Specific', RobotIds: [4778]};
    await running.call('POST', startPath, {json: {startInfo}});
    const bare = (await running.jobs('Robot/Id eq 4778L')).body.value[0];
    assert.equal('Robot' in bare, false);
    const full = (await running.call('GET', '/odata/Jobs?$expand=Robot,Release')).body.value[0];
    assert.deepEqual(
      [full.Robot.Name, full.Release.ProcessKey, 'Machine' in full],
      ['Triage-Bot-1', 'SupportTriage', false],
    );
  });

  it('shows jobs of all folders without a folder, and of one with it', async () => {
    const running = await orchestrator();
    await running.startJobs({ReleaseName: 'SupportTriage'});
    const count = async (headers: Record<string, string>) =>
      (await running.call('GET', '/odata/Jobs', {headers})).body.value?.length;
    assert.deepEqual(
      [await count({'x-uipath-organizationunitid': '2'}), await count({'x-uipath-organizationunitid': '3'})],
      [1, 0],
    );
    const everywhere = await orchestrator({}, {authorization: 'Bearer any'});
    await everywhere.call('POST', startPath, {
      json: {startInfo: {ReleaseName: 'SupportTriage'}},
      headers: {'x-uipath-organizationunitid': '2'},
    });
    assert.equal((await everywhere.jobs('')).body.value.length, 1);
  });

  it('answers 404 for a key and an id that are not there, 400 for an id that is no number', async () => {
    const {call} = await orchestrator();
    const answers = [
      await call('GET', `/odata/Jobs/${ns}.GetByKey(identifier=00000000-0000-4000-8000-000000000000)`),
      await call('GET', '/odata/Jobs(1)'),
      await call('GET', '/odata/Jobs(x)'),
    ];
    assert.deepEqual(
      answers.map(({status, body}) => [status, body.errorCode]),
      [
        [404, 1002],
        [404, 1002],
        [400, 1000],
      ],
    );
  });
});
