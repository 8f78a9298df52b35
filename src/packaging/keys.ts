/** The signing keys of this person: ed25519, one file each, for its owner only. Must never print a private key or hand one out. */
import {createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, scryptSync, sign} from 'node:crypto';
import {chmodSync, existsSync, globSync, mkdirSync, statSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fail, JobwireError, nearest} from '../errors/jobwire-error.ts';
import type {SigningKey as KeyFile, SealedKey} from '../generated/types.ts';
import {loadForm} from '../manifest/load.ts';
import {createSealer, SealFault, sealKeyBytes} from '../values/sealed.ts';
import {processSecrets, type Secret} from '../values/secret.ts';
import {type Clock, iso} from '../values/time.ts';
import {fromKeyObject, keyId, type PublicKey} from './public-key.ts';

export {formatPublicKey, keyId, type PublicKey, parsePublicKey} from './public-key.ts';

/** A key of one's own, as it is listed. */
export interface OwnKey extends PublicKey {
  readonly name: string;
  readonly createdAt: string;
  /** Whether a passphrase opens it. */
  readonly sealed: boolean;
  readonly file: string;
}

/** A key that signs. What it is made of stays inside. */
export interface SigningKey extends PublicKey {
  readonly name: string;
  sign(bytes: Uint8Array): Uint8Array;
}

export interface KeyOptions {
  /** Folder of the keys: `readKeysFolder()` of src/config.ts. */
  readonly folder: string;
  readonly name: string;
  readonly passphrase?: Secret | undefined;
}

/** JW7101 for a name that is taken or none. */
export function createKey({folder, name, passphrase}: KeyOptions, clock: Clock): OwnKey {
  const file = fileOf(folder, name);
  if (existsSync(file))
    throw fail(
      'JW7101',
      {problem: `there is a key ${name} already`},
      {hint: 'a key is never overwritten: take another name'},
    );
  const pair = generateKeyPairSync('ed25519');
  const publicKey = fromKeyObject(pair.publicKey);
  const secret = pair.privateKey.export({format: 'der', type: 'pkcs8'}).toString('base64');
  processSecrets.add(secret);
  const id = keyId(publicKey);
  const content: KeyFile = {
    ...{keyVersion: 1, id, name, publicKey, createdAt: iso(seconds(clock.now()))},
    ...(passphrase ? {sealed: seal(secret, passphrase, id)} : {privateKey: secret}),
  };
  writePrivate(folder, file, content);
  return describeKey(content, file);
}

/** Own keys by name. Errors: JW1001 to JW1003 for a file that is no key. */
export function listKeys(folder: string): OwnKey[] {
  return globSync('*.json', {cwd: folder})
    .sort()
    .map((name) => readKeyFile(join(folder, name)))
    .map(({content, file}) => describeKey(content, file));
}

/** The public part of one. JW7102 when there is none of this name. */
export function showKey(folder: string, name: string): OwnKey {
  const {content, file} = readKeyFile(existingFile(folder, name));
  return describeKey(content, file);
}

/** A key to sign with. JW7001 without the passphrase that it needs, JW7107 with a wrong one, JW6002 when others can read it. */
export function readKey({folder, name, passphrase}: KeyOptions): SigningKey {
  const file = existingFile(folder, name);
  refuseOpen(file);
  const {content} = readKeyFile(file);
  const {id, publicKey} = content;
  const secret = content.sealed ? unseal(content.sealed, passphrase, content) : (content.privateKey ?? '');
  processSecrets.add(secret);
  const key = createPrivateKey({key: Buffer.from(secret, 'base64'), format: 'der', type: 'pkcs8'});
  const own = fromKeyObject(createPublicKey(key));
  if (own !== publicKey || keyId(own) !== id)
    throw fail('JW6002', {problem: `${file} names a public key that is not the one of its private key`});
  return {id, name, publicKey, sign: (bytes) => sign(null, bytes, key)};
}

/** Times in files have no fraction of a second. */
export function seconds(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

function fileOf(folder: string, name: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 64)
    throw fail('JW7101', {
      problem: `${JSON.stringify(name)} is not a name for a key: small letters, digits, single dashes`,
    });
  return join(folder, `${name}.json`);
}

function existingFile(folder: string, name: string): string {
  const file = fileOf(folder, name);
  if (existsSync(file)) return file;
  const names = globSync('*.json', {cwd: folder}).map((path) => basename(path, '.json'));
  throw fail(
    'JW7102',
    {what: 'key', id: name},
    {suggestions: nearest(name, names), hint: `jobwire keys create ${name}`},
  );
}

function readKeyFile(file: string): {content: KeyFile; file: string} {
  const {manifest, issues} = loadForm<KeyFile>('signing-key', file);
  const [issue] = issues;
  if (manifest) return {content: manifest, file};
  throw new JobwireError(
    issue?.jobwireCode ?? 'JW1002',
    {},
    {detail: issue?.detail ?? '', ...(issue?.at && {at: issue.at})},
  );
}

function describeKey({id, name, publicKey, createdAt, sealed}: KeyFile, file: string): OwnKey {
  return {id, name, publicKey, createdAt, sealed: sealed !== undefined, file};
}

function writePrivate(folder: string, file: string, content: KeyFile): void {
  try {
    mkdirSync(folder, {recursive: true, mode: 0o700});
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, {mode: 0o600, flag: 'wx'});
    chmodSync(file, 0o600);
  } catch (error) {
    throw fail('JW7101', {problem: `${file} cannot be written: ${(error as Error).message}`}, {cause: error});
  }
}

/** Windows has no such modes. */
function refuseOpen(file: string): void {
  if (process.platform === 'win32' || (statSync(file).mode & 0o077) === 0) return;
  const problem = `${file} can be read by other users of this machine`;
  throw fail(
    'JW6002',
    {problem},
    {hint: `chmod 600 ${file}; if others may have read it, revoke the key and make another`},
  );
}

const scryptCost = 2 ** 17;

function seal(secret: string, passphrase: Secret, id: string): SealedKey {
  const salt = randomBytes(16);
  const sealer = createSealer(derive(passphrase, salt, scryptCost));
  return {kdf: 'scrypt', cost: scryptCost, salt: salt.toString('base64'), text: sealer.seal(secret, placeOf(id))};
}

function unseal({cost, salt, text}: SealedKey, passphrase: Secret | undefined, {id, name}: KeyFile): string {
  const reference = 'env:JOBWIRE_KEY_PASSPHRASE';
  if (!passphrase) throw fail('JW7001', {secret: `passphrase of the key ${name}`, reference, problem: 'is not set'});
  if (!Number.isInteger(Math.log2(cost)))
    throw fail('JW6002', {problem: `the key ${name} has a cost that is no power of two`});
  try {
    return createSealer(derive(passphrase, Buffer.from(salt, 'base64'), cost)).open(text, placeOf(id));
  } catch (error) {
    if (!(error instanceof SealFault)) throw error;
    const what = `the key ${name}`;
    const problem = error.kind === 'key' ? 'the passphrase is another one' : error.message;
    throw fail(
      'JW7107',
      {what, problem},
      {hint: 'set JOBWIRE_KEY_PASSPHRASE to the passphrase of this key', cause: error},
    );
  }
}

function derive(passphrase: Secret, salt: Uint8Array, cost: number): Uint8Array {
  const text = passphrase.reveal().normalize('NFC');
  return scryptSync(text, salt, sealKeyBytes, {N: cost, r: 8, p: 1, maxmem: 256 * cost * 8});
}

function placeOf(id: string): string {
  return `jobwire signing key ${id}`;
}
