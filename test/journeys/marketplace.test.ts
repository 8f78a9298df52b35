/** A package from its author to a running template: packed, signed, published, found, installed, updated, restored, removed. */
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {type Ended, endAll, jobwire} from '../support/process.ts';
import {startVerdaccio, type Verdaccio} from '../support/verdaccio.ts';

const id = '@acme/incident-automation';
const source = 'test/fixtures/packages/incident-automation';

describe('the marketplace', function () {
  this.timeout(120_000);
  const root = mkdtempSync(join(tmpdir(), 'jobwire-marketplace-'));
  const [author, project, clone] = ['author', 'a project é', 'clone'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const started: unknown[] = [];
  let registry: Verdaccio;
  let farm: Server;
  let env: Record<string, string>;

  before(async () => {
    registry = await startVerdaccio();
    farm = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        if (request.method === 'POST') started.push(JSON.parse(body));
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({id: 'job-1', state: 'done', name: 'farm'}));
      });
    });
    await new Promise<void>((resolve) => farm.listen(0, '127.0.0.1', resolve));
    for (const dir of [author, project]) mkdirSync(dir);
    writeFileSync(join(root, 'npmrc'), `registry=${registry.url}\n${registry.authLine}\n`);
    env = {
      HOME: root,
      XDG_CONFIG_HOME: join(root, 'config'),
      XDG_CACHE_HOME: join(root, 'cache'),
      NPM_CONFIG_USERCONFIG: join(root, 'npmrc'),
      ROBOT_KEY: 'robot-key-canary',
      DESK_SECRET: 'desk-secret',
    };
    writeVersion('1.0.0', (connector) => connector);
  });
  after(async () => {
    endAll();
    farm.closeAllConnections();
    farm.close();
    await registry.stop();
    rmSync(root, {recursive: true, force: true});
  });

  /** The fixture, with robots at an address that the operator gives. */
  function writeVersion(version: string, change: (connector: string) => string): void {
    cpSync(source, author, {recursive: true});
    edit('jobwire-package.json', (text) => text.replace('"version": "1.0.0"', `"version": "${version}"`));
    edit('CHANGELOG.md', (text) => `# Changes\n\n## ${version}\n\nNew.\n\n${text}`);
    edit('connectors/acme-robots/connector.json', (text) =>
      change(
        text
          .replace('"version": "1.2.0"', `"version": "${version}"`)
          .replace('"*.robots.acme.example"', '"connection:farm"')
          .replace('"pattern": "^[a-z0-9-]+$"', '"format": "uri"')
          .replace('https://{{connection.farm}}.robots.acme.example', '{{connection.farm}}'),
      ),
    );
    edit('templates/incident-to-robot/template.json', (text) => {
      const {do: target, ...rest} = JSON.parse(
        version === '2.0.0' ? text.replace('acme-robots@^1', 'acme-robots@^2').replace('"text":', '"note":') : text,
      );
      const {onComplete: _note, ...alone} = target;
      return JSON.stringify({...rest, do: alone}, null, 2);
    });
  }

  function edit(file: string, change: (text: string) => string): void {
    writeFileSync(join(author, file), change(readFileSync(join(author, file), 'utf8')));
  }

  async function run(args: readonly string[], code = 0): Promise<Ended> {
    const ended = await jobwire(args, {env});
    assert.equal(ended.code, code, `jobwire ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`);
    assert.ok(!(ended.stdout + ended.stderr).includes(registry.token), 'no output shows the token');
    return ended;
  }
  const at = (...args: string[]): string[] => [...args, '-C', project];

  it('the author makes a key and publishes a checked, signed package', async () => {
    await run(['keys', 'create', 'release']);
    const dry = await run(['publish', author, '--key', 'release', '--dry-run']);
    assert.match(dry.stdout, /would publish {2}@acme\/incident-automation 1\.0\.0/);
    const {stdout} = await run(['publish', author, '--key', 'release']);
    assert.match(stdout, /published {2}@acme\/incident-automation 1\.0\.0 \(latest\)/);
    await run(['publish', author, '--key', 'release'], 6);
  });

  it('npm sees it as any package, and packs the same bytes', async () => {
    const npm = async (...args: string[]): Promise<string> =>
      (
        await promisify(execFile)('npm', [...args, '--registry', registry.url], {
          cwd: root,
          env: {...process.env, ...env},
        })
      ).stdout;
    assert.deepEqual(JSON.parse(await npm('view', id, 'keywords', 'version', '--json')).version, '1.0.0');
    const [packed] = JSON.parse(await npm('pack', id, '--json', '--ignore-scripts')) as [
      {filename: string; integrity: string},
    ];
    const stored = readFileSync(join(registry.storage, id, 'incident-automation-1.0.0.tgz'));
    assert.deepEqual(readFileSync(join(root, packed.filename)), stored);
  });

  it('the operator finds it, and installs nothing without a yes', async () => {
    const {stdout} = await run(at('search', 'incident'));
    assert.match(stdout, /@acme\/incident-automation +1\.0\.0 +Acme Desk and Acme Robots/);
    const untrusted = await run(at('install', id), 1);
    assert.match(untrusted.stderr, /JW6002.*which trust\.json does not list[\s\S]*jobwire keys trust/);
    const {stdout: key} = await run(['keys', 'show', 'release']);
    const line = /jobwire-key ed25519 \S+( \S+)?/.exec(key)?.[0] ?? '';
    await run(at('keys', 'trust', line, '--name', 'Acme releases', '--scope', '@acme'));
    const asked = await run(at('install', id), 2);
    assert.match(asked.stderr, /--yes or --accept-permissions/);
    assert.match(asked.stderr, /host +connection:farm/);
    assert.match(asked.stderr, /signer +Acme releases, jwk1-/);
    assert.equal(existsSync(join(project, 'jobwire.lock')), false);
  });

  it('installs it, copies its template and starts a job with it', async () => {
    await run(at('install', id, '--accept-permissions'));
    const connections = {
      robots: [
        'acme-robots@^1',
        {farm: `http://127.0.0.1:${(farm.address() as {port: number}).port}`},
        {apiKey: 'env:ROBOT_KEY'},
      ],
      desk: [
        'acme-desk@^1',
        {url: 'https://desk.acme.example', clientId: 'x'},
        {clientSecret: 'env:DESK_SECRET', signing: 'env:DESK_SECRET'},
      ],
    };
    mkdirSync(join(project, 'connections'));
    for (const [name, [connector, config, secrets]] of Object.entries(connections))
      writeFileSync(
        join(project, 'connections', `${name}.json`),
        JSON.stringify({
          ...{jobwire: '1', kind: 'connection', id: name, title: name, connector, config, secrets},
          ...(name === 'robots' && {network: {allowPrivate: ['127.0.0.1']}}),
        }),
      );
    const template = `${id}:incident-to-robot`;
    await run(
      at(
        'templates',
        'copy',
        template,
        '--as',
        'triage',
        '--connection',
        'desk-main=desk',
        '--connection',
        'robots-main=robots',
      ),
    );
    await run(at('templates', 'copy', template, '--as', 'triage'), 2);
    await run(at('check'));
    await run(at('run', 'triage', '--timeout', '30s'));
    assert.deepEqual(started, [{robot: 'Triage', text: 'The robots are late'}]);
  });

  it('leaves a version that is too new, and asks for its new permissions when it is named', async () => {
    writeVersion('1.1.0', (text) =>
      text.replace('"files.acme.example"', '"files.acme.example", "metrics.acme.example"'),
    );
    await run(['publish', author, '--key', 'release']);
    const waiting = await run(at('update'));
    assert.match(waiting.stderr, /1\.1\.0 too new/);
    const asked = await run(at('update', `${id}@1.1.0`), 2);
    assert.match(asked.stderr, /\+ host metrics\.acme\.example/);
    const {stdout} = await run(at('update', '--cooldown', '0h', '--accept-permissions'));
    assert.match(stdout, /updated {2}@acme\/incident-automation 1\.0\.0 → 1\.1\.0/);
  });

  it('names the templates that a version breaks before it is taken', async () => {
    writeVersion('2.0.0', (text) =>
      text
        .replace(
          '"text": {\n            "type": "string",\n            "title": "Text"\n          }',
          '"note": {\n            "type": "string",\n            "title": "Note"\n          }',
        )
        .replace("{{default input.text ''}}", "{{default input.note ''}}")
        .replace('"files.acme.example"', '"files.acme.example", "metrics.acme.example"'),
    );
    await run(['publish', author, '--key', 'release']);
    const {stdout} = await run(at('list', '--outdated'));
    assert.match(stdout, /@acme\/incident-automation +1\.1\.0 +signed .* 1\.1\.0 +2\.0\.0/);
    const beyond = await run(at('update', '--cooldown', '0h'));
    assert.match(beyond.stderr, /2\.0\.0 is outside its range/);
    const {stderr} = await run(at('update', `${id}@2.0.0`, '--accept-permissions'), 2);
    assert.match(stderr, /connector acme-robots breaks[\s\S]*template triage/);
    assert.equal(JSON.parse(readFileSync(join(project, 'jobwire.lock'), 'utf8')).packages[id].version, '1.1.0');
  });

  it('audits clean, and with a signed index', async () => {
    await run(at('sign-index', id, '--key', 'release', '--out', join(root, 'index.json')));
    const {stderr} = await run(at('audit', '--index', join(root, 'index.json')));
    assert.match(stderr, /1 package: 0 errors/);
    writeFileSync(
      join(root, 'advisories.json'),
      JSON.stringify({
        advisoriesVersion: 1,
        advisories: [{id: 'ACME-1', package: id, versions: '<1.2.0', severity: 'high', title: 'Leaks'}],
      }),
    );
    const warned = await run(at('audit', '--advisories', join(root, 'advisories.json'), '--offline'), 1);
    assert.match(warned.stdout, /ACME-1 \(high\): Leaks/);
  });

  it('a fresh clone without the registry comes to the same project', async () => {
    cpSync(project, clone, {recursive: true, filter: (path) => !path.includes('.jobwire')});
    await run(['check', '-C', clone], 3);
    const offline = {...env, NPM_CONFIG_USERCONFIG: join(root, 'none')};
    const {code, stdout} = await jobwire(['install', '-C', clone], {env: offline});
    assert.equal(code, 0);
    assert.match(stdout, /1\.1\.0 +restored/);
    await run(['verify', '-C', clone]);
    await run(['check', '-C', clone]);
    const lock = (dir: string): string => readFileSync(join(dir, 'jobwire.lock'), 'utf8');
    assert.equal(lock(clone), lock(project));
  });

  it('removes it, and says what still uses it', async () => {
    const {stderr} = await run(at('remove', id));
    assert.match(stderr, /still used by template triage, connection desk, connection robots/);
    const {stdout} = await run(at('list'));
    assert.match(stdout, /^jobwire +\d+\.\d+\.\d+ +built-in/m);
    assert.doesNotMatch(stdout, /@acme/);
  });
});
