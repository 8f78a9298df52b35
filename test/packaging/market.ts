/** A publisher and an operator at one registry, as the modules of commands see them. Real files, real registry, a clock of its own. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {loadLibrary} from '../../src/manifest/library.ts';
import {createKey, readKey, type SigningKey} from '../../src/packaging/keys.ts';
import type {Packed} from '../../src/packaging/pack.ts';
import type {Assessment, Consent} from '../../src/packaging/registry/assess.ts';
import {commitInstall} from '../../src/packaging/registry/commit.ts';
import {type Desk, openDesk} from '../../src/packaging/registry/desk.ts';
import {prepareInstall} from '../../src/packaging/registry/prepare.ts';
import {publishPackage} from '../../src/packaging/registry/publish.ts';
import {readSpec} from '../../src/packaging/registry/spec.ts';
import {trustKey} from '../../src/packaging/trust.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {pack, type Wanted} from './parcel.ts';

export interface Market {
  /** A project folder. */
  readonly dir: string;
  readonly clock: VirtualClock;
  readonly key: SigningKey;
  /** Opened anew: lock and trust as they are now. */
  desk(asked?: string): Desk;
  npmrc(...lines: string[]): void;
  userNpmrc(...lines: string[]): void;
  pack(wanted?: Omit<Wanted, 'signed'> & {readonly unsigned?: true}): Packed;
  publish(wanted?: Parameters<Market['pack']>[0]): Promise<Packed>;
  prepare(text: string, consent?: Consent): Promise<Assessment>;
  /** Says yes to everything. */
  install(text: string, consent?: Consent): Promise<Assessment>;
  file(name: string, content: string | Uint8Array): string;
  remove(): void;
}

/** The time is the machine's: a registry stamps what is published with its own. */
export function openMarket(registry: {readonly url: string; readonly authLine: string}): Market {
  const root = mkdtempSync(join(tmpdir(), 'jobwire-market-'));
  const dir = join(root, 'a b é');
  mkdirSync(dir);
  const clock = new VirtualClock(Date.now());
  createKey({folder: join(root, 'keys'), name: 'release'}, clock);
  const key = readKey({folder: join(root, 'keys'), name: 'release'});
  trustKey(dir, {key, name: 'Acme releases', scopes: ['@acme']}, clock);
  const write = (path: string, lines: readonly string[]): void => writeFileSync(path, `${lines.join('\n')}\n`);
  const user = join(root, 'user.npmrc');
  write(user, [`registry=${registry.url}`, registry.authLine]);
  const npmrc = [
    {path: user, shared: false},
    {path: join(dir, '.npmrc'), shared: true},
  ];
  const archives = join(root, 'cache');
  const market: Market = {
    ...{dir, clock, key},
    desk: (asked) =>
      openDesk(
        {project: dir, npmrc, archives, variable: (name) => (name === 'NPM_TOKEN' ? 'canary' : undefined)},
        clock,
        asked,
      ),
    npmrc: (...lines) => write(join(dir, '.npmrc'), lines),
    userNpmrc: (...lines) => write(user, lines),
    pack: ({unsigned, ...wanted} = {}) => pack({...wanted, ...(unsigned ? {} : {signed: {key, clock}})}),
    async publish(wanted) {
      const packed = market.pack(wanted);
      const path = market.file('to-publish.tgz', packed.archive);
      await publishPackage({path, tag: 'latest', access: 'public', dryRun: false}, market.desk());
      return packed;
    },
    prepare: (text, consent = {}) =>
      prepareInstall(readSpec(text, root), market.desk(), {
        ...consent,
        library: () => loadLibrary({project: dir, shipped: '.', only: 'used'}),
      }),
    async install(text, consent) {
      const assessment = await market.prepare(text, consent);
      await commitInstall(assessment, market.desk());
      return assessment;
    },
    file(name, content) {
      writeFileSync(join(root, name), content);
      return join(root, name);
    },
    remove: () => rmSync(root, {recursive: true, force: true}),
  };
  return market;
}

/** `assert.rejects(…, refuses('JW6002', /other bytes/))` */
export function refuses(code: string, text: RegExp = /./): (error: unknown) => true {
  return (error) => {
    if (!(error instanceof JobwireError)) throw error;
    const said = `${error.message} ${error.extra.hint ?? ''}`;
    if (error.jobwireCode === code && text.test(said)) return true;
    throw new Error(`expected ${code} ${text}, got ${error.jobwireCode} ${said}`);
  };
}
