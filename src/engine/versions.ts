/** The manifests that runs started with, kept in the store by digest: a run ends with what it started with. Must never decide which one that is. */
import {createHash} from 'node:crypto';
import {fail} from '../errors/jobwire-error.ts';
import type {Connector, Template} from '../generated/types.ts';
import {remembered} from '../manifest/memo.ts';
import {type Json, own, stringifyJson} from '../values/json.ts';
import type {Documents} from './engine.ts';

export interface Versions {
  /**
   * The digest of a manifest in use. When it is there, which is at once for one that was kept before, `find` gives the manifest in
   * every process, also after an upgrade.
   */
  keep(manifest: Template | Connector): string | Promise<string>;
  /** JW1004 when the store has none with this digest, JW7103 while it cannot be read. */
  find<M extends Template | Connector>(digest: string): Promise<M>;
}

const kind = 'version';

export function createVersions(documents: Documents): Versions {
  const kept = new Map<string, Promise<Template | Connector>>();
  const stored = new Set<string>();
  const once = (digest: string, make: () => Promise<Template | Connector>): Promise<Template | Connector> => {
    const known = kept.get(digest) ?? make();
    if (!kept.has(digest)) known.catch(() => kept.delete(digest));
    kept.set(digest, known);
    return known;
  };
  const store = async (digest: string, manifest: Template | Connector): Promise<string> => {
    await once(digest, async () => {
      if ((await documents.get(kind, digest)) === undefined)
        await documents.put(kind, digest, {manifest: manifest as unknown as Json});
      return manifest;
    });
    stored.add(digest);
    return digest;
  };
  return {
    keep(manifest) {
      const digest = digestOf(manifest);
      return stored.has(digest) ? digest : store(digest, manifest);
    },
    async find<M extends Template | Connector>(digest: string) {
      const manifest = await once(digest, async () => {
        const stored = own(await documents.get(kind, digest), 'manifest');
        if (stored === undefined) throw fail('JW1004', {what: 'version that the run started with', name: digest});
        return stored as unknown as Template | Connector;
      });
      return manifest as M;
    },
  };
}

const digests = new WeakMap<object, string>();

/** 128 bits of the sha-256 of its text, base64url. */
function digestOf(manifest: Template | Connector): string {
  return remembered(digests, manifest, () =>
    createHash('sha256')
      .update(stringifyJson(manifest as unknown as Json))
      .digest()
      .subarray(0, 16)
      .toString('base64url'),
  );
}
