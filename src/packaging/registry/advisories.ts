/** Known problems of packages, from a file of the operator. Must never ask anybody. */
import {readFileSync} from 'node:fs';
import {satisfies, validRange} from 'semver';
import {fail} from '../../errors/jobwire-error.ts';
import {isObject, type Json, JsonFault, own} from '../../values/json.ts';
import {readJsonFile} from '../files.ts';

export const severities = ['low', 'medium', 'high', 'critical'] as const;

export interface Advisory {
  readonly id: string;
  readonly package: string;
  /** Range of the versions that have the problem. */
  readonly versions: string;
  readonly severity: (typeof severities)[number];
  readonly title: string;
  readonly url?: string;
}

/** JW7101 with the entry that does not fit: an advisory that is skipped in silence is worse than none. */
export function readAdvisories(path: string): Advisory[] {
  const document = read(path);
  const list = own(document, 'advisories');
  if (own(document, 'advisoriesVersion') !== 1 || !Array.isArray(list))
    throw fail('JW7101', {problem: `${path} is no file {"advisoriesVersion": 1, "advisories": [...]}`});
  return list.map((entry, at) => {
    const advisory = readAdvisory(entry);
    if (advisory) return advisory;
    throw fail('JW7101', {
      problem: `entry ${at + 1} of ${path} needs id, package, versions (a range), severity (${severities.join(', ')}) and title`,
    });
  });
}

function readAdvisory(entry: Json): Advisory | undefined {
  const text = (key: string): string => {
    const value = own(entry, key);
    return typeof value === 'string' ? value : '';
  };
  const severity = severities.find((one) => one === text('severity'));
  const [id, name, versions, title, url] = ['id', 'package', 'versions', 'title', 'url'].map(text);
  if (!isObject(entry) || !severity || !id || !name || !versions || !title || validRange(versions) === null)
    return undefined;
  return {id, package: name, versions, severity, title, ...(url && {url})};
}

function read(path: string): Json {
  try {
    return readJsonFile(readFileSync(path));
  } catch (error) {
    if (!(error instanceof JsonFault) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw fail('JW7101', {problem: `${path} cannot be read: ${(error as Error).message}`}, {cause: error});
  }
}

export function advisoriesFor(advisories: readonly Advisory[], id: string, version: string): Advisory[] {
  return advisories.filter((one) => one.package === id && satisfies(version, one.versions, {includePrerelease: true}));
}
