/** What a person is helped with before a job is started: choices, arguments, whether the connection works, values as they are typed. */
import assert from 'node:assert/strict';
import {readOptions} from '../../src/operations/choices.ts';
import {probe} from '../../src/operations/probe.ts';
import {readAssignments} from '../../src/operations/typed-input.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {bench, connectorOf, failureOf} from './bench.ts';
import {stand} from './verbs-stand.ts';

const optionsOf = async (action: string, field: string, input: JsonObject = {}, id = 'uipath-orchestrator') => {
  const {connection} = await stand(id);
  return readOptions({connection, action, field, input});
};

describe('options of a field', () => {
  it('are values with labels, each once', async () => {
    const options = await optionsOf('startJob', 'process');
    assert.equal(options.kind, 'choices');
    const values = options.kind === 'choices' ? options.choices.map(({value}) => value) : [];
    assert.ok(values.includes('SupportTriage') && values.includes('LedgerImport'));
    assert.equal(new Set(values).size, values.length);
  });

  it('depend on what is known of other fields', async () => {
    const options = await optionsOf('startJob', 'release', {process: 'SupportTriage'});
    assert.deepEqual(options, {kind: 'choices', choices: [{value: 'SupportTriage'}]});
  });

  it('say which field is needed first', async () => {
    const error = await failureOf(optionsOf('startJob', 'release'));
    assert.deepEqual(
      [error.jobwireCode, error.message],
      ['JW2006', 'the choices depend on input.process, which is not given'],
    );
  });

  it('are arguments with the types of the target, and whether they are required', async () => {
    const options = await optionsOf('startJob', 'arguments', {process: 'SupportTriage'});
    assert.equal(options.kind, 'arguments');
    const rows = options.kind === 'arguments' ? options.arguments : [];
    assert.deepEqual(
      rows.filter(({required}) => required).map(({name, type}) => [name, type]),
      [
        ['IncidentId', 'System.String'],
        ['Severity', 'System.Int32'],
      ],
    );
  });

  it('are the same question for a target of another make', async () => {
    const options = await optionsOf('triggerJob', 'parameters', {job: 'Deploy on Push'}, 'kubiya');
    assert.deepEqual(options.kind === 'arguments' ? options.arguments.map(({required}) => required) : [], [true, true]);
  });

  it('of a list in the manifest need no request', async () => {
    const {connection, sim} = await stand('uipath-orchestrator');
    const options = await readOptions({connection, action: 'startJob', field: 'priority'});
    assert.deepEqual(options.kind === 'choices' ? options.choices.map(({value}) => value) : [], [
      'Low',
      'Normal',
      'High',
    ]);
    assert.equal(sim.requests.length, 0);
  });

  const refusals: readonly [action: string, field: string, code: string][] = [
    ['startjob', 'process', 'JW1004'],
    ['startJob', 'proces', 'JW2005'],
    ['startJob', 'jobsCount', 'JW7102'],
  ];
  for (const [action, field, code] of refusals)
    it(`of ${action}.${field} is ${code}`, async () => {
      const error = await failureOf(optionsOf(action, field));
      assert.equal(error.jobwireCode, code);
    });

  it('of a process that does not exist list those that do', async () => {
    const error = await failureOf(optionsOf('startJob', 'arguments', {process: 'Nothing'}));
    assert.equal(error.code, 'uipath-release-not-found');
  });
});

describe('the test of a connection', () => {
  it('says as whom and where', async () => {
    const {connection, sim} = await stand('uipath-orchestrator');
    const {label, baseUrl} = await probe(connection);
    assert.deepEqual([label, baseUrl], ['jobwire, Shared', sim.url]);
  });

  it('tells a folder that may not be used', async () => {
    const {connection} = await stand('uipath-orchestrator', {settings: {folderAccess: false}});
    assert.match((await failureOf(probe(connection))).code, /^uipath-folder/);
  });

  it('names all missing secrets at once, and asks nothing', async () => {
    const secrets = {id: {title: 'Id'}, key: {title: 'Key'}, extra: {title: 'Extra', optional: true}};
    const {live} = bench(connectorOf({connection: {secrets}}));
    const error = await failureOf(probe(live));
    assert.equal(error.jobwireCode, 'JW7001');
    assert.match(error.message, /secret id: .*; secret key: /);
    assert.doesNotMatch(error.message, /extra/);
  });
});

describe('a value as it is typed', () => {
  const schema = {
    type: 'object',
    properties: {
      text: {type: 'string'},
      count: {type: 'integer', maximum: 5},
      flag: {type: 'boolean'},
      list: {type: 'array', items: {type: 'string'}},
      map: {type: 'object'},
      any: {},
    },
  };
  const cases: readonly [text: string, value: unknown][] = [
    ['text=5', {text: '5'}],
    ['text=a=b', {text: 'a=b'}],
    ['text=', {text: ''}],
    ['count=5', {count: 5}],
    ['count=99', {count: 99}],
    ['count=five', {count: 'five'}],
    ['flag=True', {flag: true}],
    ['list=["a"]', {list: ['a']}],
    ['map={"a": 1}', {map: {a: 1}}],
    ['any=5', {any: 5}],
    ['any=five', {any: 'five'}],
    ['other=5', {other: '5'}],
  ];
  for (const [text, value] of cases)
    it(`${text} is ${JSON.stringify(value)}`, () => {
      assert.deepEqual(readAssignments([text], schema), value);
    });

  for (const text of ['text', '=5', 'list=a', 'map=['])
    it(`${text} is refused`, () => {
      assert.throws(() => readAssignments([text], schema), {jobwireCode: 'JW7101'});
    });

  it('named __proto__ is a name like any other', () => {
    const value = readAssignments(['__proto__=x'], schema);
    assert.deepEqual([Object.keys(value), Object.getPrototypeOf(value)], [['__proto__'], Object.prototype]);
  });
});
