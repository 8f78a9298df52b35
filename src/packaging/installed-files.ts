/** The bytes of an installed package as they lie there, links and strange names told. Must never judge what the files say. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {asJobwireError, type Issue} from '../errors/jobwire-error.ts';
import {byCodeUnit, type PackageFiles} from './files.ts';
import {listFiles} from './folder.ts';
import {openIntake, refuse} from './policy.ts';
import {untrusted} from './problem.ts';

export interface InstalledFiles {
  readonly files: PackageFiles;
  readonly problems: readonly Issue[];
}

/** No files and no problems where there is no folder. What they hold was looked at when they were installed; digests prove the rest. */
export function readInstalledFiles(dir: string): InstalledFiles {
  const intake = openIntake();
  const problems: Issue[] = [];
  const told = (detail: string): void => {
    problems.push(untrusted(`in ${dir}: ${detail}`, 'remove the folder, then: jobwire install'));
  };
  try {
    const refused = (path: string, problem: string): void => told(refuse(path, problem).message);
    for (const path of namesIn(dir).flatMap((name) => listFiles(dir, name, {refused}))) {
      const bytes = readFileSync(join(dir, path));
      intake.open(path, bytes.length);
      intake.add(bytes);
    }
  } catch (error) {
    told(asJobwireError(error).message);
  }
  return {files: intake.files(), problems};
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir).sort(byCodeUnit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
