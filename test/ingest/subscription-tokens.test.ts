/** Refresh tokens that a target changes: sealed in the store, and used by the next process. */
import assert from 'node:assert/strict';
import {globSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import nock from 'nock';
import {readConfig} from '../../src/config.ts';
import {openEngine} from '../../src/engines/index.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {openVault} from '../../src/vault.ts';
import {bench, now, onRecordedWire} from '../operations/bench.ts';

const parts = {
  connection: {
    config: {type: 'object'},
    secrets: {refresh: {title: 'Refresh token'}},
    auth: {
      obtain: {
        oauth2: {
          grant: 'refresh_token',
          tokenUrl: 'https://login.example.com/token',
          clientId: 'jobwire',
          refreshToken: '{{secret.refresh}}',
        },
      },
    },
  },
  operations: {list: {effect: 'read', request: {method: 'GET', path: '/things'}}},
} as const;

describe('a refresh token that was changed', () => {
  onRecordedWire();
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-vault-'));
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));

  /** One process: gets a token, makes a call, ends. `store` is where it keeps its runs. */
  const live = async (store?: string): Promise<void> => {
    const clock = new VirtualClock(now);
    const lasting = readConfig({project: dir}, {});
    const config = {...lasting, ...(store !== undefined && {store})};
    const engine = await openEngine(config.store, {clock, dir});
    const vault = openVault(config, {engine, clock});
    const {run} = bench(parts as never, {
      secrets: {refresh: 'canary-first'},
      tools: {refreshTokens: vault.refreshTokens},
    });
    await run('list');
    await engine.close();
    await vault.close();
  };
  const answersTo = (token: string, next: string): void => {
    nock('https://login.example.com')
      .post('/token', (body: {refresh_token: string}) => body.refresh_token === token)
      .reply(200, {access_token: `canary-access-${next}`, refresh_token: next, expires_in: 3600});
    nock('https://api.example.com').get('/v1/things').reply(200, {});
  };

  it('is used by the next process, and never stands in the store as it is', async () => {
    answersTo('canary-first', 'canary-second');
    await live();
    answersTo('canary-second', 'canary-third');
    await live();
    answersTo('canary-third', 'canary-fourth');
    await live();
    const bytes = Buffer.concat(globSync(join(dir, '.jobwire/jobwire.db*')).map((file) => readFileSync(file)));
    assert.ok(bytes.includes('refresh-token'), 'these are the files of the store');
    assert.equal(bytes.includes('canary'), false);
    assert.equal(bytes.includes(Buffer.from('canary').toString('base64').slice(0, 7)), false);
  });

  it('is kept also by a command that works in memory', async () => {
    answersTo('canary-first', 'canary-second');
    await live('sqlite::memory:');
    answersTo('canary-second', 'canary-third');
    await live();
  });
});
