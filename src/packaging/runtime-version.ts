/** Which Jobwire this is, and whether it is new enough for a package. Must never guess: the version stands in its own package.json. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import {satisfies, semver} from '../manifest/reference.ts';
import {packageRoot} from '../values/package-root.ts';

let known: string | undefined;

export function runtimeVersion(): string {
  known ??= (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {readonly version: string}).version;
  return known;
}

/** JW6003 when this runtime does not meet the range. */
export function requireRuntime(range: string | undefined, version: string = runtimeVersion()): void {
  if (range !== undefined && !satisfies(version, range)) throw fail('JW6003', {range, version});
}

/** What semver reads, `>=1.2.0` too: a runtime is not a unit that is referred to by one operator. */
export function isAnyRange(range: string): boolean {
  return semver().validRange(range) !== null;
}
