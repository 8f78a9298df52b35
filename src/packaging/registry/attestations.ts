/** Who built an archive, by the provenance its registry keeps. Must never believe the registry: the proof is verified here, offline. */
import {readFileSync} from 'node:fs';
import {fail, JobwireError} from '../../errors/jobwire-error.ts';
import type {Publisher} from '../../generated/types.ts';
import {isObject, own} from '../../values/json.ts';
import {jsonFile} from '../files.ts';
import {verifyProvenance} from '../provenance.ts';
import type {Desk} from './desk.ts';
import {askJson} from './exchange.ts';
import type {Offer} from './offer.ts';
import {registryOf} from './registries.ts';

/** Undefined when the registry has none for this version. JW6002 when there is one that does not hold. */
export async function fetchPublisher(
  {id, version, source, archive}: Offer,
  desk: Desk,
  trustedRoot: string,
): Promise<Publisher | undefined> {
  const url = registryOf(source);
  if (url === undefined) return undefined;
  const path = `-/npm/v1/attestations/${id.replace('/', '%2f')}@${version}`;
  const limits = {maxBytes: 2 * 1024 * 1024, timeoutMs: 30_000};
  const answer = await askJson({registry: desk.registries.at(url), path, ...limits});
  const all = own(answer, 'attestations');
  const proof = (Array.isArray(all) ? all : []).find((one) => {
    const type = own(one, 'predicateType');
    return typeof type === 'string' && type.startsWith('https://slsa.dev/provenance/');
  });
  const bundle = own(proof, 'bundle');
  if (!isObject(bundle)) return undefined;
  const {issuer, subject} = await verifyProvenance(jsonFile(bundle), {archive, trustedRoot: readRoot(trustedRoot)});
  return {issuer, subject};
}

function readRoot(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof JobwireError) throw error;
    throw fail('JW7101', {problem: `--trusted-root ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`});
  }
}
