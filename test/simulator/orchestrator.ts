/** The Orchestrator simulator with the ids of its records, for tests. */

import type {SimulatorOptions} from '../../src/simulator/app.ts';
import {type Answer, type CallOptions, type Running, shipped, simulate} from './support.ts';

export const ns = 'UiPath.Server.Configuration.OData';
export const startPath = `/odata/Jobs/${ns}.StartJobs`;
export const triage = '3f0a2a51-6a0e-4c2e-9d0b-5a6f0e6a7c11';
export const classicTriage = '99587436-4ce5-480d-988c-6d7f43787a2c';
export const folderHeader = {'x-uipath-organizationunitid': '2'};

export interface Orchestrator extends Running {
  startJobs(startInfo: object, options?: CallOptions): Promise<Answer>;
  jobs(filter: string): Promise<Answer>;
}

/** In the folder Shared, unless `headers` say otherwise. */
export async function orchestrator(
  options: Partial<SimulatorOptions> = {},
  headers: Readonly<Record<string, string>> = folderHeader,
): Promise<Orchestrator> {
  const running = await simulate(shipped('uipath-orchestrator'), {authorization: 'Bearer any', ...headers}, options);
  return {
    ...running,
    startJobs: (startInfo, more) => running.call('POST', startPath, {json: {startInfo}, ...more}),
    jobs: (filter) => running.call('GET', '/odata/Jobs', {query: {$filter: filter}}),
  };
}
