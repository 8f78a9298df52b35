/** What deploy files are made of: the project's connections and a few numbers that must agree everywhere. Never a secret's value. */
import type {Connection} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';

export const stores = ['sqlite', 'postgres'] as const;
export type StoreKind = (typeof stores)[number];

export interface DeployFacts {
  /** Of the image, the chart and the unit: small letters, digits and dashes. */
  readonly name: string;
  readonly store: StoreKind;
  /** Version of Jobwire that is installed. */
  readonly jobwireVersion: string;
  /** From the project to the folder of the deploy files, with slashes. */
  readonly folder: string;
  /** Variables that `env:` references of connections name. */
  readonly variables: readonly string[];
  /** Files that `file:` references name, from the project. */
  readonly secretFiles: readonly string[];
  /** A checkout of Jobwire itself, whose project is mounted, in place of a project that is copied into the image. */
  readonly checkout?: true;
}

/** The same in every file. Node is pinned to the release that Jobwire is tested with. */
export const fixed = {
  node: '24.21.0',
  postgres: '17.6',
  port: 7070,
  /** Longer than JOBWIRE_DRAIN_MS, or what is under way is cut off. */
  graceSeconds: 40,
  /** The user `node` of the image. */
  user: 1000,
} as const;

/** Jobwire's own secrets: whoever is not this machine needs the token, sealed values need the key. */
const own = ['JOBWIRE_API_TOKEN', 'JOBWIRE_SECRET_KEY'] as const;

/** Everything that must be given as a secret, sorted. */
export function secretNames({variables, store}: DeployFacts): string[] {
  return [...new Set([...own, ...(store === 'postgres' ? ['PGPASSWORD'] : []), ...variables])].sort();
}

export interface FactsInput {
  readonly library: Library;
  readonly name: string;
  readonly store: StoreKind;
  readonly jobwireVersion: string;
  readonly folder: string;
}

export function readFacts({library, name, ...given}: FactsInput): DeployFacts {
  const connections = [...library.connections.values()].map(({manifest}) => manifest);
  const references = connections.flatMap(referencesOf);
  const named = (kind: string): string[] =>
    [...new Set(references.filter((text) => text.startsWith(kind)).map((text) => text.slice(kind.length)))].sort();
  return {
    ...given,
    name: slug(name),
    variables: named('env:'),
    secretFiles: named('file:').map((path) => `connections/${path.replace(/^\.\//, '')}`),
  };
}

function referencesOf({secrets = {}, network}: Connection): string[] {
  return [...Object.values(secrets).flat(), ...(network?.ca === undefined ? [] : [network.ca])].filter(
    (reference) => typeof reference === 'string',
  );
}

function slug(name: string): string {
  const text = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
  return text === '' ? 'jobwire' : text;
}

/** A file of the secrets folder as one name. */
export function secretKey(path: string): string {
  return path.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
}
