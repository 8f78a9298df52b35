/** Gzip with stored blocks, written by ourselves: bytes that depend on no zlib version. Must never compress. */
import {crc32, gunzipSync} from 'node:zlib';

/** RFC 1952: deflate, no flags, no time, unknown system. */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
const largestBlock = 0xffff;

export function wrapGzip(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [header];
  for (let at = 0; at === 0 || at < data.length; at += largestBlock) {
    const block = data.subarray(at, at + largestBlock);
    parts.push(blockHeader(block.length, at + largestBlock >= data.length), block);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(data), 0);
  trailer.writeUInt32LE(data.length % 2 ** 32, 4);
  return Buffer.concat([...parts, trailer]);
}

/** RFC 1951, 3.2.4: whether it is the last block, then the length and its complement. */
function blockHeader(length: number, last: boolean): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes[0] = last ? 1 : 0;
  bytes.writeUInt16LE(length, 1);
  bytes.writeUInt16LE(~length & 0xffff, 3);
  return bytes;
}

/** Reads any gzip, but never more than `limit` bytes of it; the sentence says why not. */
export function unwrapGzip(bytes: Uint8Array, limit: number): Uint8Array | {readonly problem: string} {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return {problem: 'not a gzip file'};
  try {
    return gunzipSync(bytes, {maxOutputLength: limit});
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return {problem: `unpacks to more than ${limit} bytes`};
    return {problem: code === 'Z_BUF_ERROR' ? 'the gzip file is cut off' : `the gzip file is broken: ${message}`};
  }
}
