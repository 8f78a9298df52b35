/** A sigstore of one's own for tests: an authority that certifies identities, a log for certificates and one for signatures. Real keys, real proofs. */
import {createHash, generateKeyPairSync, type KeyObject, sign} from 'node:crypto';

const hour = 3_600_000;
const subjectOid = '1.3.6.1.4.1.57264.1.8';
const sctOid = '1.3.6.1.4.1.11129.2.4.2';

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Identity {
  readonly subject: string;
  readonly issuer: string;
}

export interface Attesting {
  readonly archive: Uint8Array;
  readonly identity: Identity;
  /** Of the in-toto statement; without it a signature over the archive itself. */
  readonly statement?: object;
  /** Leaves out what a certificate or a log would prove. */
  readonly without?: 'sct' | 'log';
  /** When the log saw it; at once by default. */
  readonly loggedAt?: number;
}

export interface FakeSigstore {
  /** trusted_root.json */
  readonly trustedRoot: Buffer;
  /** A bundle as builders and registries hand it out. */
  attest(attesting: Attesting): Buffer;
}

export function startSigstore(now: number): FakeSigstore {
  const [authority, certificateLog, signatureLog] = [pair(), pair(), pair()];
  const root = certificate({
    ...{subject: 'fake root', issuer: 'fake root', key: authority.publicKey, signer: authority.privateKey, now},
    extensions: [extension('2.5.29.19', sequence(boolean(true))), extension('2.5.29.15', bits(0x06, 1))],
  });
  const log = (logged: Pair) => ({
    baseUrl: 'https://log.example',
    hashAlgorithm: 'SHA2_256',
    publicKey: {rawBytes: spki(logged.publicKey).toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256'},
    logId: {keyId: logId(logged).toString('base64')},
  });
  return {
    trustedRoot: json({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [log(signatureLog)],
      ctlogs: [log(certificateLog)],
      certificateAuthorities: [
        {uri: 'https://ca.example', certChain: {certificates: [{rawBytes: root.toString('base64')}]}, validFor: {}},
      ],
      timestampAuthorities: [],
    }),
    attest({archive, identity, statement, without, loggedAt = now}) {
      const builder = pair();
      const leaf = (scts: readonly Buffer[]): Leaf => ({
        ...{subject: '', issuer: 'fake root', key: builder.publicKey, signer: authority.privateKey, now},
        extensions: [
          extension('2.5.29.17', sequence(tagged(0x86, Buffer.from(identity.subject))), true),
          extension(subjectOid, tagged(0x0c, Buffer.from(identity.issuer))),
          ...scts.map((sct) => extension(sctOid, tagged(0x04, sct))),
        ],
      });
      const scts = without === 'sct' ? [] : [witness(leaf([]), {log: certificateLog, authority, now})];
      const signed = statement ? envelope(statement, builder) : message(archive, builder);
      const rawBytes = certificate(leaf(scts)).toString('base64');
      return json({
        mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
        verificationMaterial: {
          x509CertificateChain: {certificates: [{rawBytes}]},
          tlogEntries: without === 'log' ? [] : [entry(signed, {log: signatureLog, now: loggedAt})],
        },
        ...signed.content,
      });
    },
  };
}

export function statementOf(archive: Uint8Array, name = 'pkg:npm/%40acme/agents@1.0.0'): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{name, digest: {sha512: createHash('sha512').update(archive).digest('hex')}}],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {},
  };
}

interface Signed {
  readonly content: object;
  readonly kind: string;
  readonly spec: object;
}

function envelope(statement: object, {privateKey}: Pair): Signed {
  const type = 'application/vnd.in-toto+json';
  const payload = json(statement);
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  const sig = sign('sha256', encoded, privateKey).toString('base64');
  return {
    kind: 'dsse',
    content: {dsseEnvelope: {payload: payload.toString('base64'), payloadType: type, signatures: [{sig, keyid: ''}]}},
    spec: {signatures: [{signature: sig}], payloadHash: {algorithm: 'sha256', value: sha256(payload).toString('hex')}},
  };
}

function message(archive: Uint8Array, {privateKey}: Pair): Signed {
  const signature = sign('sha256', archive, privateKey).toString('base64');
  const digest = sha256(archive);
  return {
    kind: 'hashedrekord',
    content: {
      messageSignature: {messageDigest: {algorithm: 'SHA2_256', digest: digest.toString('base64')}, signature},
    },
    spec: {signature: {content: signature}, data: {hash: {algorithm: 'sha256', value: digest.toString('hex')}}},
  };
}

/** An entry with the log's promise to keep it. */
function entry({kind, spec}: Signed, {log, now}: {readonly log: Pair; readonly now: number}): object {
  const body = json({apiVersion: '0.0.1', kind, spec});
  const integratedTime = Math.floor(now / 1000);
  const promised = {body: body.toString('base64'), integratedTime, logID: logId(log).toString('hex'), logIndex: 7};
  return {
    logIndex: '7',
    logId: {keyId: logId(log).toString('base64')},
    kindVersion: {kind, version: '0.0.1'},
    integratedTime: String(integratedTime),
    inclusionPromise: {signedEntryTimestamp: sign('sha256', json(promised), log.privateKey).toString('base64')},
    canonicalizedBody: promised.body,
  };
}

/** RFC 6962: what a certificate log signs for a certificate that does not have its answer yet. */
function witness(
  leaf: Leaf,
  {log, authority, now}: {readonly log: Pair; readonly authority: Pair; readonly now: number},
): Buffer {
  const tbs = toBeSigned(leaf);
  const at = Buffer.alloc(8);
  at.writeBigUInt64BE(BigInt(now));
  const signed = Buffer.concat([
    ...[Buffer.from([0, 0]), at, Buffer.from([0, 1]), sha256(spki(authority.publicKey))],
    ...[Buffer.from([tbs.length >> 16, (tbs.length >> 8) & 255, tbs.length & 255]), tbs, Buffer.from([0, 0])],
  ]);
  const signature = sign('sha256', signed, log.privateKey);
  const sct = Buffer.concat([
    ...[Buffer.from([0]), logId(log), at, Buffer.from([0, 0, 4, 3]), short(signature.length), signature],
  ]);
  return Buffer.concat([short(sct.length + 2), short(sct.length), sct]);
}

interface Leaf {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly signer: KeyObject;
  readonly now: number;
  readonly extensions: readonly Buffer[];
}

function certificate(leaf: Leaf): Buffer {
  const tbs = toBeSigned(leaf);
  const signature = sign('sha256', tbs, leaf.signer);
  return sequence(tbs, ecdsa(), tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
}

function toBeSigned({subject, issuer, key, now, extensions}: Leaf): Buffer {
  const validity = sequence(time(now - hour), time(now + hour));
  return sequence(
    ...[tagged(0xa0, tagged(0x02, Buffer.from([2]))), tagged(0x02, Buffer.from([1])), ecdsa(), name(issuer), validity],
    ...[name(subject), spki(key), tagged(0xa3, sequence(...extensions))],
  );
}

function ecdsa(): Buffer {
  return sequence(oid('1.2.840.10045.4.3.2'));
}

function name(common: string): Buffer {
  if (common === '') return sequence();
  return sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(common)))));
}

function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(text.slice(2)));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tagged(0x04, value));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function bits(value: number, unused: number): Buffer {
  return tagged(0x03, Buffer.from([unused, value]));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest.flatMap(base128)];
  return tagged(0x06, Buffer.from(bytes));
}

function base128(value: number): number[] {
  const groups = [value & 127];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 127) | 128);
  return groups;
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const {length} = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pair(): Pair {
  return generateKeyPairSync('ec', {namedCurve: 'P-256'});
}

function spki(key: KeyObject): Buffer {
  return key.export({format: 'der', type: 'spki'});
}

function logId({publicKey}: Pair): Buffer {
  return sha256(spki(publicKey));
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function short(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
