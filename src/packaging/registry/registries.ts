/** Which registry a package comes from, and with which credentials. Must never offer a registry the credentials of another one. */
import npmFetch from 'npm-registry-fetch';
import {fail} from '../../errors/jobwire-error.ts';
import type {Redactor} from '../../values/secret.ts';
import type {Lock} from '../lock.ts';
import {type NpmrcFile, readNpmrc, type Setting} from './npmrc.ts';

export interface Registry {
  /** Ends with a slash. */
  readonly url: string;
  /** As npm's clients take them: `//host/path/:_authToken`; of this host only. */
  readonly credentials: Readonly<Record<`//${string}`, string>>;
  /** What to write into .npmrc, for the hint of a refusal. */
  readonly credentialKey: string;
  /** Variables that .npmrc names for its credentials and that are not set, or not to be had by the file of a project. */
  readonly missing: readonly string[];
}

export interface Registries {
  /** Of packages whose scope is not pinned. */
  readonly main: Registry;
  /** Of a package by name. JW6024 when what was asked for is not what its scope is pinned to. */
  of(name: string): Registry;
  at(url: string): Registry;
}

export interface RegistrySettings {
  readonly files: readonly NpmrcFile[];
  /** An environment variable. */
  readonly variable: (name: string) => string | undefined;
  readonly redactor: Redactor;
  /** What the command line says. */
  readonly asked?: string | undefined;
  /** A package that is installed pins its scope. */
  readonly lock: Lock;
}

/** The one that npm itself takes where nothing is said. */
const standard = npmFetch.pickRegistry('package', {});

/** Errors: JW7101 for an address that is none, or not safe. */
export function readRegistries({files, variable, redactor, asked, lock}: RegistrySettings): Registries {
  const settings = readNpmrc(files, variable);
  const at = (url: string): Registry => ({url, ...credentialsOf(url, settings, redactor)});
  const given = asked === undefined ? undefined : registryUrl(asked, '--registry');
  const byFile = addressIn(settings, 'registry');
  const main = at(given ?? byFile ?? standard);
  return {
    main,
    at,
    of(name) {
      const scope = scopeOf(name);
      const pin = addressIn(settings, `${scope}:registry`);
      const locked = lockedRegistry(lock, name);
      if (pin !== undefined && given !== undefined && pin !== given)
        throw elsewhere(`${scope} is pinned to ${pin} by ${settings.get(`${scope}:registry`)?.file}, not to ${given}`);
      const wanted = pin ?? given;
      if (locked && wanted !== undefined && wanted !== locked.url)
        throw elsewhere(`${locked.name} was installed from ${locked.url}; ${name} is not taken from ${wanted}`);
      return at(wanted ?? locked?.url ?? main.url);
    },
  };
}

export function scopeOf(name: string): string {
  return name.slice(0, Math.max(name.indexOf('/'), 0));
}

/** The address in a lock's source `registry:<url>`. */
export function registryOf(source: string): string | undefined {
  return source.startsWith('registry:') ? source.slice('registry:'.length) : undefined;
}

/** Of the package itself, else of another one of its scope: a scope is one publisher, and has one home. */
function lockedRegistry({packages}: Lock, name: string): {readonly name: string; readonly url: string} | undefined {
  const own = Object.hasOwn(packages, name) ? [name] : [];
  const siblings = Object.keys(packages).filter((other) => scopeOf(other) === scopeOf(name));
  for (const candidate of [...own, ...siblings]) {
    const url = registryOf(packages[candidate]?.source ?? '');
    if (url !== undefined) return {name: candidate, url};
  }
  return undefined;
}

function elsewhere(problem: string): Error {
  return fail('JW6024', {problem});
}

function addressIn(settings: ReadonlyMap<string, Setting>, key: string): string | undefined {
  const setting = settings.get(key);
  if (setting === undefined || setting.value === '') return undefined;
  if (setting.missing.length > 0)
    throw fail('JW7101', {problem: `${key} in ${setting.file} names ${setting.missing.join(', ')}, which is not set`});
  return registryUrl(setting.value, `${key} in ${setting.file}`);
}

/** The one spelling of an address. JW7101. The text is not repeated: it may hold a password. */
export function registryUrl(text: string, what: string): string {
  const url = URL.parse(text);
  const refuse = (problem: string): Error => fail('JW7101', {problem: `${what} ${problem}`});
  if (!url || !/^https?:$/.test(url.protocol)) throw refuse('is not an address such as https://registry.example.com/');
  if (url.username !== '' || url.password !== '')
    throw refuse('holds a user name or password: they belong in .npmrc, as //host/:_authToken');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw refuse('is http: only https is allowed, and http to this machine itself');
  url.search = '';
  url.hash = '';
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

const credentialNames = ['_authToken', '_auth', 'username', '_password'];

function credentialsOf(
  address: string,
  settings: ReadonlyMap<string, Setting>,
  redactor: Redactor,
): Omit<Registry, 'url'> {
  const {host, pathname} = new URL(address);
  const own = [...settings].filter(([key]) => {
    const at = key.lastIndexOf(':');
    const place = key.slice(0, at);
    const inside =
      place === `//${host}` || (place.startsWith(`//${host}/`) && `//${host}${pathname}`.startsWith(place));
    return inside && credentialNames.includes(key.slice(at + 1));
  });
  const usable = own.filter(([, {missing}]) => missing.length === 0);
  for (const [key, {value}] of usable) hide(key, value, redactor);
  return {
    credentials: Object.fromEntries(usable.map(([key, {value}]) => [key, value])),
    credentialKey: `//${host}${pathname}:_authToken`,
    missing: own.flatMap(([, {missing}]) => missing),
  };
}

function hide(key: string, value: string, redactor: Redactor): void {
  if (key.endsWith(':username')) return;
  redactor.add(value);
  if (key.endsWith(':_authToken')) return;
  const plain = Buffer.from(value, 'base64').toString();
  redactor.add(plain);
  redactor.add(plain.slice(plain.indexOf(':') + 1));
}
