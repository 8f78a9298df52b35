/** What each kind of change asks for, by the table of the language reference, section 9.3; and whom of a project it breaks. */
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {diff, type UnitDiff} from '../../src/authoring/diff.ts';
import {type Desk, openDesk} from '../cases/desk.ts';
import {shipped} from '../support/project.ts';
import {type Edits, edited} from './edited.ts';

const base = {
  jobwire: '1',
  kind: 'connector',
  id: 'press',
  version: '1.2.3',
  title: 'Press',
  permissions: {hosts: ['api.press.example']},
  connection: {
    config: {
      type: 'object',
      required: ['org'],
      properties: {org: {type: 'string'}, mode: {enum: ['fast', 'safe'], default: 'safe'}},
    },
    secrets: {key: {title: 'Key'}, old: {title: 'Old key', optional: true}},
    baseUrl: 'https://api.press.example',
    auth: {
      obtain: {
        oauth2: {
          grant: 'client_credentials',
          tokenUrl: 'https://api.press.example/token',
          clientId: '{{connection.org}}',
          clientSecret: '{{secret.key}}',
          scope: 'jobs.read jobs.write',
        },
      },
    },
    probe: {call: 'list', output: 'press'},
  },
  http: {retry: {limit: 4}, errors: [{when: {status: [409]}, action: 'fail', code: 'press-busy', message: 'Busy'}]},
  operations: {
    list: {effect: 'read', request: {method: 'GET', path: '/jobs'}, response: {items: '{{response.body}}'}},
    print: {
      effect: 'write',
      params: {sheet: 'string'},
      request: {method: 'POST', path: '/jobs', body: {json: {sheet: '{{params.sheet}}'}}},
      settle: {call: 'list', done: '{{gt (length result) 0}}'},
    },
    state: {effect: 'read', params: {id: 'string'}, request: {method: 'GET', path: '/jobs/{{params.id}}'}},
  },
  lookups: {
    sheet: {
      params: {name: 'string'},
      call: 'list',
      where: [{test: '{{eq item.name params.name}}'}],
      output: '{{item.id}}',
    },
  },
  actions: {
    print: {
      title: 'Print',
      starts: 'job',
      input: {
        type: 'object',
        required: ['sheet'],
        properties: {
          sheet: {type: 'string', maxLength: 100},
          copies: {type: 'integer', minimum: 1, default: 1},
          options: {type: 'object', properties: {colour: {type: 'boolean'}}},
        },
      },
      steps: [
        {id: 'sheet', lookup: 'sheet', with: {name: '{{input.sheet}}'}},
        {id: 'job', call: 'print', with: {sheet: '{{steps.sheet}}'}},
      ],
      output: {jobs: [{id: '{{steps.job.id}}'}], note: 'sent'},
    },
  },
  jobs: {
    job: {
      title: 'Job',
      ref: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}},
      status: {call: 'state', with: {id: '{{job.id}}'}, output: {state: '{{result.state}}'}},
      states: {busy: 'running', done: 'succeeded', broken: 'failed'},
      poll: {every: '10s'},
      stop: {call: 'state', with: {id: '{{job.id}}'}},
    },
  },
  events: {
    'sheet.ready': {
      title: 'Sheet ready',
      data: {
        type: 'object',
        required: ['name'],
        properties: {name: {type: 'string'}, size: {type: 'integer'}, tone: {enum: ['black', 'red']}},
      },
      sample: './samples/sheet.ready.json',
    },
  },
  feeds: {
    hooks: {
      title: 'Hooks',
      emits: ['sheet.ready'],
      webhook: {verify: [{scheme: 'hmac', signature: {header: 'x-sig'}, key: '{{secret.key}}'}]},
      event: {type: '{{item.type}}', types: {ready: 'sheet.ready'}, id: '{{item.id}}', data: '{{item}}'},
    },
  },
};

type Row = readonly [title: string, edits: Edits, says: RegExp];

const input = '/actions/print/input';
const data = '/events/sheet.ready/data';
const config = '/connection/config';
const {print} = base.actions;
const ready = base.events['sheet.ready'];

const rows: Readonly<Record<'major' | 'minor' | 'patch', readonly Row[]>> = {
  major: [
    ['an action that is gone', {'/actions/print': undefined}, /action print is gone/],
    [
      'an action with another name',
      {'/actions/print': undefined, '/actions/printSheet': print},
      /action print is called printSheet now/,
    ],
    ['an input that is gone', {[`${input}/properties/copies`]: undefined}, /input of print\.copies is gone/],
    [
      'a new required input',
      {[`${input}/properties/tray`]: {type: 'string'}, [`${input}/required/-`]: 'tray'},
      /tray is new and required/,
    ],
    ['an input that becomes required', {[`${input}/required/-`]: 'options'}, /options is required now/],
    [
      'another type of an input',
      {[`${input}/properties/sheet/type`]: 'integer'},
      /sheet is integer now, it was string/,
    ],
    ['a tighter limit', {[`${input}/properties/sheet/maxLength`]: 10}, /may admit less: maxLength 10/],
    ['a limit where there was none', {[`${input}/properties/sheet/pattern`]: '^a'}, /may admit less: pattern/],
    [
      'an inner input that is gone',
      {[`${input}/properties/options/properties/colour`]: undefined},
      /options\.colour is gone/,
    ],
    ['another default', {[`${input}/properties/copies/default`]: 2}, /has the default 2 now, it was 1/],
    [
      'a choice of a setting that is gone',
      {[`${config}/properties/mode/enum/1`]: undefined},
      /mode no longer is "safe"/,
    ],
    [
      'a setting that becomes required',
      {[`${config}/required/-`]: 'mode', [`${config}/properties/mode/default`]: undefined},
      /mode is required now/,
    ],
    ['a setting that is gone', {[`${config}/properties/mode`]: undefined}, /config\.mode is gone/],
    ['an output that is gone', {'/actions/print/output/note': undefined}, /output of print has no note/],
    ['another host', {'/permissions/hosts/-': 'other.example'}, /reaches the host other\.example/],
    [
      'another scope',
      {'/connection/auth/obtain/oauth2/scope': 'jobs.read admin jobs.write'},
      /asks for the scope admin$/,
    ],
    ['a scope nobody can tell', {'/connection/auth/obtain/oauth2/scope': '{{connection.org}}'}, /another scope/],
    [
      'credentials for another origin',
      {'/connection/auth/origins': ['https://files.press.example']},
      /go to another origin/,
    ],
    ['a new secret', {'/connection/secrets/pin': {title: 'Pin'}}, /new secret pin, and it is required/],
    ['a secret that becomes required', {'/connection/secrets/old/optional': undefined}, /secret old is required now/],
    ['a secret that is gone', {'/connection/secrets/old': undefined}, /secret old is gone/],
    ['variants where there were none', {'/connection/variants': {cloud: {title: 'Cloud'}}}, /has to choose a variant/],
    ['an event that is gone', {'/events/sheet.ready': undefined}, /event sheet\.ready is gone/],
    ['an event field that is gone', {[`${data}/properties/size`]: undefined}, /data\.size is gone/],
    ['an event field that may be missing', {[`${data}/required`]: []}, /data\.name may be missing now/],
    [
      'a wider type of an event field',
      {[`${data}/properties/size/type`]: ['integer', 'null']},
      /size is integer or null now/,
    ],
    ['a narrower choice of an event field', {[`${data}/properties/tone/enum/1`]: undefined}, /tone no longer is "red"/],
    ['another id of events', {'/feeds/hooks/event/id': '{{item.uid}}'}, /makes the id of its events in another way/],
    [
      'another event for a type of the sender',
      {'/feeds/hooks/event/types/ready': 'sheet.done'},
      /takes ready for sheet\.done now/,
    ],
    ['a proof that no longer counts', {'/feeds/hooks/webhook/verify/0/encoding': 'base64'}, /may refuse deliveries/],
    ['a feed that is gone', {'/feeds/hooks': undefined}, /feed hooks is gone/],
    ['another meaning of a state', {'/jobs/job/states/done': 'waiting'}, /state done of job means waiting now/],
    ['a verb that is gone', {'/jobs/job/stop': undefined}, /can no longer stop/],
    ['another repeat', {'/operations/print/repeat': 'safe'}, /is repeat safe now, it was unsafe/],
    ['no settling any more', {'/operations/print/settle': undefined}, /has no settle now/],
    [
      'a stricter lookup',
      {'/lookups/sheet/where/-': {test: '{{eq item.state "free"}}'}},
      /narrows its rows in another way/,
    ],
    [
      'a lookup that checks arguments',
      {'/lookups/sheet/signature': {schema: '{{item.schema}}'}},
      /stricter: arguments are checked/,
    ],
  ],
  minor: [
    ['a new action', {'/actions/proof': print}, /new action proof/],
    ['a new optional input', {[`${input}/properties/tray`]: {type: 'string'}}, /tray is new/],
    [
      'a new required input with a default',
      {[`${input}/properties/tray`]: {type: 'string', default: 'a'}, [`${input}/required/-`]: 'tray'},
      /tray is new$/m,
    ],
    ['an input that becomes optional', {[`${input}/required`]: []}, /sheet is optional now/],
    ['a new choice', {[`${config}/properties/mode/enum/-`]: 'slow'}, /mode may be "slow"/],
    ['a wider type of an input', {[`${input}/properties/copies/type`]: 'number'}, /copies is number now/],
    ['a looser limit', {[`${input}/properties/sheet/maxLength`]: 200}, /admits more: maxLength 200/],
    ['a new output', {'/actions/print/output/at': '{{run.now}}'}, /output of print has at/],
    ['a new event', {'/events/sheet.lost': ready}, /new event sheet\.lost/],
    ['a new event field', {[`${data}/properties/page`]: {type: 'integer'}}, /data\.page is new/],
    ['an event field that is always there', {[`${data}/required/-`]: 'size'}, /size is always there now/],
    ['a new optional secret', {'/connection/secrets/pin': {title: 'Pin', optional: true}}, /new secret pin$/m],
    ['a new verb', {'/jobs/job/list': {call: 'list', output: []}}, /can list now/],
    ['a state that was unknown', {'/jobs/job/states/paused': 'waiting'}, /state paused of job means waiting/],
    ['another proof', {'/feeds/hooks/webhook/verify/-': {scheme: 'none'}}, /takes deliveries with another proof/],
    [
      'a lookup that takes the first of several',
      {'/lookups/sheet/many': {action: 'first', order: {by: '{{item.id}}'}}},
      /more lenient: many is first/,
    ],
  ],
  patch: [
    ['a title', {'/actions/print/title': 'Print a sheet'}, /details of actions\.print/],
    ['a message', {'/http/errors/0/message': 'The press is busy'}, /details of http\.errors/],
    ['a number of retries', {'/http/retry/limit': 6}, /details of http\.retry/],
    ['a description in a schema', {[`${input}/properties/sheet/description`]: 'Its name'}, /texts of input of print/],
    [
      'another path of a request',
      {'/operations/state/request/path': '/v2/{{params.id}}'},
      /details of operations\.state/,
    ],
    ['how often a job is polled', {'/jobs/job/poll/every': '20s'}, /details of jobs\.job/],
    ['a host that is no longer reached', {'/permissions/hosts': []}, /no longer reaches/],
  ],
};

let dir: string;

function put(path: string, content: unknown): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), {recursive: true});
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 1));
  return file;
}

function compare(edits: Edits, version: string): UnitDiff {
  const [unit] = diff(put('old.json', base), put('new.json', {...edited(base, edits), version})).units;
  assert.ok(unit);
  return unit;
}

function textsOf({changes}: UnitDiff): string {
  return changes.map(({text}) => text).join('\n');
}

const gone: Edits = {'/actions/print': undefined};
const proof: Edits = {'/actions/proof': print};

describe('diff', () => {
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-diff-'));
  });
  after(() => rmSync(dir, {recursive: true}));

  for (const [level, cases] of Object.entries(rows))
    describe(`asks for a ${level} step`, () => {
      for (const [title, edits, says] of cases)
        it(`for ${title}`, () => {
          const found = compare(edits, '9.0.0');
          assert.equal(found.step, level, JSON.stringify(found.changes));
          assert.match(textsOf({...found, changes: found.changes.filter((one) => one.level === level)}), says);
        });
    });

  it('says nothing about the same version', () => {
    const {step, changes, issue} = compare({}, '1.2.3');
    assert.deepEqual({step, changes, issue}, {step: undefined, changes: [], issue: undefined});
  });

  it('takes no notice of remarks', () => {
    assert.deepEqual(compare({'/actions/print/$comment': 'why'}, '1.2.3').changes, []);
  });

  const steps: readonly [edits: Edits, from: string, to: string, least: string | undefined][] = [
    [gone, '1.2.3', '1.3.0', '2.0.0'],
    [gone, '1.2.3', '2.0.0', undefined],
    [gone, '1.2.3', '2.0.0-rc.1', undefined],
    [{'/title': 'The press'}, '1.2.3', '1.2.3', '1.2.4'],
    [proof, '1.2.3', '1.2.4', '1.3.0'],
    [{}, '1.2.3', '1.2.2', '1.2.3'],
    [gone, '0.4.1', '0.4.2', '0.5.0'],
    [gone, '0.4.1', '0.5.0', undefined],
    [proof, '0.4.1', '0.4.2', undefined],
  ];
  for (const [edits, from, to, least] of steps)
    it(`${least === undefined ? `takes the step from ${from} to ${to}` : `refuses ${from} to ${to} where ${least} is due`}`, () => {
      const [unit] = diff(
        put('old.json', {...base, version: from}),
        put('new.json', {...edited(base, edits), version: to}),
      ).units;
      assert.equal(unit?.issue?.jobwireCode, least === undefined ? undefined : 'JW6005');
      if (least !== undefined) assert.equal(unit?.issue?.hint, `raise the version to ${least} or later`);
    });

  it('points JW6005 to the version', () => {
    const {issue} = compare(gone, '1.2.4');
    assert.equal(issue?.at?.pointer, '/version');
    assert.equal(issue?.detail, '1 breaking change from 1.2.3 to 1.2.4');
  });

  it('compares folders of units by their ids, with the files beside them', () => {
    put('a/connectors/press/connector.json', base);
    put('a/connectors/gone/connector.json', {...base, id: 'gone'});
    put('a/connectors/press/cases/one.json', '{}');
    put('b/connectors/press/connector.json', {...base, version: '1.2.4'});
    put('b/connectors/press/cases/one.json', '{"a": 1}');
    put('b/connectors/press/README.md', 'hello');
    const {units, removed, added} = diff(join(dir, 'a'), join(dir, 'b'));
    assert.deepEqual({removed, added}, {removed: ['connector gone'], added: []});
    assert.deepEqual(
      units[0]?.changes.map(({level, text}) => [level, text]),
      [
        ['patch', 'file README.md is new'],
        ['patch', 'file cases/one.json differs'],
      ],
    );
  });

  it('reads the schema files of a folder, also for a manifest taken out of it', () => {
    const connector = edited(base, {[data]: {$ref: './schemas/sheet.json'}});
    put('c/connector.json', connector);
    put('c/schemas/sheet.json', ready.data);
    const alone = put('alone.json', {...connector, version: '1.2.4', title: 'The press'});
    assert.equal(diff(alone, join(dir, 'c')).units[0]?.step, 'patch');
  });

  it('names a file that is no connector or template, and one that is not there', () => {
    const file = put('case.json', {
      jobwire: '1',
      kind: 'case',
      title: 'A case',
      of: {action: 'print'},
      expect: {},
    });
    assert.throws(() => diff(file, file), {jobwireCode: 'JW7101'});
    assert.throws(() => diff(join(dir, 'nowhere'), dir), {jobwireCode: 'JW7102'});
    assert.throws(() => diff(put('broken.json', '{'), file), {jobwireCode: 'JW1001'});
  });

  describe('of a template', () => {
    const template = shipped<{do: object[]}>('templates/incident-to-triage/template.json');
    const steps: readonly [level: string, ...row: Row][] = [
      ['major', 'another criterion', {'/criteria/1': undefined}, /other events start it/],
      ['major', 'another event', {'/on/event': 'incident.updated'}, /listens to incident\.updated/],
      ['major', 'another action', {'/do/1/action': 'triggerAgent'}, /calls triggerAgent of kubiya/],
      ['major', 'a target that is gone', {'/do/1': undefined}, /target diagnose is gone/],
      ['major', 'another delivery', {'/do/0/policy/delivery': 'at-least-once'}, /delivers at-least-once/],
      ['major', 'another connection', {'/do/1/connection': 'kubiya-two'}, /needs the connection kubiya-two/],
      ['minor', 'a new target', {'/do/-': {...template.do[1], id: 'again'}}, /new target again/],
      ['minor', 'another input', {'/do/0/input/process': 'Other'}, /gives "Other" as process/],
      ['patch', 'a deadline', {'/policy/deadline': '20m'}, /deadline of it is "20m"/],
      ['patch', 'a label', {'/criteria/0/label': 'urgent'}, /labels of criteria/],
      ['patch', 'a summary', {'/summary': 'Triage'}, /another summary/],
    ];
    for (const [level, title, edits, says] of steps)
      it(`asks for a ${level} step for ${title}`, () => {
        const [unit] = diff(put('t1.json', template), put('t2.json', edited(template, edits))).units;
        assert.equal(unit?.step, level, JSON.stringify(unit?.changes));
        assert.match(unit ? textsOf(unit) : '', says);
      });
  });

  describe('in a project', () => {
    let desk: Desk;
    before(() => {
      desk = openDesk();
    });
    after(() => desk.remove());

    const broken = (edits: Edits, version = '1.0.1'): UnitDiff['broken'] => {
      const file = join(desk.dir, 'connectors/desk/connector.json');
      const after = {...edited(JSON.parse(readFileSync(file, 'utf8')), edits), version};
      return diff(file, put('desk.json', after), desk.library).units[0]?.broken ?? [];
    };

    it('names a template that reads a field that is gone, with its place', () => {
      const [found, ...more] = broken({'/schemas/ticket/properties/number': undefined, '/schemas/ticket/required': []});
      assert.deepEqual(more, []);
      assert.equal(found?.id, 'ticket-to-job');
      assert.ok(found?.issues.some(({jobwireCode, at}) => jobwireCode === 'JW2005' && at?.pointer.startsWith('/do')));
      assert.ok(found?.because.includes('ticket.created: data.number is gone'));
    });

    it('leaves out a template that does not read the field', () => {
      const file = join(desk.dir, 'connectors/desk/connector.json');
      const before = edited(JSON.parse(readFileSync(file, 'utf8')), {
        '/schemas/ticket/properties/page': {type: 'integer'},
      });
      const [unit] = diff(put('with-page.json', before), file, desk.library).units;
      assert.equal(unit?.step, 'major');
      assert.deepEqual(unit?.broken, []);
    });

    it('names a template whose action means something else, which no check can see', () => {
      const [found] = broken({'/jobs/job/states/done': 'waiting'});
      assert.deepEqual(found?.issues, []);
      assert.deepEqual(found?.because, ['state done of job means waiting now, it meant succeeded']);
    });

    it('names a connection that lacks a new secret', () => {
      const found = broken({'/connection/secrets/pin': {title: 'Pin'}}).find(({kind}) => kind === 'connection');
      assert.equal(found?.id, 'desk-main');
      assert.equal(found?.issues[0]?.jobwireCode, 'JW7003');
    });

    it('says that the range keeps the new version out', () => {
      const edits = {
        '/actions/addNote/input/required/-': 'who',
        '/actions/addNote/input/properties/who': {type: 'string'},
      };
      assert.equal(broken(edits, '1.1.0')[0]?.admitted, true);
      assert.equal(broken(edits, '2.0.0')[0]?.admitted, false);
    });
  });
});
