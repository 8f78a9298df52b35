/** Configuration of one process: flags over environment over defaults. The only reader of the environment. */
import {randomBytes} from 'node:crypto';
import {existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, isAbsolute, join, resolve} from 'node:path';
import {fail} from './errors/jobwire-error.ts';
import {readSecretFile} from './secret-file.ts';
import {readSealKey, sealKeyBytes} from './values/sealed.ts';
import {processSecrets, Secret} from './values/secret.ts';
import {durationMs} from './values/time.ts';

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
  /** How long events and runs that are over are kept; undefined for ever. */
  readonly keepMs?: number;
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
  const keepMs = keepOf(text('KEEP') ?? '90d');
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
    ...(keepMs !== undefined && {keepMs}),
  };
}

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text);
  if (!role) throw fail('JW7101', {problem: `a role is ${roles.join(', ')}, not ${JSON.stringify(text)}`});
  return role;
}

function keepOf(text: string): number | undefined {
  const keepMs = durationMs(text);
  if (text !== 'forever' && (keepMs === undefined || keepMs < 86_400_000))
    throw fail('JW7101', {
      problem: `JOBWIRE_KEEP is forever, or a duration of at least 1d, not ${JSON.stringify(text)}`,
    });
  return keepMs;
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
  return readSecretFile({name, dir, reference});
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

/** Where the signing keys of this person are: `$XDG_CONFIG_HOME/jobwire/keys`, else `~/.config/jobwire/keys`. */
export function readKeysFolder(environment: Environment = process.env): string {
  const given = environment['XDG_CONFIG_HOME'];
  return join(given && isAbsolute(given) ? given : join(homedir(), '.config'), 'jobwire', 'keys');
}

export interface RegistrySources {
  /** Files of npm's settings, the stronger ones last. `shared`: part of the project. */
  readonly npmrc: readonly {readonly path: string; readonly shared: boolean}[];
  /** A variable that one of them names. */
  readonly variable: (name: string) => string | undefined;
  /** Where archives that were installed are kept: `$XDG_CACHE_HOME/jobwire/archives`, else below `~/.cache`. */
  readonly archives: string;
}

/** What says where packages come from. The file of this person is `~/.npmrc`, or what NPM_CONFIG_USERCONFIG names. */
export function readRegistrySources(project: string, environment: Environment = process.env): RegistrySources {
  const given = environment['XDG_CACHE_HOME'];
  const own = environment['NPM_CONFIG_USERCONFIG'] || environment['npm_config_userconfig'];
  return {
    npmrc: [
      {path: own || join(homedir(), '.npmrc'), shared: false},
      {path: join(project, '.npmrc'), shared: true},
    ],
    variable: (name) => environment[name] || undefined,
    archives: join(given && isAbsolute(given) ? given : join(homedir(), '.cache'), 'jobwire', 'archives'),
  };
}

/** JOBWIRE_KEY_PASSPHRASE: opens a signing key, or seals a new one. */
export function readKeyPassphrase(environment: Environment = process.env): Secret | undefined {
  const text = environment['JOBWIRE_KEY_PASSPHRASE'];
  if (!text) return undefined;
  processSecrets.add(text);
  return new Secret(text);
}

/** Absolute path of a folder of the project. */
export function inProject(config: Config, ...parts: string[]): string {
  return join(config.project, ...parts);
}
