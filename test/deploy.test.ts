/** What is in deploy/ and what the guide says of it agree with the program; nothing is started here. */
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {readConfig, roles} from '../src/config.ts';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const compose = read('deploy/compose.yaml');
const unit = read('deploy/jobwire@.service');
const image = read('deploy/Dockerfile');
const guide = read('docs/guides/operate.md');
const config = readConfig({}, {});

/** Blocks of a YAML file by indentation, with comments left out: a line and what is indented below it. */
interface Block {
  readonly line: string;
  readonly inside: readonly Block[];
}

function blocksOf(lines: readonly string[]): Block[] {
  const [first] = lines;
  if (first === undefined) return [];
  const depth = depthOf(first);
  const next = lines.findIndex((line, i) => i > 0 && depthOf(line) <= depth);
  const end = next === -1 ? lines.length : next;
  return [{line: first.trim(), inside: blocksOf(lines.slice(1, end))}, ...blocksOf(lines.slice(end))];
}

const depthOf = (line: string): number => line.length - line.trimStart().length;

describe('deploy/compose.yaml', () => {
  const lines = compose.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  const blocks = blocksOf(lines);
  const block = (list: readonly Block[], name: string): readonly Block[] => {
    const found = list.find(({line}) => line === `${name}:` || line.startsWith(`${name}: &`));
    assert.ok(found, `${name} is missing`);
    return found.inside;
  };

  it('is indented by twos, without tabs', () => {
    assert.deepEqual(
      lines.filter((line) => line.includes('\t') || depthOf(line) % 2 === 1),
      [],
    );
  });

  it('refers only to anchors it has', () => {
    const anchors = [...compose.matchAll(/&(\w+)/g)].map((match) => match[1]);
    const used = [...compose.matchAll(/\*(\w+)/g)].map((match) => match[1]);
    assert.deepEqual(
      used.filter((name) => !anchors.includes(name)),
      [],
    );
  });

  it('runs receiving and working processes, each in a role there is', () => {
    const services = block(blocks, 'services');
    assert.deepEqual(
      services.map(({line}) => line),
      ['postgres:', 'ingest:', 'work:'],
    );
    for (const role of ['ingest', 'work'] as const) {
      assert.ok(roles.includes(role));
      const command = block(services, role).find(({line}) => line.startsWith('command:'))?.line;
      assert.equal(command, `command: ["serve", "--host", "0.0.0.0", "--role", "${role}"]`);
    }
  });

  it('holds no password and asks for what has no default', () => {
    assert.match(compose, /\$\{JOBWIRE_PROJECT:\?/);
    assert.deepEqual(
      block(blocks, 'secrets').map(({line, inside}) => [line, inside[0]?.line]),
      ['JOBWIRE_API_TOKEN', 'JOBWIRE_SECRET_KEY', 'PGPASSWORD'].map((name) => [`${name}:`, `file: ./secrets/${name}`]),
    );
    assert.doesNotMatch(compose, /postgres:\/\/[^@\s]+:[^@\s]+@/);
  });

  it('waits longer than what is under way may take', () => {
    const grace = block(blocks, 'x-jobwire').find(({line}) => line.startsWith('stop_grace_period:'))?.line;
    assert.ok(Number(/(\d+)s$/.exec(grace ?? '')?.[1]) * 1000 > config.drainMs);
  });
});

describe('deploy/', () => {
  it('is what the generators of jobwire deploy write', () => {
    const {status, stderr} = spawnSync(process.execPath, ['scripts/generate-deploy.ts', '--check'], {encoding: 'utf8'});
    assert.deepEqual([status, stderr], [0, '']);
  });
});

describe('deploy/Dockerfile', () => {
  it('copies folders that there are', () => {
    const copied = [...image.matchAll(/^COPY (.+) \S+$/gm)].flatMap((match) => (match[1] ?? '').split(' '));
    assert.ok(copied.length > 5);
    assert.deepEqual(
      copied.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url))),
      [],
    );
  });

  it('has the Node that Jobwire needs, and no root', () => {
    assert.match(image, /^FROM node:24/m);
    assert.match(image, /^USER node$/m);
  });
});

describe('deploy/jobwire@.service', () => {
  const keys = new Map([...unit.matchAll(/^(\w+)=(.*)$/gm)].map((match) => [match[1] as string, match[2] as string]));

  it('runs the role that its instance names', () => {
    assert.match(keys.get('ExecStart') ?? '', / serve --role %i /);
  });

  it('waits longer than what is under way may take', () => {
    assert.ok(Number(keys.get('TimeoutStopSec')) * 1000 > config.drainMs);
  });

  it('is understood by systemd', function () {
    if (spawnSync('systemd-analyze', ['--version']).error) this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'jobwire-unit-'));
    try {
      const path = join(folder, 'jobwire@all.service');
      writeFileSync(path, unit);
      const {status, stdout, stderr} = spawnSync('systemd-analyze', ['verify', '--man=no', path], {encoding: 'utf8'});
      assert.deepEqual([status, stdout + stderr], [0, '']);
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  });
});

describe('docs/guides/operate.md', () => {
  const settings = read('src/config.ts');

  it('names settings that are read', () => {
    const named = [guide, compose, unit].flatMap((text) => [...text.matchAll(/\bJOBWIRE_([A-Z_]+)\b/g)]);
    const unknown = named
      .map((match) => match[1] as string)
      .filter((name) => !settings.includes(`'${name}'`) && !settings.includes(`JOBWIRE_${name}`));
    assert.deepEqual([...new Set(unknown)], []);
  });

  it('says the lease and the roles as they are', () => {
    assert.match(guide, new RegExp(`JOBWIRE_LEASE_MS\`, ${config.leaseMs / 1000} s`));
    for (const role of roles) assert.match(guide, new RegExp(`^\\| \`${role}\``, 'm'));
  });

  it('links to files that there are', () => {
    const links = [...guide.matchAll(/\]\((\.\.[^)]+)\)/g)].map((match) => match[1] as string);
    assert.deepEqual(
      links.filter((link) => !existsSync(new URL(`../docs/guides/${link}`, import.meta.url))),
      [],
    );
  });
});
