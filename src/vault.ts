/** The sealed documents of a project, in the store that lasts. Must never make a key or open a store before something needs it. */
import type {RefreshTokens} from './auth/context.ts';
import {type Config, readFormerKey, readSecretKey} from './config.ts';
import type {Documents, Engine} from './engine/engine.ts';
import {createVault, type Vault} from './engine/vault.ts';
import {openEngine} from './engines/index.ts';
import {createSealer, type Sealer} from './values/sealed.ts';
import type {Clock} from './values/time.ts';

export interface ProjectVault extends Vault {
  readonly refreshTokens: RefreshTokens;
  close(): Promise<void>;
}

/** A command that works in memory still reads and keeps credentials where the next process finds them. */
export function openVault(config: Config, {engine, clock}: {engine: Engine; clock: Clock}): ProjectVault {
  let other: Promise<Engine> | undefined;
  const lasting = async (): Promise<Documents> => {
    if (config.vault === config.store) return engine.documents;
    other ??= openEngine(config.vault, {clock, dir: config.project});
    return (await other).documents;
  };
  let sealer: Sealer | undefined;
  const vault = createVault(
    {
      get: async (kind, key) => (await lasting()).get(kind, key),
      put: async (kind, key, value) => (await lasting()).put(kind, key, value),
      delete: async (kind, key) => (await lasting()).delete(kind, key),
      list: async (kind) => (await lasting()).list(kind),
    },
    () => {
      sealer ??= createSealer(readSecretKey(config.project), readFormerKey());
      return sealer;
    },
  );
  return {
    ...vault,
    refreshTokens: keepRefreshTokens(vault),
    close: async () => (await other)?.close(),
  };
}

const refreshToken = 'refresh-token';

function keepRefreshTokens(vault: Vault): RefreshTokens {
  return {
    async load(key) {
      const token = await vault.get(refreshToken, key);
      return typeof token === 'string' ? token : undefined;
    },
    store: (key, token) => vault.put(refreshToken, key, token),
  };
}
