/** Opening a connection: settings, secrets, reach, `prepare`, budgets and credentials over many calls. */
import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import nock from 'nock';
import type {Auth, Connection, ConnectionPart, Connector} from '../../src/generated/types.ts';
import type {EgressPolicy} from '../../src/http/egress.ts';
import {createTransport} from '../../src/http/send.ts';
import {execute} from '../../src/operations/execute.ts';
import {
  api,
  base,
  bench,
  canary,
  connectorOf,
  failureOf,
  kinds,
  onRecordedWire,
  outcomeOf,
  type Parts,
  requestOf,
} from './bench.ts';

const it1 = {operations: {it: kinds.read}};

function openingError(
  connection: Partial<ConnectionPart>,
  manifest: Partial<Connection>,
  secrets: Record<string, string> = {},
) {
  return failureOf((async () => bench({connection}, {manifest, secrets}))());
}

describe('settings of a connection', () => {
  const config = {
    type: 'object',
    required: ['tenant'],
    properties: {tenant: {type: 'string', minLength: 1}, size: {type: 'integer', default: 5}},
  };

  it('get the defaults of the connector', () => {
    assert.deepEqual(bench({connection: {config}}, {manifest: {config: {tenant: 'a'}}}).live.config, {
      tenant: 'a',
      size: 5,
    });
  });

  it('are refused with all findings', async () => {
    const error = await openingError({config}, {config: {tenat: 'a', size: 'big'}});
    assert.equal(error.jobwireCode, 'JW7003');
    assert.match(error.message, /tenant.*size|size.*tenant/s);
    assert.deepEqual(error.extra.suggestions, ['tenant']);
  });

  it('name a variant where there are some', async () => {
    const variants = {cloud: {title: 'Cloud', baseUrl: base}};
    assert.equal((await openingError({variants}, {})).jobwireCode, 'JW7004');
    assert.equal((await openingError({variants}, {variant: 'clod'})).jobwireCode, 'JW7004');
    const {live} = bench({connection: {variants}}, {manifest: {variant: 'cloud'}});
    assert.deepEqual([live.variant, live.baseUrl({})], ['cloud', base]);
  });
});

describe('secrets of a connection', () => {
  onRecordedWire();

  const auth: Auth = {apply: {headers: {'X-Key': '{{secret.key}}'}}};
  const secrets = {key: {title: 'Key'}, other: {title: 'Other', optional: true}};

  it('are read when they are used, so that a changed file is seen', async () => {
    const texts = {key: `${canary}-one`};
    const {run} = bench({...it1, connection: {auth, secrets}}, {secrets: texts});
    nock(base, {reqheaders: {'x-key': `${canary}-one`}})
      .get('/v1/things')
      .reply(200, {});
    await run('it');
    texts.key = `${canary}-two`;
    nock(base, {reqheaders: {'x-key': `${canary}-two`}})
      .get('/v1/things')
      .reply(200, {});
    await run('it');
  });

  it('the first of several signs', async () => {
    const {again} = bench(
      {...it1, connection: {auth, secrets}},
      {secrets: {key: `${canary}-new`, old: `${canary}-old`}, manifest: {secrets: {key: ['env:key', 'env:old']}}},
    );
    nock(base, {reqheaders: {'x-key': `${canary}-new`}})
      .get('/v1/things')
      .reply(200, {});
    const live = again({secrets: {key: ['env:key', 'env:old']}});
    await execute({connection: live, operation: 'it', params: {}});
    assert.deepEqual(live.secrets['key']?.(), [`${canary}-new`, `${canary}-old`]);
  });

  it('that are needed and not configured are named', async () => {
    const {run, live} = bench({...it1, connection: {auth, secrets}});
    const error = await failureOf(run('it'));
    assert.deepEqual([error.jobwireCode, error.extra.outcome], ['JW7001', 'fail']);
    assert.match(error.message, /secret key/);
    assert.equal(live.secrets['other'], undefined);
  });

  const refused: readonly [title: string, given: Connection['secrets'], code: string][] = [
    ['a literal', {key: `${canary}-literal`}, 'JW7002'],
    ['a name the connector does not have', {kee: 'env:KEY'}, 'JW7003'],
  ];
  for (const [title, given, code] of refused)
    it(`are refused when one is ${title}`, async () => {
      const error = await openingError({auth, secrets}, {...(given && {secrets: given})});
      assert.equal(error.jobwireCode, code);
      assert.doesNotMatch(JSON.stringify(error.issue()), /canary/);
    });
});

describe('the reach of a connection', () => {
  function policyOf(
    permissions: string[],
    manifest: Partial<Connection>,
    read?: (path: string) => string,
  ): EgressPolicy {
    let policy: EgressPolicy | undefined;
    const config = {type: 'object', properties: {url: {type: 'string'}, other: {type: 'string'}}};
    bench(
      {permissions: {hosts: permissions}, connection: {config}},
      {
        manifest,
        tools: {
          ...(read && {readFile: read}),
          openTransport: (given) => {
            policy = given;
            return createTransport({hosts: [], allowPrivate: []});
          },
        },
      },
    );
    return policy ?? assert.fail('no transport was opened');
  }

  it('has the hosts of settings, with their ports, and nothing for a setting that is not there', () => {
    const policy = policyOf(['a.example.com', 'connection:url', 'connection:other'], {
      config: {url: 'https://B.example.com:8443/x'},
    });
    assert.deepEqual(policy, {hosts: ['a.example.com', 'b.example.com:8443'], allowPrivate: []});
  });

  it('has the private hosts and the authority of the connection file', () => {
    const paths: string[] = [];
    const network = {allowPrivate: ['intranet.example.com'], ca: 'file:certs/ca.pem'};
    const policy = policyOf([], {network}, (path) => {
      paths.push(path);
      return 'PEM';
    });
    assert.deepEqual(policy, {hosts: [], allowPrivate: ['intranet.example.com'], ca: 'PEM'});
    assert.deepEqual(paths, ['/project/connections/certs/ca.pem']);
  });

  for (const ca of ['file:../ca.pem', 'file:/etc/ca.pem', 'certs/ca.pem'])
    it(`refuses the authority ${ca}`, async () => {
      const error = await failureOf((async () => policyOf([], {network: {ca}}, () => 'PEM'))());
      assert.equal(error.jobwireCode, 'JW1006');
    });
});

describe('prepare', () => {
  onRecordedWire();

  const parts: Parts = {
    connection: {
      config: {type: 'object', properties: {folder: {type: 'string'}}},
      headers: {'X-Folder': '{{optional prepared.folder}}'},
      prepare: {
        ttl: '1h',
        steps: [{id: 'folder', when: '{{has connection.folder}}', call: 'folders', output: '{{result.id}}'}],
        output: {folder: '{{optional steps.folder}}'},
      },
    },
    operations: {...it1.operations, folders: {effect: 'read', request: {method: 'GET', path: '/folders'}}},
  };
  const manifest = {config: {folder: 'Shared'}};

  const folders = (id: number) =>
    nock(base, {badheaders: ['x-folder']})
      .get('/v1/folders')
      .reply(200, {id});
  const things = (folder: number) =>
    nock(base, {reqheaders: {'x-folder': String(folder)}})
      .get('/v1/things')
      .reply(200, {});

  it('runs once for all callers, without its own output, and its output goes into the headers', async () => {
    folders(12);
    for (let i = 0; i < 5; i++) things(12);
    const {run} = bench(parts, {manifest});
    await Promise.all(Array.from({length: 5}, () => run('it')));
  });

  it('runs again after its time', async () => {
    const {run, clock} = bench(parts, {manifest});
    folders(12);
    things(12);
    await run('it');
    clock.advance(3_600_000);
    folders(13);
    things(13);
    await run('it');
  });

  it('that fails keeps nothing, and nothing was sent', async () => {
    const {run} = bench(parts, {manifest});
    api().get('/v1/folders').reply(403, {});
    assert.equal(await outcomeOf(run('it')), 'fail JW3015');
    folders(12);
    things(12);
    await run('it');
  });

  it('that cannot be reached now is a retry of the call', async () => {
    api().get('/v1/folders').reply(503, {}, {'retry-after': '60'});
    const error = await failureOf(bench(parts, {manifest}).run('it'));
    assert.deepEqual([error.extra.outcome, error.extra.afterMs], ['retry', 60_000]);
  });

  it('shows its requests in the log of the call that needed it', async () => {
    folders(12);
    things(12);
    const {run, lines} = bench(parts, {manifest});
    await run('it');
    assert.deepEqual(
      lines.map(({step, what}) => `${step}: ${what}`),
      ['folder: GET /v1/folders answered 200', 'it: GET /v1/things answered 200'],
    );
  });
});

describe('credentials', () => {
  onRecordedWire();

  const auth: Auth = {
    obtain: {
      oauth2: {
        grant: 'client_credentials',
        tokenUrl: 'https://login.example.com/token',
        clientId: 'app',
        clientSecret: '{{secret.client}}',
      },
    },
  };
  const parts: Parts = {
    connection: {auth, secrets: {client: {title: 'Secret'}}},
    operations: {it: kinds.read, start: kinds['unsafe write']},
  };
  const secrets = {client: `${canary}-client`};
  const token = (n: number) =>
    nock('https://login.example.com')
      .post('/token')
      .reply(200, {access_token: `${canary}-token-${n}`, expires_in: 3600});
  const bearing = (n: number) => nock(base, {reqheaders: {authorization: `Bearer ${canary}-token-${n}`}});

  it('are obtained once and used for all', async () => {
    token(1);
    bearing(1).get('/v1/things').times(3).reply(200, {});
    const {run} = bench(parts, {secrets});
    await Promise.all([run('it'), run('it'), run('it')]);
  });

  it('that are refused are renewed once, and the write is sent once more', async () => {
    token(1);
    bearing(1).post('/v1/things').reply(401, {});
    token(2);
    bearing(2).post('/v1/things').reply(200, {ok: true});
    const {run, lines} = bench(parts, {secrets});
    assert.deepEqual(await run('start'), {ok: true});
    assert.deepEqual(
      lines.map(({what}) => what),
      ['POST /v1/things answered 401', 'POST /v1/things answered 200'],
    );
  });

  it('that are refused twice fail, naming the connection', async () => {
    token(1);
    bearing(1).get('/v1/things').reply(401, {});
    token(2);
    bearing(2).get('/v1/things').reply(401, {});
    const error = await failureOf(bench(parts, {secrets}).run('it'));
    assert.deepEqual([error.jobwireCode, error.extra.outcome, error.owner], ['JW3012', 'fail', 'operator']);
    assert.match(error.extra.hint ?? '', /connection main/);
  });

  it('are renewed where a row says so, whatever the status', async () => {
    const sleepy = {
      ...kinds.read,
      errors: [{when: {status: [200], test: "{{eq response.body.code 'EXPIRED'}}"}, action: 'refresh' as const}],
    };
    token(1);
    bearing(1).get('/v1/things').reply(200, {code: 'EXPIRED'});
    token(2);
    bearing(2).get('/v1/things').reply(200, {code: 'OK'});
    assert.deepEqual(await bench({...parts, operations: {it: sleepy}}, {secrets}).run('it'), {code: 'OK'});
  });

  it('that cannot be had now are a retry: the write was not sent', async () => {
    nock('https://login.example.com').post('/token').reply(503);
    const {run} = bench({...parts, http: {retry: {limit: 0}}}, {secrets});
    assert.equal(await outcomeOf(run('start')), 'retry JW3002');
  });

  it('that are not given fail', async () => {
    nock('https://login.example.com').post('/token').reply(200, '<html>');
    assert.equal(await outcomeOf(bench(parts, {secrets}).run('start')), 'fail JW3013');
  });

  it('of a static kind get one repetition, because their file may have changed', async () => {
    const key: Parts = {
      ...it1,
      connection: {auth: {apply: {headers: {'X-Key': '{{secret.client}}'}}}, secrets: {client: {title: 'Key'}}},
    };
    requestOf('read').twice().reply(401, {});
    assert.equal(await outcomeOf(bench(key, {secrets}).run('it')), 'fail JW3012');
  });

  it('without any are not repeated', async () => {
    requestOf('read').reply(401, {});
    assert.equal(await outcomeOf(bench(it1).run('it')), 'fail JW3012');
  });
});

describe('nothing that is shown', () => {
  onRecordedWire();

  it('holds a secret, wherever the target repeats it', async () => {
    const secret = `${canary}-key/with+signs=`;
    const parts: Parts = {
      connection: {
        auth: {apply: {headers: {Authorization: 'Key {{secret.key}}'}, query: {k: '{{secret.key}}'}}},
        secrets: {key: {title: 'Key'}},
      },
      http: {
        errorText: ['{{response.body.said}}'],
        errors: [
          {
            when: {status: [400]},
            action: 'fail',
            message: 'It said {{response.body.said}}',
            hint: 'not {{response.body.said}}',
          },
        ],
      },
      operations: {it: {...kinds.read, retry: {limit: 0}}},
    };
    const said = {
      said: `your key ${secret} or ${encodeURIComponent(secret)} or ${Buffer.from(secret).toString('base64')}`,
      deep: [{x: secret}],
    };
    for (const status of [200, 400, 418, 503])
      api().get('/v1/things').query({k: secret}).reply(status, said, {'x-request-id': secret});
    const {run, lines} = bench(parts, {secrets: {key: secret}});
    await run('it');
    const shown: unknown[] = [lines];
    for (let i = 0; i < 3; i++) {
      const error = await failureOf(run('it'));
      shown.push(error.issue(), inspect(error, {depth: 10}));
    }
    api()
      .get('/v1/things')
      .query({k: secret})
      .replyWithError(new Error(`no ${secret}`));
    shown.push(inspect(await failureOf(run('it')), {depth: 10}));
    assert.doesNotMatch(JSON.stringify(shown), /canary|Y2FuYXJ5/);
    assert.match(JSON.stringify(shown), /\[secret\]/);
  });

  it('is longer than a person reads', async () => {
    api()
      .get('/v1/things')
      .reply(200, {text: 'x'.repeat(50_000), list: Array.from({length: 500}, (_, i) => i)});
    const {run, lines} = bench(it1);
    await run('it');
    assert.ok(JSON.stringify(lines).length < 4000, `${JSON.stringify(lines).length} characters`);
  });

  it('is made when nobody looks', async () => {
    api().get('/v1/things').reply(200, {a: 1});
    const {live} = bench(it1);
    assert.deepEqual(await execute({connection: live, operation: 'it', params: {}}), {a: 1});
  });
});

describe('budgets', () => {
  onRecordedWire();

  const parts = (rule: NonNullable<NonNullable<Connector['http']>['budgets']>[string]): Parts => ({
    http: {budgets: {calls: rule}, retry: {limit: 0}},
    operations: {it: {...kinds.read, budget: 'calls'}},
  });
  const answers = (times: number) => requestOf('read').times(times).reply(200, {});

  it('make callers wait their turn', async () => {
    answers(5);
    const {run, clock} = bench(parts({limit: 2, per: '1m'}));
    const before = clock.now();
    for (let i = 0; i < 5; i++) await run('it');
    assert.equal(clock.now() - before, 120_000);
  });

  it('of the connection file only tighten', async () => {
    answers(4);
    const {run, clock} = bench(parts({limit: 2, per: '1m'}), {manifest: {budgets: {calls: {limit: 1}}}});
    const before = clock.now();
    await run('it');
    await run('it');
    assert.equal(clock.now() - before, 60_000);
    const loose = bench(parts({limit: 1, per: '1m'}), {manifest: {budgets: {calls: {limit: 100, per: '1s'}}}});
    const start = loose.clock.now();
    await loose.run('it');
    await loose.run('it');
    assert.equal(loose.clock.now() - start, 60_000);
  });

  it('of scope connector are shared by its connections', async () => {
    answers(2);
    const {run, again, clock} = bench(parts({limit: 1, per: '1m', scope: 'connector'}));
    const other = again({id: 'second'});
    const before = clock.now();
    await run('it');
    await execute({connection: other, operation: 'it', params: {}});
    assert.equal(clock.now() - before, 60_000);
  });

  it('of scope connection are not', async () => {
    answers(2);
    const {run, again, clock} = bench(parts({limit: 1, per: '1m'}));
    const other = again({id: 'second'});
    const before = clock.now();
    await run('it');
    await execute({connection: other, operation: 'it', params: {}});
    assert.equal(clock.now(), before);
  });

  it('pause for everybody when the target limits, and say how long without asking it again', async () => {
    requestOf('read').reply(429, {}, {'retry-after': '60'});
    const {run, clock} = bench(parts({limit: 100, per: '1m'}));
    assert.equal(await outcomeOf(run('it')), 'retry JW3003');
    clock.advance(20_000);
    const error = await failureOf(run('it'));
    assert.deepEqual([error.jobwireCode, error.extra.outcome, error.extra.afterMs], ['JW3001', 'retry', 40_000]);
    clock.advance(40_000);
    answers(1);
    await run('it');
  });

  const resets: readonly [format: 'seconds' | 'unix', reset: string][] = [
    ['seconds', '30'],
    ['unix', String(Date.parse('2026-01-12T08:16:00Z') / 1000)],
  ];
  for (const [resetFormat, reset] of resets)
    it(`follow what the target says is left (${resetFormat})`, async () => {
      const rule = {
        limit: 100,
        per: '1m',
        remaining: '{{optional (integer response.headers.[x-left])}}',
        reset: '{{optional (integer response.headers.[x-reset])}}',
        resetFormat,
      };
      requestOf('read').reply(200, {}, {'x-left': '0', 'x-reset': reset});
      const {run} = bench(parts(rule));
      await run('it');
      assert.equal((await failureOf(run('it'))).extra.afterMs, 30_000);
    });

  it('are given back when a request fails', async () => {
    requestOf('read').times(3).reply(500, {});
    const {run} = bench(parts({limit: 100, per: '1m', concurrency: 1}));
    for (let i = 0; i < 3; i++) await failureOf(run('it'));
  });
});

describe('a connector without any extras', () => {
  it('opens', async () => {
    const {live} = bench(connectorOf({}));
    assert.deepEqual([live.config, await live.prepared(), live.headers({})], [{}, {}, {}]);
    await live.close();
  });
});
