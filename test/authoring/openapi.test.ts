/** Definitions of all versions as connectors: what is drafted, under which name, and what is said to be left out. */
import assert from 'node:assert/strict';
import {join} from 'node:path';
import {draftConnector} from '../../src/authoring/openapi/draft.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {Operation} from '../../src/generated/types.ts';
import {definition, fixtures, type Imported, imported, removeTemporary} from './openapi-desk.ts';

after(removeTemporary);

const of = ({connector}: Imported, name: string): Operation => {
  const operation = connector.operations[name];
  assert.ok(operation, `there is ${name} among ${Object.keys(connector.operations)}`);
  return operation;
};

const why = ({draft}: Imported, what: string): string | undefined =>
  draft.notes.find((note) => note.what === what)?.why;

describe('an OpenAPI 3.1 definition', () => {
  let shelter: Imported;
  before(async () => {
    shelter = await imported(join(fixtures, 'shelter-3.1.json'));
  });

  it('becomes a connector without findings, and its cases pass', () => {
    assert.deepEqual(shelter.issues, []);
    assert.deepEqual(shelter.failed, []);
    assert.ok(shelter.cases >= 5, `${shelter.cases} cases`);
  });

  it('writes members of a deep object out, and joins a list that is not repeated', () => {
    assert.deepEqual(of(shelter, 'listAnimals').request.query, {
      'filter[name]': '{{optional params.filter.name}}',
      'filter[min-age]': '{{optional params.filter.[min-age]}}',
      kinds: {$if: '{{has params.kinds}}', then: "{{join params.kinds ','}}"},
      per_page: '{{page.size}}',
      page: '{{page.number}}',
    });
  });

  it('takes parameters of the path, pages and rows where the names leave no doubt', () => {
    const operation = of(shelter, 'listAnimals');
    assert.deepEqual(operation.request.headers, {'X-Trace-Id': '{{optional params.xTraceId}}'});
    assert.deepEqual(operation.page, {style: 'number', size: 50});
    assert.equal(operation.response?.items, '{{response.body.animals}}');
    const row = shelter.connector.evidence?.find(({at}) => at === '/operations/listAnimals/page');
    assert.equal(row?.level, 'inferred');
  });

  it("takes the definition's own example as sample", () => {
    assert.deepEqual(of(shelter, 'listAnimals').sample, {animals: [{kind: 'dog', id: 'a-1', name: 'Rex'}]});
  });

  it('drafts oneOf with a discriminator as anyOf and says so', () => {
    const schemas = shelter.connector.schemas as Record<string, object>;
    assert.deepEqual(schemas['animalInput'], {anyOf: [{$ref: '#/schemas/dogInput'}, {$ref: '#/schemas/catInput'}]});
    assert.match(why(shelter, 'discriminator') ?? '', /anyOf/);
  });

  it('leaves out a pattern that is not linear, keeps the rest of the schema', () => {
    assert.match(why(shelter, 'pattern ^(?!x)[a-z]+$') ?? '', /RE2/);
    assert.doesNotMatch(JSON.stringify(shelter.connector.schemas), /\?!x/);
  });

  it('keeps what refers to itself and cuts what leads back another way', () => {
    const schemas = shelter.connector.schemas as Record<string, {properties: Record<string, unknown>}>;
    assert.deepEqual(schemas['family']?.properties['children'], {
      type: ['array', 'null'],
      items: {$ref: '#/schemas/family'},
    });
    assert.match(why(shelter, 'schema owner') ?? '', /leads back here/);
  });

  it('sends multipart parts, bytes and files', () => {
    assert.deepEqual(of(shelter, 'uploadPhotos').request.body, {
      multipart: [
        {name: 'file', file: '{{params.file}}'},
        {$if: '{{has params.caption}}', then: {name: 'caption', value: '{{params.caption}}'}},
        {$if: '{{has params.tags}}', then: {name: 'tags', value: '{{json params.tags}}'}},
      ],
    });
    assert.deepEqual(of(shelter, 'putPhoto').request.body, {bytes: '{{params.body}}', contentType: 'image/png'});
    assert.equal(of(shelter, 'getPhoto').response?.type, 'bytes');
  });

  it('makes webhooks and callbacks feeds that refuse what is not signed', () => {
    assert.deepEqual(Object.keys(shelter.connector.events ?? {}), ['animal-adopted', 'adoption-decided']);
    const {webhook} = shelter.connector.feeds?.['animalAdopted'] ?? {};
    assert.equal(webhook?.verify[0]?.scheme, 'hmac');
  });

  it('offers each way to connect as a variant, with addresses as settings', () => {
    const {variants = {}, config} = shelter.connector.connection;
    assert.deepEqual(Object.keys(variants), ['key', 'client']);
    assert.deepEqual(variants['key']?.auth, {apply: {query: {api_key: '{{secret.key}}'}}});
    const {properties} = config as {properties: Record<string, {default?: string}>};
    assert.equal(properties['url']?.default, 'https://eu.shelter.example');
    assert.equal(properties['stage']?.default, 'v2');
    assert.equal(of(shelter, 'getFamily').request.auth, false);
  });

  it('lists what is left out with its place', () => {
    const left = shelter.draft.notes.filter(({kind}) => kind === 'left-out');
    assert.deepEqual(left.map(({pointer}) => pointer).sort(), [
      '/paths/~1animals/get/parameters/4',
      '/paths/~1animals~1{animal-id}~1photo/options',
      '/paths/~1matrix~1{spot}/get',
    ]);
  });
});

describe('an OpenAPI 3.0 definition in YAML', () => {
  let ledger: Imported;
  before(async () => {
    ledger = await imported(join(fixtures, 'ledger-3.0.yaml'));
  });

  it('becomes a connector without findings, and its cases pass', () => {
    assert.deepEqual(ledger.issues, []);
    assert.deepEqual(ledger.failed, []);
  });

  it('names an operation without an id by method and path', () => {
    assert.equal(of(ledger, 'getAccounts').title, 'List accounts');
  });

  it('follows a cursor, through an anchor of YAML and a parameter of JSON', () => {
    const {page, request} = of(ledger, 'getAccounts');
    assert.deepEqual(page, {style: 'cursor', next: '{{optional response.body.next_cursor}}', size: 100});
    assert.deepEqual(request.query, {
      created: {$if: '{{has params.created}}', then: '{{json params.created}}'},
      cursor: '{{optional page.cursor}}',
      limit: '{{page.size}}',
    });
  });

  it('keeps expressions inside one segment of the path, and the separator of a list', () => {
    const {path, query} = of(ledger, 'report').request;
    assert.equal(path, '/reports/{{params.year}}({{params.month}})');
    assert.deepEqual(query, {codes: "{{join params.codes '|'}}"});
  });

  it('masks a password of a form and sends no credentials where none are asked for', () => {
    const {params, request} = of(ledger, 'login');
    assert.equal(params?.['password'], 'secret');
    assert.equal(request.auth, false);
    assert.deepEqual(request.body, {
      form: {
        user: '{{params.user}}',
        password: '{{params.password}}',
        'options[remember]': '{{optional params.options.remember}}',
      },
    });
  });

  it('turns nullable and the old exclusive limits into today’s keywords', () => {
    const schemas = ledger.connector.schemas as Record<
      string,
      {properties: Record<string, unknown>; required: string[]}
    >;
    const account = schemas['accountInput'];
    assert.deepEqual(account?.properties['balance'], {type: 'number', exclusiveMinimum: 0});
    assert.deepEqual(account?.properties['parent'], {anyOf: [{$ref: '#/schemas/accountInput'}, {type: 'null'}]});
    assert.deepEqual(account?.required, ['currency'], 'what only the server sets is not asked for');
  });

  it('does not judge answers by what the definition says of their text', () => {
    const schemas = ledger.connector.schemas as Record<string, {properties: Record<string, unknown>}>;
    assert.deepEqual(schemas['account']?.properties['opened'], {type: ['string', 'null']});
    assert.deepEqual(schemas['account']?.properties['currency'], {type: 'string'});
  });
});

describe('a definition of version 2.0', () => {
  let depot: Imported;
  before(async () => {
    depot = await imported(join(fixtures, 'depot-2.0.yaml'));
  });

  it('becomes a connector without findings, and its cases pass', () => {
    assert.deepEqual(depot.issues, []);
    assert.deepEqual(depot.failed, []);
  });

  it('reads host, base path, basic credentials, collection formats and files', () => {
    const {connection} = depot.connector;
    assert.equal(connection.baseUrl, '{{connection.url}}/rest');
    assert.deepEqual(connection.auth?.apply?.basic, {
      username: '{{connection.username}}',
      password: '{{secret.password}}',
    });
    assert.deepEqual(of(depot, 'goodsList').request.query, {
      status: '{{optional params.status}}',
      sizes: {$if: '{{has params.sizes}}', then: "{{join params.sizes ' '}}"},
      limit: '{{page.size}}',
      offset: '{{page.offset}}',
    });
    assert.deepEqual(of(depot, 'goodsList').page, {style: 'offset', size: 40});
    assert.equal(of(depot, 'goodsLabel').params?.['file'], 'file');
    assert.equal(of(depot, 'goodsGetLabel').response?.type, 'bytes');
  });
});

describe('a chosen part', () => {
  const file = join(fixtures, 'shelter-3.1.json');
  const names = async (...words: string[]) =>
    (await draftConnector({file, operations: words})).operations.map(({name}) => name);

  it('is chosen by method and path, by tag and by operationId', async () => {
    assert.deepEqual(await names('GET:/families/{id}'), ['getFamily']);
    assert.deepEqual(await names('tag:Animals,getFamily'), ['listAnimals', 'registerAnimal', 'getFamily']);
  });

  it('refuses a word that means nothing, with the nearest one', async () => {
    const error: unknown = await names('listAnimal').catch((thrown: unknown) => thrown);
    assert.ok(error instanceof JobwireError);
    assert.equal(error.jobwireCode, 'JW7102');
    assert.deepEqual(error.extra.suggestions, ['listAnimals']);
  });

  it('has the names that the whole has', async () => {
    const twice = {
      openapi: '3.0.0',
      info: {title: 'Twice', version: '1'},
      paths: {
        '/a': {get: {operationId: 'do-it', responses: {}}},
        '/b': {get: {operationId: 'do_it', responses: {}}},
      },
    };
    const draft = await draftConnector({file: definition(twice), operations: ['GET:/b']});
    assert.deepEqual(
      draft.operations.map(({name}) => name),
      ['doIt2'],
    );
  });

  it('gives the same bytes every time', async () => {
    const [a, b] = [await draftConnector({file, operations: []}), await draftConnector({file, operations: []})];
    assert.deepEqual([...a.files], [...b.files]);
  });
});
