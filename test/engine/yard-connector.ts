/** The connector of the robot yard: a start that can be looked up, one the queue refuses twice, jobs read fifty at a time. */
import type {Connector, Operation} from '../../src/generated/types.ts';

const read = (path: string, query: Record<string, string>, more: Partial<Operation> = {}): Operation => ({
  effect: 'read',
  request: {method: 'GET', path, query},
  retry: {limit: 0},
  ...more,
});

const startRequest = (unique: boolean): Pick<Operation, 'params' | 'request' | 'response'> => ({
  params: {reference: 'string', count: 'integer'},
  request: {
    method: 'POST',
    path: '/jobs',
    body: {json: {reference: '{{params.reference}}', count: '{{params.count}}', unique}},
  },
  response: {expect: [201], items: '{{response.body.jobs}}'},
});

const startSteps = (operation: string) => [
  {id: 'robot', lookup: 'robot', with: {name: '{{input.robot}}'}},
  {id: 'start', call: operation, with: {reference: '{{run.key}}', count: '{{input.count}}'}},
];

const input = {
  type: 'object',
  required: ['robot'],
  properties: {robot: {type: 'string'}, count: {type: 'integer', default: 1}},
};

const jobs = {$each: '{{steps.start}}', as: 'job', do: {id: '{{job.id}}'}};

export const connector: Connector = {
  jobwire: '1',
  kind: 'connector',
  id: 'yard',
  version: '1.0.0',
  title: 'Yard',
  permissions: {hosts: ['yard.example.com']},
  connection: {baseUrl: 'https://yard.example.com', auth: {}, probe: {call: 'robots'}},
  http: {errorText: ['{{response.body.reason}}']},
  operations: {
    robots: read('/robots', {}, {response: {items: '{{response.body}}'}}),
    startJobs: {
      effect: 'write',
      retry: {limit: 0},
      ...startRequest(false),
      settle: {
        when: '{{startsWith params.reference "jw-"}}',
        call: 'jobsByReference',
        with: {reference: '{{params.reference}}'},
        delays: ['5s', '15s'],
        done: '{{gte (length result) params.count}}',
        rest: {$if: '{{gt params.count 1}}', then: {count: '{{subtract params.count (length result)}}'}},
      },
    },
    startPlain: {effect: 'write', retry: {limit: 0}, ...startRequest(false)},
    addItem: {
      effect: 'write',
      retry: {limit: 0},
      ...startRequest(true),
      idempotency: {key: '{{params.reference}}'},
      errors: [{when: {status: [409]}, action: 'success', output: []}],
    },
    jobsByReference: read(
      '/jobs',
      {reference: '{{params.reference}}'},
      {params: {reference: 'string'}, response: {items: '{{response.body}}'}},
    ),
    jobsById: read(
      '/jobs',
      {ids: '{{join params.ids ","}}'},
      {params: {ids: 'array'}, response: {items: '{{response.body}}'}},
    ),
    oneJob: read('/job', {id: '{{params.id}}'}, {params: {id: 'string'}}),
    result: read('/result', {id: '{{params.id}}'}, {params: {id: 'string'}}),
    stopJobs: {
      effect: 'write',
      repeat: 'safe',
      retry: {limit: 0},
      params: {ids: 'array'},
      request: {method: 'POST', path: '/stop', body: {json: {ids: '{{params.ids}}'}}},
    },
    addNote: {
      effect: 'write',
      retry: {limit: 0},
      params: {text: 'string'},
      request: {method: 'POST', path: '/notes', body: {json: {text: '{{params.text}}'}}},
    },
  },
  lookups: {
    robot: {
      params: {name: 'string'},
      call: 'robots',
      where: [{test: '{{eq item.name params.name}}'}],
      output: '{{item.id}}',
    },
    jobsOfRun: {
      params: {reference: 'string'},
      call: 'jobsByReference',
      with: {reference: '{{params.reference}}'},
      many: {action: 'all'},
      output: {id: '{{item.id}}'},
    },
  },
  actions: {
    startJobs: {
      title: 'Start',
      starts: 'job',
      input,
      steps: startSteps('startJobs'),
      output: {robot: '{{steps.robot}}', jobs},
    },
    startPlain: {title: 'Start', starts: 'job', input, steps: startSteps('startPlain'), output: {jobs}},
    addItem: {title: 'Add', input, steps: startSteps('addItem')},
    startBlind: {
      title: 'Start without ids',
      starts: 'job',
      input,
      steps: startSteps('startPlain'),
      correlate: {lookup: 'jobsOfRun', with: {reference: '{{run.key}}'}, every: '5s', within: '1m'},
    },
    startThenRead: {
      title: 'Start, then read',
      input,
      steps: [
        ...startSteps('startJobs'),
        {id: 'result', call: 'result', with: {id: '{{get (first steps.start) "id"}}'}},
      ],
      output: {text: '{{steps.result.text}}'},
    },
    addNote: {
      title: 'Add a note',
      input: {type: 'object', required: ['text'], properties: {text: {type: 'string'}}},
      call: 'addNote',
      with: {text: '{{input.text}}'},
    },
    stopAll: {
      title: 'A write that may be repeated',
      input: {type: 'object', properties: {robot: {type: 'string'}}},
      call: 'stopJobs',
      with: {ids: []},
    },
  },
  jobs: {
    job: {
      title: 'Job',
      ref: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}},
      status: {
        batch: 50,
        call: 'jobsById',
        with: {ids: '{{pluck jobs "id"}}'},
        output: {$each: '{{result}}', as: 'row', do: {id: '{{lower row.id}}', state: '{{row.state}}'}},
      },
      states: {
        Waiting: 'pending',
        Running: 'running',
        Done: 'succeeded',
        Broken: 'failed',
        Stopped: 'canceled',
      },
      poll: {first: '2s', every: '10s', factor: 1.5, cap: '1m', timeout: '12h', missing: '1m', stuck: {pending: '2h'}},
      stop: {batch: 50, call: 'stopJobs', with: {ids: '{{pluck jobs "id"}}'}},
      output: {call: 'result', with: {id: '{{job.id}}'}},
    },
  },
};
