/** A real npm registry on this machine: a process of its own, no uplinks, one user. Nothing of it survives. */
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface Verdaccio {
  /** Ends with a slash. */
  readonly url: string;
  /** Of its one user. */
  readonly token: string;
  /** Folder with what was published. */
  readonly storage: string;
  /** A line for .npmrc. */
  readonly authLine: string;
  stop(): Promise<void>;
}

export async function startVerdaccio(user = 'publisher'): Promise<Verdaccio> {
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-verdaccio-'));
  const storage = join(dir, 'storage');
  mkdirSync(storage);
  const config = join(dir, 'config.yaml');
  writeFileSync(
    config,
    [
      `storage: ${storage}`,
      `auth: {htpasswd: {file: ${join(dir, 'htpasswd')}, algorithm: bcrypt, rounds: 4}}`,
      'uplinks: {}',
      'packages: {"@private/*": {access: $authenticated, publish: $authenticated}, "**": {access: $all, publish: $authenticated, unpublish: $authenticated}}',
      'web: {enable: false}',
      'middlewares: {}',
      'log: {type: stdout, format: json, level: warn}',
      'server: {keepAliveTimeout: 1}',
      '',
    ].join('\n'),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const bin = new URL('../../node_modules/verdaccio/bin/verdaccio', import.meta.url).pathname;
  const child = spawn(process.execPath, [bin, '--config', config, '--listen', `127.0.0.1:${port}`], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {...process.env, NODE_ENV: 'production', HOME: dir},
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  process.once('exit', () => child.kill('SIGKILL'));
  await answering(url, child, said);
  const token = await addUser(url, user);
  return {
    ...{url, token, storage},
    authLine: `//127.0.0.1:${port}/:_authToken=${token}`,
    async stop() {
      const closed = new Promise((resolve) => child.once('close', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await closed;
      rmSync(dir, {recursive: true, force: true});
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function answering(url: string, child: ChildProcess, said: readonly string[]): Promise<void> {
  const end = Date.now() + 30_000;
  while (Date.now() < end && child.exitCode === null) {
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`verdaccio does not answer: ${said.join('')}`);
}

/** As `npm adduser` does it. */
async function addUser(url: string, name: string): Promise<string> {
  const answer = await fetch(`${url}-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({name, password: 'a-long-test-password', email: 'publisher@acme.example', type: 'user'}),
  });
  const {token} = (await answer.json()) as {token?: string};
  if (token === undefined) throw new Error(`verdaccio refuses the user: ${answer.status}`);
  return token;
}
