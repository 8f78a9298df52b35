/** What `jobwire deploy` writes: parsed, run where that is possible, and never with a secret in it. No engine and no Helm is needed. */
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parse} from 'yaml';
import {readConfig, roles} from '../../src/config.ts';
import {type DeployFacts, fixed, readFacts, secretKey, secretNames} from '../../src/deploy/facts.ts';
import {deployFiles, type targets, writeDeployFiles} from '../../src/deploy/files.ts';
import {startScript} from '../../src/deploy/image.ts';
import {loadLibrary} from '../../src/manifest/library.ts';
import {jobwire} from '../support/process.ts';
import {makeProject, type TestProject} from '../support/project.ts';
import {render, valueAt} from './helm-render.ts';

const facts: DeployFacts = {
  name: 'acme',
  store: 'postgres',
  jobwireVersion: '1.2.3',
  folder: 'ops/deploy',
  variables: ['GITHUB_TOKEN', 'UIPATH_SECRET'],
  secretFiles: ['connections/secrets/key.pem'],
};
const small: DeployFacts = {...facts, store: 'sqlite'};
const both = [facts, small];
const fileOf = (target: (typeof targets)[number], path: string, given = facts): string => {
  const text = deployFiles(target, given).get(path);
  assert.ok(text !== undefined, path);
  return text;
};

interface ComposeService {
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly (string | {readonly source: string; readonly target: string})[];
  readonly read_only?: boolean;
  readonly ulimits?: {readonly core: number};
  readonly stop_grace_period: string;
  readonly deploy?: {readonly resources: {readonly limits: object}};
  readonly volumes?: readonly string[];
  readonly healthcheck: {readonly test: readonly string[]};
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, {readonly file: string}>>;
  readonly volumes: object;
}

describe('facts of a project', () => {
  it('are its references to secrets, not their values', () => {
    const project = makeProject();
    try {
      project.write('connections/servicenow-main.json', {
        ...project.json<object>('connections/servicenow-main.json'),
        secrets: {
          username: 'env:SNOW_USER',
          password: ['env:SNOW_PASSWORD', 'env:SNOW_PASSWORD_OLD'],
          webhookSecret: 'file:secrets/hook',
        },
      });
      const library = loadLibrary({project: project.dir, shipped: '.'});
      const found = readFacts({library, name: 'A b é', store: 'sqlite', jobwireVersion: '1.0.0', folder: 'deploy'});
      assert.ok(['SNOW_PASSWORD', 'SNOW_PASSWORD_OLD', 'SNOW_USER'].every((name) => found.variables.includes(name)));
      assert.ok(found.secretFiles.includes('connections/secrets/hook'));
      assert.equal(found.name, 'a-b');
    } finally {
      project.remove();
    }
  });
});

describe('the image', () => {
  const dockerfile = fileOf('docker', 'Dockerfile');

  it('pins Node and Jobwire, is not root, and is asked whether it lives', () => {
    assert.match(dockerfile, new RegExp(`^FROM node:${fixed.node}-slim$`, 'm'));
    assert.deepEqual(JSON.parse(fileOf('docker', 'package.json')).dependencies, {jobwire: '1.2.3'});
    assert.ok(dockerfile.indexOf('\nUSER node') < dockerfile.indexOf('\nENTRYPOINT'));
    assert.match(dockerfile, /^HEALTHCHECK .*\n.*\/livez/m);
    const node = JSON.parse(readFileSync('package.json', 'utf8')).devDependencies.node;
    assert.equal(fixed.node, node);
  });

  it('sends only named files to the build, and no secrets', () => {
    const ignore = fileOf('docker', 'Dockerfile.dockerignore').split('\n');
    assert.equal(ignore[0], '*');
    assert.ok(
      ignore.includes('!ops/deploy/package.json') && ignore.indexOf('**/secrets') > ignore.indexOf('!connectors'),
    );
    assert.doesNotMatch(dockerfile, /^(ARG|ENV) .*(TOKEN|SECRET|PASSWORD)/m);
  });

  it('starts with secret files as variables, and gives the rest on', () => {
    const dir = mkdtempSync(join(tmpdir(), 'jobwire-start-'));
    try {
      mkdirSync(join(dir, 'run'));
      for (const [name, text] of [
        ['GITHUB_TOKEN', "a b'$(echo no)\n"],
        ['not-a-variable', 'x'],
        ['0BAD', 'x'],
      ])
        writeFileSync(join(dir, 'run', name ?? ''), text ?? '');
      const program = join(dir, 'show');
      writeFileSync(program, '#!/bin/sh\nprintf "%s|" "$GITHUB_TOKEN" "$(ulimit -c)" "$@"\n');
      chmodSync(program, 0o755);
      const script = join(dir, 'start.sh');
      writeFileSync(script, startScript(program));
      const {status, stdout, stderr} = spawnSync('/bin/sh', [script, 'serve', '--host', '0.0.0.0'], {
        env: {PATH: process.env['PATH'], CREDENTIALS_DIRECTORY: join(dir, 'run')},
        encoding: 'utf8',
      });
      assert.deepEqual([status, stderr, stdout], [0, '', "a b'$(echo no)|0|serve|--host|0.0.0.0|"]);
    } finally {
      rmSync(dir, {recursive: true, force: true});
    }
  });
});

describe('the compose file', () => {
  for (const given of both) {
    const compose = parse(fileOf('compose', 'compose.yaml', given), {merge: true}) as ComposeFile;
    const own = Object.entries(compose.services).filter(([name]) => name !== 'postgres');

    it(`runs ${given.store} in roles there are`, () => {
      assert.deepEqual(
        own.map(([name]) => name),
        given.store === 'postgres' ? ['ingest', 'work'] : ['acme'],
      );
      for (const [, {command = []}] of own) {
        const at = command.indexOf('--role');
        assert.ok(at === -1 || roles.some((role) => role === command[at + 1]));
      }
    });

    it(`takes every secret of ${given.store} from a file, and none from its text`, () => {
      const names = [...secretNames(given), ...given.secretFiles.map(secretKey)];
      assert.deepEqual(Object.keys(compose.secrets), names);
      for (const [, service] of own) {
        assert.deepEqual(
          service.secrets.map((secret) => (typeof secret === 'string' ? secret : secret.source)),
          names,
        );
        assert.deepEqual(Object.keys(service.environment), ['JOBWIRE_STORE', 'JOBWIRE_PUBLIC_URL']);
      }
      assert.equal(compose.secrets[secretKey(given.secretFiles[0] ?? '')]?.file, '../../connections/secrets/key.pem');
    });

    it(`gives ${given.store} a read-only root, no core files, limits and time to end`, () => {
      for (const [, service] of own) {
        assert.equal(service.read_only, true);
        assert.equal(service.ulimits?.core, 0);
        assert.ok(service.deploy?.resources.limits);
        assert.ok(Number.parseInt(service.stop_grace_period, 10) * 1000 > readConfig({}, {}).drainMs);
        assert.match(service.healthcheck.test.at(-1) ?? '', /\/livez/);
      }
    });
  }
});

describe('the unit', () => {
  for (const given of both)
    it(`is understood by systemd (${given.store})`, function () {
      if (spawnSync('systemd-analyze', ['--version']).error) this.skip();
      const dir = mkdtempSync(join(tmpdir(), 'jobwire-unit-'));
      try {
        const [[name = '', text = ''] = []] = deployFiles('systemd', given);
        const path = join(dir, name.replace('@', '@all'));
        writeFileSync(path, text);
        const {status, stdout, stderr} = spawnSync('systemd-analyze', ['verify', '--man=no', path], {encoding: 'utf8'});
        assert.deepEqual([status, stdout + stderr], [0, '']);
      } finally {
        rmSync(dir, {recursive: true, force: true});
      }
    });

  it('has a user of its own, credentials for every secret, and nothing to write but its state', () => {
    const unit = fileOf('systemd', 'acme.service', small);
    for (const line of [
      'DynamicUser=true',
      'ProtectSystem=strict',
      'NoNewPrivileges=true',
      'LimitCORE=0',
      'StateDirectory=acme',
    ])
      assert.match(unit, new RegExp(`^${line}$`, 'm'));
    const credentials = [...unit.matchAll(/^LoadCredential=(\w+):/gm)].map((match) => match[1]);
    assert.deepEqual(credentials, secretNames(small));
    assert.doesNotMatch(unit, /ReadWritePaths/);
  });
});

interface Workload {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly env: readonly {
            readonly name: string;
            readonly valueFrom?: {readonly secretKeyRef: {readonly name: string; readonly key: string}};
          }[];
          readonly securityContext: object;
          readonly livenessProbe: {readonly httpGet: {readonly path: string}};
          readonly readinessProbe: {readonly httpGet: {readonly path: string}};
          readonly volumeMounts: readonly {readonly name: string}[];
          readonly resources: object;
        }[];
        readonly volumes: readonly {readonly name: string}[];
      };
    };
    readonly volumeClaimTemplates?: readonly {readonly metadata: {readonly name: string}}[];
  };
}

describe('the chart', () => {
  for (const given of both) {
    const files = deployFiles('helm', given);
    const values = parse(files.get('chart/values.yaml') ?? '') as Record<string, unknown>;
    const everything = {...values, serviceMonitor: {enabled: true, interval: '30s'}};
    const templates = [...files].filter(([path]) => path.startsWith('chart/templates/'));
    const objects = templates.flatMap(([, text]) => render(text, everything)) as Workload[];
    const workloads = objects.filter(({kind}) => /^(Deployment|StatefulSet)$/.test(kind));

    it(`uses only values that there are (${given.store})`, () => {
      const used = templates.flatMap(([, text]) =>
        [...text.matchAll(/\.Values\.([\w.]+)/g)].map((match) => match[1] ?? ''),
      );
      assert.ok(used.length > 10);
      for (const path of used) valueAt(values, path);
    });

    it(`is of the kinds it should be (${given.store})`, () => {
      assert.deepEqual(
        objects.map(({kind}) => kind).sort(),
        [
          ...(given.store === 'postgres' ? ['Deployment', 'Deployment'] : ['StatefulSet']),
          ...['NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'ServiceMonitor'],
        ].sort(),
      );
      const quiet = templates.flatMap(([, text]) =>
        render(text, {...values, networkPolicy: {enabled: false}}),
      ) as Workload[];
      assert.ok(!quiet.some(({kind}) => /NetworkPolicy|ServiceMonitor/.test(kind)));
    });

    it(`runs pods that cannot write, are probed, and name each secret by its key (${given.store})`, () => {
      for (const {spec} of workloads) {
        const {containers, volumes} = spec.template.spec;
        const [container] = containers;
        assert.ok(container);
        assert.deepEqual(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: {drop: ['ALL']},
        });
        assert.equal(container.livenessProbe.httpGet.path, '/livez');
        assert.equal(container.readinessProbe.httpGet.path, '/readyz');
        const keys = container.env.flatMap(({valueFrom}) => valueFrom?.secretKeyRef.key ?? []);
        assert.deepEqual(keys, secretNames(given));
        const there = [...volumes, ...(spec.volumeClaimTemplates ?? []).map(({metadata}) => metadata)].map(
          ({name}) => name,
        );
        for (const {name} of container.volumeMounts) assert.ok(there.includes(name), name);
        assert.ok(container.resources);
      }
    });

    it(`lets out DNS, HTTPS${given.store === 'postgres' ? ' and the database' : ''}, and nothing more`, () => {
      const policy = objects.find(({kind}) => kind === 'NetworkPolicy') as unknown as {
        spec: {egress: {ports: {port: number}[]}[]};
      };
      const ports = policy.spec.egress.flatMap(({ports: list}) => list.map(({port}) => port));
      assert.deepEqual(ports, given.store === 'postgres' ? [53, 53, 443, 5432] : [53, 53, 443]);
    });
  }
});

describe('jobwire deploy', function () {
  this.timeout(20_000);
  let project: TestProject;
  before(() => {
    project = makeProject();
  });
  after(() => project.remove());

  it('writes each target into the project, and nothing of its secrets', async () => {
    const secrets = ['uipath-prod', 'servicenow-main'].flatMap((id) =>
      Object.values(project.json<{secrets: Record<string, string>}>(`connections/${id}.json`).secrets),
    );
    const {code, stdout, stderr} = await jobwire(['deploy', '--target', 'helm', '-C', project.dir, '--json']);
    assert.equal(code, 0, stdout + stderr);
    const {written} = (JSON.parse(stdout) as {data: {written: string[]}}).data;
    for (const file of written) {
      const text = project.read(`deploy/${file}`);
      for (const reference of secrets.filter((one) => one.startsWith('file:')))
        assert.ok(!text.includes(project.read(`connections/${reference.slice(5)}`).trim()), file);
    }
    assert.ok(statSync(join(project.dir, 'deploy/entrypoint.sh')).mode & 0o100);
  });

  it('refuses a folder outside the project', async () => {
    const {code, stderr} = await jobwire([
      'deploy',
      '--target',
      'docker',
      '--out',
      '/tmp/elsewhere',
      '-C',
      project.dir,
    ]);
    assert.equal(code, 2, stderr);
    assert.ok(!existsSync('/tmp/elsewhere'));
  });

  it('keeps what is the same, and replaces what differs only when told to', () => {
    const out = join(project.dir, 'again');
    const files = deployFiles('compose', facts);
    assert.equal(writeDeployFiles(out, files, false).written.length, files.size);
    assert.deepEqual(writeDeployFiles(out, files, false), {written: [], kept: [...files.keys()]});
    writeFileSync(join(out, 'compose.yaml'), 'mine');
    assert.throws(() => writeDeployFiles(out, files, false), /compose\.yaml: there already, with another text/);
    assert.equal(readFileSync(join(out, 'compose.yaml'), 'utf8'), 'mine');
    assert.deepEqual(writeDeployFiles(out, files, true).written, ['compose.yaml']);
  });
});
