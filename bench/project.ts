/** The project that Jobwire serves in the bench: the starter's template without its own lane, note and following. */
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createProject} from '../src/project.ts';
import {packageRoot} from '../src/values/package-root.ts';

export interface Project {
  readonly folder: string;
  /** What senders sign with. */
  readonly key: string;
  remove(): void;
}

/** All sides start one job per event and nothing else. */
export function makeProject(target: string): Project {
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-bench-'));
  createProject(folder, ['incident-to-triage']);
  mkdirSync(join(folder, 'templates', 'bench'), {recursive: true});
  const shipped = JSON.parse(
    readFileSync(join(folder, 'templates', 'incident-to-triage', 'template.json'), 'utf8'),
  ) as {
    do: {policy: object; onComplete?: object}[];
  };
  const [triage] = shipped.do;
  const {onComplete: _, ...target0} = triage as NonNullable<typeof triage>;
  writeFileSync(
    join(folder, 'templates', 'bench', 'template.json'),
    JSON.stringify({
      ...shipped,
      id: 'bench',
      do: {...target0, policy: {delivery: 'reconcile', wait: false}},
      policy: {},
    }),
  );
  rmSync(join(folder, 'templates', 'incident-to-triage'), {recursive: true});
  liftBudgets(folder);
  const connection = join(folder, 'connections', 'uipath-prod.json');
  writeFileSync(connection, readFileSync(connection, 'utf8').replace(/http:\/\/127\.0\.0\.1:\d+/, target));
  const key = readFileSync(join(folder, 'connections', 'secrets', 'servicenow-signing-key'), 'utf8').trim();
  return {folder, key, remove: () => rmSync(folder, {recursive: true, force: true})};
}

/** The shipped connector keeps below what a tenant allows; the bench's target allows everything. */
function liftBudgets(project: string): void {
  const folder = join(project, 'connectors', 'uipath-orchestrator');
  cpSync(join(packageRoot, 'connectors', 'uipath-orchestrator'), folder, {recursive: true});
  const file = join(folder, 'connector.json');
  const connector = JSON.parse(readFileSync(file, 'utf8')) as {http: object};
  const budgets = {
    lists: {limit: 1_000_000, per: '1m', concurrency: 64},
    calls: {limit: 1_000_000, per: '1m', concurrency: 64},
  };
  writeFileSync(file, JSON.stringify({...connector, http: {...connector.http, budgets}}));
}
