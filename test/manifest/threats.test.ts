/** Attacks on loading, by the ids of the threat model: each is refused or harmless, quickly. */
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {parseDocument} from '../../src/manifest/document.ts';
import {validateAgainst} from '../../src/manifest/validate.ts';
import {type Json, own, parseJson} from '../../src/values/json.ts';
import {connector, edited, good, loadProject, shown} from './project.ts';

function issuesOf(from: string, to: string) {
  return loadProject(edited({file: connector, from, to})).library.issues;
}

function codesOf(from: string, to: string): string[] {
  return issuesOf(from, to).map(({code}) => code);
}

/** Milliseconds a call takes. */
function took(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

const noteSchema = '"note": { "type": "string", "maxLength": 20 }';

describe('threats to loading', () => {
  it('T15: a template of 1 MB is refused, and a thousand templates are read in bounded time', () => {
    const [file = ''] = Object.keys(good).filter((name) => name.endsWith('template.json'));
    const template = good[file as keyof typeof good];
    const large = `${template.trimEnd().slice(0, -1)}, "summary": "${'x'.repeat(1024 * 1024)}" }`;
    const {issues} = loadProject({...good, [file]: large}).library;
    assert.equal(issues.find(({at}) => at?.file.endsWith(file))?.code, 'JW1001');
    const {id} = JSON.parse(template) as {id: string};
    const many = Array.from({length: 1000}, (_, i): [string, string] => [
      `templates/t${i}/template.json`,
      template.replace(`"id": "${id}"`, `"id": "t${i}"`),
    ]);
    const ms = took(() => {
      const {library} = loadProject({...good, ...Object.fromEntries(many)});
      assert.equal(library.templates.size, 1001);
    });
    assert.ok(ms < 8000, `${ms} ms with the writing, on a machine that may be shared`);
  });

  it('J01: a pattern that explodes elsewhere is matched in linear time', () => {
    const schema = {type: 'string', pattern: '^(a+)+$'};
    assert.deepEqual(validateAgainst(schema, 'aaa'), []);
    const ms = took(() => assert.equal(validateAgainst(schema, `${'a'.repeat(40)}!`).length, 1));
    assert.ok(ms < 100, `${ms} ms`);
  });

  for (const pattern of ['(?=a)b', '(?<!a)b', '(a)\\\\1'])
    it(`J02: the pattern ${pattern} is refused by name`, () => {
      const issues = issuesOf(noteSchema, `"note": { "type": "string", "pattern": "${pattern}" }`);
      assert.deepEqual(
        issues.map(({code}) => code),
        ['JW1007'],
        issues.map(shown).join('\n'),
      );
      assert.match(issues[0]?.detail ?? '', /is not supported/);
      assert.ok(issues[0]?.detail.includes(pattern.replaceAll('\\\\', '\\')));
    });

  it('J03: $data is no keyword', () => {
    const issues = issuesOf(noteSchema, '"note": { "type": "string", "const": { "$data": "1/job" } }');
    assert.deepEqual(
      issues.map(({code}) => code),
      [],
    );
    assert.equal(
      validateAgainst({properties: {a: {}, b: {const: {$data: '1/a'}}}}, {a: 1, b: 1}).length,
      1,
      'it is data, not a reference',
    );
    assert.deepEqual(codesOf(noteSchema, '"note": { "type": "string", "maxLength": { "$data": "1/count" } }'), [
      'JW1007',
    ]);
  });

  it('J04: a remote $ref is refused and nothing is dialled', async () => {
    let dialled = 0;
    const server = createServer((socket) => {
      dialled++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {port} = server.address() as {port: number};
    const url = `http://127.0.0.1:${port}/schema.json`;
    try {
      assert.deepEqual(codesOf('"$ref": "#/schemas/ticket"', `"$ref": "${url}"`), ['JW1007']);
      assert.throws(
        () => validateAgainst({$ref: url}, 1),
        (error) => error instanceof JobwireError && error.jobwireCode === 'JW1007',
      );
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(dialled, 0);
    } finally {
      server.close();
    }
  });

  it('J07: a file or schema that is far too deep is refused with a place', () => {
    const text = `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    const {faults} = parseDocument('deep.json', Buffer.from(text));
    assert.deepEqual(
      faults.map(({problem, at}) => [problem, at.line, at.column]),
      [['nested deeper than 64 levels', 1, 69]],
    );
    let schema: object = {type: 'string'};
    for (let i = 0; i < 5000; i++) schema = {not: schema};
    assert.throws(
      () => validateAgainst(schema, 1),
      (error) => error instanceof JobwireError && error.jobwireCode === 'JW1007',
    );
    const nested = `${'{ "type": "array", "items": '.repeat(40)}{}${' }'.repeat(40)}`;
    assert.deepEqual(codesOf(noteSchema, `"note": ${nested}`), ['JW1007']);
  });

  it('J08: a schema with too many properties is refused', () => {
    const many = Array.from({length: 2001}, (_, i) => `"p${i}": {}`).join(', ');
    const issues = issuesOf(noteSchema, `"note": { "type": "object", "properties": { ${many} } }`);
    assert.deepEqual(
      issues.map(({code}) => code),
      ['JW1007'],
    );
    assert.match(issues[0]?.detail ?? '', /more than 2000 properties/);
  });

  it('J09: uniqueItems over 6,000 objects stays fast, and still finds the twin', () => {
    const schema = {type: 'array', uniqueItems: true};
    const list: Json[] = Array.from({length: 6000}, (_, i) => ({a: i, b: {c: [i]}}));
    assert.deepEqual(
      validateAgainst(schema, [1, 1]).map(({keyword}) => keyword),
      ['uniqueItems'],
    );
    const ms = took(() => assert.deepEqual(validateAgainst(schema, list), []));
    assert.ok(ms < 100, `${ms} ms`);
    assert.equal(
      validateAgainst(schema, [
        {a: 1, b: 2},
        {b: 2, a: 1},
      ]).length,
      1,
      'key order does not count',
    );
    assert.deepEqual(validateAgainst(schema, parseJson('[9007199254740993, 9007199254740992]')), [], 'digits count');
  });

  it('J10: 200,000 invalid items give one problem, or a capped list', () => {
    const schema = {type: 'array', items: {type: 'string'}};
    const list: Json[] = Array.from({length: 200_000}, (_, i) => i);
    assert.equal(validateAgainst(schema, list).length, 1);
    assert.equal(validateAgainst(schema, list.slice(0, 5000), {all: true}).length, 100);
  });

  it('J11: a recursive schema over very deep data is a problem, not a crash', () => {
    const schema = {$defs: {node: {type: 'object', properties: {next: {$ref: '#/$defs/node'}}}}, $ref: '#/$defs/node'};
    let data: Json = {};
    for (let i = 0; i < 20_000; i++) data = {next: data};
    assert.deepEqual(
      validateAgainst(schema, data).map(({keyword}) => keyword),
      ['depth'],
    );
  });

  it('J12: names of the prototype are not there unless the data has them', () => {
    assert.equal(validateAgainst({type: 'object', required: ['constructor']}, {}).length, 1);
    assert.equal(validateAgainst({type: 'object', required: ['toString', '__proto__']}, {}, {all: true}).length, 2);
    assert.deepEqual(codesOf('"title": "Acme",', '"title": "Acme", "__proto__": { "summary": "x" },'), ['JW1001']);
  });

  it('J13: misspelled keywords, step kinds and keys are errors with a suggestion', () => {
    const cases: [string, string, string, string][] = [
      [noteSchema, '"note": { "type": "string", "minLenght": 3 }', 'JW1007', 'minLength'],
      ['"id": "job", "lookup": "job"', '"id": "job", "lokup": "job"', 'JW1003', 'lookup'],
      ['"permissions":', '"permisions":', 'JW1003', 'permissions'],
    ];
    for (const [from, to, code, suggestion] of cases) {
      const issues = issuesOf(from, to);
      assert.ok(
        issues.some((issue) => issue.code === code && issue.suggestions?.includes(suggestion)),
        issues.map(shown).join('\n'),
      );
    }
  });

  it('J14: an unknown format is an error', () => {
    assert.deepEqual(codesOf(noteSchema, '"note": { "type": "string", "format": "e-mail" }'), ['JW1007']);
    assert.throws(() => validateAgainst({type: 'string', format: 'e-mail'}, 'x'), JobwireError);
  });

  it('J15: unions of 200 branches nested 3 deep, and of 50 through references, are refused within a second', () => {
    const union = (branch: string, count: number): string =>
      `{ "anyOf": [${Array.from({length: count}, () => branch).join(', ')}] }`;
    const deep = union(union(union('{}', 200), 2), 2);
    const referring = [
      `"a": ${union('{ "$ref": "#/schemas/b" }', 50)}`,
      `"b": ${union('{ "$ref": "#/schemas/c" }', 50)}`,
      `"c": ${union('{ "const": 1 }', 50)}`,
    ].join(', ');
    const ms = took(() => {
      const wide = issuesOf(noteSchema, `"note": ${deep}`);
      assert.match(wide[0]?.detail ?? '', /more than 50 branches/);
      const project = edited({
        file: connector,
        from: '"schemas": {',
        to: `"schemas": { ${referring},`,
      });
      const {issues} = loadProject(project).library;
      assert.ok(
        issues.every(({code}) => code === 'JW1007' || code === 'JW1009'),
        issues.map(shown).join('\n'),
      );
      assert.ok(
        issues.some(({detail}) => /more than 5000 branches together/.test(detail)),
        issues.map(shown).join('\n'),
      );
    });
    assert.ok(ms < 3000, `${ms} ms for two projects, on a machine that may be shared`);
  });

  it('J16: a key that stands twice is refused with both places', () => {
    const {faults} = parseDocument(
      'twice.json',
      Buffer.from('{\n  "id": "a",\n  "id": "b",\n  "x": [{"y": 1, "y": 2}]\n}'),
    );
    assert.deepEqual(
      faults.map(({problem, at}) => [problem, at.line, at.column]),
      [
        ['the key "id" stands twice: at 2:3 and at 3:3', 3, 3],
        ['the key "y" stands twice: at 4:10 and at 4:18', 4, 18],
      ],
    );
  });

  it('J17: names made to break generated code are only names', () => {
    const evil = '"]; globalThis.broken = true; //`${globalThis.broken = true}`\u2028';
    const schema = {
      type: 'object',
      required: [evil],
      properties: {[evil]: {type: 'string', title: evil}},
      additionalProperties: false,
    };
    assert.deepEqual(validateAgainst(schema, {[evil]: 'x'}), []);
    assert.equal(validateAgainst(schema, {}).length, 1);
    assert.equal((globalThis as {broken?: boolean}).broken, undefined);
    assert.deepEqual(codesOf(noteSchema, '"note": { "type": "string", "$id": "x\\"; globalThis.broken = true; //" }'), [
      'JW1007',
    ]);
  });

  const texts: readonly [
    name: string,
    text: string | Uint8Array,
    problem: RegExp | undefined,
    line?: number,
    column?: number,
  ][] = [
    ['a trailing comma', '{\n  "a": 1,\n}', /comma before the closing bracket/, 3, 1],
    ['a comment', '{\n  /* x */ "a": 1\n}', /comments/, 2, 3],
    ['a byte-order mark', '\ufeff{"a": 1}', /byte-order mark/, 1, 1],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /not UTF-8/, 1, 1],
    ['text that ends too early', '{"a": [1, 2', /ends before/, 1, 11],
    ['single quotes', "{'a': 1}", /double quotes/, 1, 2],
    ['a tab inside text', '{"a": "x\ty"}', /control character/, 1, 9],
    ['a number out of range', '{"a": 1e400}', /out of range/, 1, 1],
    ['CRLF line ends', '{\r\n  "a": 1\r\n}\r\n', undefined],
  ];
  for (const [name, text, problem, line, column] of texts)
    it(`J18: ${name} is ${problem ? 'refused at its place' : 'accepted'}`, () => {
      const {faults, document} = parseDocument('text.json', Buffer.from(text));
      if (!problem) return assert.deepEqual(document?.value, {a: 1});
      assert.equal(faults.length, 1);
      assert.match(faults[0]?.problem ?? '', problem);
      assert.deepEqual([faults[0]?.at.line, faults[0]?.at.column], [line, column]);
    });

  it('keeps the places right behind CRLF', () => {
    const text = good[connector].replaceAll('\n', '\r\n').replace('"timeout": "30s"', '"timeout": "30"');
    const {issues} = loadProject({...good, [connector]: text}).library;
    const line = good[connector].split('\n').findIndex((row) => row.includes('"timeout"')) + 1;
    assert.deepEqual(
      issues.map(({code, at}) => [code, at?.line, at?.column]),
      [['JW1002', line, 16]],
    );
  });

  it('refuses a file above 1 MiB and one with more than 50,000 values', () => {
    const large = `{"a": "${'x'.repeat(1024 * 1024)}"}`;
    assert.match(loadProject({...good, [connector]: large}).library.issues[0]?.detail ?? '', /at most 1048576/);
    const many = `[${'1,'.repeat(50_001)}1]`;
    assert.match(parseDocument('many.json', Buffer.from(many)).faults[0]?.problem ?? '', /more than 50000 values/);
  });

  it('keeps every digit of a long number', () => {
    const {document} = parseDocument('digits.json', Buffer.from('{"id": 12345678901234567890}'));
    assert.equal(String(own(document?.value, 'id')), '12345678901234567890');
  });
});
