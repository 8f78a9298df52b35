import assert from 'node:assert/strict';
import {differences, listing} from '../../src/cases/differences.ts';
import {type Json, parseJson} from '../../src/values/json.ts';

interface Row {
  readonly title: string;
  readonly expected: string;
  readonly actual: string | undefined;
  readonly how?: 'exact' | 'partial';
  readonly says: string[];
}

const rows: readonly Row[] = [
  {title: 'equal values', expected: '{"a":[1,{"b":null}]}', actual: '{"a":[1,{"b":null}]}', says: []},
  {title: 'keys in another order', expected: '{"a":1,"b":2}', actual: '{"b":2,"a":1}', says: []},
  {title: 'a number and its text', expected: '{"a":1}', actual: '{"a":"1"}', says: ['a: expected 1, got "1"']},
  {title: 'a missing key', expected: '{"a":{"b":1}}', actual: '{"a":{}}', says: ['a.b: expected 1, got nothing']},
  {title: 'null is not nothing', expected: '{"a":null}', actual: '{}', says: ['a: expected null, got nothing']},
  {title: 'a key too many', expected: '{"a":1}', actual: '{"a":1,"b":2}', says: ['b: not expected: 2']},
  {
    title: 'a key too many that is only partly looked at',
    expected: '{"a":1}',
    actual: '{"a":1,"b":2}',
    how: 'partial',
    says: [],
  },
  {title: 'keys inside a list, partly', expected: '[{"id":1}]', actual: '[{"id":1,"n":2}]', how: 'partial', says: []},
  {
    title: 'a longer list, even partly',
    expected: '[1]',
    actual: '[1,2]',
    how: 'partial',
    says: ['expected 1 item, got 2 items: [1,2]'],
  },
  {title: 'an empty list', expected: '[]', actual: '[{"id":1}]', says: ['expected 0 items, got 1 item: [{"id":1}]']},
  {title: 'an object for a list', expected: '[]', actual: '{}', says: ['expected a list, got {}']},
  {title: 'a list for an object', expected: '{"a":1}', actual: '[]', says: ['expected an object, got []']},
  {
    title: 'every difference',
    expected: '{"a":1,"b":2}',
    actual: '{"a":2,"b":1}',
    says: ['a: expected 1, got 2', 'b: expected 2, got 1'],
  },
  {title: 'keys with dots', expected: '{"a.b":1}', actual: '{"a.b":2}', says: ['["a.b"]: expected 1, got 2']},
  {
    title: 'digits that a double cannot hold',
    expected: '12345678901234567890',
    actual: '12345678901234567891',
    says: ['expected 12345678901234567890, got 12345678901234567891'],
  },
  {title: '$any with a value', expected: '{"a":{"$any":true}}', actual: '{"a":null}', says: []},
  {
    title: '$any without one',
    expected: '{"a":{"$any":true}}',
    actual: '{}',
    says: ['a: expected anything, got nothing'],
  },
  {title: '$matches text', expected: '{"$matches":"^jw-[a-z2-7]{4}$"}', actual: '"jw-ab23"', says: []},
  {
    title: '$matches other text',
    expected: '{"$matches":"^jw-"}',
    actual: '"xx"',
    says: ['expected text that matches ^jw-, got "xx"'],
  },
  {title: '$matches a number by its text', expected: '{"$matches":"^4\\\\d$"}', actual: '42', says: []},
  {
    title: '$matches no object',
    expected: '{"$matches":"."}',
    actual: '{}',
    says: ['expected text that matches ., got {}'],
  },
  {title: '$json text', expected: '{"$json":{"a":[1]}}', actual: '"{ \\"a\\": [1] }"', says: []},
  {
    title: '$json other text',
    expected: '{"$json":{"a":1}}',
    actual: '"{\\"a\\":2}"',
    says: ['inside, a: expected 1, got 2'],
  },
  {
    title: '$json is exact',
    expected: '{"$json":{}}',
    actual: '"{\\"a\\":2}"',
    how: 'partial',
    says: ['inside, a: not expected: 2'],
  },
  {title: '$json of a broken text', expected: '{"$json":{}}', actual: '"{"', says: ['expected JSON text, got "{"']},
  {title: '$json of an object', expected: '{"$json":{}}', actual: '{}', says: ['expected JSON text, got {}']},
  {
    title: 'a matcher inside a matcher',
    expected: '{"$json":{"a":{"$matches":"^x"}}}',
    actual: '"{\\"a\\":\\"xy\\"}"',
    says: [],
  },
  {
    title: 'an object with a matcher and another key is data',
    expected: '{"$any":true,"b":1}',
    actual: '{"$any":true,"b":1}',
    says: [],
  },
  {title: 'nothing at all', expected: '1', actual: undefined, says: ['expected 1, got nothing']},
];

describe('differences of an expectation', () => {
  for (const {title, expected, actual, how = 'exact', says} of rows)
    it(`tells ${title}`, () => {
      const value: Json | undefined = actual === undefined ? undefined : parseJson(actual);
      const found = differences(parseJson(expected), value, how);
      assert.deepEqual(
        found.map(({path, text}) => (path === '' ? text : `${path}: ${text}`)),
        says,
      );
    });

  it('lists one place a line', () => {
    assert.equal(
      listing(differences({a: 1, b: [2]}, {a: 2, b: [3]}, 'exact')),
      '\n  a: expected 1, got 2\n  b[0]: expected 2, got 3',
    );
  });

  it('cuts a long value', () => {
    const [found] = differences('x', 'y'.repeat(1000), 'exact');
    assert.match(found?.text ?? '', /^expected "x", got "y{299}… \(1002 characters\)$/);
  });
});
