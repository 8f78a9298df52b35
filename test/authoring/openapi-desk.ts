/** Drafts connectors in a temporary folder and checks and plays them as a project would. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {type Draft, draftConnector} from '../../src/authoring/openapi/draft.ts';
import {writeDraft} from '../../src/authoring/openapi/write.ts';
import {casesOf} from '../../src/cases/discover.ts';
import {runCase} from '../../src/cases/run.ts';
import type {Issue} from '../../src/errors/jobwire-error.ts';
import type {Connector} from '../../src/generated/types.ts';
import {loadLibrary} from '../../src/manifest/library.ts';

export const fixtures = 'test/fixtures/openapi';

const folders: string[] = [];

export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-openapi-'));
  folders.push(folder);
  return folder;
}

export function removeTemporary(): void {
  for (const folder of folders.splice(0)) rmSync(folder, {recursive: true, force: true});
}

/** A definition as a file of its own; the path. */
export function definition(content: unknown, name = 'api.json'): string {
  const file = join(temporary(), name);
  mkdirSync(dirname(file), {recursive: true});
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

export function unpacked(name: string): string {
  return definition(gunzipSync(readFileSync(join(fixtures, `${name}.gz`))).toString('utf8'), name);
}

export interface Imported {
  readonly draft: Draft;
  readonly connector: Connector;
  readonly project: string;
  /** Findings of jobwire check, warnings included. */
  readonly issues: readonly Issue[];
  /** Cases that do not pass. */
  readonly failed: readonly string[];
  readonly cases: number;
}

export async function imported(file: string, operations: readonly string[] = [], id?: string): Promise<Imported> {
  const draft = await draftConnector({file, operations, id});
  const project = temporary();
  writeDraft(join(project, 'connectors', draft.id), draft.files, {force: false, dryRun: false});
  const library = loadLibrary({project, shipped: project});
  const unit = library.connectors.get(draft.id);
  const units = unit ? casesOf({kind: 'connector', unit}) : [];
  const failed: string[] = [];
  for (const one of units) {
    const problems = 'manifest' in one ? (await runCase(one, library)).problems : one.issues;
    if (problems.length > 0) failed.push(`${one.file}: ${problems[0]?.detail}`);
  }
  const connector = JSON.parse(draft.files.get('connector.json') ?? '{}') as Connector;
  return {draft, connector, project, issues: library.issues, failed, cases: units.length};
}
