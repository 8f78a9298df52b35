/** A project whose every credential is a canary, its targets behind mirrors, and Jobwire as a process on it. */
import {createHmac} from 'node:crypto';
import {cpSync, globSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {Connection, Connector, Simulator, Target, Template} from '../../src/generated/types.ts';
import {type RunningSimulator, startSimulator} from '../../src/simulator/app.ts';
import {packageRoot} from '../../src/values/package-root.ts';
import {systemClock} from '../../src/values/time.ts';
import {makeProject, shipped, type TestProject} from '../support/project.ts';
import {type Mirror, type Mood, startMirror} from './mirror.ts';
import {type Canary, makeCanary} from './sightings.ts';

export interface Stand {
  readonly project: TestProject;
  readonly canaries: Readonly<Record<string, Canary>>;
  readonly mirrors: Readonly<Record<string, Mirror>>;
  setMood(mood: Mood): void;
  /** Content of every file of the project but the secrets themselves, by path. */
  files(): [path: string, content: Buffer][];
  close(): Promise<void>;
}

/** File of the secret by the name of its canary; the API token and the key of `kubiya` come from the environment. */
const secretFiles: Readonly<Record<string, string>> = {
  clientSecret: 'uipath-client-secret',
  password: 'servicenow-password',
  signingKey: 'servicenow-signing-key',
  githubToken: 'github-token',
  webhookSecret: 'github-webhook-secret',
  senderToken: 'cloudevents-token',
};

export async function openStand(): Promise<Stand> {
  const names = [...Object.keys(secretFiles), 'apiKey', 'apiToken'];
  const canaries = Object.fromEntries(names.map((name) => [name, makeCanary(name)]));
  const textOf = (name: string): string => canaries[name]?.text ?? '';
  const project = makeProject(['incident-to-triage', 'github-issue-to-job']);
  for (const [name, file] of Object.entries(secretFiles))
    project.write(`connections/secrets/${file}`, `${textOf(name)}\n`);
  for (const id of ['incident-to-triage', 'github-issue-to-job']) makeImpatient(project, id);
  writeConnectors(project);
  const simulators = [
    await startOne('uipath-orchestrator', {clientSecret: textOf('clientSecret')}),
    await startOne('servicenow', {password: textOf('password')}),
    await startOne('github', {token: textOf('githubToken')}),
    await startOne('kubiya', {apiKey: textOf('apiKey')}),
  ] as const;
  const [robots, desk, forge, agents] = await Promise.all(simulators.map(({url}) => startMirror(url)));
  if (!robots || !desk || !forge || !agents) throw new Error('four mirrors are needed');
  const mirrors = {'uipath-prod': robots, 'servicenow-main': desk, 'github-main': forge, 'kubiya-main': agents};
  for (const id of ['uipath-prod', 'servicenow-main', 'github-main'] as const) project.point(id, mirrors[id].url);
  writeConnections(project, agents.url);
  return {
    project,
    canaries,
    mirrors,
    setMood(mood) {
      for (const mirror of Object.values(mirrors)) mirror.mood = mood;
    },
    files: () => readFiles(project.dir),
    async close() {
      await Promise.all(Object.values(mirrors).map((mirror) => mirror.close()));
      await Promise.all(simulators.map((simulator) => simulator.close()));
      project.remove();
    },
  };
}

function startOne(id: string, secrets: Record<string, string>): Promise<RunningSimulator> {
  return startSimulator({
    connector: shipped<Connector>(`connectors/${id}/connector.json`),
    simulator: shipped<Simulator>(`connectors/${id}/simulator.json`),
    clock: systemClock,
    secrets,
    settings: id === 'uipath-orchestrator' || id === 'kubiya' ? {pendingFor: '0s', runningFor: '0s'} : {},
  });
}

/** What fails, fails at once; jobs are looked at soon. */
function makeImpatient(project: TestProject, id: string): void {
  const file = `templates/${id}/template.json`;
  const template = project.json<Template & Record<string, unknown>>(file);
  const targets = [template.do].flat() as Target[];
  project.write(file, {
    ...template,
    do: targets.map((target, i) => ({
      id: `target${i}`,
      ...target,
      policy: {...target.policy, delivery: 'at-most-once'},
    })),
    policy: {...template.policy, retry: {limit: 0}},
  });
}

/** The shipped connectors, but jobs are looked at soon and nothing is asked twice. */
function writeConnectors(project: TestProject): void {
  for (const id of ['uipath-orchestrator', 'servicenow', 'github', 'kubiya']) {
    cpSync(join(packageRoot, 'connectors', id), join(project.dir, 'connectors', id), {recursive: true});
    const file = `connectors/${id}/connector.json`;
    const connector = project.json<Connector & Record<string, unknown>>(file);
    for (const operation of Object.values(connector.operations)) operation.retry = {limit: 0};
    for (const {poll} of Object.values(connector.jobs ?? {}))
      if (poll) Object.assign(poll, {first: '100ms', every: '100ms'});
    project.write(file, connector);
  }
}

function writeConnections(project: TestProject, agents: string): void {
  const kubiya = project.json<Connection & Record<string, unknown>>('connections/kubiya-main.json');
  project.write('connections/kubiya-main.json', {
    ...kubiya,
    config: {url: agents},
    secrets: {apiKey: 'env:KUBIYA_API_KEY'},
    network: {allowPrivate: ['127.0.0.1']},
  });
  project.write('connections/senders.json', {
    jobwire: '1',
    kind: 'connection',
    id: 'senders',
    title: 'Senders with a token',
    connector: 'cloudevents@^1',
    variant: 'token',
    config: {},
    secrets: {token: 'file:secrets/cloudevents-token'},
  });
}

function readFiles(dir: string): [string, Buffer][] {
  return globSync('**/*', {cwd: dir, exclude: ['connections/secrets']})
    .concat(globSync('.*/**/*', {cwd: dir}))
    .filter((path) => !path.startsWith(join('connections', 'secrets')) && statSync(join(dir, path)).isFile())
    .map((path) => [path, readFileSync(join(dir, path))]);
}

/** A delivery of ServiceNow, signed with this key. */
export function incident(
  id: string,
  {key, category = 'software', body}: {key: string; category?: string; body?: string},
) {
  const raw =
    body ??
    JSON.stringify({
      id: `${id}:created`,
      type: 'incident.created',
      time: '2026-01-12 08:15:30',
      data: {
        sys_id: id,
        number: `INC-${id}`,
        short_description: 'Payments API answers 502',
        priority: '1',
        state: '1',
        category,
        assignment_group: id,
        sys_created_on: '2026-01-12 08:15:30',
        sys_updated_on: '2026-01-12 08:15:30',
      },
    });
  const stamp = String(Math.floor(Date.now() / 1000));
  return {
    method: 'POST',
    body: raw,
    headers: {
      'content-type': 'application/json',
      'x-jobwire-timestamp': stamp,
      'x-jobwire-signature': createHmac('sha256', key).update(`${stamp}.${raw}`).digest('base64'),
    },
  };
}
