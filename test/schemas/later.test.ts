/** AntiExamples that fit their format are refused by the stage after it, with their own code at their own place. */
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {loadLibrary} from '../../src/manifest/library.ts';
import {atPointer, isObject, type Json, type JsonObject, own} from '../../src/values/json.ts';
import {type AntiExample, concepts} from './formats.ts';

const list: JsonObject = {
  effect: 'read',
  request: {method: 'GET', path: '/things'},
  response: {items: '{{response.body}}'},
};
const write: JsonObject = {effect: 'write', request: {method: 'POST', path: '/things'}};
const textInput: JsonObject = {type: 'object', required: ['project'], properties: {project: {type: 'string'}}};

/** Good as it stands; a fragment is put into it. */
const base: JsonObject = {
  jobwire: '1',
  kind: 'connector',
  id: 'acme',
  version: '1.0.0',
  title: 'Acme',
  permissions: {hosts: ['api.example.com']},
  connection: {
    config: {type: 'object', properties: {host: {type: 'string'}}},
    secrets: {apiKey: {title: 'API key'}},
    baseUrl: 'https://api.example.com',
    auth: {apply: {headers: {Authorization: 'Bearer {{secret.apiKey}}'}}},
    probe: {call: 'listThings'},
  },
  operations: {
    listThings: list,
    startJobs: write,
    createIncident: write,
    start: write,
    startRun: {...write, params: {project: 'string'}, request: {method: 'POST', path: '/runs/{{params.project}}'}},
    byName: {...list, params: {name: 'string'}, request: {method: 'GET', path: '/projects/{{params.name}}'}},
  },
  lookups: {
    project: {params: {name: 'string'}, call: 'byName', with: {name: '{{params.name}}'}, output: {id: '{{item.id}}'}},
  },
  jobs: {
    job: {
      title: 'Job',
      ref: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}},
      status: {call: 'listThings', output: {state: 'done'}},
      states: {done: 'succeeded'},
    },
  },
  events: {'incident.created': {title: 'Created', data: {type: 'object'}, sample: './samples/created.json'}},
};
const event: JsonObject = {type: 'incident.created', id: '{{item.id}}', data: '{{item}}'};
const feed: JsonObject = {title: 'Feed', emits: ['incident.created'], event};
const lookingUp: JsonObject = {effect: 'read', params: {name: 'string'}};

/** Where a fragment of a concept stands, and how it is made whole. */
const places: Readonly<Record<string, readonly [pointer: string, complete?: (value: Json) => Json]>> = {
  'schema-value.schema.json': ['/schemas/thing'],
  'auth.schema.json': ['/connection/auth'],
  'connection-part.schema.json': [
    '/connection',
    (value) => ({...(base['connection'] as JsonObject), ...(value as JsonObject)}),
  ],
  'request.schema.json': ['/operations/x/request', (request) => ({...lookingUp, request})],
  'operation.schema.json': ['/operations/x'],
  'operation.schema.json#/$defs/settle': ['/operations/x/settle', (settle) => ({...write, settle})],
  'procedure.schema.json': ['/actions/x', (value) => ({title: 'X', input: textInput, ...(value as JsonObject)})],
  'action.schema.json': ['/actions/x'],
  'feed.schema.json': ['/feeds/x'],
  'webhook.schema.json': ['/feeds/x/webhook', (webhook) => ({...feed, webhook})],
  'poll.schema.json': ['/feeds/x/poll', (poll) => ({...feed, poll})],
};

describe('antiExamples of later stages', () => {
  let project = '';
  before(() => {
    project = mkdtempSync(join(tmpdir(), 'jobwire-later-'));
    writeJson('connectors/acme/samples/created.json', {id: '1', type: 'incident.created', data: {}});
  });
  after(() => rmSync(project, {recursive: true}));

  function writeJson(path: string, value: Json): void {
    mkdirSync(dirname(join(project, path)), {recursive: true});
    writeFileSync(join(project, path), JSON.stringify(value));
  }

  /** Codes and places of the errors in a connector. */
  function errorsOf(connector: Json): string[] {
    writeJson('connectors/acme/connector.json', connector);
    const {issues} = loadLibrary({project, shipped: project});
    return issues.filter(({severity}) => severity === 'error').map(({code, at}) => `${code} ${at?.pointer}`);
  }

  it('stand in a connector that is good without them', () => {
    assert.deepEqual(errorsOf(base), []);
  });

  for (const {id, schema} of concepts) {
    const place = places[id];
    const later = ((own(schema, 'antiExamples') ?? []) as unknown as AntiExample[]).filter(
      ({code}) => !/^JW100[23]$/.test(code),
    );
    for (const {value, pointer, code, why} of place ? later : [])
      it(`${id} is refused with ${code}: ${why}`, () => {
        const [where, complete = (part: Json) => part] = place ?? [''];
        const errors = errorsOf(withPart(where, complete(value as Json)));
        assert.ok(errors.includes(`${code} ${where}${pointer}`), `it found ${JSON.stringify(errors)}`);
      });
  }
});

/** The good connector with the part put where its first two names lead. */
function withPart(pointer: string, part: Json): Json {
  const [group = '', name] = pointer.split('/').slice(1);
  if (name === undefined) return {...base, [group]: part};
  const members = atPointer(base, `/${group}`);
  return {...base, [group]: {...(isObject(members) && members), [name]: part}};
}
