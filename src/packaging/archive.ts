/** Archives as npm takes them, read in memory and written byte for byte alike. Must never extract, nor accept what writeArchive would not write. */
import {Parser, type ReadEntry} from 'tar';
import {contentProblem} from './contents.ts';
import type {PackageFiles} from './files.ts';
import {sortFiles} from './files.ts';
import {unwrapGzip, wrapGzip} from './gzip.ts';
import {defaultLimits, type Intake, type Limits, openIntake, refuse} from './policy.ts';

const folder = 'package/';
const block = 512;
const archiveName = 'the archive';

/**
 * The files of an archive, when every one of them is allowed and the archive is what `writeArchive` makes of them: a changed byte
 * anywhere is refused. Errors: JW6001.
 */
export async function readArchive(bytes: Uint8Array, limits: Limits = defaultLimits): Promise<PackageFiles> {
  const most = limits.totalBytes + (limits.files + 1) * 2 * block + 2 * block;
  if (bytes.length > most + most / 100) throw refuse(archiveName, `larger than ${most} bytes`);
  const tar = unwrapGzip(bytes, most);
  if (!(tar instanceof Uint8Array)) throw refuse(archiveName, tar.problem);
  const files = readTar(tar, limits);
  for (const [path, content] of files) {
    const problem = contentProblem(path, content);
    if (problem !== undefined) throw refuse(path, problem);
  }
  if (Buffer.compare(writeArchive(files), bytes) !== 0)
    throw refuse(archiveName, 'its bytes are not those that jobwire pack writes for these files');
  return files;
}

/** The same files give the same bytes, on every machine and with every version of zlib and tar. */
export function writeArchive(files: PackageFiles): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [path, bytes] of sortFiles(files)) {
    parts.push(tarHeader(`${folder}${path}`, bytes.length), bytes, Buffer.alloc(-bytes.length & (block - 1)));
  }
  return wrapGzip(Buffer.concat([...parts, Buffer.alloc(2 * block)]));
}

/** Read in slices, so that the first broken rule ends the reading. */
function readTar(tar: Uint8Array, limits: Limits): PackageFiles {
  // A parser that is handed a compressed stream would unpack it, past our limits; a path never begins like one.
  if (!/[\w.@/-]/.test(String.fromCharCode(tar[0] ?? 0))) throw refuse(archiveName, 'not a tar file');
  const intake = openIntake(limits);
  const found: {error?: Error} = {};
  const stop = (error: Error): void => {
    found.error ??= error;
  };
  const parser = openParser(intake, stop);
  for (let at = 0; at < tar.length && !found.error; at += 64 * block)
    parser.write(Buffer.from(tar.buffer, tar.byteOffset + at, Math.min(64 * block, tar.length - at)));
  if (!found.error) parser.end();
  if (found.error) throw found.error;
  return intake.files();
}

function openParser(intake: Intake, stop: (error: Error) => void): Parser {
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      stop(error as Error);
    }
  };
  const parser = new Parser({
    onReadEntry: (entry) => {
      guarded(() => intake.open(pathOf(entry), entry.size));
      entry.on('data', (chunk: Buffer) => guarded(() => intake.add(chunk)));
    },
    onwarn: (_code, message) => stop(refuse(archiveName, `not a sound tar file: ${String(message)}`)),
  });
  parser.on('error', (error: Error) => stop(refuse(archiveName, `not a sound tar file: ${error.message}`)));
  parser.on('meta', () => stop(refuse(archiveName, 'has extended headers, which may rename files')));
  parser.on('ignoredEntry', ({path, type}: ReadEntry) => stop(refuse(path, `is a ${type}`)));
  return parser;
}

/** Links, folders, devices and pipes end here. */
function pathOf({type, path}: ReadEntry): string {
  if (type !== 'File') throw refuse(path, `is not a plain file but a ${type}`);
  if (!path.startsWith(folder)) throw refuse(path, `does not lie below ${folder}`);
  return path.slice(folder.length);
}

/** Of all files; a time that every unpacker takes, the one npm writes: 26 October 1985, 08:15 UTC. */
const writtenAt = 499_162_500;

/** One ustar header (POSIX.1-1988, the form every reader knows): path, size and nothing of the machine it was made on. */
function tarHeader(path: string, size: number): Uint8Array {
  const {name, prefix} = splitPath(path);
  const header = Buffer.alloc(block);
  header.write(name, 0, 100, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write(`${writtenAt.toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(prefix, 345, 155, 'latin1');
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** At the first slash that leaves a name of at most 100 characters. */
function splitPath(path: string): {readonly name: string; readonly prefix: string} {
  if (path.length <= 100) return {name: path, prefix: ''};
  const at = path.indexOf('/', path.length - 101);
  if (at < 0 || at > 155) throw refuse(path, 'the path does not fit a tar header');
  return {name: path.slice(at + 1), prefix: path.slice(0, at)};
}
