/**
 * Shipped connectors that were checked when the package was built, known by their bytes: they need not be checked at every start.
 * Must never vouch for a byte that was not there then.
 */
import {hash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {join, relative, sep} from 'node:path';
import {programFolder} from '../values/package-root.ts';
import {filesOfConnector, readBytes, remembering} from './disk.ts';
import {type Document, fileLimits, knownDocument} from './document.ts';

/** Digest of each connector that was checked and found without any finding, by id. */
export type Vouchers = Readonly<Record<string, string>>;

/** Beside the built program only: sources are checked by what they are now. */
export const vouchersFile = join(programFolder, 'checked.json');

let given: Vouchers | undefined;

export function vouchersOfProgram(): Vouchers {
  given ??= existsSync(vouchersFile) ? (JSON.parse(readFileSync(vouchersFile, 'utf8')) as Vouchers) : {};
  return given;
}

const vouched = new WeakSet<Document>();

/** Whether a check of this connector would find nothing. */
export function isVouched(document: Document): boolean {
  return vouched.has(document);
}

/** The connector in a folder, if it is what was checked; undefined means: check it. */
export function vouchedConnector(dir: string, digest: string): Document | undefined {
  return remembering(
    `vouched ${dir}`,
    () => filesOfConnector(dir),
    () => {
      const files = contents(dir);
      const [manifest] = files ?? [];
      if (!files || !manifest || digestOf(files) !== digest) return undefined;
      const document = knownDocument(manifest.file, manifest.bytes);
      vouched.add(document);
      return document;
    },
  );
}

/** Digest of all that the check of a connector reads; undefined where a file cannot be read. */
export function digestOfConnector(dir: string): string | undefined {
  const files = contents(dir);
  return files && digestOf(files);
}

interface Content {
  readonly file: string;
  /** Below the connector's folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

function contents(dir: string): Content[] | undefined {
  const read: Content[] = [];
  for (const file of filesOfConnector(dir)) {
    const bytes = bytesOf(file);
    if (!bytes) return undefined;
    read.push({file, path: relative(dir, file).split(sep).join('/'), bytes});
  }
  return read;
}

function bytesOf(file: string): Uint8Array | undefined {
  try {
    return readBytes(file, fileLimits.bytes).bytes;
  } catch {
    return undefined;
  }
}

function digestOf(files: readonly Content[]): string {
  const parts = files.flatMap(({path, bytes}) => [Buffer.from(`${path}\n${bytes.length}\n`), bytes]);
  return hash('sha256', Buffer.concat(parts), 'hex');
}
