/** Static typing of expressions: which values are refused in which place, at which character, and which are not. */
import assert from 'node:assert/strict';
import {checkValue, defaultsApplied, inferValue, type Place, secretMark} from '../../src/expressions/check.ts';
import {fitsSchema, validateAgainst} from '../../src/manifest/validate.ts';

const data = {
  type: 'object',
  required: ['n', 'title', 'level', 'tags', 'rows', 'maybe', 'kind'],
  properties: {
    n: {type: 'integer'},
    title: {type: 'string'},
    level: {enum: ['low', 'high']},
    tags: {type: 'array', items: {type: 'string'}},
    rows: {
      type: 'array',
      items: {type: 'object', required: ['id'], properties: {id: {type: 'integer'}, note: {type: 'string'}}},
    },
    owner: {type: 'object', required: ['name'], properties: {name: {type: 'string'}, email: {type: 'string'}}},
    maybe: {type: ['string', 'null']},
    kind: {type: 'string'},
    extra: {type: 'object', additionalProperties: {type: 'number'}},
    free: {type: 'object'},
    when: {type: 'string', format: 'date-time'},
  },
};

const place: Place = {
  roots: {
    event: {type: 'object', required: ['data'], properties: {data}, additionalProperties: false},
    any: true,
    secret: {type: 'object', required: ['key'], properties: {key: {type: 'string', [secretMark]: true}}},
    choice: {
      anyOf: [
        {type: 'object', required: ['file'], properties: {file: {type: 'string'}, id: {type: 'string'}}},
        {type: 'object', required: ['id'], properties: {file: {type: 'string'}, id: {type: 'string'}}},
      ],
    },
    rule: {
      type: 'object',
      required: ['mode'],
      properties: {mode: {enum: ['one', 'all']}, names: {type: 'array', items: {type: 'string'}}},
      if: {properties: {mode: {const: 'one'}}},
      then: {required: ['names']},
    },
  },
  resolve: () => true,
  validate: (schema, value) => (schema === true ? [] : validateAgainst(schema, value)),
  fits: (schema, value) => schema === true || fitsSchema(schema, value),
};

const text = {type: 'string'};

/** value, expected findings as `code pointer@offset`, place. */
type Row = [name: string, value: unknown, findings: string[], place?: Partial<Place>];

const groups: Record<string, Row[]> = {
  'paths and roots': [
    ['a path that is there', '{{event.data.title}}', []],
    ['a root of another place', '{{input.title}}', ['JW2004 @2']],
    ['a misspelled name', '{{event.data.titel}}', ['JW2005 @2']],
    ['a name below text', '{{event.data.title.x}}', ['JW2005 @2']],
    ['an index of a list', '{{event.data.rows.[0].id}}', []],
    ['a name of a list', '{{event.data.rows.id}}', ['JW2005 @2']],
    ['anything below any', '{{any.a.b.[0]}}', []],
    ['anything below an object without properties', '{{event.data.free.x.y}}', ['JW2006 @2']],
    ['other names where the schema allows them', '{{default event.data.extra.x 1}}', []],
    ['two faults in one text', '{{event.data.a}} and {{event.data.b}}', ['JW2005 @2', 'JW2005 @23']],
    ['a fault deep inside a value', {a: [{b: '{{event.data.a}}'}]}, ['JW2005 /a/0/b@2']],
    ['text that does not parse', '{{event.data.}}', ['JW2003 @12']],
    ['a forbidden name', '{{event.constructor}}', ['JW2012 @2']],
  ],
  'what may be missing': [
    ['strict use of an optional object', '{{event.data.owner}}', ['JW2006 @2']],
    ['strict use below an optional object', '{{event.data.owner.name}}', ['JW2006 @2']],
    ['default', "{{default event.data.owner.name 'none'}}", []],
    ['the last argument of default is strict', '{{default event.data.owner.name event.data.when}}', ['JW2006 @32']],
    ['optional', '{{optional event.data.owner.name}}', []],
    ['has', '{{has event.data.owner.name}}', []],
    ['a helper inside default', "{{default (lower event.data.owner.name) ''}}", []],
    ['a helper outside default', "{{lower (default event.data.owner.name '')}}", []],
    ['an argument of a strict helper', '{{lower event.data.owner.name}}', ['JW2006 @8']],
    ['after has in and', "{{and (has event.data.owner) (eq event.data.owner.name 'a')}}", []],
    ['before has in and', "{{and (eq event.data.owner.name 'a') (has event.data.owner)}}", ['JW2006 @10']],
    ['in the then of if', "{{if (has event.data.owner) event.data.owner.name 'x'}}", []],
    ['in the else of if', "{{if (has event.data.owner) 'x' event.data.owner.name}}", ['JW2006 @32']],
    ['in the else of not has', "{{if (not (has event.data.owner)) 'x' event.data.owner.name}}", []],
    ['has of a part says that the whole is there', "{{if (has event.data.owner.email) event.data.owner.name 'x'}}", []],
    [
      'has of the whole says nothing of an optional part',
      "{{if (has event.data.owner) event.data.owner.email 'x'}}",
      ['JW2006 @28'],
    ],
    ['has of nonEmpty', "{{if (has (nonEmpty event.data.owner.email)) event.data.owner.email 'x'}}", []],
    ['or gives no presence', "{{or (has event.data.owner) (eq event.data.owner.name 'a')}}", ['JW2006 @32']],
    ['or after not has does', "{{or (not (has event.data.owner)) (eq event.data.owner.name 'a')}}", []],
    ['a nullable value into text', 'x {{event.data.maybe}}', ['JW2006 @4']],
    ['a nullable value where null is not taken', '{{event.data.maybe}}', ['JW2006 @2'], {expect: text}],
    ['a nullable value where null is taken', '{{event.data.maybe}}', [], {expect: {type: ['string', 'null']}}],
    ['optional inside text', 'x {{optional event.data.title}}', ['JW2006 @4']],
    ['$if with then', {$if: '{{has event.data.owner}}', then: '{{event.data.owner.name}}'}, []],
    [
      '$if with else',
      {$if: '{{has event.data.owner}}', then: 1, else: '{{event.data.owner.name}}'},
      ['JW2006 /else@2'],
    ],
    ['present by a criterion', '{{event.data.owner.name}}', [], {present: ['event.data.owner']}],
    ['present by a test', '{{event.data.owner.name}}', [], {given: ['{{has event.data.owner}}']}],
    [
      'present because a refusing step did not',
      '{{event.data.owner.name}}',
      [],
      {denied: ['{{not (has event.data.owner)}}']},
    ],
    [
      'one of two forms: the other one is known to be absent',
      {$if: '{{has choice.file}}', then: 1, else: '{{choice.id}}'},
      [],
    ],
    ['one of two forms: nothing is known', '{{choice.id}}', ['JW2006 @2']],
    ['a name a condition of the schema demands', "{{if (eq rule.mode 'one') rule.names (list)}}", []],
    ['the same name without the condition', '{{rule.names}}', ['JW2006 @2']],
    [
      'the case of a switch is a condition, too',
      {$switch: '{{rule.mode}}', cases: {one: '{{rule.names}}', all: []}},
      [],
    ],
  ],
  types: [
    ['an integer fits a number', '{{event.data.n}}', [], {expect: {type: 'number'}}],
    ['text does not fit an integer', '{{event.data.title}}', ['JW2007 @2'], {expect: {type: 'integer'}}],
    ['any fits everything', '{{any.x}}', [], {expect: {type: 'integer'}}],
    ['text made of parts is text', '{{event.data.n}}.', ['JW2007 @0'], {expect: {type: 'integer'}}],
    ['choices that are a part', '{{event.data.level}}', [], {expect: {enum: ['low', 'mid', 'high']}}],
    ['choices that go beyond', '{{event.data.level}}', ['JW2007 @2'], {expect: {enum: ['low']}}],
    ['text where choices are taken is left to the run', '{{event.data.kind}}', [], {expect: {enum: ['low']}}],
    ['another format', '{{uuid event.data.title}}', ['JW2007 @2'], {expect: {type: 'string', format: 'date-time'}}],
    ['a helper result', '{{length event.data.tags}}', ['JW2007 @2'], {expect: text}],
    [
      'a list of the wrong items',
      '{{event.data.tags}}',
      ['JW2007 @2'],
      {expect: {type: 'array', items: {type: 'integer'}}},
    ],
    [
      'items plucked from a list',
      "{{pluck event.data.rows 'id'}}",
      [],
      {expect: {type: 'array', items: {type: 'integer'}}},
    ],
    ['the first of a list', '{{first event.data.tags}}', ['JW2007 @2'], {expect: {type: 'integer'}}],
    ['a sum of whole numbers', '{{add event.data.n 1}}', [], {expect: {type: 'integer'}}],
    ['a test that is no test', '{{event.data.n}}', ['JW2007 @2'], {context: 'test'}],
    ['a list in text', 'x{{event.data.tags}}', ['JW2102 @3']],
    ['both branches of if', "{{if true 1 'a'}}", ['JW2007 @2'], {expect: {type: 'integer'}}],
    [
      'a literal of the wrong type',
      {a: 'x'},
      ['JW1008 /a'],
      {expect: {type: 'object', properties: {a: {type: 'integer'}}}},
    ],
    [
      'a literal outside its bounds',
      {a: 'xyz'},
      ['JW1008 /a'],
      {expect: {type: 'object', properties: {a: {type: 'string', maxLength: 2}}}},
    ],
    ['too few items', [], ['JW1008 '], {expect: {type: 'array', minItems: 1}}],
    [
      'an unknown member',
      {b: '{{any}}'},
      ['JW2005 /b'],
      {expect: {type: 'object', properties: {a: {}}, additionalProperties: false}},
    ],
    [
      'a missing member',
      {b: '{{any}}'},
      ['JW2006 '],
      {expect: {type: 'object', required: ['a'], properties: {a: {}, b: {}}}},
    ],
    [
      'a required member that may be left out',
      {a: '{{optional any.x}}'},
      ['JW2006 /a'],
      {expect: {type: 'object', required: ['a'], properties: {a: text}}},
    ],
    [
      'a required member with a default',
      {},
      [],
      {
        expect: {
          type: 'object',
          required: ['a'],
          properties: {a: {type: 'integer', default: 1}},
          [defaultsApplied]: true,
        },
      },
    ],
    ['what a condition demands of literals', {mode: 'one'}, ['JW2006 '], {expect: place.roots['rule'] ?? true}],
    ['what a condition does not demand', {mode: 'all'}, [], {expect: place.roots['rule'] ?? true}],
    [
      'an object that lacks a member',
      '{{event.data.rows.[0]}}',
      ['JW2007 @2'],
      {expect: {type: 'object', required: ['name']}},
    ],
    [
      'the better of two forms',
      {id: 'x', extra: '{{event.data.nope}}'},
      ['JW2005 /extra@2'],
      {expect: place.roots['choice'] ?? true},
    ],
  ],
  'helpers and comparisons': [
    ['an argument of the wrong type', '{{lower event.data.n}}', ['JW2008 @8']],
    ['a test argument of the wrong type', '{{and event.data.n true}}', ['JW2008 @6']],
    ['a comparison that never holds', "{{eq event.data.n '1'}}", ['JW2009 @2']],
    ['a choice that does not exist', "{{eq event.data.level 'hihg'}}", ['JW2009 @2']],
    ['a comparison that may hold', "{{eq event.data.level 'high'}}", []],
    ['in a list of other values', '{{in event.data.level (list 1 2)}}', ['JW2009 @2']],
    ['an integer and a number', '{{eq event.data.n 1.5}}', []],
    ['a pattern that is not RE2', "{{matches event.data.title '(?=a)'}}", ['JW2010 @2']],
    ['too many arguments', '{{lower event.data.title event.data.title}}', ['JW2008 @2']],
  ],
  directives: [
    ['a key too many', {$if: '{{has any.a}}', then: 1, note: 2}, ['JW2014 ']],
    ['a test that is no test', {$if: '{{event.data.n}}', then: 1}, ['JW2007 /$if@2']],
    ['items have their type', {$each: '{{event.data.rows}}', as: 'row', do: '{{row.nope}}'}, ['JW2005 /do@2']],
    [
      'items of an object',
      {$each: '{{event.data.free}}', as: 'f', do: '{{f.key}}{{f.valeu}}'},
      ['JW2006 /$each@2', 'JW2005 /do@11'],
    ],
    [
      'where is a fact for do',
      {$each: '{{event.data.rows}}', as: 'row', where: '{{has row.note}}', do: '{{row.note}}'},
      [],
    ],
    ['without where it is none', {$each: '{{event.data.rows}}', as: 'row', do: '{{row.note}}'}, ['JW2006 /do@2']],
    ['a name that hides a root', {$each: '{{event.data.rows}}', as: 'event', do: 1}, ['JW2014 /as']],
    ['each over text', {$each: '{{event.data.title}}', as: 'x', do: 1}, ['JW2007 /$each@2']],
    [
      'a list where an object is taken',
      {$each: '{{event.data.rows}}', as: 'x', do: 1},
      ['JW2007 '],
      {expect: {type: 'object'}},
    ],
    ['a case that cannot be', {$switch: '{{event.data.level}}', cases: {hihg: 1}, default: 2}, ['JW2009 /cases/hihg']],
    [
      'each case against what is taken',
      {$switch: '{{event.data.kind}}', cases: {a: 1, b: 'x'}},
      ['JW1008 /cases/b'],
      {expect: {type: 'integer'}},
    ],
    [
      'members of a merge',
      {$merge: [{a: 1}, {b: '{{any.x}}'}]},
      ['JW2005 /$merge/1/b'],
      {expect: {type: 'object', properties: {a: {}}, additionalProperties: false}},
    ],
    [
      'a merge that lacks a member',
      {$merge: [{a: 1}, {b: 2}]},
      ['JW2007 '],
      {expect: {type: 'object', required: ['c']}},
    ],
    ['a merge with something unknown', {$merge: [{a: 1}, '{{any}}']}, [], {expect: {type: 'object', required: ['c']}}],
    ['a literal stays as it is', {$literal: '{{event.data.nope}}'}, []],
  ],
  'query language': [
    ['its encoder', 'name eq {{odata event.data.title}}', [], {dialect: 'odata'}],
    ['plain text', "name eq '{{event.data.title}}'", ['JW2011 @11'], {dialect: 'odata'}],
    ['the encoder of another language', 'name eq {{soql event.data.title}}', ['JW2011 @10'], {dialect: 'odata'}],
    ['a number', 'id eq {{event.data.n}}', [], {dialect: 'soql'}],
    ['a choice', '{{event.data.level}}', [], {dialect: 'jql'}],
    ['a fixed format', "at ge {{default event.data.when '2026-01-01T00:00:00Z'}}", [], {dialect: 'odata'}],
    ['something unknown', '{{any.x}}', ['JW2011 @2'], {dialect: 'servicenow'}],
    ['an encoder below default', "{{default (odata event.data.title) ''}}", [], {dialect: 'odata'}],
    [
      'entries of a map by their key',
      {q: '{{any.x}}', other: '{{any.x}}'},
      ['JW2011 /q@2'],
      {context: 'query', dialects: {q: 'jql'}},
    ],
    [
      'a map made by a directive',
      {$if: '{{has any.x}}', then: {q: '{{any.x}}'}},
      ['JW2011 /then/q@2'],
      {context: 'query', dialects: {q: 'jql'}},
    ],
  ],
  secrets: [
    ['where they may stand', '{{secret.key}}', [], {secrets: true}],
    ['where they may not', '{{secret.key}}', ['JW2016 @2']],
    ['inside a helper', "{{concat 'a' secret.key}}", ['JW2016 @13']],
    ['all of them at once', '{{secret}}', ['JW2016 @2']],
    [
      'in a parameter that is one',
      {key: '{{secret.key}}'},
      [],
      {expect: {type: 'object', properties: {key: {type: 'string', [secretMark]: true}}}},
    ],
  ],
  places: [
    ['an object in a query', {a: '{{event.data.free}}'}, ['JW2006 /a@2', 'JW2007 /a@2'], {context: 'query'}],
    ['a list in a query', {a: '{{event.data.tags}}'}, [], {context: 'query'}],
    ['a list in a header', {a: '{{event.data.tags}}'}, ['JW2007 /a@2'], {context: 'header'}],
    ['null in a header', {a: null}, [], {context: 'header'}],
    ['a list in a path', '/a/{{event.data.tags}}', ['JW2102 @5'], {context: 'path'}],
  ],
};

describe('static checks of expressions', () => {
  for (const [group, rows] of Object.entries(groups))
    describe(group, () => {
      for (const [name, value, expected, more] of rows)
        it(`${name}: ${expected.length === 0 ? 'nothing' : expected.join(', ')}`, () => {
          const findings = checkValue(value, {...place, ...more});
          const short = findings.map(
            ({code, pointer, offset}) => `${code} ${pointer}${offset === undefined ? '' : `@${offset}`}`,
          );
          assert.deepEqual(short, expected, JSON.stringify(findings, null, 1));
        });
    });

  it('suggests near names, and lists the roots', () => {
    const [unknown] = checkValue('{{event.data.titel}}', place);
    assert.deepEqual(unknown?.suggestions, ['title']);
    const [root] = checkValue('{{evnt.data}}', place);
    assert.deepEqual(root?.suggestions, ['event']);
    assert.match(String(root?.facts['roots']), /any, choice, event, rule, secret/);
  });

  it('knows that a step is there when its own test holds', () => {
    const steps: Place = {
      ...place,
      roots: {
        ...place.roots,
        steps: {type: 'object', properties: {a: {type: 'object', required: ['id'], properties: {id: text}}}},
      },
      conditions: {'steps.a': "{{eq event.data.level 'high'}}"},
    };
    const findings = (more: Partial<Place>) => checkValue('{{steps.a.id}}', {...steps, ...more}).map(({code}) => code);
    assert.deepEqual(findings({}), ['JW2006']);
    assert.deepEqual(findings({given: ["{{eq event.data.level 'high'}}"]}), []);
    assert.deepEqual(findings({given: ["{{and (eq event.data.level 'high') (has any.x)}}"]}), []);
    assert.deepEqual(findings({given: ["{{eq event.data.level 'low'}}"]}), ['JW2006']);
    assert.deepEqual(findings({given: ['{{has steps.a}}']}), []);
  });

  it('gives the type of a value', () => {
    const {type, omit} = inferValue({a: '{{event.data.n}}', b: '{{optional event.data.when}}'}, place);
    assert.equal(omit, false);
    assert.deepEqual(type, {
      type: 'object',
      properties: {a: {type: 'integer'}, b: {type: 'string', format: 'date-time'}},
      required: ['a'],
      additionalProperties: false,
    });
  });

  it('ends on types that contain themselves', () => {
    const tree = {type: 'object', properties: {next: {$ref: 'tree'}, name: text}};
    const own: Place = {roots: {tree}, resolve: (ref) => (ref === 'tree' ? tree : true)};
    assert.deepEqual(checkValue('{{default tree.next.next.next.name 1}}', own), []);
    assert.deepEqual(
      checkValue('{{default tree.next.next.nam 1}}', own).map(({code}) => code),
      ['JW2005'],
    );
    const loop: Place = {roots: {a: {$ref: 'a'}}, resolve: () => ({$ref: 'a'})};
    assert.deepEqual(checkValue('{{a.b}}', loop), []);
  });
});
