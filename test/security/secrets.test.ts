/** Rows R02 to R12 of the threat model: what keeps credentials out of everything a person or a disk may see. R01 is journeys.test.ts. */
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {mkdtempSync, openSync, readdirSync, readFileSync, rmSync, watch} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {inspect} from 'node:util';
import {Config} from '@oclif/core';
import {readSecret} from '../../src/config.ts';
import {openLog} from '../../src/telemetry/log.ts';
import {parseJson} from '../../src/values/json.ts';
import {processSecrets, Redactor, Secret} from '../../src/values/secret.ts';
import {inProcess} from '../commands/jobs-line.ts';
import {onTheRealWire, rejection, request, serveRaw, transport} from '../http/wire.ts';
import {endAll, startJobwire} from '../support/process.ts';
import {makeProject} from '../support/project.ts';
import {encodings, makeCanary, sightings} from './sightings.ts';

const canary = makeCanary('secrets');

function assertUnseen(text: string | Uint8Array, whose = canary): void {
  assert.deepEqual(sightings(text, [whose]), []);
}

describe('the redactor', () => {
  for (const [how, encode] of Object.entries(encodings))
    it(`R02 hides a secret that is ${how}`, () => {
      const redactor = new Redactor();
      redactor.add(canary.text);
      const text = `before ${encode(canary.text)} after`;
      assert.notDeepEqual(sightings(text, [canary]), [], 'the search itself must find it');
      assertUnseen(redactor.text(text));
      assert.match(redactor.text(text), /^before .* after$/);
    });

  it('R02 hides a secret that was encoded twice: in a form that is shown in base64', () => {
    const redactor = new Redactor();
    redactor.add(canary.text);
    const form = new URLSearchParams({client_id: 'a', client_secret: canary.text}).toString();
    assertUnseen(redactor.text(Buffer.from(form).toString('base64')));
  });

  it('R02 hides the longer of two secrets that begin alike', () => {
    const redactor = new Redactor();
    for (const text of ['jobwire-key', 'jobwire-key-for-signing']) redactor.add(text);
    assert.equal(redactor.text('uses jobwire-key-for-signing'), 'uses [secret]');
  });

  it('R02 hides keys and values at any depth, and leaves the digits of numbers alone', () => {
    const redactor = new Redactor();
    redactor.add(canary.text);
    const value = parseJson(
      JSON.stringify({a: [{[canary.text]: [canary.text]}]}).replace(']}]', ',12345678901234567890]}]'),
    );
    assert.equal(JSON.stringify(redactor.json(value)), '{"a":[{"[secret]":["[secret]",12345678901234567890]}]}');
  });

  for (const text of ['', '1', 'true', 'admin'])
    it(`R06 does not use ${JSON.stringify(text)} as a pattern`, () => {
      const redactor = new Redactor();
      redactor.add(text);
      assert.equal(redactor.text('true story: 1 admin'), 'true story: 1 admin');
    });

  it('R06 uses six characters', () => {
    const redactor = new Redactor();
    redactor.add('abc123');
    assert.equal(redactor.text('xabc123x'), 'x[secret]x');
  });

  it('tells the wider one what it knows, and learns nothing from it', () => {
    const wider = new Redactor();
    const [one, other] = [new Redactor(wider), new Redactor(wider)];
    one.add('password-of-one');
    assert.equal(wider.text('password-of-one'), '[secret]');
    assert.equal(other.text('password-of-one'), 'password-of-one');
  });

  it('takes any text a server may send', () => {
    const redactor = new Redactor();
    redactor.add('half a character \ud800');
    assert.equal(redactor.text('x'), 'x');
  });
});

describe('the log', () => {
  it('R03 shows a secret nowhere: in any header, message, error, path or half of a name', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'jobwire-log-'));
    const log = openLog('trace', openSync(join(dir, 'log'), 'w'));
    processSecrets.add(canary.text);
    const deep = {a: {b: {c: {d: {e: [canary.text]}}}}};
    const error = Object.assign(new Error(`refused ${canary.text}`), {Authorization: canary.text});
    log.info({Authorization: canary.text, authorization: `Bearer ${canary.text}`, deep}, `message ${canary.text}`);
    log.error({err: error, error, [canary.text]: 1}, encodings['base64']?.(canary.text));
    const read = (): string => readFileSync(join(dir, 'log'), 'utf8');
    for (let turns = 0; read().split('\n').length < 3 && turns < 1000; turns++) await setImmediate();
    const lines = read();
    rmSync(dir, {recursive: true});
    assert.equal(
      lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object).length,
      2,
    );
    assertUnseen(lines);
  });
});

describe('errors', () => {
  onTheRealWire();

  it('R03 of the wire do not hold the request, which holds the credentials', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const headers = {authorization: `Bearer ${canary.text}`, 'x-api-key': canary.text};
    const url = `http://127.0.0.1:${port}/?key=${encodeURIComponent(canary.text)}`;
    const fault = await rejection(transport().send(request(url, {method: 'POST', headers, body: canary.text})));
    assertUnseen(inspect(fault, {depth: Number.POSITIVE_INFINITY, showHidden: true}));
    assert.match(inspect(fault.cause), /ECONNRESET/);
  });

  for (const text of [
    `{"a": ${canary.text}`,
    canary.text,
    `{"a": "x" ${canary.text}}`,
    `[${'1,'.repeat(50)}${canary.text}]`,
  ])
    it(`R03 about text that is no JSON do not quote it: ${text.slice(0, 9)}`, () => {
      try {
        parseJson(text);
        assert.fail('it was read');
      } catch (error) {
        assertUnseen((error as Error).message);
        assert.match((error as Error).message, /^[A-Z].*|^it is not JSON$/);
      }
    });

  it('R03 print a secret that is held as one as a mask', () => {
    const secret = new Secret(canary.text);
    assertUnseen(`${secret} ${JSON.stringify({secret})} ${inspect({secret}, {showHidden: true})}`);
  });
});

describe('the command line', function () {
  this.timeout(30_000);
  onTheRealWire();
  /** Nothing in this process has read it: what masks it is not that it is known. */
  const typed = makeCanary('typed');
  after(endAll);

  for (const line of [
    ['plan', 'x', '--token', typed.text, '--badflag'],
    ['plan', 'x', typed.text],
    ['serve', '--port', typed.text],
    ['serve', '--port', `${typed.text}\n${typed.text}`],
    ['runs', 'list', '--state', typed.text],
  ])
    for (const more of [[], ['--json']])
      it(`R04 never repeats what was typed in the wrong place: ${line[0]} ${line[1]?.slice(0, 9)} ${line[2]?.slice(0, 7) ?? ''} ${more}`, async () => {
        const {code, stdout, stderr} = await inProcess([...line, ...more]);
        assert.equal(code, 2);
        assert.match(stdout + stderr, /JW7101/);
        assertUnseen(stdout + stderr, typed);
      });

  it('R05 takes no secret as a flag', async () => {
    const {commands} = await Config.load({root: process.cwd()});
    const taking = commands.flatMap(({id, flags}) =>
      Object.entries(flags)
        .filter(([name, flag]) => flag.type === 'option' && /token|secret|passw|credential|(^|-)key$/i.test(name))
        .filter(([, {summary}]) => !/^Name of the key /.test(summary ?? ''))
        .map(([name]) => `${id} --${name}`),
    );
    assert.deepEqual(taking, []);
    assert.ok(commands.some(({flags}) => Object.values(flags).some(({type}) => type === 'option')));
  });

  it('R05 takes them from the environment and from files', () => {
    const dir = mkdtempSync(join(tmpdir(), 'jobwire-secret-'));
    try {
      assert.equal(readSecret('env:MINE', dir, {MINE: canary.text}), canary.text);
      assert.throws(() => readSecret('file:../x', dir, {}), /leaves the folder/);
    } finally {
      rmSync(dir, {recursive: true});
    }
  });

  it('R05 refuses one that is written into a connection file, and does not show the line', async () => {
    const project = makeProject([]);
    try {
      const file = 'connections/github-main.json';
      const text = project.read(file).replace('file:secrets/github-token', JSON.stringify(typed.text).slice(1, -1));
      project.write(file, text);
      for (const line of [['check'], ['check', '--json'], ['connections', 'test', 'github-main']]) {
        const {code, stdout, stderr} = await inProcess([...line, '-C', project.dir]);
        assert.notEqual(code, 0);
        assert.match(stdout + stderr, /JW7002/);
        assertUnseen(stdout + stderr, typed);
      }
    } finally {
      project.remove();
    }
  });

  it('R09 leaves no core behind where systemd runs it', () => {
    assert.match(readFileSync('deploy/jobwire@.service', 'utf8'), /^LimitCORE=0$/m);
  });

  it('R09 leaves no secret in a diagnostic report, nor in what a crash prints', async () => {
    const project = makeProject([]);
    const reports = mkdtempSync(join(tmpdir(), 'jobwire-report-'));
    const crash =
      "process.once('SIGWINCH',()=>{const {JOBWIRE_API_TOKEN:t}=process.env;throw Object.assign(new Error('token '+t),{t:[t]})})";
    const NODE_OPTIONS = [
      '--report-on-signal',
      `--report-directory=${reports}`,
      `--import=data:text/javascript,${encodeURIComponent(crash)}`,
    ].join(' ');
    const server = await startJobwire(['serve', '--port', '0', '-C', project.dir], {
      env: {NODE_OPTIONS, JOBWIRE_API_TOKEN: canary.text},
    });
    const watching = watch(reports);
    try {
      const written = once(watching, 'change');
      server.child.kill('SIGUSR2');
      await written;
      assert.equal(await server.stop('SIGWINCH'), 1);
      const [report = ''] = readdirSync(reports);
      const content = readFileSync(join(reports, report), 'utf8');
      assert.match(content, /"javascriptStack"/);
      assertUnseen(content);
      assert.match(server.output().stderr, /token \[secret\]/);
      assertUnseen(server.output().stderr);
    } finally {
      watching.close();
      project.remove();
      rmSync(reports, {recursive: true});
    }
  });
});
