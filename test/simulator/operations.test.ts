/** Every operation of the shipped connectors is answered by their simulators, without a fault of the simulator's own. */
import assert from 'node:assert/strict';
import {loadFile} from '../../src/manifest/load.ts';
import {ns, triage} from './orchestrator.ts';
import {type Answer, type CallOptions, type Running, shipped, simulate} from './support.ts';

type Step = (running: Running, known: Record<string, string>) => Promise<Answer>;
interface Expected {
  readonly operation: string;
  readonly status: number;
  readonly step: Step;
  readonly check?: (body: Answer['body'], known: Record<string, string>) => void;
}

const step =
  (
    method: string,
    path: string | ((known: Record<string, string>) => string),
    options: CallOptions | ((known: Record<string, string>) => CallOptions) = {},
  ): Step =>
  ({call}, known) =>
    call(
      method,
      typeof path === 'string' ? path : path(known),
      typeof options === 'function' ? options(known) : options,
    );

const orchestratorSteps: readonly Expected[] = [
  {
    operation: 'currentUser',
    status: 200,
    step: step('GET', `/odata/Users/${ns}.GetCurrentUser`),
    check: ({Id}) => assert.equal(Id, 7),
  },
  {
    operation: 'listFolders',
    status: 200,
    step: step('GET', '/odata/Folders', {query: {$filter: "FullyQualifiedName eq 'Shared/Support'", $top: '2'}}),
    check: ({value}) => assert.deepEqual([value.length, value[0].Id], [1, 3]),
  },
  {
    operation: 'folderUsers',
    status: 200,
    step: step('GET', `/odata/Folders/${ns}.GetUsersForFolder(key=2,includeInherited=true)`, {
      query: {$filter: 'Id eq 7'},
    }),
    check: ({value}) => assert.equal(value.length, 1),
  },
  {
    operation: 'listReleases',
    status: 200,
    step: step('GET', '/odata/Releases', {
      query: {$filter: "ProcessKey eq 'SupportTriage' or Name eq 'SupportTriage'", $top: '100', $skip: '0'},
    }),
    check: ({value}) =>
      assert.deepEqual(
        value.map(({Key}: {Key: string}) => Key),
        [triage],
      ),
  },
  {
    operation: 'listEnvironments',
    status: 200,
    step: step('GET', '/odata/Environments', {query: {$expand: 'Robots', $filter: "Name eq 'QuickstartDemo'"}}),
    check: ({value}) => assert.equal(value[0].Robots.length, 2),
  },
  {
    operation: 'processArguments',
    status: 200,
    step: step('GET', `/odata/Processes/${ns}.GetArguments(key='SupportTriage:1.0.1')`),
    check: ({Input}) => assert.match(Input, /IncidentId/),
  },
  {
    operation: 'folderMachines',
    status: 200,
    step: step('GET', `/odata/Folders/${ns}.GetMachinesForFolder(key=2)`, {query: {$top: '100', $skip: '0'}}),
    check: ({value}) => assert.deepEqual([value.length, value[0].IsAssignedToFolder], [3, true]),
  },
  {
    operation: 'folderRobots',
    status: 200,
    step: step('GET', `/odata/Robots/${ns}.GetRobotsFromFolder(folderId=2)`),
    check: ({value}) => assert.equal(value[0].Username, 'acme\\triage1'),
  },
  {
    operation: 'folderSessions',
    status: 200,
    step: step('GET', `/odata/Sessions/${ns}.GetMachineSessionRuntimesByFolderId(folderId=2)`),
    check: ({value}) => assert.equal(value[0].HostMachineName, 'WIN-RPA-01'),
  },
  {
    operation: 'validateJob',
    status: 200,
    step: step('POST', `/odata/Jobs/${ns}.ValidateDynamicJob`, {
      json: {startInfo: {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 1}},
    }),
    check: ({IsValid, ErrorCodes}) => assert.deepEqual([IsValid, ErrorCodes], [true, []]),
  },
  {
    operation: 'startJobs',
    status: 201,
    step: step('POST', `/odata/Jobs/${ns}.StartJobs`, {
      json: {startInfo: {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 1, Reference: 'jw-1'}},
    }),
    check: ({value}, known) => Object.assign(known, {key: value[0].Key, id: String(value[0].Id)}),
  },
  {
    operation: 'getJob',
    status: 200,
    step: step('GET', ({key}) => `/odata/Jobs/${ns}.GetByKey(identifier=${key})`),
    check: ({State}) => assert.equal(State, 'Pending'),
  },
  {
    operation: 'jobsByReference',
    status: 200,
    step: step('GET', '/odata/Jobs', {query: {$filter: "Reference eq 'jw-1'", $top: '1000'}}),
    check: ({value}) => assert.equal(value.length, 1),
  },
  {
    operation: 'listJobs',
    status: 200,
    step: step('GET', '/odata/Jobs', {query: {$orderby: 'CreationTime desc', $top: '100', $skip: '0'}}),
    check: ({value}) => assert.equal(value.length, 1),
  },
  {
    operation: 'jobsByKey',
    status: 200,
    step: step('GET', '/odata/Jobs', ({key}) => ({
      query: {$filter: `Key in ('${key}')`, $select: 'Id,Key,State,Info,StartTime,EndTime', $top: '1'},
    })),
    check: ({value}) => assert.deepEqual(Object.keys(value[0]), ['Id', 'Key', 'State', 'Info', 'StartTime', 'EndTime']),
  },
  {
    operation: 'inboxes',
    status: 200,
    step: step('GET', '/odata/JobTriggers', {query: {$filter: 'JobId eq 1', $top: '1', $select: 'ItemKey'}}),
    check: ({value}) => assert.deepEqual(value, []),
  },
  {
    operation: 'deliverPayload',
    status: 404,
    step: step('POST', '/api/JobTriggers/DeliverPayload/0b7c6f5e-0000-4000-8000-000000000001', {json: {payload: 1}}),
  },
  {
    operation: 'getPayload',
    status: 404,
    step: step('GET', '/api/JobTriggers/GetPayload/0b7c6f5e-0000-4000-8000-000000000001'),
  },
  {
    operation: 'stopJobs',
    status: 200,
    step: step('POST', `/odata/Jobs/${ns}.StopJobs`, ({id}) => ({json: {jobIds: [Number(id)], strategy: 'Kill'}})),
  },
  {
    operation: 'restartJob',
    status: 200,
    step: (running, known) => {
      running.clock.advance(60_000);
      return step('POST', `/odata/Jobs/${ns}.RestartJob`, ({id}) => ({json: {jobId: Number(id)}}))(running, known);
    },
    check: ({State}) => assert.equal(State, 'Pending'),
  },
  {
    operation: 'createAttachment',
    status: 201,
    step: step('POST', '/odata/Attachments', {json: {Name: 'arguments.json'}}),
    check: ({Id, BlobFileAccess}, known) => Object.assign(known, {attachment: Id, uri: BlobFileAccess.Uri}),
  },
  {
    operation: 'putBlob',
    status: 201,
    step: ({call, sim}, {uri = ''}) =>
      call('PUT', uri.slice(sim.url.length), {body: '{"a":"ü"}', headers: {'x-ms-blob-type': 'BlockBlob'}}),
  },
  {
    operation: 'getAttachment',
    status: 200,
    step: step('GET', ({attachment}) => `/odata/Attachments(${attachment})`),
    check: ({Name, BlobFileAccess}) => assert.deepEqual([Name, BlobFileAccess.Verb], ['arguments.json', 'GET']),
  },
  {
    operation: 'getBlob',
    status: 200,
    step: ({call, sim}, {uri = ''}) => call('GET', uri.slice(sim.url.length)),
    check: (body) => assert.deepEqual(body, {a: 'ü'}),
  },
  {
    operation: 'readBlob',
    status: 403,
    step: ({call, sim}, {uri = ''}) => call('GET', uri.slice(sim.url.length).replace(/sig=.*/, 'sig=0')),
  },
  {
    operation: 'linkAttachment',
    status: 200,
    step: step('POST', '/api/JobAttachments/Post', ({attachment, key}) => ({
      json: {attachmentId: attachment, jobKey: key, category: null},
    })),
  },
  {
    operation: 'listAttachments',
    status: 200,
    step: step('GET', '/api/JobAttachments/GetByJobKey', ({key = ''}) => ({query: {jobKey: key}})),
    check: (rows, {attachment}) => assert.deepEqual([rows.length, rows[0].attachmentId], [1, attachment]),
  },
  {
    operation: 'listQueues',
    status: 200,
    step: step('GET', '/odata/QueueDefinitions', {query: {$filter: "Name eq 'Incidents'"}}),
    check: ({value}) => assert.equal(value[0].EnforceUniqueReference, true),
  },
  {
    operation: 'addQueueItem',
    status: 201,
    step: step('POST', '/odata/Queues/UiPathODataSvc.AddQueueItem', {
      json: {
        itemData: {
          Name: 'Incidents',
          Reference: 'INC1',
          SpecificContent: {when: '2026-01-01', 'when@odata.type': '#String'},
        },
      },
    }),
    check: ({SpecificContent}) => assert.deepEqual(SpecificContent, {when: '2026-01-01'}),
  },
  {
    operation: 'queueItems',
    status: 200,
    step: step('GET', '/odata/QueueItems', {query: {$filter: "Reference eq 'INC1'"}}),
    check: ({value}) => assert.equal(value.length, 1),
  },
  {
    operation: 'addQueueItems',
    status: 200,
    step: step('POST', '/odata/Queues/UiPathODataSvc.BulkAddQueueItems', {
      json: {
        queueName: 'incidents',
        commitType: 'ProcessAllIndependently',
        queueItems: [
          {Reference: 'INC1', SpecificContent: {n: 1}},
          {Reference: 'INC2', SpecificContent: {n: 2, 'n@odata.type': '#String'}},
        ],
      },
    }),
    check: ({Success, FailedItems}) =>
      assert.deepEqual(
        [Success, FailedItems],
        [
          false,
          [
            {
              Ordinal: 0,
              ErrorCode: 'DuplicateReference',
              ErrorMessage: 'Error creating Transaction. Duplicate Reference.',
            },
          ],
        ],
      ),
  },
  {
    operation: 'queueItemsByReference',
    status: 200,
    step: step('GET', '/odata/QueueItems', {
      query: {$filter: "QueueDefinitionId eq 9001 and Reference in ('INC1','INC2')", $top: '100'},
    }),
    check: ({value}) =>
      assert.deepEqual(
        value.map((item: {SpecificContent: object}) => item.SpecificContent),
        [{when: '2026-01-01'}, {n: 2}],
      ),
  },
  {
    operation: 'createWebhook',
    status: 201,
    step: step('POST', '/odata/Webhooks', {
      json: {
        Name: 'jobwire',
        Url: 'https://example.com/hooks/a',
        Enabled: true,
        Secret: 's',
        SubscribeToAllEvents: false,
        AllowInsecureSsl: false,
        Events: [{EventType: 'job.completed'}],
      },
    }),
    check: ({Id}, known) => Object.assign(known, {webhook: String(Id)}),
  },
  {
    operation: 'getWebhook',
    status: 200,
    step: step('GET', ({webhook}) => `/odata/Webhooks(${webhook})`),
    check: ({Url}) => assert.equal(Url, 'https://example.com/hooks/a'),
  },
  {
    operation: 'pingWebhook',
    status: 202,
    step: step('POST', ({webhook}) => `/odata/Webhooks(${webhook})/${ns}.Ping`),
    check: ({Type}) => assert.equal(Type, 'ping'),
  },
  {operation: 'deleteWebhook', status: 204, step: step('DELETE', ({webhook}) => `/odata/Webhooks(${webhook})`)},
];

const servicenowSteps: readonly Expected[] = [
  {
    operation: 'probeIncidents',
    status: 200,
    step: step('GET', '/api/now/table/incident', {query: {sysparm_limit: '1', sysparm_fields: 'sys_id'}}),
    check: ({result}) => assert.deepEqual(result.map(Object.keys), [['sys_id']]),
  },
  {
    operation: 'listIncidents',
    status: 200,
    step: step('GET', '/api/now/table/incident', {
      query: {
        sysparm_query: 'sys_created_on>=2026-01-12 08:20:00^ORDERBYsys_created_on^ORDERBYsys_id',
        sysparm_limit: '200',
        sysparm_no_count: 'true',
        sysparm_fields: 'number,sys_created_on',
      },
    }),
    check: ({result}) =>
      assert.deepEqual(
        result.map(({number}: {number: string}) => number),
        ['INC0010002', 'INC0010003'],
      ),
  },
  {
    operation: 'addWorkNote',
    status: 200,
    step: step('PATCH', '/api/now/table/incident/9d385017c611228701d22104cc95c371', {
      query: {sysparm_fields: 'sys_id,number'},
      json: {work_notes: "O'Hare ☃"},
    }),
    check: ({result}) => assert.deepEqual(result, {sys_id: '9d385017c611228701d22104cc95c371', number: 'INC0010001'}),
  },
  // Requests are answered by the samples of their operations.
  ...['sc_request', 'sc_req_item'].map((table, i) => ({
    operation: i === 0 ? 'listRequests' : 'listRequestItems',
    status: 200,
    step: step('GET', `/api/now/table/${table}`, {query: {sysparm_limit: '200'}}),
    check: (body: unknown) => assert.deepEqual(body, {result: []}),
  })),
  {
    operation: 'addRequestNote',
    status: 200,
    step: step('PATCH', '/api/now/table/sc_req_item/6eed229047801200e0ef563dbb9a71c2', {json: {work_notes: 'done'}}),
    check: ({result}) => assert.deepEqual(result, {sys_id: '6eed229047801200e0ef563dbb9a71c2', number: 'RITM0010001'}),
  },
];

const kubiyaSteps: readonly Expected[] = [
  {operation: 'health', status: 200, step: step('GET', '/api/openapi.json')},
  {
    operation: 'listJobs',
    status: 200,
    step: step('GET', '/api/v1/jobs'),
    check: (jobs) => assert.deepEqual([jobs.length, jobs[0].name], [5, 'Nightly Backup']),
  },
  {
    operation: 'triggerJob',
    status: 200,
    step: step('POST', '/api/v1/jobs/job_550e8400-e29b-41d4-a716-446655440001/trigger', {
      json: {parameters: {incident: 'INC1', summary: 'x'}, config_override: null},
    }),
    check: (body, known) => {
      assert.deepEqual([body.status, body.workflow_id], ['started', `agent-execution-${body.execution_id}`]);
      Object.assign(known, {execution: body.execution_id, job: body.job_id});
    },
  },
  {
    operation: 'triggerWebhook',
    status: 200,
    step: step('POST', '/api/v1/jobs/webhook/Jm3vQ0b4l8k7c1xZ', {
      json: {parameters: {}, metadata: null},
      headers: {'x-webhook-signature': 'any'},
    }),
    check: ({message}) => assert.match(message, /via webhook$/),
  },
  {
    operation: 'getExecution',
    status: 200,
    step: step('GET', ({execution}) => `/api/v1/executions/${execution}`),
    check: ({status}) => assert.equal(status, 'pending'),
  },
  {
    operation: 'listExecutions',
    status: 200,
    step: step('GET', ({job}) => `/api/v1/jobs/${job}/executions`, {query: {limit: '50', offset: '0'}}),
    check: (body, {execution}) => assert.deepEqual([body.total_count, body.executions[0].execution_id], [1, execution]),
  },
  {
    operation: 'terminate',
    status: 200,
    step: step('POST', ({execution}) => `/api/v1/executions/${execution}/terminate`, {json: {reason: 'stopped'}}),
    check: ({success}) => assert.equal(success, true),
  },
  {
    operation: 'createJob',
    status: 201,
    step: step('POST', '/api/v1/jobs', {
      json: {name: 'Report', trigger_type: 'manual', entity_type: 'agent', entity_id: 'a-1', prompt_template: 'Report'},
    }),
    check: (body, known) => {
      assert.deepEqual([body.name, body.enabled, body.executor_type], ['Report', true, 'auto']);
      Object.assign(known, {made: body.id});
    },
  },
  {
    operation: 'jobsLike',
    status: 200,
    step: step('GET', '/api/v1/jobs'),
    check: (jobs) => assert.equal(jobs[0].name, 'Report'),
  },
  {
    operation: 'updateJob',
    status: 200,
    step: step('PATCH', ({made}) => `/api/v1/jobs/${made}`, {json: {description: 'Weekly'}}),
    check: ({name, description}) => assert.deepEqual([name, description], ['Report', 'Weekly']),
  },
  {
    operation: 'disableJob',
    status: 200,
    step: step('POST', ({made}) => `/api/v1/jobs/${made}/disable`),
    check: ({enabled, status}) => assert.deepEqual([enabled, status], [false, 'disabled']),
  },
  {
    operation: 'enableJob',
    status: 200,
    step: step('POST', ({made}) => `/api/v1/jobs/${made}/enable`),
    check: ({enabled, status}) => assert.deepEqual([enabled, status], [true, 'active']),
  },
  {
    operation: 'getJob',
    status: 200,
    step: step('GET', ({made}) => `/api/v1/jobs/${made}`),
    check: ({description}) => assert.equal(description, 'Weekly'),
  },
  {operation: 'deleteJob', status: 204, step: step('DELETE', ({made}) => `/api/v1/jobs/${made}`)},
];

const githubSteps: readonly Expected[] = [
  {
    operation: 'currentUser',
    status: 200,
    step: step('GET', '/user'),
    check: ({login}) => assert.equal(login, 'octocat'),
  },
  {
    operation: 'createComment',
    status: 201,
    step: step('POST', '/repos/octo/repo/issues/7/comments', {json: {body: 'Hello\n\n<!-- jw-1 -->'}}),
    check: ({id}) => assert.equal(typeof id, 'number'),
  },
  {
    operation: 'findComments',
    status: 200,
    step: step('GET', '/repos/octo/repo/issues/7/comments', {query: {since: '2026-01-12T08:15:30Z', per_page: '100'}}),
    check: (rows) =>
      assert.deepEqual(
        rows.map(({body}: {body: string}) => body),
        ['Hello\n\n<!-- jw-1 -->'],
      ),
  },
];

const connectors: readonly [id: string, steps: readonly Expected[], headers: Record<string, string>][] = [
  ['uipath-orchestrator', orchestratorSteps, {authorization: 'Bearer any', 'x-uipath-organizationunitid': '2'}],
  ['servicenow', servicenowSteps, {authorization: `Basic ${Buffer.from('jobwire:word').toString('base64')}`}],
  ['kubiya', kubiyaSteps, {authorization: 'Bearer any'}],
  ['github', githubSteps, {authorization: 'Bearer any'}],
];

for (const [id, steps, headers] of connectors)
  describe(`the simulator of ${id}`, () => {
    it('answers every operation, one after the other', async () => {
      const running = await simulate(shipped(id), headers);
      const known: Record<string, string> = {};
      for (const {operation, status, step: run, check} of steps) {
        const answer = await run(running, known);
        assert.equal(answer.status, status, `${operation}: ${answer.text}`);
        check?.(answer.body, known);
      }
      assert.deepEqual(
        running.sim.requests.filter(({problem}) => problem !== undefined),
        [],
      );
    });

    it('has a step here for each operation of the connector', () => {
      const told = new Set(steps.map(({operation}) => operation));
      assert.deepEqual(
        Object.keys(shipped(id).connector.operations).filter((name) => !told.has(name)),
        [],
      );
    });

    it('fits the format', () => {
      const {issues} = loadFile(`connectors/${id}/simulator.json`, 'simulator');
      assert.deepEqual(
        issues.map(({code, at, detail}) => `${code} ${at?.pointer} ${detail}`),
        [],
      );
    });

    it('names only operations and routes in its faults', () => {
      const {connector, simulator} = shipped(id);
      for (const [name, fault] of Object.entries(simulator.faults ?? {}))
        if (fault.operation !== undefined && fault.operation !== '*')
          assert.ok(
            connector.operations[fault.operation] ?? simulator.routes?.some((route) => route.name === fault.operation),
            name,
          );
    });
  });
