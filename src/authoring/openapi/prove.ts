/** Reads a draft as Jobwire reads any connector, and plays its cases: what check refuses is told by operation. Must leave nothing behind. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {casesOf} from '../../cases/discover.ts';
import {runCase} from '../../cases/run.ts';
import {fail, type Issue} from '../../errors/jobwire-error.ts';
import {loadLibrary} from '../../manifest/library.ts';

export interface Proof {
  /** Operations that check refuses, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Cases that do not pass. */
  readonly failedCases: readonly {readonly file: string; readonly why: string}[];
}

/** JW1019 for an error that belongs to no operation. */
export async function prove(id: string, files: ReadonlyMap<string, string>): Promise<Proof> {
  const project = mkdtempSync(join(tmpdir(), 'jobwire-import-'));
  try {
    const folder = join(project, 'connectors', id);
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), {recursive: true});
      writeFileSync(join(folder, name), text);
    }
    return await proofOf(id, project);
  } finally {
    rmSync(project, {recursive: true, force: true});
  }
}

async function proofOf(id: string, project: string): Promise<Proof> {
  const library = loadLibrary({project, shipped: project});
  const errors = library.issues.filter(({severity}) => severity === 'error');
  const refused = new Map(errors.flatMap((issue) => refusal(issue)));
  if (refused.size > 0) return {refused, failedCases: []};
  const unit = library.connectors.get(id);
  const [other] = errors;
  if (other || !unit)
    throw fail('JW1019', {
      problem: `the draft does not pass jobwire check: ${other?.code ?? ''} ${other?.detail ?? 'it cannot be read'} (${other?.at?.pointer ?? ''})`,
    });
  const failedCases: {file: string; why: string}[] = [];
  for (const one of casesOf({kind: 'connector', unit})) {
    const problems = 'manifest' in one ? (await runCase(one, library)).problems : one.issues;
    const [problem] = problems;
    if (problem) failedCases.push({file: `cases/${basename(one.file)}`, why: `${problem.code} ${problem.detail}`});
  }
  return {refused, failedCases};
}

function refusal({at, code, detail}: Issue): [string, string][] {
  const name = /^\/(?:operations|actions)\/([A-Za-z0-9]+)/.exec(at?.pointer ?? '')?.[1];
  return name === undefined ? [] : [[name, `jobwire check refuses it: ${code} ${detail}`]];
}
