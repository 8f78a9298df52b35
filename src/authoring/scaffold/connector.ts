/** A connector to begin with: one read, one action, one signed feed, with cases that pass. Must never write a file. */
import type {Json, JsonObject} from '../../values/json.ts';
import {printJson} from '../openapi/print.ts';
import {iconOf} from '../openapi/readme.ts';
import {schemaOfUnit} from '../places.ts';
import type {Question} from './questions.ts';
import {connectorReadme} from './readme.ts';

export interface ConnectorPlan {
  readonly id: string;
  readonly title: string;
  /** Where the API is. */
  readonly url: string;
  readonly auth: AuthName;
}

interface AuthChoice {
  readonly name: string;
  readonly auth: JsonObject;
  readonly properties: JsonObject;
  readonly secrets: JsonObject;
  readonly sample: JsonObject;
}

export const authChoices = {
  bearer: {
    name: 'A bearer token in the header Authorization',
    auth: {apply: {headers: {Authorization: 'Bearer {{secret.token}}'}}},
    properties: {},
    secrets: {token: {title: 'Access token'}},
    sample: {},
  },
  'api-key': {
    name: 'A key in the header X-Api-Key',
    auth: {apply: {headers: {'X-Api-Key': '{{secret.apiKey}}'}}},
    properties: {},
    secrets: {apiKey: {title: 'API key'}},
    sample: {},
  },
  basic: {
    name: 'User name and password',
    auth: {apply: {basic: {username: '{{connection.username}}', password: '{{secret.password}}'}}},
    properties: {username: {type: 'string', title: 'User name'}},
    secrets: {password: {title: 'Password'}},
    sample: {username: 'somebody'},
  },
} as const satisfies Record<string, AuthChoice>;

export type AuthName = keyof typeof authChoices;

export function isAuthName(name: string): name is AuthName {
  return Object.hasOwn(authChoices, name);
}

export const connectorQuestions = {
  title: {
    flag: 'title',
    message: 'Name of the system, as people know it',
    problem: (text) => (text.trim() === '' ? 'a text' : undefined),
  },
  url: {
    flag: 'url',
    message: 'Address of its API, for example https://api.example.com/v1',
    problem: addressProblem,
  },
  auth: {
    flag: 'auth',
    message: 'How requests prove who sends them',
    choices: Object.entries(authChoices).map(([value, {name}]) => ({value, name})),
  },
} as const satisfies Record<string, Question>;

function addressProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url?.search !== '' || url.hash !== '' || url.username !== '' || text.includes('{')) return 'a plain address';
  const isLocal = url.protocol === 'http:' && /^(localhost|127\.0\.0\.1)$/.test(url.hostname);
  return url.protocol === 'https:' || isLocal ? undefined : 'it begins with https://';
}

/** Text of each file, by its path below the project. */
export function scaffoldConnector(plan: ConnectorPlan): Map<string, string> {
  const folder = `connectors/${plan.id}`;
  const put = (name: string, content: Json): [string, string] => [`${folder}/${name}`, printJson(content)];
  return new Map([
    put('connector.json', manifestOf(plan)),
    put('samples/item.created.json', sampleEvent),
    put('samples/deliveries/item.created.json', {
      headers: {'x-event': 'item.created'},
      body: {...delivered, delivery: '{{emit.uuid}}'},
    }),
    put('cases/create-item.json', actionCase(plan)),
    put('cases/item-created.json', feedCase(plan)),
    put('cases/item-created-unsigned.json', unsignedCase(plan)),
    [`${folder}/README.md`, connectorReadme(plan)],
    [`${folder}/CHANGELOG.md`, '# Changes\n\n## 0.1.0\n\nFirst version.\n'],
    [`${folder}/icon.svg`, iconOf(plan.title)],
  ]);
}

const item = {
  type: 'object',
  required: ['id', 'title', 'createdAt'],
  properties: {
    id: {type: 'string'},
    title: {type: 'string'},
    owner: {type: 'string'},
    createdAt: {type: 'string', format: 'date-time'},
  },
};

function manifestOf({id, title, url, auth: name}: ConnectorPlan): JsonObject {
  const {auth, properties, secrets} = authChoices[name];
  const address = new URL(url);
  const required = Object.keys(properties);
  const isLocal = address.protocol === 'http:';
  return {
    $schema: `../../${schemaOfUnit('connectors', id)}`,
    jobwire: '1',
    kind: 'connector',
    id,
    version: '0.1.0',
    title,
    summary: `Events and actions of ${title}`,
    listing: {categories: ['automation'], license: 'Apache-2.0'},
    permissions: {hosts: isLocal ? [] : [address.host]},
    evidence: [
      {
        at: '/operations',
        level: 'inferred',
        note: 'written by jobwire init: replace it by what the documentation of the API says',
      },
    ],
    connection: {
      config: {type: 'object', ...(required.length > 0 && {required}), properties},
      secrets: {...secrets, webhookSecret: {title: 'Key that signs webhooks', optional: true}},
      baseUrl: url.replace(/\/+$/, ''),
      auth,
      probe: {call: 'currentUser', output: 'signed in as {{result.name}}'},
    },
    schemas: {item},
    operations: {
      currentUser: {
        title: 'Who is signed in',
        effect: 'read',
        request: {method: 'GET', path: '/me'},
        response: {schema: {type: 'object', required: ['name'], properties: {name: {type: 'string'}}}},
        sample: {name: 'Somebody'},
      },
      createItem: {
        title: 'Create an item',
        effect: 'write',
        params: {title: 'string', 'owner?': 'string'},
        request: {
          method: 'POST',
          path: '/items',
          body: {json: {title: '{{params.title}}', owner: '{{optional params.owner}}'}},
        },
        response: {expect: [201], schema: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}}},
        sample: {id: 'item-1'},
      },
    },
    actions: {
      createItem: {
        title: 'Create an item',
        input: {
          type: 'object',
          required: ['title'],
          properties: {title: {type: 'string', title: 'Title'}, owner: {type: 'string', title: 'Who looks after it'}},
        },
        call: 'createItem',
        with: {title: '{{input.title}}', owner: '{{optional input.owner}}'},
      },
    },
    events: {
      'item.created': {
        title: 'Item created',
        data: {$ref: '#/schemas/item'},
        sample: './samples/item.created.json',
        delivery: './samples/deliveries/item.created.json',
      },
    },
    feeds: {
      webhooks: {
        title: 'Webhooks',
        emits: ['item.created'],
        webhook: {
          verify: [
            {scheme: 'hmac', signature: {header: 'x-signature', prefix: 'sha256='}, key: '{{secret.webhookSecret}}'},
          ],
        },
        event: {
          type: '{{request.headers.[x-event]}}',
          id: '{{item.delivery}}',
          time: '{{item.item.createdAt}}',
          subject: 'item/{{item.item.id}}',
          data: '{{item.item}}',
        },
      },
    },
  };
}

const created = {id: 'item-1', title: 'Printer is on fire', owner: 'somebody', createdAt: '2026-01-12T08:15:30Z'};
const delivered = {delivery: 'delivery-1', item: created};
const sampleEvent = {
  id: 'delivery-1',
  type: 'item.created',
  time: created.createdAt,
  subject: 'item/item-1',
  data: created,
};

function connectionOf({auth}: ConnectorPlan): JsonObject {
  const {secrets, sample} = authChoices[auth];
  const names = [...Object.keys(secrets), 'webhookSecret'];
  return {config: sample, secrets: Object.fromEntries(names.map((name) => [name, `test-${name.toLowerCase()}`]))};
}

function actionCase(plan: ConnectorPlan): JsonObject {
  return {
    jobwire: '1',
    kind: 'case',
    title: 'An item is created',
    of: {action: 'createItem'},
    connection: connectionOf(plan),
    input: {title: 'Printer is on fire'},
    exchanges: [
      {
        request: {method: 'POST', url: `${plan.url.replace(/\/+$/, '')}/items`, body: {title: 'Printer is on fire'}},
        response: {status: 201, body: {id: 'item-1'}},
      },
    ],
    expect: {outcome: 'succeeded', output: {id: 'item-1'}, writes: 1},
  };
}

function feedCase(plan: ConnectorPlan): JsonObject {
  const {id, type, time, subject, data} = sampleEvent;
  return {
    jobwire: '1',
    kind: 'case',
    title: 'A signed delivery becomes one event',
    of: {feed: 'webhooks'},
    connection: connectionOf(plan),
    request: {
      method: 'POST',
      headers: {'content-type': 'application/json', 'x-event': 'item.created'},
      body: delivered,
      sign: {},
    },
    expect: {ack: {status: 202}, events: [{id, type, time, subject, data}]},
  };
}

function unsignedCase(plan: ConnectorPlan): JsonObject {
  return {
    jobwire: '1',
    kind: 'case',
    title: 'A delivery with a wrong signature is refused',
    of: {feed: 'webhooks'},
    connection: connectionOf(plan),
    request: {
      method: 'POST',
      headers: {'content-type': 'application/json', 'x-event': 'item.created'},
      body: delivered,
      sign: {tamper: true},
    },
    expect: {ack: {status: 401}, events: [], error: {code: 'JW4001'}},
  };
}
