/** Configuration of one process: flags over environment over defaults. The only reader of the environment. */
import {randomBytes} from 'node:crypto';
import {existsSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync} from 'node:fs';
import {dirname, isAbsolute, join, relative, resolve} from 'node:path';
import {fail} from './errors/jobwire-error.ts';
import {readSealKey, sealKeyBytes} from './values/sealed.ts';

/** What one process does: take deliveries, work runs and feeds, or both. */
export const roles = ['all', 'ingest', 'work'] as const;
export type Role = (typeof roles)[number];

export interface Config {
  /** Folder with connections/, connectors/ and templates/. */
  readonly project: string;
  /** sqlite:<path>, relative to the project, or postgres://user:password@host/database. */
  readonly store: string;
  /** Where sealed secrets are kept: the store that lasts, also for a command that works in memory. */
  readonly vault: string;
  readonly host: string;
  readonly port: number;
  /** Where senders reach this server; part of some signatures. */
  readonly publicUrl?: string;
  /** Bearer token of the API; without one the API answers loopback only. */
  readonly apiToken?: string;
  readonly logLevel: string;
  /** Most runs under way at once. */
  readonly concurrency: number;
  /** Most runs that may wait before new deliveries get 503. */
  readonly queueLimit: number;
  readonly leaseMs: number;
  /** Deliveries that one socket address may send in a second. */
  readonly hookRate: number;
  /** Failed runs in a row after which a template is paused; 0 for never. */
  readonly pauseAfter: number;
  /** How long what is under way may take when the process is asked to end. */
  readonly drainMs: number;
  readonly role: Role;
}

export interface Overrides {
  readonly project?: string | undefined;
  readonly store?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly role?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads `JOBWIRE_*`; JW7101 for a value that is not what it must be. */
export function readConfig(overrides: Overrides = {}, environment: Environment = process.env): Config {
  const text = (name: string): string | undefined => environment[`JOBWIRE_${name}`]?.trim() || undefined;
  const publicUrl = text('PUBLIC_URL');
  const apiToken = text('API_TOKEN');
  const store = overrides.store ?? text('STORE') ?? 'sqlite:./.jobwire/jobwire.db';
  return {
    project: resolve(overrides.project ?? text('PROJECT') ?? '.'),
    store,
    vault: store,
    host: overrides.host ?? text('HOST') ?? '127.0.0.1',
    port: overrides.port ?? whole('PORT', text('PORT'), 7070),
    logLevel: text('LOG_LEVEL') ?? 'info',
    concurrency: whole('CONCURRENCY', text('CONCURRENCY'), 64),
    queueLimit: whole('QUEUE_LIMIT', text('QUEUE_LIMIT'), 100_000),
    leaseMs: whole('LEASE_MS', text('LEASE_MS'), 120_000),
    hookRate: whole('HOOK_RATE', text('HOOK_RATE'), 1000),
    pauseAfter: whole('PAUSE_AFTER', text('PAUSE_AFTER'), 20),
    drainMs: whole('DRAIN_MS', text('DRAIN_MS'), 30_000),
    role: roleOf(overrides.role ?? text('ROLE') ?? 'all'),
    ...(publicUrl && {publicUrl}),
    ...(apiToken && {apiToken}),
  };
}

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text);
  if (!role) throw fail('JW7101', {problem: `a role is ${roles.join(', ')}, not ${JSON.stringify(text)}`});
  return role;
}

function whole(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d{1,9}$/.test(text))
    throw fail('JW7101', {problem: `JOBWIRE_${name} must be a whole number, not ${JSON.stringify(text)}`});
  return Number(text);
}

/**
 * The text behind a secret reference: `env:NAME`, or `file:path` below the folder, without one final line break. Read anew each
 * time, so that a changed file is seen. JW7001 when there is none.
 */
export function readSecret(reference: string, dir: string, environment: Environment = process.env): string {
  const [kind, name = ''] = [reference.slice(0, reference.indexOf(':')), reference.slice(reference.indexOf(':') + 1)];
  if (kind === 'env') {
    const value = environment[name];
    if (!value) throw fail('JW7001', {secret: name, reference, problem: 'is not set'});
    return value;
  }
  const path = resolve(dir, name);
  const inside = relative(resolve(dir), path);
  if (isAbsolute(inside) || inside.startsWith('..'))
    throw fail('JW7001', {secret: name, reference, problem: 'leaves the folder of the connection'});
  return readSecretFile(path, reference);
}

function readSecretFile(path: string, reference: string): string {
  try {
    if (statSync(path).size > 64 * 1024) throw new Error('is larger than 64 KB');
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (text === '') throw new Error('is empty');
    return text;
  } catch (error) {
    const problem = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : (error as Error).message;
    throw fail('JW7001', {secret: reference, reference, problem});
  }
}

/**
 * The key that sealed values are made with: JOBWIRE_SECRET_KEY, else `.jobwire/secret.key` of the project, which is made when there
 * is none. JW7101 for a text that is no key.
 */
export function readSecretKey(project: string, environment: Environment = process.env): Uint8Array {
  const given = environment['JOBWIRE_SECRET_KEY']?.trim();
  const path = join(project, '.jobwire', 'secret.key');
  const key = readSealKey(given || readOrMakeKey(path));
  if (key) return key;
  const where = given ? 'JOBWIRE_SECRET_KEY' : path;
  throw fail('JW7101', {problem: `${where} must hold ${sealKeyBytes} random bytes in hex or base64`});
}

/** The key before the present one, JOBWIRE_SECRET_KEY_BEFORE: what it sealed still opens. JW7101 for a text that is no key. */
export function readFormerKey(environment: Environment = process.env): Uint8Array | undefined {
  const given = environment['JOBWIRE_SECRET_KEY_BEFORE']?.trim();
  if (!given) return undefined;
  const key = readSealKey(given);
  if (key) return key;
  throw fail('JW7101', {problem: `JOBWIRE_SECRET_KEY_BEFORE must hold ${sealKeyBytes} random bytes in hex or base64`});
}

/** Another process may make it at the same moment: whoever comes first wins, and both read it back. */
function readOrMakeKey(path: string): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), {recursive: true});
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    writeFileSync(draft, `${randomBytes(sealKeyBytes).toString('base64')}\n`, {mode: 0o600, flag: 'wx'});
    try {
      linkSync(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      unlinkSync(draft);
    }
  }
  return readFileSync(path, 'utf8').trim();
}

/** Absolute path of a folder of the project. */
export function inProject(config: Config, ...parts: string[]): string {
  return join(config.project, ...parts);
}
