/** Keys of senders, fetched over a real TLS wire: kept, shared, limited, and never from anywhere else. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import type {ServerResponse} from 'node:http';
import {createKeySource, type Get, getThrough, type KeyDocument} from '../../src/ingest/key-source.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {onTheRealWire, serve, transport} from '../http/wire.ts';

const tls = {
  key: readFileSync('test/fixtures/tls/valid.key', 'utf8'),
  cert: readFileSync('test/fixtures/tls/valid.pem', 'utf8'),
};
const ca = readFileSync('test/fixtures/tls/ca.pem', 'utf8');

describe('keys of senders', () => {
  onTheRealWire();

  let clock: VirtualClock;
  let asked: string[];
  let answer: (response: ServerResponse) => void;
  let base: string;
  let get: Get;

  beforeEach(async () => {
    clock = new VirtualClock(1_800_000_000_000);
    asked = [];
    answer = (response) => response.end('one');
    const port = await serve((request, response) => {
      asked.push(request.url ?? '');
      answer(response);
    }, tls);
    base = `https://localhost:${port}`;
    get = getThrough(transport({ca}));
  });

  const fresh = 600_000;
  const kept = 3_600_000;
  const at = (url: string): KeyDocument<string> => ({url, parse: (text) => text, freshMs: fresh, keptMs: kept});
  const failing = (response: ServerResponse): void => {
    response.writeHead(500).end();
  };

  it('are fetched once and kept while they are fresh', async () => {
    const keys = createKeySource(get, clock);
    assert.equal(await keys.read(at(`${base}/a`)), 'one');
    clock.advance(fresh - 1);
    answer = (response) => response.end('two');
    assert.equal(await keys.read(at(`${base}/a`)), 'one');
    clock.advance(1);
    assert.equal(await keys.read(at(`${base}/a`)), 'two');
    assert.deepEqual(asked, ['/a', '/a']);
  });

  it('are fetched once for all who ask at the same time', async () => {
    const keys = createKeySource(get, clock);
    const texts = await Promise.all(Array.from({length: 50}, () => keys.read(at(`${base}/a`))));
    assert.deepEqual([...new Set(texts)], ['one']);
    assert.equal(asked.length, 1);
  });

  it('are read again for an unknown key at most once a minute', async () => {
    const keys = createKeySource(get, clock);
    await keys.read(at(`${base}/a`));
    answer = (response) => response.end('two');
    clock.advance(59_999);
    assert.equal(await keys.reread(at(`${base}/a`)), 'one');
    clock.advance(1);
    assert.equal(await keys.reread(at(`${base}/a`)), 'two');
    assert.equal(await keys.reread(at(`${base}/a`)), 'two');
    assert.equal(asked.length, 2);
  });

  it('are not asked for again for half a minute after a failure', async () => {
    const keys = createKeySource(get, clock);
    answer = failing;
    for (let i = 0; i < 3; i++) await assert.rejects(keys.read(at(`${base}/a`)), {jobwireCode: 'JW4014'});
    assert.equal(asked.length, 1);
    answer = (response) => response.end('back');
    clock.advance(30_000);
    assert.equal(await keys.read(at(`${base}/a`)), 'back');
  });

  it('serve on for a while when they cannot be read again, and no longer', async () => {
    const keys = createKeySource(get, clock);
    await keys.read(at(`${base}/a`));
    answer = failing;
    clock.advance(kept - 1);
    assert.equal(await keys.read(at(`${base}/a`)), 'one');
    clock.advance(1);
    await assert.rejects(keys.read(at(`${base}/a`)), {jobwireCode: 'JW4014'});
  });

  it('do not stand in for a key that is missing in them', async () => {
    const keys = createKeySource(get, clock);
    await keys.read(at(`${base}/a`));
    answer = failing;
    clock.advance(60_000);
    await assert.rejects(keys.reread(at(`${base}/a`)), {jobwireCode: 'JW4014'});
  });

  it('are asked for at no more than 20 unknown addresses a minute; known ones go on', async () => {
    const keys = createKeySource(get, clock);
    await keys.read(at(`${base}/known`));
    answer = failing;
    const told = Array.from({length: 40}, (_, i) => keys.read(at(`${base}/${i}`)).catch(() => 'refused'));
    assert.ok((await Promise.all(told)).every((text) => text === 'refused'));
    assert.equal(asked.length, 20);
    answer = (response) => response.end('again');
    assert.equal(await keys.read({...at(`${base}/known`), freshMs: 0}), 'again');
    clock.advance(60_000);
    assert.equal(await keys.read(at(`${base}/39`)), 'again');
  });

  it('are not taken from a redirect, a large page or another scheme', async () => {
    const keys = createKeySource(get, clock);
    answer = (response) => response.writeHead(302, {location: `${base}/elsewhere`}).end();
    await assert.rejects(keys.read(at(`${base}/moved`)), {jobwireCode: 'JW4014'});
    answer = (response) => response.end('x'.repeat(300_000));
    await assert.rejects(keys.read(at(`${base}/large`)), {jobwireCode: 'JW4014'});
    assert.deepEqual(asked, ['/moved', '/large']);
    for (const url of [
      'http://localhost/a',
      'https://user:pw@localhost/a',
      `https://localhost/${'a'.repeat(2100)}`,
      'keys',
    ])
      await assert.rejects(keys.read(at(url)), /over https only/);
  });

  it('are not taken from hosts the connection may not call', async () => {
    const keys = createKeySource(getThrough(transport({ca, hosts: ['keys.example.com']})), clock);
    await assert.rejects(keys.read(at(`${base}/a`)), /the host is not listed/);
    const near = createKeySource(getThrough(transport({ca, allowPrivate: []})), clock);
    await assert.rejects(near.read(at(`${base}/a`)), {jobwireCode: 'JW4014'});
    assert.deepEqual(asked, []);
  });

  it('are refused when they do not read, as often as they are asked for', async () => {
    const keys = createKeySource(get, clock);
    const parse = (): string => {
      throw new Error('no keys in it');
    };
    await assert.rejects(keys.read({...at(`${base}/a`), parse}), /no keys in it/);
    await assert.rejects(keys.read({...at(`${base}/a`), parse}), /no keys in it/);
    assert.equal(asked.length, 1);
  });

  it('are held for no more than 64 addresses', async () => {
    const keys = createKeySource(get, clock);
    for (let i = 0; i < 65; i++) {
      clock.advance(10_000);
      await keys.read({...at(`${base}/${i}`), freshMs: kept});
    }
    let again = 0;
    const counting = (i: number): KeyDocument<string> => ({
      ...at(`${base}/${i}`),
      freshMs: kept,
      parse: (text) => {
        again++;
        return text;
      },
    });
    await keys.read(counting(64));
    assert.equal(again, 0);
    await keys.read(counting(0));
    assert.equal(again, 1);
  });
});
