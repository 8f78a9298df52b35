/** The rules of ARCHITECTURE.md that a machine can check: import order, one door per dependency, size budgets. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {basename, dirname, join, normalize} from 'node:path';

const order = [
  'values',
  'generated',
  'errors',
  'telemetry',
  'expressions',
  'manifest',
  'http',
  'auth',
  'operations',
  'engine',
  'engines',
  'ingest',
  'simulator',
  'cases',
  'authoring',
  'packaging',
  'deploy',
  'server',
  'reference',
  'secret-file',
  'config',
  'project',
  'read-project',
  'connections',
  'vault',
  'hooks',
  'credential-file',
  'store',
  'runtime',
  'serve',
  'sample',
  'plan',
  'follow',
  'demo',
  'terminal',
  'prompts',
  'subscriptions',
  'command',
  'job-command',
  'commands',
  'find-command',
  'whole-oclif',
];

/** Which rooms may import a package or touch a global. */
const doors: readonly {readonly thing: RegExp; readonly only: RegExp}[] = [
  {thing: /from '(ky|undici)'/, only: /^http\//},
  {thing: /(from |demand\()'(ajv|ajv-formats|@humanwhocodes\/momoa)[/']/, only: /^manifest\//},
  {thing: /from 'handlebars/, only: /^expressions\//},
  {thing: /(from |demand\()'re2js'/, only: /^(expressions|manifest)\//},
  {thing: /from 'node:sqlite'/, only: /^engines\/sqlite\//},
  {thing: /(from|import\() ?'(pg|pg-boss)'/, only: /^engines\/postgres\//},
  {thing: /from '(fastify|@fastify\/[a-z-]+)'/, only: /^(server|simulator)\//},
  {thing: /from '@oclif\/core['/]/, only: /^(command|whole-oclif)\.ts$/},
  {thing: /process\.env\b/, only: /^config\.ts$/},
  {
    thing: /\bDate\.now\(|\bMath\.random\(|\bset(Timeout|Interval|Immediate)\(|from 'node:timers/,
    only: /^values\/time\.ts$/,
  },
  {thing: /from 'jose'/, only: /^ingest\//},
  {thing: /from 'croner'/, only: /^ingest\//},
  {thing: /from '(pino|prom-client)'/, only: /^telemetry\//},
  {thing: /(from |import\()'(tar|@sigstore\/[a-z-]+)'/, only: /^packaging\//},
  {thing: /from '(libnpmpublish|npm-registry-fetch)'/, only: /^packaging\/registry\//},
  {thing: /from '(yaml|vscode-[a-z-]+)/, only: /^authoring\//},
  {thing: /from '@inquirer\/prompts'/, only: /^commands\//},
  {thing: /from '@opentelemetry\/api'/, only: /^telemetry\//},
  {thing: /from 'nock'/, only: /^$/},
];

/** The longest a file may be; orchestrators have less. Over budget means a concept is missing. */
const budgets: readonly {readonly file: RegExp; readonly lines: number}[] = [
  {file: /^(ingest\/receive|engine\/advance|operations\/execute|runtime|server\/app|simulator\/app)\.ts$/, lines: 140},
  {file: /./, lines: 300},
];

const files = globSync('**/*.ts', {cwd: 'src'}).filter((file) => !file.startsWith('generated/'));
const source = new Map(files.map((file) => [file, readFileSync(join('src', file), 'utf8')]));
const room = (file: string): string =>
  file.includes('/') ? (file.split('/')[0] as string) : file.replace(/\.ts$/, '');

describe('the architecture', () => {
  it('imports only from the left', () => {
    const wrong = [...source].flatMap(([file, text]) =>
      [...text.matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)]
        .map((match) => normalize(join(dirname(file), match[1] ?? match[2] ?? '')))
        .filter(
          (target) => !['bin', 'index'].includes(room(file)) && order.indexOf(room(target)) > order.indexOf(room(file)),
        )
        .map((target) => `${file} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('knows every room', () => {
    const unknown = files.map(room).filter((name) => !order.includes(name) && !['bin', 'index'].includes(name));
    assert.deepEqual([...new Set(unknown)], []);
  });

  for (const {thing, only} of doors)
    it(`touches ${thing.source} only behind its door`, () => {
      const wrong = files.filter((file) => !only.test(file) && thing.test(source.get(file) ?? ''));
      assert.deepEqual(wrong, []);
    });

  it('keeps files within their budget', () => {
    const over = files.flatMap((file) => {
      const lines = (source.get(file) ?? '').split('\n').length - 1;
      const budget = budgets.find(({file: pattern}) => pattern.test(file))?.lines ?? 0;
      return lines > budget ? [`${file}: ${lines} lines, budget ${budget}`] : [];
    });
    assert.deepEqual(over, []);
  });

  it('names no vendor in the source', () => {
    const ids = globSync('connectors/*/connector.json').map((file) => basename(dirname(file)));
    const words = ids.flatMap((id) => id.split('-')).filter((word) => word.length > 2 && !common.has(word));
    const vendors = new RegExp(`\\b(${[...new Set(words)].join('|')})`, 'i');
    const wrong = [...source].flatMap(([file, text]) =>
      text.split('\n').flatMap((line, i) => (vendors.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
    );
    assert.deepEqual(
      wrong.filter((line) => !vendorTalk.test(line)),
      [],
    );
  });
});

/** Parts of connector ids that are words of the field. */
const common: ReadonlySet<string> = new Set([
  'cloud',
  'grid',
  'event',
  'graph',
  'teams',
  'outgoing',
  'webhook',
  'webhooks',
  'standard',
  'hmac',
  'cloudevents',
  'orchestrator',
  'rpa',
  'infor',
  'aws',
]);

/** Command examples, the demo's project and links to sources may say a vendor's name; code may not decide by one. */
const vendorTalk = /^(commands\/|.*(https?:\/\/|\* |\/\/ ))/;
