/** Lookups: none, one or many; choices, cache and signature. */
import assert from 'node:assert/strict';
import type {Lookup, Operation} from '../../src/generated/types.ts';
import {find} from '../../src/operations/lookup.ts';
import type {Json, JsonObject} from '../../src/values/json.ts';
import {api, bench, failureOf, onRecordedWire, type Parts} from './bench.ts';

const list: Operation = {
  effect: 'read',
  params: {'name?': 'string'},
  request: {method: 'GET', path: '/things', query: {name: '{{optional params.name}}'}},
  response: {items: '{{response.body}}'},
};

const rows: JsonObject[] = [
  {id: 1, name: 'a', env: 'Prod', version: 2},
  {id: 2, name: 'a', env: 'Dev', version: 10},
  {id: 3, name: 'b', env: 'Prod', version: 1},
];

const byName: Lookup = {
  params: {name: 'string', 'env?': 'string'},
  call: 'list',
  where: [{test: '{{eq item.name params.name}}'}, {when: '{{has params.env}}', test: '{{eq item.env params.env}}'}],
  output: {id: '{{item.id}}'},
};

function finder(lookup: Lookup, parts: Parts = {}) {
  const made = bench({...parts, operations: {list}, lookups: {thing: lookup}});
  return {
    ...made,
    async find(params: JsonObject): Promise<Json> {
      const {value} = await find({
        connection: made.live,
        lookup: 'thing',
        params,
        log: (line) => made.lines.push(line),
      });
      return value;
    },
  };
}

const answered = (body: Json, times = 1) =>
  api()
    .get('/v1/things')
    .times(times)
    .reply(200, body as never);

describe('a lookup', () => {
  onRecordedWire();

  it('of one gives its output', async () => {
    answered(rows);
    assert.deepEqual(await finder(byName).find({name: 'b'}), {id: 3});
  });

  it('narrows by the rows whose condition holds', async () => {
    answered(rows);
    assert.deepEqual(await finder(byName).find({name: 'a', env: 'Dev'}), {id: 2});
  });

  it('of none says so and lists what was there before the row that emptied the list', async () => {
    answered(rows);
    const lookup: Lookup = {
      ...byName,
      choice: '{{item.env}}',
      none: {code: 'no-thing', message: 'No {{params.name}} in {{params.env}}', hint: 'look'},
    };
    const error = await failureOf(finder(lookup).find({name: 'a', env: 'Test'}));
    const {code, jobwireCode, detail, owner, hint, choices} = error.issue();
    assert.deepEqual(
      {code, jobwireCode, detail, owner, hint, choices, outcome: error.extra.outcome},
      {
        code: 'no-thing',
        jobwireCode: 'JW3101',
        detail: 'No a in Test',
        owner: 'operator',
        hint: 'look',
        choices: ['Prod', 'Dev'],
        outcome: 'fail',
      },
    );
  });

  it('of an empty list has no choices', async () => {
    answered([]);
    const error = await failureOf(finder(byName).find({name: 'a'}));
    assert.deepEqual([error.jobwireCode, error.issue().choices], ['JW3101', undefined]);
  });

  it('of none may use a value instead', async () => {
    answered([]);
    assert.deepEqual(await finder({...byName, none: {action: 'use', use: {id: null}}}).find({name: 'a'}), {id: null});
  });

  it('of many lists them', async () => {
    answered(rows);
    const lookup: Lookup = {...byName, choice: {env: '{{item.env}}'}, many: {code: 'several', owner: 'author'}};
    const error = await failureOf(finder(lookup).find({name: 'a'}));
    assert.deepEqual(
      [error.code, error.jobwireCode, error.owner, error.extra.choices, error.message],
      ['several', 'JW3102', 'author', [{env: 'Prod'}, {env: 'Dev'}], 'lookup thing found 2'],
    );
  });

  it('shows at most 20 choices, and the output where no choice is declared', async () => {
    answered(Array.from({length: 30}, (_, id) => ({id, name: 'a'})));
    const error = await failureOf(finder(byName).find({name: 'a'}));
    assert.deepEqual(
      error.extra.choices,
      Array.from({length: 20}, (_, id) => ({id})),
    );
  });

  const orders: readonly [title: string, by: unknown, desc: boolean, id: number][] = [
    ['numbers by size', '{{item.version}}', false, 1],
    ['numbers by size, descending', '{{item.version}}', true, 2],
    ['texts', '{{item.env}}', false, 2],
  ];
  for (const [title, by, desc, id] of orders)
    it(`of many may take the first by ${title}`, async () => {
      answered(rows);
      const lookup: Lookup = {...byName, many: {action: 'first', order: {by, desc}}};
      assert.deepEqual(await finder(lookup).find({name: 'a'}), {id});
    });

  it('of many may take all', async () => {
    answered(rows);
    assert.deepEqual(await finder({...byName, many: {action: 'all'}}).find({name: 'a'}), [{id: 1}, {id: 2}]);
  });

  it('may look into a list it is given', async () => {
    const lookup: Lookup = {
      params: {name: 'string', robots: 'array'},
      from: '{{params.robots}}',
      where: [{test: '{{eq (lower item) (lower params.name)}}'}],
    };
    assert.equal(await finder(lookup).find({name: 'BOT', robots: ['x', 'bot']}), 'bot');
  });

  it('checks its parameters like an operation', async () => {
    assert.equal((await failureOf(finder(byName).find({}))).jobwireCode, 'JW2006');
    assert.equal((await failureOf(finder(byName).find({nam: 'a'}))).jobwireCode, 'JW2005');
  });

  it('passes on what the list says when it cannot be read', async () => {
    api().get('/v1/things').reply(403, {});
    assert.equal((await failureOf(finder(byName).find({name: 'a'}))).jobwireCode, 'JW3015');
  });
});

describe('the cache of a lookup', () => {
  onRecordedWire();

  const cached: Lookup = {...byName, cache: '10m'};

  it('keeps the rows, not the answer', async () => {
    answered(rows);
    const {find: look} = finder(cached);
    assert.deepEqual(
      [await look({name: 'b'}), await look({name: 'a', env: 'Dev'}), await look({name: 'b'})],
      [{id: 3}, {id: 2}, {id: 3}],
    );
  });

  it('ends after its time', async () => {
    answered(rows, 2);
    const {find: look, clock} = finder(cached);
    await look({name: 'b'});
    clock.advance(599_999);
    await look({name: 'b'});
    clock.advance(1);
    await look({name: 'b'});
  });

  it('never keeps an empty list nor a failure', async () => {
    const {find: look} = finder(cached);
    answered([]);
    await failureOf(look({name: 'b'}));
    api().get('/v1/things').reply(404, {});
    await failureOf(look({name: 'b'}));
    answered(rows);
    assert.deepEqual(await look({name: 'b'}), {id: 3});
  });

  it('is separate for each evaluated with', async () => {
    api().get('/v1/things').query({name: 'a'}).reply(200, [rows[0]]);
    api().get('/v1/things').query({name: 'b'}).reply(200, [rows[2]]);
    const {find: look} = finder({...cached, with: {name: '{{params.name}}'}});
    assert.deepEqual(
      [await look({name: 'a'}), await look({name: 'b'}), await look({name: 'a'})],
      [{id: 1}, {id: 3}, {id: 1}],
    );
  });

  it('is fetched once while others wait', async () => {
    answered(rows);
    const {find: look} = finder(cached);
    const all = await Promise.all(Array.from({length: 20}, () => look({name: 'b'})));
    assert.equal(new Set(all.map((value) => JSON.stringify(value))).size, 1);
  });
});

describe('a lookup with a signature', () => {
  onRecordedWire();

  const signed: Lookup = {
    ...byName,
    signature: {
      declared: '{{item.inputs}}',
      name: '{{arg.name}}',
      type: '{{arg.type}}',
      required: '{{default arg.required false}}',
      types: 'dotnet',
    },
  };

  it('adds the closed schema of the arguments', async () => {
    answered([{id: 1, name: 'a', inputs: [{name: 'n', type: 'System.Int32', required: true}]}]);
    assert.deepEqual(await finder(signed).find({name: 'a'}), {
      id: 1,
      signature: {
        type: 'object',
        properties: {n: {'x-jobwire-type': 'System.Int32', type: 'integer', minimum: -2147483648, maximum: 2147483647}},
        required: ['n'],
        additionalProperties: false,
      },
    });
  });

  it('says when the declaration cannot be read', async () => {
    answered([{id: 1, name: 'a', inputs: 'x'}]);
    assert.equal((await failureOf(finder(signed).find({name: 'a'}))).jobwireCode, 'JW3113');
  });

  it('needs an object as output', async () => {
    answered([{id: 1, name: 'a', inputs: []}]);
    assert.equal((await failureOf(finder({...signed, output: '{{item.id}}'}).find({name: 'a'}))).jobwireCode, 'JW3113');
  });
});
