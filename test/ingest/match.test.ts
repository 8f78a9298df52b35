/** Which templates an event starts: every operator as a table, faults that are never a quiet no, and the drafts of runs. */
import assert from 'node:assert/strict';
import type {Connector, Criterion, CriterionOp, PathRow, Policy, Target, Template} from '../../src/generated/types.ts';
import {match} from '../../src/ingest/match.ts';
import type {Unmatched} from '../../src/ingest/normalise.ts';
import {ExactNumber, type Json, type JsonObject} from '../../src/values/json.ts';
import {emptyConnector, libraryOf} from './support.ts';

const now = Date.parse('2026-01-12T08:15:40Z');

const connector: Connector = {
  ...emptyConnector,
  operations: {
    start: {
      effect: 'write',
      request: {method: 'POST', path: '/start'},
      settle: {call: 'find', done: true},
    },
    find: {effect: 'read', request: {method: 'GET', path: '/find'}},
    note: {effect: 'write', request: {method: 'POST', path: '/note'}},
  },
  actions: {
    start: {title: 'Start', input: {type: 'object'}, call: 'start'},
    note: {title: 'Note', input: {type: 'object'}, call: 'note'},
  },
  events: {
    'thing.made': {
      title: 'Thing made',
      sample: './samples/thing.made.json',
      data: {
        type: 'object',
        properties: {
          owner: {type: 'object', properties: {phone: {type: 'string', 'x-jobwire-sensitive': true}}},
          list: {
            type: 'array',
            items: {type: 'object', properties: {pin: {type: 'string', 'x-jobwire-sensitive': true}}},
          },
        },
      },
    },
  },
};

function eventOf(data: JsonObject, more: Partial<Unmatched> = {}): Unmatched {
  return {
    uid: 'u1',
    connection: 'app-main',
    feed: 'webhooks',
    type: 'thing.made',
    id: 'e1',
    time: '2026-01-12T08:15:30Z',
    data,
    receivedAt: now,
    state: 'accepted',
    deliveries: 1,
    bodyHash: '',
    conflicts: 0,
    ...more,
  };
}

const target: Target = {connector: 'app@^1', connection: 'app-main', action: 'start', input: {}};

function templateOf(more: Partial<Template>): Template {
  return {
    jobwire: '1',
    kind: 'template',
    id: 'made-to-job',
    version: '1.2.0',
    title: 'Made to job',
    on: {connector: 'app@^1', event: 'thing.made', connection: 'app-main'},
    do: target,
    ...more,
  };
}

function decide(template: Partial<Template>, data: JsonObject) {
  const library = libraryOf({connectors: [connector], templates: [templateOf(template)]});
  const {decisions, drafts} = match(eventOf(data), library, now);
  return {decisions, drafts, decision: decisions[0] ?? assert.fail('no decision'), draft: drafts[0]};
}

function outcome(row: Criterion, data: JsonObject): string {
  return decide({criteria: [row]}, data).decision.outcome;
}

interface Line {
  readonly op: CriterionOp;
  readonly actual: Json;
  readonly value: Json;
  readonly ignoreCase?: boolean;
}

const lines = (op: CriterionOp, pairs: readonly (readonly [Json, Json])[], ignoreCase = false): Line[] =>
  pairs.map(([actual, value]) => ({op, actual, value, ...(ignoreCase && {ignoreCase})}));

const big = new ExactNumber('12345678901234567890');

const holding: Line[] = [
  ...lines('equals', [
    ['a', 'a'],
    [1, 1],
    [true, true],
    [{x: [1]}, {x: [1]}],
    [big, new ExactNumber('12345678901234567890')],
  ]),
  ...lines('equals', [['Ab', 'aB']], true),
  ...lines('not-equals', [
    ['a', 'b'],
    [1, '1'],
    [false, true],
    [
      [1, 2],
      [2, 1],
    ],
  ]),
  ...lines('in', [
    ['a', ['b', 'a']],
    [1, [1]],
  ]),
  ...lines('in', [['A', ['a']]], true),
  ...lines('not-in', [
    ['a', []],
    ['1', [1]],
  ]),
  ...lines('gt', [
    [2, 1],
    ['b', 'a'],
  ]),
  ...lines('gte', [
    [2, 2],
    ['b', 'b'],
  ]),
  ...lines('lt', [
    [1, 2],
    ['a', 'b'],
  ]),
  ...lines('lte', [
    [1, 1],
    ['a', 'a'],
  ]),
  ...lines('before', [
    ['2026-01-12T08:00:00Z', '2026-01-12T09:30:00+01:00'],
    ['2026-01-12T07:00:00Z', '-1h'],
  ]),
  ...lines('after', [
    ['2026-01-12T08:15:41Z', '0s'],
    ['2026-01-12T08:00:00Z', '-1h'],
    ['2026-01-14T00:00:00Z', '+1d'],
  ]),
  ...lines('contains', [
    ['abc', 'b'],
    [['a', 'b'], 'b'],
    [[1, [2]], [2]],
  ]),
  ...lines(
    'contains',
    [
      ['ABC', 'b'],
      [['A'], 'a'],
    ],
    true,
  ),
  ...lines('not-contains', [
    ['abc', 'x'],
    [['ab'], 'a'],
    [[], 'a'],
  ]),
  ...lines('starts-with', [
    ['abc', 'ab'],
    ['abc', ''],
  ]),
  ...lines('ends-with', [['abc', 'bc']]),
  ...lines('ends-with', [['abC', 'Bc']], true),
  ...lines('matches', [
    ['INC0010001', '^INC\\d+$'],
    ["it's", "t's$"],
    ['a"b', 'a"b'],
    ['a\\b', '\\\\'],
  ]),
  ...lines('matches', [['inc', '^INC$']], true),
];

const notHolding: Line[] = [
  ...lines('equals', [
    ['a', 'b'],
    [1, '1'],
    ['Ab', 'ab'],
  ]),
  ...lines('not-equals', [['a', 'a']]),
  ...lines('in', [
    ['a', []],
    [1, ['1']],
  ]),
  ...lines('not-in', [['a', ['a']]]),
  ...lines('gt', [
    [1, 1],
    ['a', 'b'],
  ]),
  ...lines('gte', [[1, 2]]),
  ...lines('lt', [[1, 1]]),
  ...lines('lte', [[2, 1]]),
  ...lines('before', [
    ['2026-01-12T08:00:00Z', '2026-01-12T08:00:00Z'],
    ['2026-01-12T08:00:00Z', '-1h'],
  ]),
  ...lines('after', [['2026-01-12T07:00:00Z', '-1h']]),
  ...lines('contains', [
    ['abc', 'x'],
    [['ab'], 'a'],
    [[1], '1'],
  ]),
  ...lines('not-contains', [['abc', 'b']]),
  ...lines('starts-with', [['abc', 'bc']]),
  ...lines('ends-with', [['abc', 'ab']]),
  ...lines('matches', [['INC', '^X']]),
];

const faulty: Line[] = [
  ...lines('in', [['a', 'abc']]),
  ...lines('gt', [
    [1, '2'],
    [true, false],
    [[1], [2]],
    [big, 1],
  ]),
  ...lines('before', [
    ['2026-01-12', '-1h'],
    ['2026-01-12T08:00:00', '-1h'],
    ['2026-01-12T08:00:00Z', 'soon'],
    [5, '-1h'],
  ]),
  ...lines('contains', [
    [5, 5],
    [{a: 1}, 'a'],
    ['abc', 5],
  ]),
  ...lines('starts-with', [
    [5, '5'],
    [['a'], 'a'],
  ]),
  ...lines('matches', [
    [5, '5'],
    ['a', '(?=a)'],
  ]),
];

const rowOf = ({op, value, ignoreCase}: Line): PathRow => ({
  path: 'event.data.x',
  op,
  value: value instanceof Object && !Array.isArray(value) ? {$literal: value} : value,
  ...(ignoreCase && {ignoreCase}),
});

describe('criteria', () => {
  for (const [expected, table] of [
    ['run', holding],
    ['skipped', notHolding],
    ['fault', faulty],
  ] as const)
    for (const line of table) {
      const shown = `${JSON.stringify(line.actual)} ${line.op} ${JSON.stringify(line.value)}`;
      it(`${shown}${line.ignoreCase ? ' in any case' : ''}: ${expected}`, () => {
        assert.equal(outcome(rowOf(line), {x: line.actual}), expected);
      });
    }

  for (const [op, data, expected] of [
    ['exists', {x: 0}, 'run'],
    ['exists', {x: ''}, 'run'],
    ['exists', {x: null}, 'skipped'],
    ['exists', {}, 'skipped'],
    ['missing', {}, 'run'],
    ['missing', {x: null}, 'run'],
    ['missing', {x: false}, 'skipped'],
  ] as const)
    it(`${op} of ${JSON.stringify(data)}: ${expected}`, () => {
      assert.equal(outcome({path: 'event.data.x', op}, data), expected);
    });

  it('take an absent value for a fault, or for no match where the row says so', () => {
    const row: PathRow = {path: 'event.data.x.y', op: 'not-equals', value: 'a'};
    assert.equal(outcome(row, {}), 'fault');
    assert.equal(outcome({...row, absent: 'no-match'}, {}), 'skipped');
    assert.equal(outcome({...row, absent: 'no-match'}, {x: {y: 'b'}}), 'run');
  });

  it('evaluate value and test with the event', () => {
    const data = {x: 'a', y: 'a', n: 3};
    assert.equal(outcome({path: 'event.data.x', op: 'equals', value: '{{event.data.y}}'}, data), 'run');
    assert.equal(outcome({test: '{{gt event.data.n 2}}'}, data), 'run');
    assert.equal(outcome({test: '{{event.data.n}}'}, data), 'fault');
    assert.equal(outcome({test: '{{eq event.id "e1"}}'}, data), 'run');
  });

  it('hold when any row of a group holds, and leave nothing unsaid when none does', () => {
    const x = (value: string): PathRow => ({path: 'event.data.x', op: 'equals', value});
    const broken: PathRow = {path: 'event.data.nope', op: 'equals', value: 1};
    assert.equal(outcome({any: [x('a'), x('b')]}, {x: 'b'}), 'run');
    assert.equal(outcome({any: [broken, x('b')]}, {x: 'b'}), 'run');
    assert.equal(outcome({any: [x('a'), x('b')]}, {x: 'c'}), 'skipped');
    assert.equal(outcome({any: [broken, x('b')]}, {x: 'c'}), 'fault');
  });

  it('show every row with its value, and name the one that decided', () => {
    const criteria: Criterion[] = [
      {path: 'event.data.x', op: 'equals', value: 'a'},
      {
        any: [
          {path: 'event.data.n', op: 'gt', value: 5},
          {test: '{{eq event.data.n 4}}', label: 'is four'},
        ],
      },
      {path: 'event.data.nope', op: 'exists'},
    ];
    const {decision, drafts} = decide({criteria}, {x: 'a', n: 3});
    assert.deepEqual(drafts, []);
    assert.equal(decision.because, 'criteria[1]');
    assert.deepEqual(decision.rows, [
      {row: 'criteria[0]', label: 'event.data.x equals "a"', held: true, value: 'a'},
      {row: 'criteria[1].any[0]', label: 'event.data.n gt 5', held: false, value: 3},
      {row: 'criteria[1].any[1]', label: 'is four', held: false},
      {row: 'criteria[1]', label: 'any', held: false},
      {row: 'criteria[2]', label: 'event.data.nope exists', held: false},
    ]);
  });

  it('let the first row decide, so that a fault behind it changes nothing', () => {
    const no: PathRow = {path: 'event.data.x', op: 'equals', value: 'b'};
    const fault: PathRow = {path: 'event.data.nope', op: 'equals', value: 1};
    assert.equal(decide({criteria: [no, fault]}, {x: 'a'}).decision.outcome, 'skipped');
    assert.equal(decide({criteria: [fault, no]}, {x: 'a'}).decision.outcome, 'fault');
  });

  it('show sensitive values masked and long ones cut, and compare the real ones', () => {
    const criteria: Criterion[] = [
      {path: 'event.data.owner.phone', op: 'equals', value: '555'},
      {path: 'event.data.owner', op: 'exists'},
      {path: 'event.data.list', op: 'exists'},
      {path: 'event.data.long', op: 'starts-with', value: 'aaa'},
    ];
    const {decision} = decide(
      {criteria},
      {owner: {phone: '555'}, list: [{pin: '1'}, {pin: '2'}], long: 'a'.repeat(5000)},
    );
    assert.equal(decision.outcome, 'run');
    const text = JSON.stringify(decision.rows.map(({value}) => value));
    assert.match(
      text,
      /\["\[secret\]",\{"phone":"\[secret\]"\},\[\{"pin":"\[secret\]"\},\{"pin":"\[secret\]"\}\],"a{300}…"\]/,
    );
  });
});

describe('a match', () => {
  it('makes a run with a key that is the same for ever', () => {
    const {draft, decision} = decide({}, {});
    assert.match(draft?.id ?? '', /^jw-[a-z2-7]{26}$/);
    assert.equal(decision.run, draft?.id);
    assert.equal(decide({}, {other: 1}).draft?.id, draft?.id);
    assert.deepEqual(draft, {
      id: draft?.id,
      state: 'queued',
      template: 'made-to-job',
      templateVersion: '1.2.0',
      target: 'do',
      action: 'start',
      connection: 'app-main',
      delivery: 'reconcile',
      priority: 0,
      wakeAt: now,
      data: {log: []},
    });
  });

  it('gives each target its own run, and skips those whose when is false', () => {
    const {decisions, drafts} = decide(
      {
        do: [
          {...target, id: 'first', when: "{{eq event.data.kind 'a'}}"},
          {...target, id: 'second', when: "{{eq event.data.kind 'b'}}"},
          {...target, id: 'third', action: 'note', policy: {delivery: 'at-least-once'}},
        ],
      },
      {kind: 'a'},
    );
    assert.deepEqual(
      decisions.map(({target: id, outcome: said, because}) => [id, said, because]),
      [
        ['first', 'run', undefined],
        ['second', 'skipped', 'when'],
        ['third', 'run', undefined],
      ],
    );
    assert.deepEqual(
      drafts.map(({target: id, delivery}) => [id, delivery]),
      [
        ['first', 'reconcile'],
        ['third', 'at-least-once'],
      ],
    );
    assert.equal(new Set(drafts.map(({id}) => id)).size, 2);
  });

  it('never repeats what cannot be looked up', () => {
    assert.equal(decide({do: {...target, action: 'note'}}, {}).draft?.delivery, 'at-most-once');
  });

  const policies: readonly (readonly [Policy, object])[] = [
    [{deadline: '15m'}, {deadlineAt: now + 900_000}],
    [{concurrency: {limit: 4}}, {lane: {key: '["made-to-job","do",""]', limit: 4, ordered: false}}],
    [
      {concurrency: {limit: 2, key: '{{event.data.group}}'}},
      {lane: {key: '["made-to-job","do","g1"]', limit: 2, ordered: false}},
    ],
    [{order: 'key'}, {lane: {key: '["made-to-job","do",""]', limit: 1, ordered: true}}],
    [
      {order: 'key', concurrency: {limit: 1, key: '{{event.data.group}}'}},
      {lane: {key: '["made-to-job","do","g1"]', limit: 1, ordered: true}},
    ],
    [{order: 'none'}, {}],
  ];
  for (const [policy, expected] of policies)
    it(`carries the policy ${JSON.stringify(policy)}`, () => {
      const {deadlineAt, lane} = decide({policy}, {group: 'g1'}).draft ?? {};
      assert.deepEqual({...(deadlineAt !== undefined && {deadlineAt}), ...(lane && {lane})}, expected);
    });

  it('lets a target override the policy key by key', () => {
    const {draft} = decide(
      {policy: {deadline: '15m', concurrency: {limit: 4}}, do: {...target, policy: {deadline: '1m'}}},
      {},
    );
    assert.equal(draft?.deadlineAt, now + 60_000);
    assert.equal(draft?.lane?.limit, 4);
  });

  for (const [what, template, because] of [
    ['a criterion', {criteria: [{path: 'event.data.nope', op: 'equals', value: 1}]}, 'criteria[0]'],
    ['when', {do: {...target, when: '{{event.data.nope}}'}}, 'when'],
    ['a concurrency key', {policy: {concurrency: {limit: 1, key: '{{event.data.nope}}'}}}, 'policy.concurrency.key'],
    ['an action that is gone', {do: {...target, action: 'nope'}}, 'action'],
  ] as const)
    it(`ends as a failed run that can be seen when ${what} cannot be evaluated`, () => {
      const {decision, draft} = decide(template as unknown as Partial<Template>, {});
      assert.equal(decision.outcome, 'fault');
      assert.equal(decision.because, because);
      assert.equal(draft?.state, 'failed');
      assert.equal(draft?.error?.code, because === 'action' ? 'JW1004' : 'JW5001');
      assert.equal(decision.run, draft?.id);
    });

  it('looks at templates of this event and this connection only', () => {
    const on = (event: string, connection: string): Partial<Template> => ({
      on: {connector: 'app@^1', event, connection},
    });
    const templates = [
      templateOf({id: 'right'}),
      templateOf({id: 'other-event', ...on('thing.gone', 'app-main')}),
      templateOf({id: 'other-connection', ...on('thing.made', 'app-test')}),
      templateOf({id: 'manual', on: {manual: {data: {}, sample: {}}}}),
    ];
    const {decisions} = match(eventOf({}), libraryOf({connectors: [connector], templates}), now);
    assert.deepEqual(
      decisions.map(({template}) => template),
      ['right'],
    );
  });
});
