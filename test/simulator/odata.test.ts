/** OData filters: what is quoted comes back, what is wrong is a problem, what fits is found. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {parseFilter} from '../../src/simulator/odata.ts';
import {compileFilter, probes} from '../../src/simulator/odata-evaluate.ts';
import {ODataProblem} from '../../src/simulator/odata-tokens.ts';

const limits = {maxExpressions: 100};
const same = (name: string) => name;
const passes = (filter: string, item: Record<string, never> | Record<string, unknown>) =>
  compileFilter(parseFilter(filter, limits), same)(item as never);
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

const job = {
  Id: 38073051,
  Key: 'ee9327fd-237d-419e-86ef-9946b34461e3',
  State: 'Pending',
  Name: "O'Hare",
  CreationTime: '2026-01-12T08:15:30Z',
  EndTime: null,
  Enabled: true,
  Robot: {Id: 81, Name: 'Bot'},
};

describe('the OData filter', () => {
  for (const name of [
    "O'Hare",
    "''",
    "'",
    '%27',
    'a%20b',
    '☃ 🦊 Ωß',
    'x'.repeat(200),
    ' leading',
    'a and b eq 1',
    '"',
    '\\',
  ])
    it(`finds the name ${JSON.stringify(name.slice(0, 30))} and no other`, () => {
      assert.equal(passes(`Name eq ${quoted(name)}`, {Name: name}), true);
      assert.equal(passes(`Name eq ${quoted(name)}`, {Name: `${name}x`}), false);
    });

  it('gives any text back that was quoted', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 200}), (text) => {
        assert.equal(passes(`Name eq ${quoted(text)}`, {Name: text}), true);
        assert.equal(passes(`Name eq ${quoted(text)}`, {Name: `${text}'`}), false);
      }),
    );
  });

  it('throws nothing but a problem, whatever is sent', () => {
    const words = fc.constantFrom(
      'eq',
      'and',
      'or',
      'not',
      'in',
      '(',
      ')',
      ',',
      "'a'",
      "'",
      '1L',
      'Name',
      'contains',
      '/',
      'null',
      ' ',
      'é',
    );
    const text = fc.oneof(
      fc.string({unit: 'binary'}),
      fc.array(words, {maxLength: 30}).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          compileFilter(parseFilter(source, limits), same)({Name: 'a'});
        } catch (error) {
          assert.ok(error instanceof ODataProblem, String(error));
        }
      }),
      {numRuns: 500},
    );
  });

  const table: readonly [filter: string, expected: boolean][] = [
    ["State eq 'Pending'", true],
    ["state EQ 'Pending' AND true eq true", false],
    ["State ne 'Pending'", false],
    ['Key eq ee9327fd-237d-419e-86ef-9946b34461e3', true],
    ["Key eq 'EE9327FD-237D-419E-86EF-9946B34461E3'", true],
    ["Key in ('00000000-0000-0000-0000-000000000000','ee9327fd-237d-419e-86ef-9946b34461e3')", true],
    ["Key in ('00000000-0000-0000-0000-000000000000')", false],
    ['Id eq 38073051L', true],
    ['Id in (1, 38073051)', true],
    ["Id eq '38073051'", false],
    ['Robot/Id eq 81L', true],
    ['robot/id eq 81', false],
    ['Robot/id eq 81', true],
    ['EndTime eq null', true],
    ['StartTime eq null', true],
    ['Enabled', true],
    ['not Enabled', false],
    ['CreationTime ge 2026-01-12T08:15:30.000Z', true],
    ['CreationTime lt 2026-01-12T09:15:30+01:00', false],
    ["((CreationTime ge 2026-01-01) and (State eq 'Pending'))", true],
    ["State eq 'x' or State eq 'Pending' and Id gt 5", true],
    ["(State eq 'x' or State eq 'Pending') and Id gt 38073051", false],
    ["contains(Name,'''H')", true],
    ["startswith(Name,'Ha')", false],
    ["endswith(Name, 'Hare')", true],
    ["State eq UiPath.State'Pending'", true],
  ];
  for (const [filter, expected] of table)
    it(`${expected ? 'lets pass' : 'keeps out'} by ${filter}`, () => assert.equal(passes(filter, job), expected));

  for (const filter of [
    '',
    'Name eq',
    "Name eq 'a",
    'Name like 1',
    "Name eq 'a' and",
    '(Id eq 1',
    'Id eq 1)',
    'Id in ()',
    'Id in (Name)',
    ',',
    "contains(Name 'a')",
  ])
    it(`refuses ${JSON.stringify(filter)}`, () => assert.throws(() => parseFilter(filter, limits), ODataProblem));

  it('counts expressions', () => {
    const clauses = Array.from({length: 101}, (_, i) => `Id eq ${i}`);
    assert.throws(() => parseFilter(clauses.join(' or '), limits), /more than 100 expressions/);
    assert.doesNotThrow(() => parseFilter(clauses.slice(1).join(' or '), limits));
  });

  it('refuses brackets without end and does not fall over them', () => {
    assert.throws(() => parseFilter('('.repeat(100_000), limits), ODataProblem);
  });

  it('keeps the digits of long numbers', () => {
    assert.equal(passes('Id eq 9007199254740993', {Id: 9007199254740992}), false);
  });

  it('finds candidates by index for equality and lists, and only there', () => {
    const fields = (filter: string) => probes(parseFilter(filter, limits), same)?.map(({field}) => field);
    assert.deepEqual(fields("Key in ('a','b') and State eq 'x'"), ['Key']);
    assert.deepEqual(fields("Reference eq 'a' or Id eq 1"), ['Reference', 'Id']);
    assert.equal(fields("Reference eq 'a' or Id gt 1"), undefined);
    assert.equal(fields('Robot/Id eq 1'), undefined);
  });
});
