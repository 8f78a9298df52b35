import assert from 'node:assert/strict';
import {brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync} from 'node:zlib';
import {codings, decodeBody} from '../../src/http/coding.ts';

const text = '{"name":"Zürich"}'.repeat(50);
const plain = Buffer.from(text);
const room = 100_000;

async function decoded(body: Uint8Array, encoding: string | undefined, most = room): Promise<string | undefined> {
  const bytes = await decodeBody(body, encoding, most);
  return bytes && Buffer.from(bytes).toString();
}

describe('the coding of a body', () => {
  for (const [name, encoding, body] of [
    ['none', undefined, plain],
    ['an empty name', '', plain],
    ['gzip', 'gzip', gzipSync(plain)],
    ['its old name, in capitals', 'X-GZIP', gzipSync(plain)],
    ['deflate', 'deflate', deflateSync(plain)],
    ['deflate without its frame', 'deflate', deflateRawSync(plain)],
    ['brotli', 'br', brotliCompressSync(plain)],
    ['zstandard', 'zstd', zstdCompressSync(plain)],
    ['two, the last one first', 'gzip, br', brotliCompressSync(gzipSync(plain))],
  ] as const)
    it(`is undone: ${name}`, async () => {
      assert.equal(await decoded(body, encoding), text);
    });

  for (const encoding of ['compress', 'gzip, compress', Array(6).fill('gzip').join()])
    it(`leaves a body alone that says ${encoding}`, async () => {
      assert.equal(await decoded(plain, encoding), text);
    });

  it('asks for nothing it cannot read', async () => {
    const makers = {gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync};
    assert.deepEqual(codings.split(', '), Object.keys(makers));
  });

  for (const [encoding, body] of [
    ['gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
  ] as const)
    it(`${encoding} may give exactly the limit, not one byte more`, async () => {
      assert.equal(await decoded(body, encoding, plain.length), text);
      assert.equal(await decoded(body, encoding, plain.length - 1), undefined);
    });

  it('an empty body has none, whatever it says', async () => {
    assert.equal(await decoded(new Uint8Array(), 'gzip'), '');
  });

  it('bytes that are not what they say are refused', async () => {
    await assert.rejects(decoded(Buffer.from('abcd'), 'gzip'), {code: 'Z_DATA_ERROR'});
  });
});
