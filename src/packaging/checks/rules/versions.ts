/** Rules about the step from what is published: what breaks, what is new, and what the numbers say. */
import {join} from 'node:path';
import {gt, parse} from 'semver';
import {diff} from '../../../authoring/diff.ts';
import {asJobwireError} from '../../../errors/jobwire-error.ts';
import type {Package} from '../../../generated/types.ts';
import {loadFile} from '../../../manifest/load.ts';
import {inChangelog, releasesOf} from '../changelog.ts';
import {at, inText, ofFile} from '../places.ts';
import {everything, type Row, wholePackage} from '../rule.ts';
import {packageFile, type Subject} from '../subject.ts';

type Differences = ReturnType<typeof diff> | {readonly problem: string};

/** Four rules ask for it. */
const compared = new WeakMap<Subject, Differences>();

/** What differs from the published version; a folder that cannot be compared is one finding. */
function differences(subject: Subject): Differences | undefined {
  const {dir, published} = subject;
  if (published === undefined) return undefined;
  const known = compared.get(subject) ?? compare(published, dir);
  compared.set(subject, known);
  return known;
}

function compare(published: string, dir: string): Differences {
  try {
    return diff(published, dir);
  } catch (error) {
    return {problem: asJobwireError(error).message};
  }
}

function publishedPackage({published}: Subject): Package | undefined {
  return published === undefined ? undefined : loadFile<Package>(join(published, packageFile), 'package').manifest;
}

export const versionRules: readonly Row[] = [
  {
    id: 'PC963',
    title: 'the step of each version fits what changed',
    levels: 'error/error/error',
    why: 'ranges like ^1 are a promise',
    fix: 'raise the version as the finding says; jobwire diff shows the changes',
    ...everything((subject) => {
      const found = differences(subject);
      if (found === undefined) return [];
      if ('problem' in found)
        return [ofFile({file: subject.dir}, `cannot be compared with what is published: ${found.problem}`)];
      return found.units.flatMap(({issue, id, to}) =>
        issue?.at ? [{at: issue.at, problem: `JW6005 ${id} ${to}: ${issue.detail}; ${issue.hint}`}] : [],
      );
    }),
  },
  {
    id: 'PC964',
    title: 'a package that differs from the published one has a later version',
    levels: 'error/error/error',
    why: 'a version that is published never changes',
    fix: 'raise the version of the package',
    ...wholePackage((subject) => {
      const before = publishedPackage(subject);
      const found = differences(subject);
      if (!before || !found || 'problem' in found) return [];
      const {version} = subject.pack.manifest;
      const differs =
        found.added.length + found.removed.length > 0 || found.units.some(({changes}) => changes.length > 0);
      return !differs || gt(version, before.version)
        ? []
        : [at(subject.pack, '/version', `${before.version} is published, this is ${version}`)];
    }),
  },
  {
    id: 'PC965',
    title: 'the version of a package takes the largest step of its parts',
    levels: 'warning/error/error',
    why: 'operators choose by the number of the package',
    fix: 'raise the first number when a part is gone or breaks something, the second when one is new',
    ...wholePackage((subject) => {
      const before = publishedPackage(subject);
      const found = differences(subject);
      if (!before || !found || 'problem' in found) return [];
      const [old, fresh] = [parse(before.version), parse(subject.pack.manifest.version)];
      if (!old || !fresh || old.major === 0) return [];
      const breaks = found.removed.length > 0 || found.units.some(({step}) => step === 'major');
      const adds = found.added.length > 0 || found.units.some(({step}) => step === 'minor');
      if (breaks && fresh.major === old.major)
        return [at(subject.pack, '/version', `a part is gone or breaks something since ${before.version}`)];
      return adds && !breaks && fresh.major === old.major && fresh.minor === old.minor
        ? [at(subject.pack, '/version', `something is new since ${before.version}`)]
        : [];
    }),
  },
  {
    id: 'PC966',
    title: 'a breaking change stands in the changelog',
    levels: 'info/error/error',
    why: 'who upgrades over it must know what to change',
    fix: 'say it below Changed or Removed in the entry of this version',
    ...inChangelog((file, subject) => {
      const found = differences(subject);
      if (!found || 'problem' in found) return [];
      const breaks = found.removed.length > 0 || found.units.some(({step}) => step === 'major');
      const entry = releasesOf(file.text).find(({version}) => version === subject.pack.manifest.version);
      const said = ['Changed', 'Removed'].some((name) => (entry?.sections.get(name) ?? '') !== '');
      return !breaks || said || !entry
        ? []
        : [inText(file, entry.offset, 'something breaks, and neither Changed nor Removed says so')];
    }),
  },
];
