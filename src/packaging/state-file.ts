/** The files by which a project remembers what it trusts and what it installed. Must never accept one that it does not wholly understand. */
import {existsSync} from 'node:fs';
import {fail, type Issue, JobwireError} from '../errors/jobwire-error.ts';
import type {Form} from '../manifest/kinds.ts';
import {loadForm} from '../manifest/load.ts';
import {own} from '../values/json.ts';
import {byCodeUnit} from './files.ts';

export interface StateFile {
  readonly form: Form & ('trust' | 'lock');
  /** Key that holds the version of the form. */
  readonly versionKey: string;
  readonly path: string;
}

/** Undefined when there is none. Errors: JW1001 to JW1003 with file, line and column; JW6003 for a form of a later version. */
export function readState<M>({form, versionKey, path}: StateFile): M | undefined {
  if (!existsSync(path)) return undefined;
  const {manifest, document, issues} = loadForm<M>(form, path);
  if (manifest) return manifest;
  const version = own(document?.value, versionKey);
  if (document && typeof version === 'number' && version > 1)
    throw fail(
      'JW6003',
      {},
      {
        detail: `${path} has ${versionKey} ${version}, this Jobwire reads 1`,
        hint: 'upgrade Jobwire to the version that wrote it; do not change the number',
        at: document.locate(`/${versionKey}`),
      },
    );
  throw thrown(issues);
}

function thrown([first, ...more]: readonly Issue[]): JobwireError {
  const {jobwireCode, detail = '', at, suggestions} = first ?? {jobwireCode: 'JW1002' as const};
  const also = more.length > 0 ? ` (and ${more.length} more)` : '';
  return new JobwireError(
    jobwireCode,
    {},
    {
      detail: `${detail}${also}`,
      hint: 'take the file back from version control; jobwire writes it, people do not',
      ...(at && {at}),
      ...(suggestions && {suggestions}),
    },
  );
}

/** Keys in order, so that the same state is the same text whoever wrote it last. */
export function sorted<T>(entries: Readonly<Record<string, T>>, write: (entry: T) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries)
      .sort(([a], [b]) => byCodeUnit(a, b))
      .map(([key, entry]) => [key, write(entry)]),
  );
}
