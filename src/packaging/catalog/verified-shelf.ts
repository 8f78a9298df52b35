/** A shelf of files that were verified: what the verdict says becomes what the catalogue says. Must never judge anew. */
import type {PackageFiles} from '../files.ts';
import {asError} from '../source.ts';
import type {Verdict} from '../verify.ts';
import type {Origin, Shelf} from './entry.ts';

export interface Verified {
  readonly files: PackageFiles;
  readonly verdict: Verdict;
  readonly place: string;
}

export function verifiedShelf(
  {files, verdict, place}: Verified,
  more: Pick<Origin, 'install' | 'integrity' | 'releases'>,
): Shelf {
  const described = verdict.manifest;
  if (!described) throw asError(verdict.problems[0]);
  const {state, signer, problems} = verdict;
  return {
    files,
    package: described,
    origin: {
      place,
      state,
      problems: problems.map(({detail}) => detail),
      ...(signer && {signer: `${signer.name ?? 'not trusted here'} (${signer.key}), ${signer.signedAt.slice(0, 10)}`}),
      ...more,
    },
  };
}
