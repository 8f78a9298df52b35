/** Bodies as they were before they were compressed for the wire. Must never make more bytes of them than is permitted. */
import {promisify} from 'node:util';
import {brotliDecompress, constants, gunzip, inflate, inflateRaw, zstdDecompress} from 'node:zlib';

/** What we say that we can read. */
export const codings = 'gzip, deflate, br, zstd';

type Decode = (body: Uint8Array, mostBytes: number) => Promise<Uint8Array>;

/** As far as it came: whether a body is whole, its framing says. */
const lenient = {flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH};
const [unzip, unflate, unflateRaw] = [promisify(gunzip), promisify(inflate), promisify(inflateRaw)];
const [unbrotli, unzstd] = [promisify(brotliDecompress), promisify(zstdDecompress)];

const decodeGzip: Decode = (body, maxOutputLength) => unzip(body, {...lenient, maxOutputLength});

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', decodeGzip],
  ['x-gzip', decodeGzip],
  // Half of the world sends zlib's format under this name, as it should, the other half bare deflate.
  [
    'deflate',
    (body, maxOutputLength) =>
      (((body[0] ?? 0) & 0x0f) === 8 ? unflate : unflateRaw)(body, {...lenient, maxOutputLength}),
  ],
  ['br', (body, maxOutputLength) => unbrotli(body, {maxOutputLength})],
  ['zstd', (body, maxOutputLength) => unzstd(body, {maxOutputLength})],
]);

const mostCodings = 5;

/** The same bytes for an answer without a coding we know. Undefined when they would be more than `mostBytes`. */
export async function decodeBody(
  body: Uint8Array,
  encoding: string | undefined,
  mostBytes: number,
): Promise<Uint8Array | undefined> {
  const names = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const steps = names.map((name) => decoders.get(name)).filter((decode) => decode !== undefined);
  if (body.byteLength === 0 || steps.length < names.length || names.length > mostCodings) return body;
  try {
    let plain = body;
    for (const decode of steps.reverse()) plain = await decode(plain, mostBytes);
    return plain;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
