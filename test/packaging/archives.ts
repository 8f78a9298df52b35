/** Archives built byte by byte, as no honest tool writes them. */
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {constants, crc32, deflateRawSync, gzipSync} from 'node:zlib';
import type {PackageFiles} from '../../src/packaging/files.ts';
import {packSource} from '../../src/packaging/pack.ts';
import {readSource} from '../../src/packaging/source.ts';

export const fixture = 'test/fixtures/packages/incident-automation';

export interface Entry {
  readonly path: string | Buffer;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly link?: string;
  readonly mode?: string;
  /** Said in the header, whatever the body is. */
  readonly size?: number;
}

/** One header and its body, padded to blocks. */
export function tarEntry({path, body = '', type = '0', link = '', mode = '0000644', size}: Entry): Buffer {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(512);
  Buffer.from(path).copy(header, 0, 0, 100);
  header.write(`${mode}\0`, 100, 'latin1');
  header.write('0000000\x000000000\0', 108, 'latin1');
  header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('00000000000\0', 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(type, 156, 'latin1');
  header.write(link, 157, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  return Buffer.concat([header, bytes, Buffer.alloc(-bytes.length & 511)]);
}

export const endOfTar = Buffer.alloc(1024);

export function tarball(...entries: readonly Entry[]): Buffer {
  return gzipSync(Buffer.concat([...entries.map(tarEntry), endOfTar]), {level: 9});
}

/** `package/` in front, a body that is JSON. */
export function file(path: string, body: string | Uint8Array = '{}'): Entry {
  return {path: `package/${path}`, body};
}

/** A gzip file of one tar entry with so many megabytes of zeros; a small block of deflate, again and again. */
export function bomb(megabytes: number): Buffer {
  const head = tarEntry({path: 'package/README.md', size: megabytes * 1024 * 1024}).subarray(0, 512);
  const zeros = Buffer.alloc(1024 * 1024);
  const flushed = {finishFlush: constants.Z_FULL_FLUSH, level: 9};
  const million = deflateRawSync(zeros, flushed);
  let crc = crc32(head);
  for (let i = 0; i < megabytes; i++) crc = crc32(zeros, crc);
  crc = crc32(endOfTar, crc);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(512 + megabytes * zeros.length + endOfTar.length, 4);
  return Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    deflateRawSync(head, flushed),
    ...Array.from({length: megabytes}, () => million),
    deflateRawSync(endOfTar),
    trailer,
  ]);
}

/** A copy of the fixture in a temporary folder, to change. */
export interface SourceFolder {
  readonly dir: string;
  write(path: string, content: string | Uint8Array): void;
  change(path: string, change: (text: string) => string): void;
  remove(path: string): void;
  close(): void;
}

export function copySource(): SourceFolder {
  const root = mkdtempSync(join(tmpdir(), 'jobwire-pack-'));
  const dir = join(root, 'a b é');
  cpSync(fixture, dir, {recursive: true});
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), content);
  };
  return {
    dir,
    write,
    change: (path, change) => write(path, change(readFileSync(join(dir, path), 'utf8'))),
    remove: (path) => rmSync(join(dir, path), {recursive: true, force: true}),
    close: () => rmSync(root, {recursive: true, force: true}),
  };
}

export function packFixture() {
  return packSource(readSource(fixture));
}

/** Files with some of them changed; undefined takes one out. */
export function withFiles(
  files: PackageFiles,
  changes: Readonly<Record<string, string | Uint8Array | undefined>>,
): PackageFiles {
  const next = new Map(files);
  for (const [path, content] of Object.entries(changes))
    if (content === undefined) next.delete(path);
    else next.set(path, Buffer.from(content));
  return next;
}
