/** The files of a project, of which those that come with Jobwire are read but never changed, not even through a link. */
import {readFileSync, realpathSync, writeFileSync} from 'node:fs';
import {isAbsolute, join, relative} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import type {FixTools} from './fix.ts';

export interface ProjectPlaces {
  readonly project: string;
  /** Folder of the installed package. */
  readonly shipped: string;
}

export function openProjectFiles({project, shipped}: ProjectPlaces): Omit<FixTools, 'check'> {
  const others = ['connectors', 'templates', 'starter'].map((name) => join(realpathSync(shipped), name));
  return {
    read: (file) => readFileSync(file, 'utf8'),
    write: writeText,
    mayChange(file) {
      const real = realpathSync(file);
      return isWithin(realpathSync(project), real) && !others.some((folder) => isWithin(folder, real));
    },
  };
}

export function isWithin(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return !/^\.\.([/\\]|$)/.test(path) && !isAbsolute(path);
}

/** JW7101 when the file cannot be written. */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw fail('JW7101', {problem: `${file} cannot be written: ${(error as Error).message}`}, {cause: error});
  }
}
