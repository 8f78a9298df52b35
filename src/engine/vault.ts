/** Documents whose content only this installation can read: sealed before they reach the engine. Must never store a plain secret. */
import {fail} from '../errors/jobwire-error.ts';
import {type Json, parseJson, stringifyJson} from '../values/json.ts';
import {type Sealer, SealFault} from '../values/sealed.ts';
import type {Documents} from './engine.ts';

export interface Vault {
  /** JW7107 when it was sealed with another key. */
  get(kind: string, key: string): Promise<Json | undefined>;
  put(kind: string, key: string, value: Json): Promise<void>;
  delete(kind: string, key: string): Promise<boolean>;
  /** Keys alone: listing needs no key to open anything. */
  keys(kind: string): Promise<readonly string[]>;
}

/** `sealer` is asked for when something is first sealed or opened, so that a project without secrets in its store needs no key. */
export function createVault(documents: Documents, sealer: () => Sealer): Vault {
  return {
    async get(kind, key) {
      const sealed = await documents.get(kind, key);
      if (sealed === undefined) return undefined;
      return openDocument(sealer(), sealed, {kind, key});
    },
    put: (kind, key, value) => documents.put(kind, key, sealer().seal(stringifyJson(value), placeOf(kind, key))),
    delete: (kind, key) => documents.delete(kind, key),
    keys: async (kind) => (await documents.list(kind)).map(({key}) => key),
  };
}

function openDocument(sealer: Sealer, sealed: Json, {kind, key}: {kind: string; key: string}): Json {
  try {
    return parseJson(sealer.open(String(sealed), placeOf(kind, key)));
  } catch (error) {
    if (!(error instanceof SealFault)) throw error;
    throw fail('JW7107', {what: `${kind} ${key}`, problem: error.message}, {cause: error, outcome: 'fail'});
  }
}

function placeOf(kind: string, key: string): string {
  return JSON.stringify([kind, key]);
}
