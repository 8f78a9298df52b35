/** What a registry has of some packages, as an index to sign. Must never list a version of which the registry states no sha512. */
import {requireListing} from './offer.ts';
import type {Registry} from './registries.ts';

/** JW6021 for a name that the registry does not have. */
export async function listIndex(
  registry: Registry,
  names: readonly string[],
): Promise<{readonly registry: string; readonly packages: Record<string, Record<string, string>>}> {
  const packages: Record<string, Record<string, string>> = {};
  for (const name of names) {
    const {releases} = await requireListing(registry, name);
    const versions = [...releases.values()].flatMap(({version, integrity}): [string, string][] =>
      integrity === undefined ? [] : [[version, integrity]],
    );
    packages[name] = Object.fromEntries(versions);
  }
  return {registry: registry.url, packages};
}
