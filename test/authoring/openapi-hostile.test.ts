/** Definitions that mean harm: each ends in a coded error with its place, soon, and nothing outside is touched. */
import assert from 'node:assert/strict';
import {mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {dirname, join} from 'node:path';
import {draftConnector} from '../../src/authoring/openapi/draft.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {definition, imported, removeTemporary, temporary} from './openapi-desk.ts';

after(removeTemporary);

const draft = (file: string) => draftConnector({file, operations: []});

const api = (more: object, schema: object = {type: 'object'}) => ({
  openapi: '3.0.0',
  info: {title: 'Trap', version: '1'},
  paths: {'/a': {get: {responses: {200: {description: '', content: {'application/json': {schema}}}}}}},
  ...more,
});

async function refusal(file: string): Promise<JobwireError> {
  const error: unknown = await draft(file).then(
    () => assert.fail('it was drafted'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof JobwireError, String(error));
  return error;
}

describe('references of a definition', () => {
  it('never open a socket', async () => {
    let calls = 0;
    const server = createServer((_request, response) => {
      calls++;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const {port} = server.address() as AddressInfo;
    for (const ref of [
      `http://127.0.0.1:${port}/a.json`,
      `//127.0.0.1:${port}/a.json#/a`,
      'http://169.254.169.254/latest',
    ]) {
      const error = await refusal(definition(api({}, {$ref: ref})));
      assert.equal(error.jobwireCode, 'JW1020');
      assert.match(error.extra.at?.pointer ?? '', /schema\/\$ref$/);
    }
    server.close();
    assert.equal(calls, 0);
  });

  it('are refused also where nothing uses them, with line and column', async () => {
    const text = JSON.stringify(api({components: {schemas: {A: {$ref: 'file:///etc/passwd'}}}}), null, 2);
    const error = await refusal(definition(text));
    assert.equal(error.jobwireCode, 'JW1020');
    const line = text.split('\n').findIndex((one) => one.includes('/etc/passwd')) + 1;
    assert.equal(error.extra.at?.line, line);
  });

  for (const ref of ['../outside.json#/a', '/etc/passwd', '..%2Foutside.json', 'missing.json'])
    it(`stay in the folder of the definition: ${ref}`, async () => {
      const file = definition(api({}, {$ref: ref}), 'inner/api.json');
      writeFileSync(join(dirname(dirname(file)), 'outside.json'), '{"a": {"type": "string"}}');
      assert.equal((await refusal(file)).jobwireCode, 'JW1020');
    });

  it('do not leave it through a link', async () => {
    const file = definition(api({}, {$ref: 'link.json#/a'}));
    const secret = join(temporary(), 'secret.json');
    writeFileSync(secret, '{"a": {"type": "string"}}');
    symlinkSync(secret, join(dirname(file), 'link.json'));
    assert.equal((await refusal(file)).jobwireCode, 'JW1020');
  });

  it('may lead to a file beside the definition', async () => {
    const file = definition(api({}, {$ref: 'parts/a.yaml#/Thing'}));
    mkdirSync(join(dirname(file), 'parts'));
    writeFileSync(
      join(dirname(file), 'parts/a.yaml'),
      'Thing: {type: object, properties: {up: {$ref: "../api.json#/info"}}}\n',
    );
    const {connector, issues} = await imported(file);
    assert.deepEqual(issues, []);
    assert.deepEqual(Object.keys(connector.schemas ?? {}), ['info', 'thing']);
  });

  it('in examples are data', async () => {
    const {issues} = await imported(definition(api({}, {type: 'object', example: {$ref: 'http://a.example'}})));
    assert.deepEqual(issues, []);
  });

  it('that only lead to each other leave out their operation', async () => {
    const schemas = {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}};
    const error = await refusal(definition(api({components: {schemas}}, {$ref: '#/components/schemas/A'})));
    assert.equal(error.jobwireCode, 'JW1019');
    assert.match(error.message, /only leads to itself/);
  });

  it('that multiply are cut: ten levels of ten', async () => {
    const schemas = Object.fromEntries(
      Array.from({length: 11}, (_, level) => [
        `L${level}`,
        {
          type: 'object',
          properties: Object.fromEntries(
            Array.from({length: 10}, (_unused, i) => [
              `p${i}`,
              level === 10 ? {type: 'string'} : {$ref: `#/components/schemas/L${level + 1}`},
            ]),
          ),
        },
      ]),
    );
    const {issues, draft: drafted} = await imported(
      definition(api({components: {schemas}}, {$ref: '#/components/schemas/L0'})),
    );
    assert.deepEqual(issues, []);
    assert.ok(drafted.notes.some(({why}) => /more than 300 properties/.test(why)));
  });

  it('in a chain of thousands end soon', async () => {
    const schemas = Object.fromEntries(
      Array.from({length: 5000}, (_, i) => [
        `C${i}`,
        {type: 'object', properties: {next: {$ref: `#/components/schemas/C${(i + 1) % 5000}`}}},
      ]),
    );
    const {issues} = await imported(definition(api({components: {schemas}}, {$ref: '#/components/schemas/C0'})));
    assert.deepEqual(
      issues.filter(({severity}) => severity === 'error'),
      [],
    );
  }).timeout(20_000);
});

describe('the text of a definition', () => {
  const deep = (open: string, close: string) => open.repeat(10_000) + close.repeat(10_000);

  for (const [name, text, file] of [
    ['JSON 10,000 levels deep', `{"openapi": "3.0.0", "a": ${deep('[', ']')}}`, 'api.json'],
    ['YAML 10,000 levels deep', `openapi: 3.0.0\na: ${deep('[', ']')}\n`, 'api.yaml'],
    ['YAML 10,000 dashes deep', `openapi: 3.0.0\na:\n  ${'- '.repeat(10_000)}x\n`, 'api.yaml'],
    ['YAML 300 maps deep', `openapi: 3.0.0\na: ${'{a: '.repeat(300)}1${'}'.repeat(300)}\n`, 'api.yaml'],
    [
      'aliases that multiply',
      `openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from({length: 9}, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`).join('\n')}\n`,
      'api.yaml',
    ],
    ['the key __proto__ in JSON', '{"openapi": "3.0.0", "paths": {"__proto__": {"get": {}}}}', 'api.json'],
    ['the key __proto__ in YAML', 'openapi: 3.0.0\npaths:\n  __proto__: {get: {}}\n', 'api.yaml'],
    ['the key constructor', 'openapi: 3.0.0\npaths: {}\nconstructor: {prototype: {a: 1}}\n', 'api.yaml'],
    ['a key that stands twice', 'openapi: 3.0.0\npaths: {}\npaths: {}\n', 'api.yaml'],
    ['JSON that breaks off', '{"openapi": "3.0.0", "paths": {', 'api.json'],
    ['a file that is something else', '<html></html>', 'api.yaml'],
    ['an unknown version', '{"openapi": "4.0.0", "paths": {}}', 'api.json'],
    ['no operations', '{"openapi": "3.0.0", "info": {"title": "A", "version": "1"}, "paths": {}}', 'api.json'],
  ] as const)
    it(`is refused: ${name}`, async () => {
      const error = await refusal(definition(text, file));
      assert.equal(error.jobwireCode, 'JW1019', error.message);
      assert.ok(error.extra.at, 'it says where');
      assert.ok(!('get' in {}), 'no prototype was changed');
    }).timeout(10_000);

  it('is not read when it has 50 MB', async () => {
    const file = definition('{}');
    truncateSync(file, 50 * 1024 * 1024);
    const error = await refusal(file);
    assert.equal(error.jobwireCode, 'JW1019');
    assert.match(error.message, /52428800 bytes/);
  });

  it('is looked for: a folder and a missing file are said', async () => {
    assert.equal((await refusal(temporary())).jobwireCode, 'JW7102');
    assert.equal((await refusal('/nowhere/api.json')).jobwireCode, 'JW7102');
  });
});

describe('names and texts of a definition', () => {
  it('cannot smuggle expressions, tokens or markup into the connector', async () => {
    const evil = {
      openapi: '3.0.0',
      info: {title: '<script>alert(1)</script> {{secret.key}}', version: '1', description: '{{run.key}}'},
      servers: [{url: 'https://api.example.com/{{secret.x}}'}],
      paths: {
        '/a/{{{secret.key}}}': {get: {operationId: 'first', responses: {}}},
        '/b': {
          get: {
            operationId: '__proto__',
            summary: '{{secret.key}}',
            parameters: [
              {name: '{{secret.key}}', in: 'query', schema: {type: 'string'}},
              {name: 'constructor', in: 'query', schema: {type: 'string'}},
            ],
            responses: {
              200: {
                description: '',
                content: {
                  'application/json': {
                    example: {token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x'},
                    schema: {type: 'object'},
                  },
                },
              },
            },
          },
        },
      },
    };
    const {connector, issues, draft: drafted} = await imported(definition(evil), [], 'evil');
    assert.deepEqual(issues, []);
    const text = drafted.files.get('connector.json') ?? '';
    assert.doesNotMatch(text, /\{\{secret|<script|eyJ/);
    assert.doesNotMatch(drafted.files.get('README.md') ?? '', /<script/);
    assert.deepEqual(Object.keys(connector.operations), ['proto']);
  });
});
