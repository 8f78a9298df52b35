/** Whole published definitions: hundreds of operations become a connector that check and test accept, and a part of one really runs. */
import assert from 'node:assert/strict';
import {join} from 'node:path';
import {draftConnector} from '../../src/authoring/openapi/draft.ts';
import {writeDraft} from '../../src/authoring/openapi/write.ts';
import type {Connector, Simulator} from '../../src/generated/types.ts';
import {startSimulator} from '../../src/simulator/app.ts';
import {systemClock} from '../../src/values/time.ts';
import {endAll, jobwire} from '../support/process.ts';
import {makeProject, shipped} from '../support/project.ts';
import {imported, removeTemporary, unpacked} from './openapi-desk.ts';

after(() => {
  endAll();
  removeTemporary();
});

describe('a whole definition', function () {
  this.timeout(120_000);

  for (const [name, operations, cases] of [
    ['orchestrator-2018.4.swagger.json', 198, 95],
    ['orchestrator-2020.10.swagger.json', 360, 169],
    ['orchestrator-v20.openapi.yaml', 418, 210],
  ] as const)
    it(`is imported without findings, all of it: ${name}`, async () => {
      const before = process.memoryUsage().rss;
      const begun = performance.now();
      const {draft, issues, failed, cases: found} = await imported(unpacked(name), [], 'whole');
      assert.deepEqual(issues, []);
      assert.deepEqual(failed, []);
      assert.equal(draft.operations.length, operations);
      assert.equal(found, cases, 'one case for each read');
      assert.ok(performance.now() - begun < 60_000, 'within seconds');
      assert.ok(process.memoryUsage().rss - before < 1_000_000_000, 'within a gigabyte');
    });
});

describe('a part of a definition', function () {
  this.timeout(120_000);

  it('runs against the simulator: reads releases, starts a job, reads the job', async () => {
    const connector = shipped<Connector>('connectors/uipath-orchestrator/connector.json');
    const simulator = shipped<Simulator>('connectors/uipath-orchestrator/simulator.json');
    const running = await startSimulator({connector, simulator, clock: systemClock});
    const project = makeProject([]);
    try {
      const draft = await draftConnector({
        file: unpacked('orchestrator-v20.openapi.yaml'),
        id: 'drafted',
        operations: ['GET:/odata/Releases,Jobs_StartJobs,Jobs_GetById'],
      });
      assert.deepEqual(
        draft.operations.map(({name}) => name),
        ['jobsGetById', 'jobsStartJobs', 'releasesGet'],
      );
      writeDraft(join(project.dir, 'connectors/drafted'), draft.files, {force: false, dryRun: false});
      // The definition only knows people at browsers; the operator's application has a grant of its own.
      const manifest = project.json<Connector>('connectors/drafted/connector.json');
      const oauth2 = {
        grant: 'client_credentials',
        tokenUrl: '{{connection.tokenUrl}}',
        clientId: '{{connection.clientId}}',
        clientSecret: '{{secret.clientSecret}}',
        scope: 'OR.Jobs OR.Execution OR.Folders OR.Queues OR.Robots',
      };
      const {scope: _scope, ...properties} = (manifest.connection.config as {properties: Record<string, unknown>})
        .properties;
      project.write('connectors/drafted/connector.json', {
        ...manifest,
        evidence: [],
        connection: {
          ...manifest.connection,
          config: {type: 'object', required: ['clientId'], properties},
          secrets: {clientSecret: {title: 'Client secret'}},
          auth: {obtain: {oauth2}},
        },
      });
      project.write('connections/drafted-main.json', {
        jobwire: '1',
        kind: 'connection',
        id: 'drafted-main',
        title: 'Drafted',
        connector: 'drafted@~0.1',
        config: {
          url: running.url,
          organization: 'acme',
          tenant: 'default',
          tokenUrl: `${running.url}/identity_/connect/token`,
          clientId: 'jobwire',
        },
        secrets: {clientSecret: 'file:secrets/uipath-client-secret'},
        network: {allowPrivate: ['127.0.0.1']},
      });
      const call = async (operation: string, params: object): Promise<Record<string, unknown>> => {
        const args = ['record', 'drafted-main', operation, '--input', JSON.stringify(params), '-C', project.dir];
        const {code, stdout, stderr} = await jobwire(args);
        assert.equal(code, 0, stdout + stderr);
        const file = `connectors/drafted/cases/recorded-${operation.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()}.json`;
        return project.json<{expect: Record<string, unknown>}>(file).expect;
      };
      const {folder, key} = releaseOf(simulator);
      const filter = "Name eq 'SupportTriage'";
      const releases = await call('releasesGet', {xUipathOrganizationUnitId: folder, filter});
      assert.deepEqual(
        (releases['output'] as {Name: string}[]).map(({Name}) => Name),
        ['SupportTriage'],
      );
      const started = await call('jobsStartJobs', {
        xUipathOrganizationUnitId: folder,
        body: {
          startInfo: {
            ReleaseKey: key,
            Strategy: 'ModernJobsCount',
            JobsCount: 1,
            InputArguments: '{"IncidentId":"INC1","DateCreated":"2026-01-12T08:15:30Z","Severity":1}',
          },
        },
      });
      assert.equal(started['outcome'], 'succeeded', JSON.stringify(started));
      const [job] = started['output'] as {Id: number; State: string}[];
      assert.equal(job?.State, 'Pending');
      const read = await call('jobsGetById', {xUipathOrganizationUnitId: folder, key: job?.Id});
      assert.equal((read['output'] as {ReleaseName: string}).ReleaseName, 'SupportTriage');
    } finally {
      await running.close();
      project.remove();
    }
  });
});

/** The process in the simulator, and the folder it is in. */
function releaseOf({collections}: Simulator): {folder: number; key: string} {
  const releases = (collections['releases'] ?? []) as {Name: string; Key: string; OrganizationUnitId: number}[];
  const release = releases.find(({Name}) => Name === 'SupportTriage');
  assert.ok(release);
  return {folder: release.OrganizationUnitId, key: release.Key};
}
