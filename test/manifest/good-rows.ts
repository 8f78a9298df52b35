/** Legal features of the language, one a row: each is an overlay on the small good project that nothing may be said about. */
import {connection, connector, good, template} from './project.ts';

type Json = null | boolean | number | string | Json[] | {[key: string]: Json};
type Tree = {[key: string]: Json};

/** The parsed files of the project, to be changed. */
export interface Draft {
  readonly connector: Tree;
  readonly template: Tree;
  readonly connection: Tree;
  readonly files: Record<string, string>;
}

export type Row = readonly [name: string, change: (draft: Draft) => void];

/** The project with a change made. */
export function overlaid(change: Row[1]): Record<string, string> {
  const read = (file: keyof typeof good): Tree => JSON.parse(good[file]) as Tree;
  const draft = {connector: read(connector), template: read(template), connection: read(connection), files: {}};
  change(draft);
  const write = (tree: Tree): string => `${JSON.stringify(tree, null, 2)}\n`;
  return {
    ...good,
    [connector]: write(draft.connector),
    [template]: write(draft.template),
    [connection]: write(draft.connection),
    ...draft.files,
  };
}

/** The object at a path of keys. */
function at(tree: Tree, ...path: readonly string[]): Tree {
  return path.reduce((here, key) => here[key] as Tree, tree);
}

const target = ({template: {do: list}}: Draft): Tree => (list as Tree[])[0] as Tree;
const input = (draft: Draft): Tree => target(draft)['input'] as Tree;
const operation = (draft: Draft, name: string): Tree => at(draft.connector, 'operations', name);
const verify = (draft: Draft, ...rules: Tree[]): void => {
  at(draft.connector, 'feeds', 'hooks', 'webhook')['verify'] = rules;
};
const criteria = (draft: Draft, ...rows: Tree[]): void => {
  draft.template['criteria'] = [...rows, {path: 'event.data.owner', op: 'exists'}];
};
const auth = (draft: Draft, value: Tree): void => {
  at(draft.connector, 'connection', 'variants', 'key')['auth'] = value;
  at(draft.connector, 'connection')['auth'] = value;
};
const hmac = {scheme: 'hmac', signature: {header: 'x-acme'}, key: '{{secret.key}}'};

const values: readonly Row[] = [
  [
    '$if with both branches',
    (d) => Object.assign(input(d), {mode: {$if: "{{eq event.data.priority 'high'}}", then: 'fast', else: 'slow'}}),
  ],
  [
    '$if without else, which leaves an optional input out',
    (d) => Object.assign(input(d), {note: {$if: '{{has event.data.votes}}', then: 'votes'}}),
  ],
  [
    '$switch with a default',
    (d) =>
      Object.assign(input(d), {mode: {$switch: '{{event.data.priority}}', cases: {high: 'fast'}, default: 'slow'}}),
  ],
  ['$literal keeps braces', (d) => Object.assign(input(d), {note: {$literal: '{{not read}}'}})],
  ['an escaped brace', (d) => Object.assign(input(d), {note: '\\{{plain}}'})],
  [
    '$each with index and where over a list',
    (d) => {
      at(d.connector, 'actions', 'run')['output'] = {
        jobs: {
          $each: '{{list steps.start.id}}',
          as: 'one',
          index: 'i',
          where: "{{not (eq one '')}}",
          do: {id: '{{one}}'},
        },
      };
    },
  ],
  [
    '$each with key over an object',
    (d) => {
      (operation(d, 'startJob')['request'] as Tree)['headers'] = {
        $each: {a: 'one'},
        as: 'pair',
        key: 'x-{{pair.key}}',
        do: '{{pair.value}}',
      };
    },
  ],
  [
    '$merge',
    (d) => {
      at(operation(d, 'startJob'), 'request', 'body')['json'] = {
        $merge: [{mode: '{{params.mode}}'}, {count: '{{default params.count 1}}'}],
      };
    },
  ],
  [
    'a bracketed list index',
    (d) => {
      at(operation(d, 'startJob'), 'response')['output'] = {id: '{{string response.body.[0].id}}'};
    },
  ],
  [
    'a bracketed header name',
    (d) => {
      at(operation(d, 'startJob'), 'response')['output'] = {id: '{{response.headers.[x-run-id]}}'};
    },
  ],
  [
    'lenient has inside and, then strict',
    (d) => {
      d.template['criteria'] = [
        {test: '{{and (has event.data.votes) (gt event.data.votes 3)}}', label: 'liked'},
        {path: 'event.data.owner', op: 'exists'},
      ];
    },
  ],
  [
    'nested helper calls',
    (d) => Object.assign(input(d), {note: "{{truncate (upper (default event.data.owner.name 'nobody')) 20}}"}),
  ],
  [
    'a double-quoted argument',
    (d) => Object.assign(input(d), {note: '{{truncate (replace event.data.title "\'" " ") 20}}'}),
  ],
  [
    'dates out of the run',
    (d) => Object.assign(input(d), {note: "{{truncate (date (shift run.now '-1d') 'date') 20}}"}),
  ],
  ['$comment in a manifest object', (d) => Object.assign(target(d), {$comment: 'why this is so'})],
];

const operators: readonly Row[] = [
  ...(
    [
      ['equals', 'low'],
      ['not-equals', 'low'],
      ['in', ['low', 'high']],
      ['not-in', ['low']],
      ['contains', 'ig'],
      ['not-contains', 'x'],
      ['starts-with', 'hi'],
      ['ends-with', 'gh'],
      ['matches', '^h[a-z]+$'],
    ] as const
  ).map(
    ([op, value]): Row => [
      `criteria: ${op}`,
      (d) => criteria(d, {path: 'event.data.priority', op, value: value as Json}),
    ],
  ),
  ...(['gt', 'gte', 'lt', 'lte'] as const).map(
    (op): Row => [
      `criteria: ${op}, and what may be missing does not match`,
      (d) => criteria(d, {path: 'event.data.votes', op, value: 3, absent: 'no-match'}),
    ],
  ),
  ...(['before', 'after'] as const).map(
    (op): Row => [`criteria: ${op} a signed duration`, (d) => criteria(d, {path: 'event.time', op, value: '-1h'})],
  ),
  ['criteria: missing', (d) => criteria(d, {path: 'event.data.votes', op: 'missing'})],
  [
    'criteria: without regard to case',
    (d) => criteria(d, {path: 'event.data.title', op: 'equals', value: 'HELP', ignoreCase: true}),
  ],
  [
    'criteria: any',
    (d) =>
      criteria(d, {
        any: [{path: 'event.data.priority', op: 'equals', value: 'high'}, {test: '{{has event.data.votes}}'}],
      }),
  ],
];

const policies: readonly Row[] = [
  ['delivery: at-least-once', (d) => Object.assign(d.template, {policy: {delivery: 'at-least-once'}})],
  [
    'delivery: reconcile, with settle',
    (d) => {
      operation(d, 'startJob')['settle'] = {
        call: 'listJobs',
        with: {name: '{{params.key}}'},
        delays: ['5s'],
        done: '{{gt (length result) 0}}',
        output: {id: "{{get (first result) 'key'}}"},
      };
      d.template['policy'] = {delivery: 'reconcile'};
    },
  ],
  [
    'settle of a part, with the rest',
    (d) => {
      operation(d, 'startJob')['settle'] = {
        call: 'listJobs',
        with: {name: '{{params.key}}'},
        done: '{{gt (length result) 1}}',
        rest: {count: '{{subtract (default params.count 1) (length result)}}'},
        when: '{{has params.count}}',
        output: {id: 'x'},
      };
      d.template['policy'] = {delivery: 'reconcile'};
    },
  ],
  [
    'delivery: queue, with an idempotency key',
    (d) => {
      operation(d, 'startJob')['idempotency'] = {key: '{{params.key}}', header: 'Idempotency-Key'};
      d.template['policy'] = {delivery: 'queue'};
    },
  ],
  [
    'order by key and a deadline',
    (d) =>
      Object.assign(d.template, {
        policy: {order: 'key', concurrency: {limit: 1, key: '{{event.data.id}}'}, deadline: '15m'},
      }),
  ],
  [
    'retry of whole runs',
    (d) => Object.assign(d.template, {policy: {retry: {limit: 3, base: '10s', factor: 3, cap: '5m'}}}),
  ],
  ['no waiting', (d) => Object.assign(target(d), {policy: {wait: false}})],
  ['waiting that stops the job', (d) => Object.assign(target(d), {policy: {wait: {timeout: '2h', onTimeout: 'stop'}}})],
  ['a target with when', (d) => Object.assign(target(d), {when: '{{has event.data.votes}}'})],
  [
    'one target without a list',
    (d) => {
      const {id: _, ...one} = target(d);
      d.template['do'] = one;
    },
  ],
  [
    'two targets',
    (d) => {
      d.template['do'] = [target(d), {...target(d), id: 'second', when: "{{eq event.data.title 'x'}}"}];
    },
  ],
  [
    'a follow-up with when',
    (d) => {
      Object.assign((target(d)['onComplete'] as Tree[])[0] as Tree, {
        when: "{{eq result.state 'failed'}}",
        delivery: 'at-most-once',
      });
    },
  ],
  ['a version range with ~', (d) => Object.assign(at(d.template, 'on'), {connector: 'acme@~1.0'})],
  ['an exact version', (d) => Object.assign(at(d.template, 'on'), {connector: 'acme@1.0.0'})],
];

const free = {job: 'a', mode: 'fast'};
const startedBy = (d: Draft, on: Tree, more: Tree = {}): void => {
  const {id, connector: of, connection: via, action} = target(d);
  Object.assign(d.template, {
    on,
    do: [{id, connector: of, connection: via, action, input: {...free, ...more}}],
    policy: {},
  });
  delete d.template['criteria'];
};

const starts: readonly Row[] = [
  [
    'a schedule',
    (d) =>
      startedBy(
        d,
        {schedule: {cron: '0 8 * * mon-fri', timezone: 'Europe/Berlin'}},
        {note: '{{truncate event.data.scheduledFor 20}}'},
      ),
  ],
  [
    'a schedule that makes up for each missed time',
    (d) => startedBy(d, {schedule: {cron: '*/15 8-17 1,15 jan *', timezone: 'UTC', catchUp: 'all'}}),
  ],
  [
    'by hand, with data',
    (d) =>
      startedBy(
        d,
        {manual: {data: {type: 'object', required: ['n'], properties: {n: {type: 'integer'}}}, sample: {n: 1}}},
        {count: '{{event.data.n}}'},
      ),
  ],
];

const auths: readonly Row[] = [
  [
    'auth: none',
    (d) => {
      auth(d, {});
      (at(d.connector, 'connection', 'variants', 'login')['auth'] as Tree) = {
        apply: {basic: {username: '{{connection.user}}', password: '{{secret.key}}'}},
      };
    },
  ],
  ['auth: basic', (d) => auth(d, {apply: {basic: {username: 'jobwire', password: '{{secret.key}}'}}})],
  ['auth: a query entry', (d) => auth(d, {apply: {query: {key: '{{secret.key}}'}}})],
  ['auth: a field of the body', (d) => auth(d, {apply: {body: {key: '{{secret.key}}'}}})],
  [
    'auth: client credentials',
    (d) =>
      auth(d, {
        obtain: {
          oauth2: {
            grant: 'client_credentials',
            tokenUrl: 'https://login.acme.example/token',
            clientId: 'a',
            clientSecret: '{{secret.key}}',
            scope: 'jobs',
            clientAuth: 'basic',
          },
        },
      }),
  ],
  [
    'auth: a refresh token, asked for in JSON',
    (d) =>
      auth(d, {
        obtain: {
          oauth2: {
            grant: 'refresh_token',
            tokenUrl: 'https://login.acme.example/token',
            clientId: 'a',
            refreshToken: '{{secret.key}}',
            encoding: 'json',
            fields: {audience: 'jobs'},
            lifetime: '30m',
            skew: '1m',
          },
        },
      }),
  ],
  [
    'auth: a login of its own',
    (d) =>
      auth(d, {
        obtain: {
          login: {
            request: {method: 'POST', url: 'https://login.acme.example/login', body: {json: {key: '{{secret.key}}'}}},
            token: '{{response.body.token}}',
            lifetime: '20m',
          },
        },
        apply: {headers: {'X-Session': '{{token}}'}},
      }),
  ],
  [
    'auth: signed requests with a time',
    (d) =>
      auth(d, {
        sign: {
          algorithm: 'sha512',
          encoding: 'base64',
          key: '{{secret.key}}',
          base: '{{timestamp}}.{{request.raw}}',
          header: 'X-Signature',
          prefix: 'v1=',
          timestamp: {header: 'X-Time', format: 'unix'},
        },
      }),
  ],
  [
    'auth: a crumb and cookies',
    (d) =>
      auth(d, {
        apply: {headers: {'X-Key': '{{secret.key}}'}},
        crumb: {
          request: {method: 'GET', path: '/crumb'},
          header: '{{response.body.field}}',
          value: '{{response.body.crumb}}',
          for: 'all',
        },
        cookies: true,
      }),
  ],
  [
    'auth: a second origin and other refresh statuses',
    (d) =>
      auth(d, {
        apply: {headers: {'X-Key': '{{secret.key}}'}},
        origins: ['https://login.acme.example'],
        refreshOn: [401, 419],
      }),
  ],
  [
    'prepare, whose output is a root',
    (d) => {
      Object.assign(at(d.connector, 'connection'), {
        prepare: {call: 'readRun', with: {id: 'me'}, output: {tenant: '{{result.tenant}}'}, ttl: '10m'},
      });
      (operation(d, 'startJob')['request'] as Tree)['headers'] = {
        'X-Tenant': "{{string (default prepared.tenant 'none')}}",
      };
    },
  ],
  [
    'import of a credential file',
    (d) => {
      at(d.connector, 'connection')['import'] = {
        title: '.acme file',
        config: {site: '{{file.site}}'},
        secrets: {key: '{{file.key}}'},
      };
    },
  ],
  [
    'a secret with two live keys',
    (d) => {
      d.connection['secrets'] = {key: ['env:ACME_KEY', 'env:ACME_KEY_BEFORE']};
    },
  ],
  ['another variant', (d) => Object.assign(d.connection, {variant: 'login', config: {site: 'prod', user: 'a'}})],
  [
    'a host of the network that is opened',
    (d) => Object.assign(d.connection, {network: {allowPrivate: ['prod.acme.example']}}),
  ],
];

const requests: readonly Row[] = [
  [
    'pages: cursor',
    (d) => {
      operation(d, 'listJobs')['page'] = {style: 'cursor', next: '{{optional response.body.next}}', maxPages: 5};
      Object.assign(at(operation(d, 'listJobs'), 'request', 'query'), {after: '{{optional page.cursor}}'});
    },
  ],
  [
    'pages: url',
    (d) => {
      operation(d, 'listJobs')['page'] = {style: 'url', next: '{{optional response.body.[@odata.nextLink]}}'};
    },
  ],
  [
    'pages: link header',
    (d) => {
      operation(d, 'listJobs')['page'] = {style: 'link', maxItems: 500};
    },
  ],
  [
    'pages: number, until a short one',
    (d) => {
      operation(d, 'listJobs')['page'] = {style: 'number', start: 0, size: 50, stop: 'short'};
      Object.assign(at(operation(d, 'listJobs'), 'request', 'query'), {page: '{{page.number}}'});
    },
  ],
  [
    'pages: offset with a total',
    (d) => {
      operation(d, 'listJobs')['page'] = {
        style: 'offset',
        total: '{{response.body.total}}',
        done: '{{response.body.last}}',
      };
      Object.assign(at(operation(d, 'listJobs'), 'request', 'query'), {skip: '{{page.offset}}'});
    },
  ],
  [
    'a form body',
    (d) => {
      at(operation(d, 'startJob'), 'request')['body'] = {
        form: {count: '{{default params.count 1}}', 'variables[mode]': '{{params.mode}}'},
      };
    },
  ],
  [
    'a multipart body',
    (d) => {
      at(operation(d, 'startJob'), 'request')['body'] = {
        multipart: [
          {name: 'mode', value: '{{params.mode}}'},
          {name: 'count', value: '{{string (default params.count 1)}}'},
        ],
      };
    },
  ],
  [
    'a text body with a content type',
    (d) => {
      at(operation(d, 'startJob'), 'request')['body'] = {
        text: '{{params.mode}} {{default params.count 1}}',
        contentType: 'text/csv',
      };
    },
  ],
  [
    'an answer in text',
    (d) => {
      operation(d, 'readRun')['response'] = {type: 'text', output: {state: '{{trim response.body}}'}, maxSize: '1KB'};
    },
  ],
  [
    'an answer of another media type, redacted',
    (d) => {
      operation(d, 'readRun')['response'] = {
        mediaTypes: ['text/javascript'],
        redact: ['/token', '/items/*/secret'],
        expect: [200, '3xx'],
      };
    },
  ],
  [
    'error rows of every action',
    (d) => {
      operation(d, 'startJob')['errors'] = [
        {when: {status: ['4xx'], test: "{{eq (default response.errorText '') 'busy'}}"}, action: 'retry', after: '5s'},
        {when: {status: [420]}, action: 'rate-limit', after: '{{integer response.headers.[x-wait]}}'},
        {when: {status: [440]}, action: 'refresh'},
        {when: {status: [409]}, action: 'success', output: {id: 'known'}},
        {
          when: {network: ['parse']},
          action: 'unknown',
          code: 'acme-unclear',
          owner: 'target',
          message: 'No answer',
          hint: 'look',
        },
      ];
    },
  ],
  [
    'a retry rule',
    (d) =>
      Object.assign(operation(d, 'readRun'), {
        retry: {limit: 2, base: '100ms', factor: 1.5, cap: '5s', jitter: 'none'},
        timeout: '5s',
      }),
  ],
  [
    'a budget that the target tells',
    (d) => {
      at(d.connector, 'http', 'budgets')['calls'] = {
        limit: 60,
        per: '1m',
        scope: 'connector',
        remaining: '{{integer response.headers.[x-left]}}',
        reset: '{{integer response.headers.[x-reset]}}',
        resetFormat: 'unix',
      };
    },
  ],
  [
    'a request without credentials that may be redirected',
    (d) => Object.assign(operation(d, 'readRun')['request'] as Tree, {auth: false, redirect: 'same-origin'}),
  ],
  [
    'another query language',
    (d) => {
      at(operation(d, 'listJobs'), 'request')['query'] = {
        q: "name = {{jql (default params.name '')}}",
        size: '{{page.size}}',
        strict: '{{connection.strict}}',
      };
      at(operation(d, 'listJobs'), 'request')['dialects'] = {q: 'jql'};
    },
  ],
];

const lookups: readonly Row[] = [
  [
    'lookup: none gives another value',
    (d) => Object.assign(at(d.connector, 'lookups', 'job'), {none: {action: 'use', use: {key: 'default'}}}),
  ],
  [
    'lookup: none with a code of its own',
    (d) =>
      Object.assign(at(d.connector, 'lookups', 'job'), {
        none: {code: 'acme-no-job', owner: 'operator', message: 'no {{params.name}}', hint: 'make it'},
        choice: '{{item.key}}',
      }),
  ],
  [
    'lookup: the first of many, in an order',
    (d) =>
      Object.assign(at(d.connector, 'lookups', 'job'), {
        many: {action: 'first', order: {by: '{{item.key}}', desc: true}},
      }),
  ],
  ['lookup: kept for a while', (d) => Object.assign(at(d.connector, 'lookups', 'job'), {cache: '10m'})],
  [
    'lookup: rows that narrow only sometimes',
    (d) =>
      Object.assign(at(d.connector, 'lookups', 'job'), {
        where: [
          {when: '{{connection.strict}}', test: '{{eq item.key params.name}}'},
          {test: "{{startsWith item.key 'a'}}"},
        ],
      }),
  ],
  [
    'lookup: from a list at hand',
    (d) => {
      at(d.connector, 'lookups')['job'] = {
        params: {name: 'string'},
        from: [{key: 'a'}, {key: 'b'}],
        where: [{test: '{{eq item.key params.name}}'}],
        output: {key: '{{item.key}}'},
        stale: {codes: ['acme-not-found']},
      };
    },
  ],
  [
    'steps: when, set, fail and onError',
    (d) => {
      const steps = at(d.connector, 'actions', 'run')['steps'] as Tree[];
      steps.unshift(
        {when: "{{eq input.job ''}}", fail: {code: 'acme-no-name', message: 'A name is needed'}},
        {id: 'extra', when: '{{has input.note}}', set: {note: "{{default input.note ''}}"}},
      );
      Object.assign(steps[2] as Tree, {onError: {codes: ['acme-not-found'], output: {key: 'fallback'}}});
    },
  ],
  [
    'steps: a read for each item',
    (d) => {
      (at(d.connector, 'actions', 'run')['steps'] as Tree[]).unshift({
        id: 'all',
        each: ['a', 'b'],
        as: 'one',
        call: 'readRun',
        with: {id: '{{one}}'},
      });
    },
  ],
  [
    'a preflight',
    (d) => {
      at(d.connector, 'actions', 'run')['preflight'] = {
        call: 'readRun',
        with: {id: '{{write.key}}'},
        output: {valid: '{{boolean result.valid}}', note: 'asked'},
      };
    },
  ],
];

const verbs: readonly Row[] = [
  [
    'status of many jobs at once',
    (d) => {
      at(d.connector, 'jobs', 'run')['status'] = {
        batch: 50,
        call: 'listJobs',
        with: {name: "{{join (pluck jobs 'id') ','}}"},
        output: {$each: '{{result}}', as: 'row', do: {id: '{{row.key}}', state: 'ok'}},
      };
    },
  ],
  [
    'states of two parts, and all others',
    (d) => {
      at(d.connector, 'jobs', 'run', 'status')['output'] = {
        state: ['{{result.status}}', '{{optional result.conclusion}}'],
        message: '{{string result.text}}',
        progress: '{{number result.done}}',
      };
      at(d.connector, 'jobs', 'run')['states'] = {
        'done/ok': 'succeeded',
        'done/bad': 'failed',
        queued: 'pending',
        asleep: 'waiting',
        halted: 'canceled',
        '*': 'running',
      };
    },
  ],
  [
    'polling with limits',
    (d) =>
      Object.assign(at(d.connector, 'jobs', 'run'), {
        poll: {
          first: '1s',
          every: '5s',
          factor: 2,
          cap: '1m',
          timeout: '8h',
          missing: '2m',
          tolerate: 3,
          stuck: {pending: '1h'},
        },
      }),
  ],
  [
    'a job that goes on as another',
    (d) => {
      at(d.connector, 'jobs', 'run', 'status')['output'] = {
        state: '{{result.state}}',
        follow: {$if: '{{has result.next}}', then: {kind: 'run', ref: {id: '{{string result.next}}'}}},
      };
    },
  ],
  [
    'verb list with flags of its own',
    (d) => {
      at(d.connector, 'jobs', 'run')['list'] = {
        input: {type: 'object', properties: {name: {type: 'string'}}},
        call: 'listJobs',
        with: {name: '{{optional input.name}}'},
        output: {$each: '{{result}}', as: 'row', do: {ref: {id: '{{row.key}}'}, state: 'ok'}},
      };
    },
  ],
  [
    'verb stop with force, and many jobs at once',
    (d) => {
      at(d.connector, 'operations')['stopAll'] = {
        effect: 'write',
        repeat: 'safe',
        params: {ids: 'array', force: 'boolean'},
        request: {method: 'POST', path: '/stop', body: {json: {ids: '{{params.ids}}', force: '{{params.force}}'}}},
        response: {type: 'none'},
      };
      at(d.connector, 'jobs', 'run')['stop'] = {
        batch: 10,
        call: 'stopAll',
        with: {ids: "{{pluck jobs 'id'}}", force: '{{input.force}}'},
      };
      delete at(d.connector, 'operations')['stopJob'];
    },
  ],
  [
    'verbs output and log',
    (d) =>
      Object.assign(at(d.connector, 'jobs', 'run'), {
        output: {call: 'readRun', with: {id: '{{job.id}}'}, output: '{{default result.output null}}'},
        log: {call: 'readRun', with: {id: '{{job.id}}'}, output: {text: '{{string result.log}}', done: true}},
      }),
  ],
  [
    'verb restart',
    (d) =>
      Object.assign(at(d.connector, 'jobs', 'run'), {
        restart: {call: 'startJob', with: {key: '{{job.id}}', mode: 'slow'}, output: {jobs: [{id: '{{result.id}}'}]}},
      }),
  ],
  [
    'verb resume',
    (d) =>
      Object.assign(at(d.connector, 'jobs', 'run'), {
        resume: {call: 'startJob', with: {key: '{{job.id}}', mode: "{{if (has input.payload) 'fast' 'slow'}}"}},
      }),
  ],
  [
    'hints that only make it look at once',
    (d) => Object.assign(at(d.connector, 'jobs', 'run'), {hints: [{event: 'ticket.opened', id: '{{event.data.id}}'}]}),
  ],
  [
    'a start that is found afterwards',
    (d) => {
      const run = at(d.connector, 'actions', 'run');
      run['output'] = {jobs: {$if: '{{has input.note}}', then: [{id: '{{steps.start.id}}'}]}};
      run['correlate'] = {lookup: 'job', with: {name: '{{input.job}}'}, every: '2s', within: '1m'};
      at(d.connector, 'lookups', 'job')['output'] = {key: '{{item.key}}', id: '{{item.key}}'};
    },
  ],
];

/** A list of tickets with the time they changed, to be polled. */
function listTickets(d: Draft): void {
  at(d.connector, 'operations')['listTickets'] = {
    effect: 'read',
    params: {'since?': 'string'},
    request: {method: 'GET', path: '/tickets', query: {since: '{{optional params.since}}'}},
    response: {
      items: '{{response.body}}',
      schema: {
        type: 'object',
        required: ['at', 'ticket'],
        properties: {at: {type: 'string'}, ticket: {$ref: '#/schemas/ticket'}},
      },
    },
  };
}

const feeds: readonly Row[] = [
  [
    'verify: base64 with a prefix and another hash',
    (d) =>
      verify(d, {...hmac, algorithm: 'sha512', encoding: 'base64', signature: {header: 'x-acme', prefix: 'sha512='}}),
  ],
  [
    'verify: pairs and a time in one header',
    (d) =>
      verify(d, {
        ...hmac,
        signature: {header: 'x-acme', split: ',', pair: '=', key: 'v1'},
        timestamp: {field: 't', tolerance: '10m'},
        base: '{{timestamp}}.{{request.raw}}',
      }),
  ],
  [
    'verify: a key in base64 with a mark before it',
    (d) =>
      verify(d, {
        ...hmac,
        keyEncoding: 'base64',
        keyStrip: 'whsec_',
        base: ['{{request.headers.[x-id]}}.{{request.raw}}', '{{request.raw}}'],
      }),
  ],
  [
    'verify: a token',
    (d) => verify(d, {scheme: 'token', token: {from: '{{request.headers.[x-token]}}', equals: '{{secret.key}}'}}),
  ],
  [
    'verify: a digest',
    (d) => verify(d, {scheme: 'digest', signature: {query: 'sig'}, base: '{{secret.key}}{{request.raw}}'}),
  ],
  [
    'verify: ed25519',
    (d) => verify(d, {scheme: 'ed25519', signature: {header: 'x-sig'}, key: '{{secret.key}}', keyEncoding: 'hex'}),
  ],
  [
    'verify: alternatives in order',
    (d) => verify(d, hmac, {...hmac, algorithm: 'sha1', signature: {header: 'x-acme-old'}}),
  ],
  [
    'verify: a JSON web token',
    (d) =>
      verify(d, {
        scheme: 'jwt',
        jwt: {
          jwks: 'https://login.acme.example/keys',
          issuer: ['https://login.acme.example'],
          audience: '{{connection.site}}',
          algorithms: ['RS256'],
          claims: {role: 'sender'},
        },
      }),
  ],
  [
    'a handshake that answers a challenge',
    (d) => {
      at(d.connector, 'feeds', 'hooks', 'webhook')['handshake'] = [
        {when: '{{has request.query.challenge}}', respond: {body: '{{request.query.challenge}}'}},
      ];
    },
  ],
  [
    'several items in a delivery, and an answer of its own',
    (d) =>
      Object.assign(at(d.connector, 'feeds', 'hooks', 'webhook'), {
        items: '{{request.body.events}}',
        methods: ['POST', 'PUT'],
        ack: {status: 200, contentType: 'text/plain', body: 'ok'},
      }),
  ],
  [
    'types of the sender, when, subject and time',
    (d) => {
      at(d.connector, 'feeds', 'hooks')['event'] = {
        when: '{{not (eq item.test true)}}',
        type: '{{item.kind}}',
        types: {NEW_TICKET: 'ticket.opened'},
        id: '{{string item.id}}',
        time: '{{item.at}}',
        subject: 'ticket/{{item.id}}',
        data: '{{item.ticket}}',
      };
    },
  ],
  [
    'a dedupe window',
    (d) => Object.assign(at(d.connector, 'feeds', 'hooks'), {dedupe: {window: '30d', on: 'succeeded'}}),
  ],
  [
    'a subscription that is renewed',
    (d) => {
      Object.assign(at(d.connector, 'operations'), {
        subscribe: {
          effect: 'write',
          params: {url: 'string', key: 'secret'},
          request: {method: 'POST', path: '/hooks', body: {json: {url: '{{params.url}}', key: '{{params.key}}'}}},
        },
        renew: {
          effect: 'write',
          repeat: 'safe',
          params: {id: 'string'},
          request: {method: 'PUT', path: '/hooks/{{params.id}}', body: {json: {}}},
        },
      });
      Object.assign(at(d.connector, 'feeds', 'hooks', 'webhook'), {
        verify: [{...hmac, key: '{{subscription.secret}}'}],
        subscribe: {
          call: 'subscribe',
          with: {url: '{{delivery.url}}', key: '{{delivery.secret}}'},
          output: {id: '{{string result.id}}', expiresAt: '{{string result.until}}'},
        },
        renew: {
          call: 'renew',
          with: {id: '{{string subscription.id}}'},
          output: {id: '{{string subscription.id}}', expiresAt: '{{string result.until}}'},
          before: '1h',
        },
      });
    },
  ],
  [
    'a poll by time beside the webhook',
    (d) => {
      listTickets(d);
      at(d.connector, 'feeds')['polled'] = {
        title: 'Polled',
        emits: ['ticket.opened'],
        poll: {
          call: 'listTickets',
          with: {since: '{{cursor.value}}'},
          every: '5m',
          jitter: 0.2,
          cursor: {from: '{{item.at}}', start: '-1d'},
          overlap: '1m',
          lag: '10s',
          order: 'asc',
        },
        event: {type: 'ticket.opened', id: '{{item.ticket.id}}', data: '{{item.ticket}}'},
      };
    },
  ],
  [
    'a poll by token, with a reset',
    (d) => {
      listTickets(d);
      at(d.connector, 'feeds')['polled'] = {
        title: 'Polled',
        emits: ['ticket.opened'],
        poll: {
          call: 'listTickets',
          with: {since: '{{optional cursor.value}}'},
          cursor: {from: '{{response.body.token}}', as: 'token'},
          conditional: 'etag',
          reset: {codes: ['acme-not-found']},
        },
        event: {type: 'ticket.opened', id: '{{item.ticket.id}}', data: '{{item.ticket}}'},
      };
    },
  ],
];

export const rows: readonly (readonly [string, readonly Row[]])[] = [
  ['values', values],
  ['criteria', operators],
  ['policy and targets', policies],
  ['what starts a template', starts],
  ['connections and authentication', auths],
  ['requests and answers', requests],
  ['lookups and steps', lookups],
  ['jobs', verbs],
  ['feeds', feeds],
];
