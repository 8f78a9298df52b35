/** Sigstore provenance of an archive, verified offline against trust material the operator supplies. Must never fetch anything. */
import {createHash} from 'node:crypto';
import type {Bundle, SerializedBundle} from '@sigstore/bundle';
import {fail, JobwireError} from '../errors/jobwire-error.ts';
import type {Publisher} from '../generated/types.ts';
import {isObject, type Json, JsonFault, type JsonObject, own} from '../values/json.ts';
import {readJsonFile} from './files.ts';

export const provenanceFile = 'jobwire-provenance.sigstore.json';

/** Who built the archive; the lock keeps issuer and subject. */
export interface Provenance extends Publisher {
  /** What the builder was at: a branch or a tag. It changes with each version and is no part of the identity. */
  readonly revision?: string;
}

export interface ProvenanceContext {
  readonly archive: Uint8Array;
  /** A sigstore trusted_root.json. */
  readonly trustedRoot: Uint8Array;
}

/**
 * `bundle`: a bundle over the archive itself, or over an in-toto statement that names its digest, as registries hand them out. Needs
 * a certificate that chains to the root, an entry in a transparency log and a witnessed certificate. Errors: JW6002.
 */
export async function verifyProvenance(
  bundle: Uint8Array,
  {archive, trustedRoot}: ProvenanceContext,
): Promise<Provenance> {
  const given = parsed(bundle, 'the provenance bundle');
  const root = parsed(trustedRoot, 'the trusted root');
  const [{bundleFromJSON}, {TrustedRoot}, {toSignedEntity, toTrustMaterial, Verifier}] = await Promise.all([
    import('@sigstore/bundle'),
    import('@sigstore/protobuf-specs'),
    import('@sigstore/verify'),
  ]);
  return refusing(() => {
    const read: Bundle = bundleFromJSON(given as unknown as SerializedBundle);
    const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(root)), {
      ...{tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1},
    });
    const {identity} = verifier.verify(toSignedEntity(read, Buffer.from(archive)));
    const {content} = read;
    if (content.$case === 'dsseEnvelope') checkStatement(content.dsseEnvelope, archive);
    return identified(identity?.subjectAlternativeName, identity?.extensions?.issuer);
  });
}

/** Whoever it is: the revision behind the last @ of an address is not who, but when. */
export function identified(subject: string | undefined, issuer: string | undefined): Provenance {
  if (subject === undefined || issuer === undefined)
    throw fail('JW6002', {problem: 'the certificate of the provenance names no identity'}, {hint: askPublisher});
  const [, who, revision] = /^([a-z]+:\/\/.*)@(refs\/[^@]*)$/.exec(subject) ?? [];
  return who !== undefined && revision !== undefined ? {issuer, subject: who, revision} : {issuer, subject};
}

const askPublisher = 'ask the publisher for an archive with its own provenance';

function parsed(bytes: Uint8Array, what: string): JsonObject {
  let value: Json;
  try {
    value = readJsonFile(bytes);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw fail('JW6002', {problem: `${what} is not strict JSON: ${error.message}`}, {cause: error});
  }
  if (isObject(value)) return value;
  throw fail('JW6002', {problem: `${what} is not an object`});
}

/** The library says what is wrong in errors of its own kinds; whatever it says, the answer is no. */
function refusing<T>(verify: () => T): T {
  try {
    return verify();
  } catch (error) {
    if (error instanceof JobwireError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw fail('JW6002', {problem: `the provenance does not hold: ${why}`}, {hint: askPublisher, cause: error});
  }
}

const inToto = 'application/vnd.in-toto+json';

/** A proved statement proves nothing about an archive that it does not name. */
function checkStatement(
  {payload, payloadType}: {readonly payload: Buffer; readonly payloadType: string},
  archive: Uint8Array,
): void {
  if (payloadType !== inToto)
    throw fail('JW6002', {problem: `the provenance holds ${payloadType}, not ${inToto}`}, {hint: askPublisher});
  const statement = parsed(payload, 'the statement of the provenance');
  const subjects = own(statement, 'subject');
  const names = (Array.isArray(subjects) ? subjects : []).some((subject) => isOf(own(subject, 'digest'), archive));
  if (!names) throw fail('JW6002', {problem: 'the provenance is that of another archive'}, {hint: askPublisher});
}

/** Every digest that is given in a form we know must be right, and one must be given. */
function isOf(digests: Json | undefined, archive: Uint8Array): boolean {
  const known = ['sha512', 'sha256'].filter((algorithm) => own(digests, algorithm) !== undefined);
  return (
    known.length > 0 &&
    known.every((algorithm) => own(digests, algorithm) === createHash(algorithm).update(archive).digest('hex'))
  );
}
