/** The packages a registry shows first: names that others may imitate. Must never fail: a registry need not have a search. */
import {searchPackages} from './client.ts';
import type {Registry} from './registries.ts';

const most = 250;

export async function popularNames(registry: Registry): Promise<string[]> {
  try {
    return (await searchPackages(registry, [], most)).map(({name}) => name);
  } catch {
    return [];
  }
}
