/** A package before it is installed: an archive, an unpacked folder or a source, read and judged. Must never install or change anything. */
import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {asJobwireError, fail} from '../errors/jobwire-error.ts';
import type {Package} from '../generated/types.ts';
import {isError} from '../manifest/issues.ts';
import {readArchive} from './archive.ts';
import {manifestFile, npmFile, type PackageFiles} from './files.ts';
import {readFolder} from './folder.ts';
import {judge} from './inspect.ts';
import {integrityOf, packSource} from './pack.ts';
import {readSource} from './source.ts';
import type {Verdict} from './verify.ts';

export interface Preview {
  readonly from: 'archive' | 'folder' | 'source';
  /** Absent when there is no readable one. */
  readonly manifest?: Package;
  readonly files: PackageFiles;
  /** sha512 of the archive, or of what pack would make. */
  readonly integrity?: string;
  readonly verdict: Verdict;
}

export interface Looking {
  readonly project: string;
  readonly now: number;
}

/** JW7102 when there is nothing at the path. What is wrong inside is among the problems of the verdict. */
export async function previewPackage(target: string, looking: Looking): Promise<Preview> {
  if (!existsSync(target)) throw fail('JW7102', {what: 'archive or folder', id: target});
  if (!statSync(target).isDirectory()) return inspectArchiveFile(target, looking);
  return existsSync(join(target, npmFile)) ? inspectFolder(target, looking) : inspectSource(target);
}

async function inspectArchiveFile(path: string, looking: Looking): Promise<Preview> {
  const bytes = readFileSync(path);
  const integrity = integrityOf(bytes);
  try {
    return {...judged('archive', await readArchive(bytes), looking), integrity};
  } catch (error) {
    return {...unreadable('archive', error), integrity};
  }
}

/** Without package.json a folder is a source; pack writes that file. */
function inspectFolder(dir: string, looking: Looking): Preview {
  try {
    return judged('folder', readFolder(dir), looking);
  } catch (error) {
    return unreadable('folder', error);
  }
}

function inspectSource(dir: string): Preview {
  if (!existsSync(join(dir, manifestFile))) throw fail('JW7102', {what: manifestFile, id: `in ${dir}`});
  const source = readSource(dir);
  const {manifest, files, issues: problems} = source;
  if (problems.some(isError))
    return {from: 'source', manifest, files, verdict: {state: 'unsigned', problems, manifest}};
  const packed = packSource(source);
  const {digest, integrity} = packed;
  const verdict: Verdict = {state: 'unsigned', problems, manifest: packed.manifest, digest};
  return {from: 'source', manifest: packed.manifest, files: packed.files, integrity, verdict};
}

function judged(from: Preview['from'], files: PackageFiles, looking: Looking): Preview {
  const {verdict} = judge(files, looking);
  const {manifest} = verdict;
  return {from, files, verdict, ...(manifest && {manifest})};
}

function unreadable(from: Preview['from'], error: unknown): Preview {
  const problem = asJobwireError(error).issue();
  return {from, files: new Map(), verdict: {state: 'modified', problems: [problem]}};
}
