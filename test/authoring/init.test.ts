/** Scaffolds: they pass check and test at once, a terminal and flags give the same bytes, and nothing is overwritten. */
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {endAll, jobwire} from '../support/process.ts';
import {makeProject, type TestProject} from '../support/project.ts';

const connectorFlags = ['--title', 'Acme CRM', '--url', 'https://api.acme.example/v1', '--auth', 'api-key'];
const templateFlags = [
  '--from',
  'github-main',
  '--event',
  'issues.opened',
  '--to',
  'uipath-prod',
  '--action',
  'startJob',
];

function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    globSync('**/*.{json,md,svg}', {cwd: folder})
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

describe('jobwire init', function () {
  this.timeout(120_000);
  let project: TestProject;
  beforeEach(() => {
    project = makeProject([]);
  });
  afterEach(() => project.remove());
  after(endAll);

  const run = (...args: string[]) => jobwire([...args, '-C', project.dir]);

  for (const auth of ['bearer', 'api-key', 'basic'])
    it(`connector, with ${auth}, passes check and test at once`, async () => {
      const made = await run('init', 'connector', 'acme', ...connectorFlags.slice(0, 4), '--auth', auth);
      assert.equal(made.code, 0, made.stderr);
      assert.match(made.stdout, /created {2}connectors\/acme\/icon\.svg/);
      const check = await run('check');
      assert.match(check.stderr, /0 errors, 0 warnings/, check.stdout);
      const test = await run('test');
      assert.match(test.stderr, /3 passed, 0 failed/, test.stdout);
    });

  it('connector keeps what is there', async () => {
    await run('init', 'connector', 'acme', ...connectorFlags);
    project.write('connectors/acme/README.md', 'mine');
    const {code, stderr} = await run('init', 'connector', 'acme', ...connectorFlags);
    assert.equal(code, 0);
    assert.match(stderr, /kept {5}connectors\/acme\/README\.md/);
    assert.equal(project.read('connectors/acme/README.md'), 'mine');
  });

  for (const [from, event, to, action] of [
    ['github-main', 'issues.opened', 'uipath-prod', 'startJob'],
    ['servicenow-main', 'incident.created', 'kubiya-main', 'triggerJob'],
    ['servicenow-main', 'incident.created', 'servicenow-main', 'addWorkNote'],
  ] as const)
    it(`template from ${event} to ${action} passes test at once, and check points at what is still to be said`, async () => {
      const made = await run(
        'init',
        'template',
        'made',
        '--from',
        from,
        '--event',
        event,
        '--to',
        to,
        '--action',
        action,
      );
      assert.equal(made.code, 0, made.stderr);
      const check = await run('check');
      assert.equal(check.code, 0, check.stdout);
      assert.match(check.stdout, /template\.json:\d+:\d+ {2}warning {2}JW1021 {2}TODO:/);
      assert.match(check.stderr, /0 errors, 1 warning/);
      const test = await run('test');
      assert.match(test.stderr, /2 passed, 0 failed/, test.stdout);
    });

  it('template maps fields by their names', async () => {
    const flags = [
      '--from',
      'servicenow-main',
      '--event',
      'incident.created',
      '--to',
      'servicenow-main',
      '--action',
      'addWorkNote',
    ];
    await run('init', 'template', 'made', ...flags);
    const {do: target} = project.json<{do: {input: Record<string, unknown>}}>('templates/made/template.json');
    assert.equal(target.input['sysId'], '{{event.data.sys_id}}');
  });

  it('without a terminal names the missing flag and its choices, with exit code 2', async () => {
    const {code, stderr} = await run('init', 'template', 'made', '--from', 'github-main');
    assert.equal(code, 2);
    assert.match(stderr, /JW7101: --event is missing/);
    assert.match(stderr, /choices:.*issues\.opened/);
    assert.match((await run('init', 'connector', 'acme')).stderr, /--title is missing/);
  });

  it('refuses a wrong answer the same way', async () => {
    const {code, stderr} = await run(
      'init',
      'connector',
      'acme',
      '--title',
      'A',
      '--url',
      'http://api.example.com',
      '--auth',
      'basic',
    );
    assert.equal(code, 2);
    assert.match(stderr, /--url.*https/);
  });

  it('asks on a terminal, and gives byte for byte what flags give', async function () {
    if (spawnSync('script', ['--version']).error) {
      process.stderr.write('      skipped: no program "script" (util-linux) to make a terminal with\n');
      this.skip();
    }
    await run('init', 'connector', 'acme', ...connectorFlags);
    await run('init', 'template', 'made', ...templateFlags);
    const other = makeProject([]);
    const connector = await onTerminal(
      ['init', 'connector', 'acme', '-C', other.dir],
      [
        ['as people know it', 'Acme CRM\r'],
        ['Address of its API', 'https://api.acme.example/v1\r'],
        ['How requests prove', '\u001b[B\r'],
      ],
    );
    assert.equal(connector.code, 0, connector.output);
    // Flags and answers mix: only what no flag says is asked.
    const template = await onTerminal(
      ['init', 'template', 'made', ...templateFlags.slice(0, 6), '-C', other.dir],
      [['Action', 'startJob']],
    );
    assert.equal(template.code, 0, template.output);
    for (const folder of ['connectors/acme', 'templates/made'])
      assert.deepEqual(filesIn(join(other.dir, folder)), filesIn(join(project.dir, folder)));
    other.remove();
  });
});

/** Types each answer when its question is there. A choice that is named is looked for with the arrow key. */
function onTerminal(
  args: readonly string[],
  answers: [question: string, keys: string][],
): Promise<{code: number | null; output: string}> {
  const quoted = [process.execPath, 'bin/jobwire.js', ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  const child = spawn('script', ['-qec', quoted, '/dev/null'], {
    env: {...process.env, TERM: 'xterm', SHELL: '/bin/sh'},
  });
  let output = '';
  const left = [...answers];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const [next] = left;
    if (!next || !output.includes(next[0])) return;
    left.shift();
    child.stdin.write(next[1] === 'startJob' ? '\r' : next[1]);
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({code, output})));
}
