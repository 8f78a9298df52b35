/** Spoilt events: which of them a case notices, which change a job unseen, and which the schema keeps out. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {type Mutant, type MutationReport, mutateTemplate} from '../../src/authoring/mutate.ts';
import {kinds, mutate, mutationsOf} from '../../src/authoring/mutate-fields.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {connection, type Desk, openDesk, robots, started} from '../cases/desk.ts';

const event = {id: 'T1', type: 'ticket.created', data: {number: 'T1', urgent: true}};
const state = {request: {method: 'GET', path: '/jobs/j1'}, response: {status: 200, body: {state: 'done'}}};
const start = (text: unknown) => ({
  ...started,
  request: {...started.request, body: {robot: 'r2', text, reference: {$any: true}}},
});
const note = (path: string) => ({request: {method: 'POST', path}, response: {status: 204}});
const whole = (text: unknown) => ({
  title: 'An urgent ticket',
  of: {template: 'ticket-to-job'},
  event,
  connections: {'desk-main': connection},
  exchanges: [robots, start(text), state, note('/tickets/T1/notes')],
  expect: {outcome: 'succeeded'},
});

describe('mutate', () => {
  let desk: Desk;
  before(() => {
    desk = openDesk();
  });
  after(() => desk.remove());

  /** The report for one case. */
  const report = async (manifest: object): Promise<MutationReport> => {
    desk.read(manifest);
    const template = desk.library.templates.get('ticket-to-job');
    assert.ok(template);
    return mutateTemplate(template, desk.library);
  };
  const mutant = ({mutants}: MutationReport, field: string, kind: string): Mutant | undefined =>
    mutants.find((one) => one.field === field && one.kind === kind);

  it('counts a longer text as noticed where the case names the request', async () => {
    const found = await report(whole('Ticket T1'));
    assert.equal(mutant(found, 'event.data.number', 'longer')?.verdict, 'noticed');
    assert.equal(mutant(found, 'event.data.number', 'longer')?.by, 'An urgent ticket');
  });

  it('finds the change that a matcher lets pass', async () => {
    const lax = {...whole({$any: true}), exchanges: whole({$any: true}).exchanges.slice(0, 3)};
    const template = desk.library.templates.get('ticket-to-job');
    assert.ok(template);
    const unit = {
      ...template,
      manifest: {
        ...template.manifest,
        do: [template.manifest.do].flat().map(({onComplete: _follows, ...target}) => target),
      },
    };
    desk.read(lax);
    const found = await mutateTemplate(unit, desk.library);
    const longer = mutant(found, 'event.data.number', 'longer');
    assert.equal(longer?.verdict, 'unnoticed');
    assert.match(longer?.change ?? '', /robot\.input\.text: expected "Ticket T1", got "Ticket T1 x+/);
    assert.equal(found.counts.unnoticed, found.mutants.filter(({verdict}) => verdict === 'unnoticed').length);
    assert.ok((found.score ?? 100) < 100);
  });

  it('leaves out what the schema of the event refuses', async () => {
    const found = await report(whole('Ticket T1'));
    for (const kind of ['null', 'absent', 'renamed', 'other-type'])
      assert.equal(mutant(found, 'event.data.number', kind)?.verdict, 'refused', kind);
  });

  it('notices that a missing field starts nothing', async () => {
    const found = await report(whole('Ticket T1'));
    assert.equal(mutant(found, 'event.data.urgent', 'absent')?.verdict, 'noticed');
    assert.equal(found.score, 100);
  });

  it('takes a field that nothing reads for harmless', async () => {
    const found = await report({...whole('Ticket T1'), event: {...event, data: {...event.data, colour: 'red'}}});
    for (const kind of kinds) assert.equal(mutant(found, 'event.data.colour', kind)?.verdict, 'harmless', kind);
  });

  it('does not let a case speak that fails as it stands', async () => {
    const found = await report(whole('Something else'));
    assert.deepEqual(found.failing, ['An urgent ticket']);
    assert.deepEqual({cases: found.cases, score: found.score}, {cases: [], score: undefined});
  });

  it('judges a template without cases by the sample of its event', async () => {
    const other = openDesk();
    const template = other.library.templates.get('ticket-to-job');
    assert.ok(template);
    const found = await mutateTemplate(template, other.library);
    assert.equal(found.score, 0);
    assert.equal(mutant(found, 'event.data.number', 'longer')?.verdict, 'unnoticed');
    assert.match(mutant(found, 'event.data.urgent', 'absent')?.change ?? '', /robot/);
    other.remove();
  });

  it('spoils every field of a nested event, and of a list its first item', () => {
    const nested = {subject: 's', data: {issue: {labels: ['bug', 'urgent'], count: 3}, '.odd': true}};
    const fields = [...new Set(mutationsOf(nested).map(({field}) => field))];
    assert.deepEqual(fields, [
      'event.subject',
      'event.data.issue',
      'event.data.issue.labels',
      'event.data.issue.labels[0]',
      'event.data.issue.count',
      'event.data.[.odd]',
    ]);
  });

  const spoils: readonly [before: JsonObject, kind: string, after: JsonObject | undefined][] = [
    [{a: 'x'}, 'null', {a: null}],
    [{a: 'x', b: 1}, 'absent', {b: 1}],
    [{a: 'x'}, 'renamed', {aRenamed: 'x'}],
    [{a: '12'}, 'other-type', {a: 12}],
    [{a: 12}, 'other-type', {a: '12'}],
    [{a: ['x']}, 'other-type', {a: 'x'}],
    [{a: {b: 1}}, 'other-type', {a: 'text'}],
    [{a: ['x']}, 'empty', {a: []}],
    [{a: 'x'}, 'empty', {a: ''}],
    [{a: 12}, 'empty', undefined],
    [{a: 12}, 'longer', undefined],
  ];
  for (const [before, kind, after] of spoils)
    it(`makes ${JSON.stringify(before)} ${kind}: ${after ? JSON.stringify(after) : 'makes no sense'}`, () =>
      assert.deepEqual(mutate(before, {path: ['a'], kind: kind as Mutant['kind']}), after));

  it('never changes the event it is given', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), {noNullPrototype: true}), (data) => {
        const given = {data} as JsonObject;
        const before = JSON.stringify(given);
        for (const mutation of mutationsOf(given)) mutate(given, mutation);
        assert.equal(JSON.stringify(given), before);
      }),
      {numRuns: 50},
    ));
});
