/** What the bench measures: each starts fresh against a target, takes the same signed deliveries and starts one job for each. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openNodeRed} from './node-red.ts';
import type {Cluster} from './postgres.ts';
import {type Started, start, stop} from './processes.ts';
import {makeProject} from './project.ts';

export interface Opened {
  readonly urls: readonly string[];
  /** What deliveries are signed with. */
  readonly key: string;
  /** Whose CPU time counts. */
  readonly processes: readonly Started[];
  close(): Promise<void>;
}

export interface Subject {
  readonly name: string;
  readonly title: string;
  open(target: string): Promise<Opened>;
}

const key = 'bench-key';

function script(file: string, more: readonly string[] = []): Subject['open'] {
  return async (target) => {
    const process = await start([join('bench', file), target, key, ...more]);
    return {urls: [`http://127.0.0.1:${process.line}/`], key, processes: [process], close: () => stop(process)};
  };
}

async function openDurable(target: string): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-bench-durable-'));
  const opened = await script('durable.ts', [join(folder, 'runs.db')])(target);
  return {
    ...opened,
    async close() {
      await opened.close();
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

async function nodeRed(target: string): Promise<Opened> {
  const {url, process, close} = await openNodeRed(target, key);
  return {urls: [url], key, processes: [process], close};
}

/** As many processes as asked for over one store; the default store is SQLite in the project. */
function jobwire(count: number, store?: () => Promise<string>): Subject['open'] {
  return async (target) => {
    const project = makeProject(target);
    const env = {
      JOBWIRE_LOG_LEVEL: 'error',
      JOBWIRE_HOOK_RATE: '1000000',
      ...(store && {JOBWIRE_STORE: await store()}),
    };
    const processes: Started[] = [];
    for (let i = 0; i < count; i++)
      processes.push(await start(['bin/jobwire.js', 'serve', '--port', '0', '-C', project.folder], env, /http:/));
    return {
      urls: processes.map(({line}) => `${/http:\S+/.exec(line)?.[0]}/hooks/servicenow-main/businessRule`),
      key: project.key,
      processes,
      async close() {
        await Promise.all(processes.map(stop));
        project.remove();
      },
    };
  };
}

/** In the order of the report. Without a cluster those that need one are left out. */
export function subjectsWith(cluster: Cluster | undefined): readonly Subject[] {
  const all: Subject[] = [
    {name: 'tuned', title: 'tuned script, no durability', open: script('tuned.ts')},
    {name: 'durable', title: 'tuned script, SQLite with fsync', open: openDurable},
    {name: 'naive', title: 'naive script, three calls, no durability', open: script('naive.ts')},
    {name: 'node-red', title: 'Node-RED, no durability', open: nodeRed},
    {name: 'sqlite', title: 'Jobwire, SQLite with fsync', open: jobwire(1)},
  ];
  if (!cluster) return all;
  return [
    ...all,
    {name: 'postgres-1', title: 'Jobwire, PostgreSQL, one process', open: jobwire(1, cluster.database)},
    {name: 'postgres-2', title: 'Jobwire, PostgreSQL, two processes', open: jobwire(2, cluster.database)},
  ];
}
