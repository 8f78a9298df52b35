/** Requests as they leave: addresses, headers, the kinds of bodies, parameters and what is withheld. */
import assert from 'node:assert/strict';
import nock from 'nock';
import type {Operation, Params, Request} from '../../src/generated/types.ts';
import {ExactNumber, type Json, type JsonObject, parseJson} from '../../src/values/json.ts';
import {onTheRealWire, serve} from '../http/wire.ts';
import {api, base, bench, failureOf, kinds, onRecordedWire, type Parts} from './bench.ts';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The one request of an operation as a server sees it, answered with an empty object. */
async function sentBy(
  operation: Partial<Operation> & {request: Request},
  params: JsonObject = {},
  parts: Parts = {},
): Promise<Sent> {
  let sent: Sent | undefined;
  const port = await serve(async (message, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
    sent = {
      method: message.method ?? '',
      path: message.url ?? '',
      headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const manifest = {network: {allowPrivate: ['127.0.0.1']}};
  const connection = {...parts.connection, baseUrl: `http://127.0.0.1:${port}/v1`};
  const permissions = {hosts: [`127.0.0.1:${port}`]};
  const {run, live} = bench(
    {...parts, permissions, connection, operations: {it: {effect: 'write', ...operation}}},
    {manifest},
  );
  try {
    await run('it', params);
  } finally {
    await live.close();
  }
  return sent ?? assert.fail('nothing was sent');
}

const any: Params = {a: 'any', 'b?': 'any', 'c?': 'any'};

describe('a request', () => {
  onTheRealWire();

  it('puts path and query onto the base address, encoded', async () => {
    const request: Request = {
      method: 'GET',
      path: '/things/{{params.a}}/x',
      query: {
        $filter: 'Name eq {{odata params.a}}',
        list: '{{params.b}}',
        gone: '{{optional params.c}}',
        nothing: null,
      },
    };
    const {path} = await sentBy({params: any, request}, {a: "O'Hare/1", b: [1, 'x y']});
    assert.equal(path, "/v1/things/O'Hare%2F1/x?%24filter=Name%20eq%20%27O%27%27Hare%2F1%27&list=1&list=x%20y");
  });

  it('carries the headers of the connection, its own win in any spelling', async () => {
    const connection = {
      headers: {'X-Tenant': '{{connection.tenant}}', Accept: 'application/vnd.acme+json'},
      config: {type: 'object', properties: {tenant: {type: 'string', default: 'acme'}}},
    };
    const request: Request = {
      method: 'GET',
      path: '/',
      headers: {'x-tenant': 'own', 'X-Gone': '{{optional params.c}}'},
    };
    const {headers} = await sentBy({params: any, request}, {a: 1}, {connection});
    assert.equal(headers['x-tenant'], 'own');
    assert.equal(headers['accept'], 'application/vnd.acme+json');
    assert.equal(headers['x-gone'], undefined);
  });

  it('asks for JSON unless it is told otherwise', async () => {
    const request: Request = {method: 'GET', path: '/'};
    assert.equal((await sentBy({request})).headers['accept'], 'application/json');
    assert.notEqual((await sentBy({request, response: {type: 'text'}})).headers['accept'], 'application/json');
  });

  it('sends the idempotency key in its header', async () => {
    const request: Request = {method: 'POST', path: '/', body: {json: {}}};
    const {headers} = await sentBy(
      {params: any, request, idempotency: {key: 'k-{{params.a}}', header: 'Idempotency-Key'}},
      {a: 7},
    );
    assert.equal(headers['idempotency-key'], 'k-7');
  });

  const bodies: readonly [title: string, body: Request['body'], params: JsonObject, type: string, text: string][] = [
    [
      'json, with null and exact digits',
      {json: {a: '{{params.a}}', n: null}},
      {a: new ExactNumber('12345678901234567890')},
      'application/json',
      '{"a":12345678901234567890,"n":null}',
    ],
    ['an empty json object', {json: {}}, {a: 1}, 'application/json', '{}'],
    [
      'a form',
      {form: {'variables[A]': '{{params.a}}', list: [1, 2], gone: null}},
      {a: 'x y&z'},
      'application/x-www-form-urlencoded',
      'variables%5BA%5D=x+y%26z&list=1&list=2',
    ],
    ['text', {text: 'n={{params.a}}'}, {a: 5}, 'text/plain; charset=utf-8', 'n=5'],
    [
      'text of another type',
      {text: '{{params.a}}', contentType: 'application/xml'},
      {a: '<a/>'},
      'application/xml',
      '<a/>',
    ],
    [
      'the one alternative that has a value',
      {bytes: '{{optional params.b}}', text: '{{optional params.a}}', contentType: 'application/octet-stream'},
      {a: 'abc'},
      'application/octet-stream',
      'abc',
    ],
  ];
  for (const [title, body, params, type, text] of bodies)
    it(`has a body: ${title}`, async () => {
      const request: Request = {method: 'PUT', path: '/', ...(body && {body})};
      const sent = await sentBy({params: any, request}, params);
      assert.equal(sent.headers['content-type'], type);
      assert.equal(sent.body, text);
    });

  it('has parts of text and files', async () => {
    const file = {name: 'a "1".txt', type: 'text/csv', size: 3, bytes: Buffer.from('a;b')} as unknown as Json;
    const request: Request = {
      method: 'POST',
      path: '/',
      body: {
        multipart: [
          {name: 'note', value: '{{params.a}}'},
          {name: 'upload', file: '{{params.f}}'},
        ],
      },
    };
    const {headers, body} = await sentBy({params: {a: 'string', f: 'file'}, request}, {a: 'é', f: file});
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '')?.[1];
    assert.equal(
      body,
      [
        `--${boundary}`,
        'Content-Disposition: form-data; name="note"',
        '',
        'é',
        `--${boundary}`,
        'Content-Disposition: form-data; name="upload"; filename="a %221%22.txt"',
        'Content-Type: text/csv',
        '',
        'a;b',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  });

  it('sends the bytes of another answer on as they are', async () => {
    const request: Request = {method: 'PUT', path: '/copy', body: {bytes: '{{params.f}}'}};
    const sent = await sentBy({params: {f: 'file'}, request}, {f: Buffer.from('a\n\u0000é') as unknown as Json});
    assert.deepEqual([sent.headers['content-type'], sent.body], ['application/octet-stream', 'a\n\u0000é']);
  });

  const wrong: readonly [title: string, body: Request['body'], params: JsonObject][] = [
    ['no kind of body has a value', {text: '{{optional params.b}}'}, {a: 1}],
    ['two kinds of body have a value', {text: '{{params.a}}', json: {}}, {a: 'x'}],
    ['a form holds an object', {form: {a: '{{params.a}}'}}, {a: {}}],
    ['text is a list', {text: '{{params.a}}'}, {a: []}],
    ['bytes is a text', {bytes: '{{params.a}}'}, {a: 'x'}],
    ['a part is no file', {multipart: [{name: 'f', file: '{{params.a}}'}]}, {a: 'x'}],
    ['a path segment is empty', undefined, {a: ''}],
    ['a path segment climbs', undefined, {a: '..'}],
  ];
  for (const [title, body, params] of wrong)
    it(`is refused before it leaves when ${title}`, async () => {
      const request: Request = {method: 'POST', path: body ? '/' : '/x/{{params.a}}', ...(body && {body})};
      const error = await failureOf(
        bench({operations: {it: {effect: 'write', params: any, request}}}).run('it', params),
      );
      assert.deepEqual([error.jobwireCode, error.extra.outcome], ['JW2107', 'fail'], error.message);
    });
});

describe('params', () => {
  onRecordedWire();

  const types: readonly [type: Params[string], good: Json, bad: Json][] = [
    ['string', 'a', 1],
    ['integer', 3, 1.5],
    ['integer', new ExactNumber('12345678901234567890'), '3'],
    ['number', 1.5, '1'],
    ['boolean', false, 'false'],
    ['object', {}, []],
    ['array', [], {}],
    ['uuid', '99587436-4ce5-480d-988c-6d7f43787a2c', 'x'],
    ['date-time', '2026-01-12T08:15:30Z', '2026-01-12'],
    ['uri', 'https://a.example/b', 'b'],
    ['secret', 'canary-secret', 5],
    [{enum: ['SoftStop', 'Kill']}, 'Kill', 'kill'],
    [{$ref: '#/schemas/thing'}, {id: 1}, {id: 'x'}],
  ];
  for (const [type, good, bad] of types)
    it(`of type ${JSON.stringify(type)} take ${JSON.stringify(good)} and not ${JSON.stringify(bad)}`, async () => {
      const parts: Parts = {
        schemas: {thing: {type: 'object', properties: {id: {type: 'integer'}}}},
        operations: {it: {...kinds.read, params: {p: type}}},
      };
      api().get('/v1/things').reply(200, {});
      await bench(parts).run('it', {p: good});
      const error = await failureOf(bench(parts).run('it', {p: bad}));
      assert.deepEqual([error.jobwireCode, error.extra.outcome], ['JW2007', 'fail']);
      assert.doesNotMatch(error.message, /canary/);
    });

  const it1: Operation = {...kinds.read, params: {name: 'string', 'top?': 'integer'}};

  it('that are missing, unknown or null are told apart', async () => {
    const {run} = bench({operations: {it: it1}});
    assert.equal((await failureOf(run('it', {}))).jobwireCode, 'JW2006');
    assert.equal((await failureOf(run('it', {name: null}))).jobwireCode, 'JW2006');
    const unknown = await failureOf(run('it', {nmae: 'a'}));
    assert.deepEqual([unknown.jobwireCode, unknown.extra.suggestions], ['JW2005', ['name']]);
    api().get('/v1/things').reply(200, {});
    await run('it', {name: 'a', top: null});
  });

  it('of an operation that does not exist suggest the nearest', async () => {
    const error = await failureOf(bench({operations: {listThings: it1}}).run('listThing'));
    assert.deepEqual([error.jobwireCode, error.extra.suggestions], ['JW1004', ['listThings']]);
  });
});

describe('plan mode', () => {
  onRecordedWire();

  const write: Operation = {
    effect: 'write',
    params: {name: 'string', key: 'secret'},
    request: {method: 'POST', path: '/jobs', body: {json: {name: '{{params.name}}', key: '{{params.key}}'}}},
    response: {expect: [201], items: '{{response.body.value}}'},
    sample: {value: [{id: 1}]},
  };

  it('shows a write with its body, masked, and goes on with its sample', async () => {
    const {run, lines} = bench({operations: {it: write}});
    assert.deepEqual(await run('it', {name: 'a', key: 'canary-key'}, {mode: 'plan'}), [{id: 1}]);
    assert.deepEqual(
      lines.map(({what, request}) => ({what, request})),
      [
        {
          what: 'withheld POST /v1/jobs',
          request: {
            method: 'POST',
            url: `${base}/v1/jobs`,
            headers: {accept: 'application/json', 'content-type': 'application/json'},
            body: {name: 'a', key: '[secret]'},
          },
        },
      ],
    );
  });

  it('makes reads', async () => {
    nock(base).get('/v1/things').reply(200, [1]);
    assert.deepEqual(await bench({operations: {it: kinds.read}}).run('it', {}, {mode: 'plan'}), [1]);
  });
});

describe('answers', () => {
  onRecordedWire();

  it('keep long digits', async () => {
    api().get('/v1/things').reply(200, '{"id":12345678901234567890}', {'content-type': 'application/json'});
    assert.deepEqual(await bench({operations: {it: kinds.read}}).run('it'), parseJson('{"id":12345678901234567890}'));
  });

  const good: readonly [
    title: string,
    response: Operation['response'],
    body: string,
    type: string | undefined,
    value: Json,
  ][] = [
    ['+json', {}, '{"a":1}', 'application/problem+json; charset=utf-8', {a: 1}],
    ['JSON without a type', {}, '{"a":1}', undefined, {a: 1}],
    ['a listed media type', {mediaTypes: ['text/plain']}, '[1]', 'text/plain', [1]],
    ['an empty body', {}, '', 'text/html', null],
    ['text in its charset', {type: 'text'}, '\xe9', 'text/plain; charset=latin1', 'é'],
    [
      'none with an output',
      {type: 'none', output: 'status {{response.status}}'},
      'whatever',
      'text/plain',
      'status 200',
    ],
    ['items', {items: '{{response.body.value}}'}, '{"value":[1,2]}', 'application/json', [1, 2]],
  ];
  for (const [title, response, body, type, value] of good)
    it(`of ${title} are read`, async () => {
      api()
        .get('/v1/things')
        .reply(200, Buffer.from(body, 'latin1'), type === undefined ? {} : {'content-type': type});
      const operation = {...kinds.read, ...(response && {response})};
      assert.deepEqual(await bench({operations: {it: operation}}).run('it'), value);
    });

  it('whose items are no list are refused', async () => {
    api().get('/v1/things').reply(200, {value: {}});
    const operation = {...kinds.read, response: {items: '{{response.body.value}}'}};
    const error = await failureOf(bench({operations: {it: operation}}).run('it'));
    assert.equal(error.message, 'GET https://api.example.com/v1/things: response.items is not a list');
  });
});
