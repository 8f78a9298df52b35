/** A small connector and a template on disk, and cases about them: what a case runner needs to show its own failures. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {BrokenCase, CaseResult, CaseUnit} from '../../src/cases/case-file.ts';
import {readCase} from '../../src/cases/discover.ts';
import {runCase} from '../../src/cases/run.ts';
import {type Library, loadLibrary} from '../../src/manifest/library.ts';

const ticket = {
  type: 'object',
  required: ['number'],
  properties: {number: {type: 'string'}, urgent: {type: 'boolean'}},
};

const connector = {
  jobwire: '1',
  kind: 'connector',
  id: 'desk',
  version: '1.0.0',
  title: 'Desk',
  permissions: {hosts: ['desk.example.com']},
  connection: {
    config: {type: 'object', properties: {}},
    secrets: {key: {title: 'Key'}, signing: {title: 'Signing key'}},
    baseUrl: 'https://desk.example.com',
    auth: {apply: {headers: {Authorization: 'Bearer {{secret.key}}'}}},
    probe: {call: 'listRobots', output: 'desk'},
  },
  http: {errorText: ['{{response.body.reason}}']},
  schemas: {ticket},
  operations: {
    listRobots: {
      effect: 'read',
      request: {method: 'GET', path: '/robots'},
      response: {items: '{{response.body}}'},
    },
    startJob: {
      effect: 'write',
      params: {robot: 'string', text: 'string', reference: 'string'},
      request: {
        method: 'POST',
        path: '/jobs',
        body: {json: {robot: '{{params.robot}}', text: '{{params.text}}', reference: '{{params.reference}}'}},
      },
    },
    jobState: {effect: 'read', params: {id: 'string'}, request: {method: 'GET', path: '/jobs/{{params.id}}'}},
    addNote: {
      effect: 'write',
      params: {number: 'string', note: 'string'},
      request: {method: 'POST', path: '/tickets/{{params.number}}/notes', body: {json: {note: '{{params.note}}'}}},
      response: {type: 'none'},
    },
  },
  lookups: {
    robot: {
      params: {name: 'string'},
      call: 'listRobots',
      where: [{test: '{{eq item.name params.name}}'}],
      none: {code: 'desk-no-robot', owner: 'operator', message: 'There is no robot {{params.name}}'},
      choice: '{{item.name}}',
      output: '{{item.id}}',
    },
  },
  actions: {
    startJob: {
      title: 'Start a job',
      starts: 'job',
      input: {
        type: 'object',
        required: ['robot'],
        properties: {robot: {type: 'string'}, text: {type: 'string', default: 'none'}},
      },
      steps: [
        {id: 'robot', lookup: 'robot', with: {name: '{{input.robot}}'}},
        {
          id: 'job',
          call: 'startJob',
          with: {robot: '{{steps.robot}}', text: '{{input.text}}', reference: '{{run.key}}'},
        },
      ],
      output: {jobs: [{id: '{{steps.job.id}}'}]},
    },
    addNote: {
      title: 'Add a note',
      input: {
        type: 'object',
        required: ['number', 'note'],
        properties: {number: {type: 'string'}, note: {type: 'string'}},
      },
      call: 'addNote',
      with: {number: '{{input.number}}', note: '{{input.note}}'},
    },
  },
  jobs: {
    job: {
      title: 'Job',
      ref: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}},
      status: {call: 'jobState', with: {id: '{{job.id}}'}, output: {state: '{{result.state}}'}},
      states: {busy: 'running', done: 'succeeded', broken: 'failed'},
    },
  },
  events: {
    'ticket.created': {
      title: 'Ticket created',
      data: {$ref: '#/schemas/ticket'},
      sample: './samples/ticket.created.json',
    },
  },
  feeds: {
    webhook: {
      title: 'Webhook',
      emits: ['ticket.created'],
      webhook: {
        verify: [{scheme: 'hmac', signature: {header: 'x-signature'}, key: '{{secret.signing}}'}],
        ack: {status: 200, contentType: 'text/plain', body: 'thanks'},
      },
      event: {
        type: 'ticket.created',
        id: '{{item.number}}',
        data: {number: '{{item.number}}', urgent: '{{optional item.urgent}}'},
      },
    },
  },
};

const template = {
  jobwire: '1',
  kind: 'template',
  id: 'ticket-to-job',
  version: '1.0.0',
  title: 'Ticket to job',
  on: {connector: 'desk@^1', event: 'ticket.created', connection: 'desk-main'},
  criteria: [{path: 'event.data.urgent', op: 'equals', value: true, absent: 'no-match'}],
  do: [
    {
      id: 'robot',
      connector: 'desk@^1',
      connection: 'desk-main',
      action: 'startJob',
      input: {robot: 'R2', text: 'Ticket {{event.data.number}}'},
      onComplete: [
        {
          connector: 'desk@^1',
          connection: 'desk-main',
          action: 'addNote',
          input: {number: '{{event.data.number}}', note: 'It {{result.state}}.'},
        },
      ],
    },
  ],
};

const sample = {id: 'T1', type: 'ticket.created', data: {number: 'T1', urgent: true}};

export interface Desk {
  readonly library: Library;
  readonly dir: string;
  /** The case beside the connector, or beside the template when it is of one. */
  read(manifest: object): CaseUnit | BrokenCase;
  run(manifest: object): Promise<CaseResult>;
  remove(): void;
}

export function openDesk(): Desk {
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-cases-'));
  const write = (path: string, value: object): string => {
    const file = join(dir, path);
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, JSON.stringify(value, null, 1));
    return file;
  };
  write('connectors/desk/connector.json', connector);
  write('connectors/desk/samples/ticket.created.json', sample);
  write('templates/ticket-to-job/template.json', template);
  write('connections/desk-main.json', {
    jobwire: '1',
    kind: 'connection',
    id: 'desk-main',
    title: 'Desk',
    connector: 'desk@^1',
    config: {},
    secrets: {key: 'env:DESK_KEY', signing: 'env:DESK_SIGNING'},
  });
  write('outside.json', sample);
  const library = loadLibrary({project: dir, shipped: dir});
  const read: Desk['read'] = (manifest) => {
    const head = {jobwire: '1', kind: 'case', title: 'A case', ...manifest};
    const isTemplate = 'template' in ((head as {of?: object}).of ?? {});
    const owner = isTemplate
      ? ({kind: 'template', unit: library.templates.get('ticket-to-job')} as const)
      : ({kind: 'connector', unit: library.connectors.get('desk')} as const);
    if (!owner.unit) throw new Error(`the desk does not load: ${JSON.stringify(library.issues)}`);
    const file = write(`${isTemplate ? 'templates/ticket-to-job' : 'connectors/desk'}/cases/case.json`, head);
    return readCase(file, owner as Parameters<typeof readCase>[1]);
  };
  return {
    library,
    dir,
    read,
    async run(manifest) {
      const unit = read(manifest);
      if (!('manifest' in unit)) throw new Error(`no case: ${JSON.stringify(unit.issues)}`);
      return runCase(unit, library);
    },
    remove: () => rmSync(dir, {recursive: true}),
  };
}

export const secrets = {key: 'test-key-of-the-desk', signing: 'test-signing-key'};
export const connection = {config: {}, secrets};

/** Exchanges of a start that works, from the list of robots to the end of the job. */
export const robots = {
  request: {method: 'GET', path: '/robots', headers: {authorization: 'Bearer test-key-of-the-desk'}},
  response: {status: 200, body: [{id: 'r2', name: 'R2'}]},
};
export const started = {
  request: {method: 'POST', path: '/jobs', body: {robot: 'r2', text: 'hello', reference: {$matches: '^jw-'}}},
  response: {status: 201, body: {id: 'j1'}},
};
