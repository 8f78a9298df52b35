/** The same decisions on real sockets: what a broken wire means for a read and for a write. */
import assert from 'node:assert/strict';
import {type AddressInfo, createServer} from 'node:net';
import type {Operation} from '../../src/generated/types.ts';
import {onTheRealWire, serve, serveRaw} from '../http/wire.ts';
import {bench, type KindName, kinds, outcomeOf} from './bench.ts';

async function outcomeAt(port: number, kind: KindName, more: Partial<Operation> = {}): Promise<string> {
  const {run, live} = bench(
    {
      permissions: {hosts: [`127.0.0.1:${port}`]},
      connection: {baseUrl: `http://127.0.0.1:${port}`},
      operations: {it: {...kinds[kind], retry: {limit: 0}, timeout: '5s', ...more} as Operation},
    },
    {manifest: {network: {allowPrivate: ['127.0.0.1']}}},
  );
  try {
    return await outcomeOf(run('it'));
  } finally {
    await live.close();
  }
}

describe('on a real wire', () => {
  onTheRealWire();

  it('a port where nobody listens is not reached', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const {port} = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await outcomeAt(port, 'unsafe write'), 'retry JW3001');
  });

  it('a server that hangs up after the request leaves a write unclear and a read to be repeated', async () => {
    const port = await serveRaw((socket) => {
      socket.on('data', () => socket.destroy());
    });
    assert.equal(await outcomeAt(port, 'unsafe write'), 'unknown JW3009');
    assert.equal(await outcomeAt(port, 'safe write'), 'retry JW3002');
    assert.equal(await outcomeAt(port, 'read'), 'retry JW3002');
  });

  it('a server that says nothing in time leaves a write unclear', async () => {
    const port = await serveRaw((socket) => {
      socket.on('data', () => undefined);
    });
    assert.equal(await outcomeAt(port, 'unsafe write', {timeout: '60ms'}), 'unknown JW3009');
  });

  it('O04: an answer that breaks off leaves a write unclear', async () => {
    const port = await serveRaw((socket) => {
      socket.on('data', () => {
        socket.write('HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"id":');
        socket.destroySoon();
      });
    });
    assert.equal(await outcomeAt(port, 'unsafe write'), 'unknown JW3009');
  });

  it('a private host the operator did not allow is refused before anything is sent', async () => {
    let asked = false;
    const port = await serve((_, response) => {
      asked = true;
      response.end('{}');
    });
    const {run, live} = bench({
      permissions: {hosts: [`127.0.0.1:${port}`]},
      connection: {baseUrl: `http://127.0.0.1:${port}`},
      operations: {it: kinds['unsafe write']},
    });
    assert.equal(await outcomeOf(run('it')), 'fail JW3010');
    assert.equal(asked, false);
    await live.close();
  });
});
