/** Commands run inside the test process, as the command line runs them: what they print, and their exit code. */
import {Config, run, settings} from '@oclif/core';
import nock from 'nock';
import {printFailure} from '../../src/command.ts';
import {readConfig} from '../../src/config.ts';
import {readProject} from '../../src/read-project.ts';
import {type RunningSimulator, startSimulator} from '../../src/simulator/app.ts';
import {readSimulator} from '../../src/simulator/file.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {packageRoot} from '../../src/values/package-root.ts';
import {systemClock} from '../../src/values/time.ts';
import type {Ended} from '../support/process.ts';
import {makeProject, type TestProject} from '../support/project.ts';

/** One after the other: they share the streams and the exit code of this process. */
export async function inProcess(argv: readonly string[]): Promise<Ended> {
  settings.enableAutoTranspile = false;
  // Anew each time: printing help changes what a configuration knows of its commands.
  const config = await Config.load({root: packageRoot});
  const kept = process.exitCode;
  process.exitCode = undefined;
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  let code = 0;
  try {
    await run([...argv], config);
    code = Number(process.exitCode ?? 0);
  } catch (error) {
    code = printFailure(error, {json: argv.includes('--json'), commands: config.commandIDs});
  } finally {
    process.exitCode = kept;
    for (const stream of [stdout, stderr]) stream.release();
  }
  return {code, stdout: stdout.text(), stderr: stderr.text()};
}

function capture(stream: NodeJS.WriteStream): {text(): string; release(): void} {
  const write = stream.write;
  let text = '';
  stream.write = ((chunk: string | Uint8Array, encoding?: unknown, done?: () => void) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
    (typeof encoding === 'function' ? (encoding as () => void) : done)?.();
    return true;
  }) as typeof stream.write;
  return {
    text: () => text,
    release: () => {
      stream.write = write;
    },
  };
}

export interface Workshop {
  readonly project: TestProject;
  readonly robots: RunningSimulator;
  readonly agents: RunningSimulator;
  close(): Promise<void>;
}

/** A project whose connections point to an Orchestrator and a Kubiya on this machine, whose jobs end as soon as they are looked at. */
export async function openWorkshop(): Promise<Workshop> {
  const intercepting = nock.isActive();
  if (intercepting) nock.restore();
  const project = makeProject();
  const quick = {pendingFor: '0s', runningFor: '0s'};
  // More looks in a minute than the Orchestrator's limit; the limit has tests of its own.
  const robots = await start('uipath-orchestrator', {...quick, listsPerMinute: 100_000});
  const agents = await start('kubiya', quick);
  project.point('uipath-prod', robots.url);
  const kubiya = project.json<{config: object}>('connections/kubiya-main.json');
  project.write('connections/kubiya-main.json', {
    ...kubiya,
    config: {url: agents.url},
    network: {allowPrivate: ['127.0.0.1']},
  });
  return {
    project,
    robots,
    agents,
    async close() {
      await Promise.all([robots.close(), agents.close()]);
      project.remove();
      if (intercepting) nock.activate();
    },
  };
}

async function start(id: string, settings: JsonObject): Promise<RunningSimulator> {
  const unit = readProject(readConfig({project: packageRoot}, {}), [id]).connector(id);
  return startSimulator({
    connector: unit.manifest,
    simulator: readSimulator(unit.dir),
    clock: systemClock,
    settings,
  });
}
