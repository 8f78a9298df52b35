/** What a connector may do, in facts and in plain sentences. Everything is read from the manifest; nothing a publisher writes is believed. */
import type {Connector, Feed, SecretDeclaration, VerifyRule} from '../../generated/types.ts';
import {connectionParts, jobVerbs} from '../../manifest/parts.ts';
import {isUnsafe} from '../../manifest/writes.ts';
import {byCodeUnit} from '../files.ts';
import {methodsOf} from '../methods.ts';

export interface Abilities {
  readonly hosts: readonly {readonly host: string; readonly methods: readonly string[]; readonly means: string}[];
  readonly secrets: readonly {readonly name: string; readonly title: string; readonly summary: string}[];
  readonly events: readonly string[];
  /** Operations that write, with what is said of them. */
  readonly writes: readonly {
    readonly name: string;
    readonly title: string;
    readonly method: string;
    readonly unsafe: boolean;
  }[];
  readonly sentences: readonly string[];
}

export function abilitiesOf(connector: Connector): Abilities {
  const operations = Object.entries(connector.operations);
  const methods = methodsOf(connector);
  const facts: Omit<Abilities, 'sentences'> = {
    hosts: connector.permissions.hosts.map((host) => ({
      host,
      methods: [...(methods.get(host) ?? [])].sort(byCodeUnit),
      means: hostMeaning(host),
    })),
    secrets: secretsOf(connector),
    events: Object.keys(connector.events ?? {}),
    writes: operations
      .filter(([, {effect}]) => effect === 'write')
      .map(([name, operation]) => ({
        name,
        title: operation.title ?? name,
        method: operation.request.method,
        unsafe: isUnsafe(operation),
      })),
  };
  return {...facts, sentences: sentencesOf(connector, facts)};
}

function hostMeaning(host: string): string {
  const field = /^connection:(.+)$/.exec(host)?.[1];
  if (field !== undefined) return `the host of the address that the operator writes into the setting ${field}`;
  return host.startsWith('*.') ? `every name below ${host.slice(2)}` : 'this host and no other';
}

function secretsOf(connector: Connector): Abilities['secrets'] {
  const found = new Map<string, SecretDeclaration>();
  for (const {part} of connectionParts(connector))
    for (const [name, declaration] of Object.entries(part.secrets ?? {}))
      if (!found.has(name)) found.set(name, declaration);
  return [...found].map(([name, {title, summary = ''}]) => ({name, title: title ?? name, summary}));
}

function sentencesOf(connector: Connector, facts: Omit<Abilities, 'sentences'>): string[] {
  const {hosts, secrets, writes, events} = facts;
  const reads = Object.keys(connector.operations).length - writes.length;
  const kinds = Object.values(connector.jobs ?? {}).map(({title}) => title);
  const verbs = [...new Set(jobVerbs(connector).map(({name}) => name))].filter((name) => name !== 'status');
  const registers = Object.values(connector.feeds ?? {}).some(({webhook}) => webhook?.subscribe);
  return [
    hosts.length === 0
      ? 'It reaches no host: it only receives.'
      : `It reaches ${listed(hosts.map(({host}) => spoken(host)))}, and nothing else.`,
    secrets.length === 0
      ? 'It asks for no secret.'
      : `It asks for ${counted(secrets.length, 'secret')}: ${listed(secrets.map(({title}) => title))}.${connector.connection.variants ? ' Which of them are needed depends on how you connect.' : ''}`,
    ...(events.length > 0 ? [`It receives ${counted(events.length, 'kind')} of event${arrival(connector)}.`] : []),
    ...(reads > 0 ? [`It reads with ${counted(reads, 'operation')}.`] : []),
    writes.length === 0
      ? 'It changes nothing in the other system.'
      : `It can change the other system with ${counted(writes.length, 'operation')}: ${listed(writes.map(({title}) => title))}.`,
    ...(kinds.length > 0
      ? [
          `It starts jobs (${listed(kinds)}) and follows them to their end${verbs.length > 0 ? `; it offers ${listed(verbs)}` : ''}.`,
        ]
      : []),
    ...(registers ? ['It can register and remove its own webhook there.'] : []),
    'It holds no code: a connector is data, and Jobwire sends nothing but the requests that it lists.',
  ];
}

function spoken(host: string): string {
  const field = /^connection:(.+)$/.exec(host)?.[1];
  return field === undefined ? host : `the host of the setting ${field}`;
}

function arrival({feeds = {}}: Connector): string {
  const ways = new Set(Object.values(feeds).map((feed) => (feed.webhook ? 'webhook' : 'poll')));
  return ways.size === 0 ? '' : `, by ${listed([...ways].sort().reverse())}`;
}

/** How events of a feed arrive and what proves them. */
export function transportOf({webhook, poll}: Feed): string {
  if (poll) return `polls ${poll.call} every ${poll.every ?? '1m'}`;
  if (!webhook) return 'not stated';
  const proofs = [...new Set(webhook.verify.map(proofOf))];
  return `webhook, proved by ${proofs.join(', else ')}`;
}

function proofOf({scheme, algorithm}: VerifyRule): string {
  const words: Readonly<Record<VerifyRule['scheme'], string>> = {
    hmac: 'HMAC',
    digest: 'digest',
    token: 'a shared token',
    jwt: 'an issued token (JWT)',
    x509: 'a certificate',
    ed25519: 'an Ed25519 signature',
    none: 'nothing (open)',
  };
  const hash =
    scheme === 'hmac' || scheme === 'digest' ? `-${typeof algorithm === 'string' ? algorithm : 'sha256'}` : '';
  return `${words[scheme]}${hash}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
