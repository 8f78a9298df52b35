/** The first hour of somebody who has never seen Jobwire, as one session: what they type, what they break, what they read. */
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freeAddresses} from '../support/guide.ts';
import {type Ended, endAll, jobwire, type Running, startJobwire} from '../support/process.ts';
import {hasTerminal, onTerminal} from '../support/terminal.ts';

const template = 'templates/incident-to-triage/template.json';
const connector = 'connectors/acme-crm/connector.json';

describe('the first hour', function () {
  this.timeout(60_000);
  this.bail(true);
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-first-hour-'));
  const running: Running[] = [];
  let ports = new Map<string, string>();

  before(async () => {
    ports = await freeAddresses();
  });
  after(async () => {
    for (const one of running.reverse()) await one.stop();
    endAll();
    rmSync(folder, {recursive: true, force: true});
  });

  const environment = (): Record<string, string> => ({JOBWIRE_PORT: ports.get('7070') ?? '0'});
  const type = (...args: string[]): Promise<Ended> => jobwire(args, {cwd: folder, env: environment()});
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const edit = (file: string, from: string, to: string): void => {
    assert.equal(read(file).split(from).length, 2, `${from} stands once in ${file}`);
    writeFileSync(
      join(folder, file),
      read(file).replace(from, () => to),
    );
  };
  const succeeds = async (...args: string[]): Promise<Ended> => {
    const ended = await type(...args);
    assert.equal(ended.code, 0, `$ jobwire ${args.join(' ')}\n${ended.stdout}${ended.stderr}`);
    return ended;
  };
  /** Place, code and words of the first finding, the line with what was meant, and the line with what to do. */
  const finds = async (at: RegExp, meant: string | undefined, fix: RegExp): Promise<string> => {
    const {code, stdout} = await type('check');
    assert.equal(code, 3, stdout);
    assert.match(stdout, at);
    if (meant !== undefined) assert.match(stdout, new RegExp(`did you mean: ${meant}\\b`));
    assert.match(stdout, fix);
    return stdout;
  };

  it('makes a project in this folder', async () => {
    const {stdout, stderr} = await succeeds('init', '.', '--template', 'incident-to-triage');
    assert.match(stdout, /created {2}templates\/incident-to-triage\/template\.json/);
    assert.match(stderr, /Next: jobwire check/);
    for (const file of ['servicenow-main', 'uipath-prod'])
      for (const [port, free] of ports)
        writeFileSync(
          join(folder, `connections/${file}.json`),
          read(`connections/${file}.json`).replaceAll(port, free),
        );
  });

  it('makes a connector, answering questions on a terminal', async () => {
    const flags = ['--title', 'Acme CRM', '--url', 'https://api.acme.example/v1'];
    if (!hasTerminal()) {
      process.stderr.write('      no program "script" (util-linux) to make a terminal with: flags are used\n');
      await succeeds('init', 'connector', 'acme-crm', ...flags, '--auth', 'api-key');
      return;
    }
    const {code, output} = await onTerminal(
      ['init', 'connector', 'acme-crm'],
      [
        ['as people know it', 'Acme CRM\r'],
        ['Address of its API', 'https://api.acme.example/v1\r'],
        ['How requests prove', '\u001b[B\r'],
      ],
      {cwd: folder},
    );
    assert.equal(code, 0, output);
    assert.match(output, /connectors\/acme-crm\/connector\.json/);
    assert.match(read(connector), /X-Api-Key/);
  });

  it('forgets a comma, and is told the line and column', async () => {
    edit(connector, '"kind": "connector",', '"kind": "connector"');
    await finds(/connectors\/acme-crm\/connector\.json:5:3 {2}error {2}JW1001 {2}/, undefined, /^ {4}fix: .+/m);
    edit(connector, '"kind": "connector"\n', '"kind": "connector",\n');
  });

  it('misspells a key, a path and an input at once, and is told each with what was meant', async () => {
    edit(connector, '"operations": {', '"opertions": {');
    edit(template, '"process": "SupportTriage"', '"process": "{{event.data.nummer}}"');
    edit(template, '"arguments": {', '"argumnts": {');
    const stdout = await finds(
      /connectors\/acme-crm\/connector\.json:\d+:3 {2}error {2}JW1003 {2}there is no key opertions here/,
      'operations',
      /^ {4}fix: .+/m,
    );
    const [path, key] = [
      /template\.json:(\d+):(\d+) {2}error {2}JW2005 {2}.*nummer/,
      /template\.json:(\d+):(\d+) {2}error {2}JW2005 {2}.*argumnts/,
    ];
    for (const [place, text, plus] of [
      [path, '{{event.data.nummer}}', 2],
      [key, '"argumnts"', 0],
    ] as const) {
      const before = read(template).slice(0, read(template).indexOf(text)).split('\n');
      const found = place.exec(stdout);
      assert.deepEqual(
        [Number(found?.[1]), Number(found?.[2])],
        [before.length, (before.at(-1)?.length ?? 0) + 1 + plus],
        stdout,
      );
    }
    assert.match(stdout, /did you mean: number\b/);
    assert.match(stdout, /did you mean: arguments\b/);
    assert.equal(stdout.match(/^ {4}fix: .+$/gm)?.length, stdout.match(/ {2}error {2}JW/g)?.length, stdout);
  });

  it('lets --fix correct what has one near word', async () => {
    const {stdout, stderr} = await succeeds('check', '--fix');
    for (const change of ['opertions → operations', 'nummer → number', 'argumnts → arguments'])
      assert.match(stdout, new RegExp(`^fixed .*:\\d+:\\d+ {2}.*${change}$`, 'm'));
    assert.match(stderr, /0 errors, 0 warnings/);
    edit(template, '"process": "{{event.data.number}}"', '"process": "SupportTriage"');
  });

  it('runs the cases of the new connector', async () => {
    const {stdout, stderr} = await succeeds('test');
    assert.match(stdout, /ok .*A delivery with a wrong signature is refused/);
    assert.match(stderr, /3 passed, 0 failed/);
  });

  it('plans against simulators, which withholds the write', async () => {
    for (const [id, port] of [
      ['uipath-orchestrator', '7071'],
      ['servicenow', '7072'],
    ] as const)
      running.push(await startJobwire(['simulate', id, '--port', ports.get(port) ?? ''], {cwd: folder}));
    const {stdout, stderr} = await succeeds('plan', 'incident-to-triage');
    assert.match(stdout, /yes {2}criteria\[0\]/);
    assert.match(stdout, /withheld POST .*StartJobs/);
    assert.match(stderr, /Nothing was written/);
  });

  it('serves, sends a signed incident and reads why it started a job', async () => {
    running.push(await startJobwire(['serve'], {cwd: folder, env: environment()}));
    const {stdout} = await succeeds('emit', 'servicenow-main', 'incident.created');
    const event = /^202 {2}\{"events":\["(\w+)"\]\}/.exec(stdout)?.[1] ?? '';
    let why = '';
    const last = performance.now() + 30_000;
    while (!/ is succeeded/.test(why) && performance.now() < last) why = (await type('why', event)).stdout;
    assert.match(why, /yes {2}criteria\[0\] {2}event\.data\.priority/);
    assert.match(why, /run jw-[a-z2-7]{26} \(triage\) is succeeded/);
  });

  it('asks which changes of an event nobody would notice', async () => {
    const {stdout} = await succeeds('mutate', 'incident-to-triage');
    assert.match(stdout, /incident-to-triage: .*\n {2}\d+ mutants: /);
  });

  it('takes the types of its connections into a program', async () => {
    await succeeds('types', '--out', 'jobwire.d.ts');
    assert.match(read('jobwire.d.ts'), /'uipath-prod'|"uipath-prod"/);
  });
});
