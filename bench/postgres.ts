/** A PostgreSQL of the bench's own, with fsync: through .ci/postgres.sh, so that nothing of the machine is touched. */
import {type ChildProcess, spawn} from 'node:child_process';
import {join} from 'node:path';
import pg from 'pg';

export interface Cluster {
  /** Address of a new, empty database. */
  database(): Promise<string>;
  close(): Promise<void>;
}

const hold = "console.log(process.env.JOBWIRE_TEST_POSTGRES); process.stdin.resume().on('end', () => process.exit())";

/** Undefined where there is no PostgreSQL; standard error says why. */
export async function openCluster(): Promise<Cluster | undefined> {
  const root = join(import.meta.dirname, '..');
  const child = spawn(join(root, '.ci', 'postgres.sh'), [process.execPath, '-e', hold], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {...process.env, JOBWIRE_POSTGRES_FSYNC: 'on'},
  });
  const address = await firstLine(child);
  if (address === undefined) return undefined;
  let made = 0;
  return {
    async database() {
      const name = `bench_${++made}`;
      const client = new pg.Client({connectionString: address});
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return address.replace(/\/postgres$/, `/${name}`);
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.stdin?.end();
      }),
  };
}

function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim().split('\n')[0]));
    child.once('exit', () => resolve(undefined));
    child.once('error', () => resolve(undefined));
  });
}
