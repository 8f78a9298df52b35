/** The manifests that runs started with, kept in the store by digest: a run ends with what it started with. Must never decide which one that is. */
import {createHash} from 'node:crypto';
import {fail} from '../errors/jobwire-error.ts';
import type {Connector, Template} from '../generated/types.ts';
import {remembered} from '../manifest/memo.ts';
import {type Json, own, stringifyJson} from '../values/json.ts';
import type {Documents} from './engine.ts';

export interface Versions {
  /** The digest of a manifest in use. When it resolves, `find` gives the manifest in every process, also after an upgrade. */
  keep(manifest: Template | Connector): Promise<string>;
  /** JW1004 when the store has none with this digest, JW7103 while it cannot be read. */
  find<M extends Template | Connector>(digest: string): Promise<M>;
}

const kind = 'version';

export function createVersions(documents: Documents): Versions {
  const kept = new Map<string, Promise<Template | Connector>>();
  const once = (digest: string, make: () => Promise<Template | Connector>): Promise<Template | Connector> => {
    const known = kept.get(digest) ?? make();
    if (!kept.has(digest)) known.catch(() => kept.delete(digest));
    kept.set(digest, known);
    return known;
  };
  return {
    async keep(manifest) {
      const digest = digestOf(manifest);
      await once(digest, async () => {
        if ((await documents.get(kind, digest)) === undefined)
          await documents.put(kind, digest, {manifest: manifest as unknown as Json});
        return manifest;
      });
      return digest;
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
