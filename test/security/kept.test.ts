/** Rows R07, R08, R10, R11 and R12 of the threat model: secrets at rest, in fixtures, in metrics and in what a run writes down. */
import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {readFormerKey} from '../../src/config.ts';
import {createVault} from '../../src/engine/vault.ts';
import {openEngine} from '../../src/engines/index.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {createMetrics} from '../../src/telemetry/metrics.ts';
import type {Json} from '../../src/values/json.ts';
import {createSealer} from '../../src/values/sealed.ts';
import {systemClock} from '../../src/values/time.ts';
import {inProcess} from '../commands/jobs-line.ts';
import {onTheRealWire} from '../http/wire.ts';
import {api, bench, failureOf, onRecordedWire} from '../operations/bench.ts';
import {openDesk} from '../support/poll-desk.ts';
import {makeCanary, sightings} from './sightings.ts';

const canary = makeCanary('kept');

describe('the vault', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];

  async function withVault(
    act: (
      vault: (key: Uint8Array, former?: Uint8Array) => ReturnType<typeof createVault>,
      stored: () => Promise<Json | undefined>,
    ) => Promise<void>,
  ): Promise<void> {
    const engine = await openEngine('sqlite::memory:', {clock: systemClock, dir: '.'});
    try {
      await act(
        (key, former) => createVault(engine.documents, () => createSealer(key, former)),
        () => engine.documents.get('subscription', 'desk/webhooks'),
      );
    } finally {
      await engine.close();
    }
  }

  it('R07 keeps what it is given sealed, with the mark of its key', async () => {
    await withVault(async (vault, stored) => {
      await vault(first).put('subscription', 'desk/webhooks', {secret: canary.text});
      const sealed = String(await stored());
      assert.match(sealed, /^v1\.[0-9a-f]{12}\.[\w-]+$/);
      assert.deepEqual(sightings(sealed, [canary]), []);
      assert.deepEqual(await vault(first).get('subscription', 'desk/webhooks'), {secret: canary.text});
    });
  });

  it('R07 opens after a change of keys what the former one sealed, and seals with the new one', async () => {
    await withVault(async (vault) => {
      await vault(first).put('subscription', 'desk/webhooks', {secret: canary.text});
      assert.deepEqual(await vault(second, first).get('subscription', 'desk/webhooks'), {secret: canary.text});
      await vault(second, first).put('subscription', 'desk/webhooks', {secret: 'new'});
      assert.deepEqual(await vault(second).get('subscription', 'desk/webhooks'), {secret: 'new'});
      await assert.rejects(vault(first).get('subscription', 'desk/webhooks'), /another key/);
    });
  });

  it('R07 reads the former key where the present one is read', () => {
    assert.equal(readFormerKey({}), undefined);
    assert.deepEqual(readFormerKey({JOBWIRE_SECRET_KEY_BEFORE: first.toString('base64')}), first);
    assert.throws(
      () => readFormerKey({JOBWIRE_SECRET_KEY_BEFORE: canary.text}),
      (error) =>
        error instanceof JobwireError && error.jobwireCode === 'JW7101' && sightings(error.message).length === 0,
    );
  });

  it('R07 says that the key is another one, and shows neither key nor content', async () => {
    await withVault(async (vault) => {
      await vault(first).put('subscription', 'desk/webhooks', {secret: canary.text});
      const error = await failureOf(vault(second).get('subscription', 'desk/webhooks'));
      assert.equal(error.jobwireCode, 'JW7107');
      assert.match(error.message, /subscription desk\/webhooks.*another key/);
      assert.deepEqual(sightings(JSON.stringify(error.issue()), [canary]), []);
    });
  });
});

describe('fixtures', () => {
  /** Forms that only real credentials have. */
  const everywhere = {
    'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
    'a GitHub token': /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/,
    'a Slack token': /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
    'an AWS key': /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
    'a Stripe key': /\b[rs]k_live_[A-Za-z0-9]{10,}/,
  };
  /** Cases prove how a connector authenticates: they hold headers made from the fake secrets that stand in them. */
  const outsideCases = {
    'a signed token': /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}/,
    'an Authorization header': /"authorization"\s*:\s*"(bearer|basic|userkey)\s+(?!\{\{)[A-Za-z0-9+/_.=-]{24,}"/i,
  };
  /** Published test values and keys made for tests, as their README says. */
  const published = /^test\/fixtures\/(tls|x509|vectors)\//;
  const kinds =
    '{connectors,templates,starter,test/fixtures,docs,deploy,bench}/**/*.{json,md,xml,txt,pem,key,yaml,http}';

  it('R08 and recorded answers hold no credential', () => {
    const files = globSync(kinds).filter((file) => !published.test(file));
    assert.ok(files.length > 200, `only ${files.length} files`);
    const found = files.flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      const forms = Object.entries({...everywhere, ...(!file.includes('/cases/') && outsideCases)});
      return forms.flatMap(([what, form]) => (form.test(text) ? [`${file}: ${what}`] : []));
    });
    assert.deepEqual(found, []);
  });

  it('R08 are never made by recording what really went over the wire', () => {
    const recorder = /nock\.(recorder\.rec|back)\b/;
    const files = globSync('{src,test,bench,scripts}/**/*.ts').filter((file) =>
      recorder.test(readFileSync(file, 'utf8')),
    );
    assert.deepEqual(files, []);
  });
});

describe('metrics', () => {
  const labels = /^(state|reason|connection|outcome|template)="[A-Za-z0-9-]*"$/;

  it('R10 have labels of closed words and ids of files, whatever is counted', async () => {
    const metrics = createMetrics({
      read: async () => ({runs: {queued: 1}, due: 1}),
      now: () => 0,
      closedConnections: () => ['servicenow-main'],
      droppedLines: () => 0,
    });
    metrics.event('servicenow-main', 'accepted');
    metrics.refused('JW4001');
    metrics.startAttempt('unclear');
    metrics.ended('failed');
    const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('jobwire_'));
    assert.ok(lines.length > 8);
    const given = lines.flatMap((line) => /\{(.*)\}/.exec(line)?.[1]?.split(',') ?? []);
    assert.deepEqual(
      given.filter((label) => !labels.test(label)),
      [],
    );
  });
});

describe('the secret of a subscription', function () {
  this.timeout(20_000);
  onTheRealWire();

  it('R11 is made for the app alone: no command shows it, and on disk it is sealed', async () => {
    const desk = await openDesk();
    try {
      const shown: string[] = [];
      for (const line of [
        ['hooks', 'create', 'desk-main', '--url', 'https://jobwire.example.com'],
        ['hooks', 'list'],
        ['hooks', 'list', '--json'],
        ['hooks', 'create', 'desk-main', '--url', 'https://jobwire.example.com', '--json'],
      ]) {
        const {code, stdout, stderr} = await inProcess([...line, '-C', desk.dir]);
        assert.equal(code, 0, stderr);
        shown.push(stdout, stderr);
      }
      const secrets = desk.written.flatMap(({path, body}) => (path === 'POST /hooks' ? [String(body['secret'])] : []));
      assert.equal(new Set(secrets).size, 2);
      const files = globSync('.jobwire/*', {cwd: desk.dir}).map((file) => readFileSync(join(desk.dir, file), 'latin1'));
      assert.ok(files.length > 1);
      for (const secret of secrets) {
        assert.ok(secret.length >= 32);
        assert.deepEqual(
          [...shown, ...files].filter((text) => text.includes(secret)),
          [],
        );
      }
    } finally {
      await desk.close();
    }
  });
});

describe('the log of a run', () => {
  onRecordedWire();

  it('R12 has the request without its credentials, the answer without its other headers, and addresses without a query in errors', async () => {
    const {run, lines} = bench(
      {
        connection: {
          secrets: {key: {title: 'Key'}},
          auth: {apply: {headers: {'X-Api-Key': '{{secret.key}}'}, query: {sig: '{{secret.key}}'}}},
        },
        operations: {
          it: {effect: 'read', request: {method: 'GET', path: '/things', query: {q: 'who'}}, retry: {limit: 0}},
        },
      },
      {secrets: {key: canary.text}},
    );
    const headers = {'x-request-id': 'r-1', 'set-cookie': 'session=1', 'x-internal-host': 'db-7', server: 'nginx'};
    api()
      .get('/v1/things')
      .query(true)
      .reply(418, {message: 'no'}, {'content-type': 'application/json', ...headers});
    const error = await failureOf(run('it'));
    const [line] = lines as unknown as [{request: {url: string; headers: object}; response: {headers: object}}];
    assert.equal(line.request.url, 'https://api.example.com/v1/things?q=who');
    assert.deepEqual(
      Object.keys(line.request.headers).filter((name) => /key|auth|cookie/i.test(name)),
      [],
    );
    assert.deepEqual(Object.keys(line.response.headers).sort(), ['content-type', 'x-request-id']);
    assert.match(error.message, /GET https:\/\/api\.example\.com\/v1\/things answered 418/);
    assert.ok(!/[?]|who/.test(error.message));
    assert.deepEqual(sightings(JSON.stringify([lines, error.issue()]), [canary]), []);
  });
});
