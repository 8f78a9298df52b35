/** Which decisions of a manifest cases would miss, by spoiling each. */
import assert from 'node:assert/strict';
import type {CaseUnit} from '../../src/cases/case-file.ts';
import {type Coverage, coverageOf} from '../../src/cases/coverage.ts';
import type {Connector, ErrorRow, Template} from '../../src/generated/types.ts';
import {connection, type Desk, openDesk, robots, started} from './desk.ts';

const connections = {'desk-main': connection};
const of = {template: 'ticket-to-job'};
const urgent = {
  of,
  event: {id: 'T1', data: {number: 'T1', urgent: true}},
  connections,
  exchanges: [
    robots,
    {...started, request: {method: 'POST', path: '/jobs'}},
    {request: {method: 'GET', path: '/jobs/j1'}, response: {status: 200, body: {state: 'done'}}},
    {request: {method: 'POST', path: '/tickets/T1/notes', body: {note: 'It is done.'}}, response: {status: 204}},
  ],
  expect: {outcome: 'succeeded'},
};
const calm = {of, event: {id: 'T2', data: {number: 'T2'}}, connections, expect: {outcome: 'skipped'}};

const notes = {
  $switch: '{{result.state}}',
  cases: {succeeded: 'It is done.', failed: 'It is not.'},
  default: 'Who knows.',
};

describe('coverage', () => {
  let desk: Desk;
  before(() => {
    desk = openDesk();
  });
  after(() => desk.remove());

  /** The case about a template whose note depends on the result. */
  const unitOf = (manifest: object): CaseUnit => {
    const unit = desk.read(manifest);
    assert.ok('manifest' in unit);
    return unit;
  };
  const template = (): Template => {
    const known = desk.library.templates.get('ticket-to-job')?.manifest;
    assert.ok(known);
    const targets = [known.do].flat().map((target) => ({
      ...target,
      onComplete: (target.onComplete ?? []).map((follow) => ({
        ...follow,
        input: {number: '{{event.data.number}}', note: notes},
      })),
    }));
    return {...known, do: targets};
  };
  const owned = (units: readonly CaseUnit[], manifest: Template | Connector): CaseUnit[] => {
    const first = units[0]?.owner;
    const owner = {...first, unit: {...first?.unit, manifest}} as CaseUnit['owner'];
    return units.map((unit) => ({...unit, owner}));
  };
  const missing = ([only]: readonly Coverage[]): string[] =>
    only?.points.filter(({by}) => by === undefined).map(({label}) => label) ?? [];

  it('sees both answers of a criterion only where cases give both', async () => {
    const one = owned([unitOf(urgent)], template());
    assert.ok(missing(await coverageOf(one, desk.library)).includes('criteria[0] does not hold'));
    const both = owned([...one, unitOf(calm)], template());
    assert.deepEqual(
      missing(await coverageOf(both, desk.library)).filter((label) => label.startsWith('criteria')),
      [],
    );
  });

  it('lists the cases of a $switch that no case comes to, with their places', async () => {
    const [found] = await coverageOf(owned([unitOf(urgent)], template()), desk.library);
    const branches = found?.points.filter(({kind}) => kind === 'switch case') ?? [];
    assert.deepEqual(
      branches.map(({label, by}) => [label, by]),
      [
        ['do.0.onComplete.0.input.note: succeeded', 'A case'],
        ['do.0.onComplete.0.input.note: failed', undefined],
        ['do.0.onComplete.0.input.note: default', undefined],
      ],
    );
    assert.equal(branches[1]?.at.pointer, '/do/0/onComplete/0/input/note/cases/failed');
  });

  const refused = {
    of: {action: 'startJob'},
    connection,
    input: {robot: 'R2', text: 'hello'},
    exchanges: [robots, {request: {method: 'POST', path: '/jobs'}, response: {status: 409, body: {reason: 'busy'}}}],
  };
  const withRows = (): Connector => {
    const known = desk.library.connectors.get('desk')?.manifest;
    assert.ok(known);
    const errors: ErrorRow[] = [
      {when: {status: [409]}, action: 'fail', code: 'desk-busy'},
      {when: {status: [410]}, action: 'fail', code: 'desk-gone'},
    ];
    return {...known, http: {...known.http, errors}};
  };
  const rows = async (expect: object): Promise<string[]> => {
    const units = owned([unitOf({...refused, expect})], withRows());
    return missing(await coverageOf(units, desk.library));
  };

  it('takes an error row for covered when a case expects its code', async () =>
    assert.deepEqual(await rows({error: {code: 'desk-busy'}}), ['http: desk-gone']));

  it('does not take it for covered when a case only expects a failure', async () =>
    assert.deepEqual(await rows({outcome: 'failed'}), ['http: desk-busy', 'http: desk-gone']));
});
