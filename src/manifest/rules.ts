/** The rules that look at several keys of a connector at once, in the order they are checked. One row per rule. */

import type {Code} from '../errors/catalog.ts';
import type {Connector} from '../generated/types.ts';
import {listedHosts, safeHosts, secureUrls} from './hosts.ts';
import type {Finding} from './issues.ts';
import {jobReferences, startContract, statusContract} from './job-contract.ts';
import {literalSecrets} from './literal-secrets.ts';
import {members} from './parts.ts';
import type {Unit} from './unit.ts';
import {unreadNames, unusedParts} from './unused.ts';
import {mergedPart, missingParts} from './variant.ts';
import {oneUnsafeWrite, readingMethods, readingPlaces} from './writes.ts';

export interface Rule {
  readonly id: string;
  readonly code: Code;
  /** What must hold, as a sentence for the reference. */
  readonly says: string;
  check(unit: Unit<Connector>): Finding[];
}

function rule(id: string, code: Code, says: string, check: (connector: Connector) => Omit<Finding, 'code'>[]): Rule {
  return {id, code, says, check: ({manifest}) => check(manifest).map((finding) => ({code, ...finding}))};
}

export const connectorRules: readonly Rule[] = [
  rule('complete-variants', 'JW1015', 'every variant ends with baseUrl, auth and probe', completeVariants),
  rule('reading-methods', 'JW1010', 'a read uses GET, HEAD or POST', readingMethods),
  rule('reading-places', 'JW1011', 'what only reads calls no write', readingPlaces),
  rule('one-unsafe-write', 'JW1011', 'a procedure has at most one unsafe write', oneUnsafeWrite),
  rule('list-operations', 'JW1002', 'lookups and polls call operations with items; pages need items', listOperations),
  rule('one-transport', 'JW1013', 'a feed has one transport, and a webhook its proof', oneTransport),
  rule('proved-webhooks', 'JW1018', 'what a webhook takes is proved', provedWebhooks),
  rule('start-contract', 'JW1012', 'an action with starts outputs jobs or correlates', startContract),
  rule('job-references', 'JW1012', 'a job reference has a required id', jobReferences),
  rule('status-contract', 'JW1012', 'a status says the state of a job', statusContract),
  rule('safe-hosts', 'JW2015', 'an expression in a host is a setting that cannot leave it', safeHosts),
  rule('secure-urls', 'JW1002', 'addresses begin with https, except on loopback', secureUrls),
  rule('listed-hosts', 'JW1016', 'every host in an address is in permissions', listedHosts),
  rule('literal-secrets', 'JW7002', 'credentials are never written out', literalSecrets),
  rule('unused-parts', 'JW1009', 'every part is used', unusedParts),
  rule('unread-names', 'JW1009', 'every setting, secret and parameter is read', unreadNames),
];

function completeVariants(connector: Connector): Omit<Finding, 'code'>[] {
  const variants = members(connector.connection.variants, '/connection/variants');
  if (variants.length === 0)
    return missingParts(connector.connection).map((missing) => ({
      pointer: '/connection',
      key: true,
      facts: {variant: connector.id, missing},
      detail: `the connection has no ${missing}`,
    }));
  return variants.flatMap(({name, pointer}) =>
    missingParts(mergedPart(connector, name)).map((missing) => ({pointer, key: true, facts: {variant: name, missing}})),
  );
}

function listOperations(connector: Connector): Omit<Finding, 'code'>[] {
  const {operations} = connector;
  const isList = (name: string | undefined) => name === undefined || operations[name]?.response?.items !== undefined;
  const problem = (call: string | undefined) => `the operation ${call} gives no items, and rows are wanted here`;
  return [
    ...members(connector.lookups, '/lookups').flatMap(({value: {call}, pointer}) =>
      isList(call) ? [] : [{pointer: `${pointer}/call`, facts: {problem: problem(call)}}],
    ),
    ...members(connector.feeds, '/feeds').flatMap(({value: {poll}, pointer}) =>
      isList(poll?.call) ? [] : [{pointer: `${pointer}/poll/call`, facts: {problem: problem(poll?.call)}}],
    ),
    ...members(operations, '/operations').flatMap(({name, value, pointer}) =>
      value.page && !isList(name)
        ? [{pointer: `${pointer}/page`, key: true, facts: {problem: 'pages need response.items'}}]
        : [],
    ),
  ];
}

/** Whoever learns the address may send: allowed, because some apps offer nothing better, but said. */
function provedWebhooks(connector: Connector): Omit<Finding, 'code'>[] {
  return members(connector.feeds, '/feeds').flatMap(({name, value, pointer}) =>
    (value.webhook?.verify ?? []).flatMap(({scheme}, i) =>
      scheme === 'none' ? [{pointer: `${pointer}/webhook/verify/${i}/scheme`, facts: {feed: name}}] : [],
    ),
  );
}

function oneTransport({feeds}: Connector): Omit<Finding, 'code'>[] {
  return members(feeds, '/feeds').flatMap(({value: {webhook, poll}, pointer}) => {
    if ((webhook === undefined) === (poll === undefined))
      return [
        {
          pointer,
          key: true,
          facts: {problem: `the feed has ${webhook ? 'both webhook and poll' : 'neither webhook nor poll'}`},
        },
      ];
    if (webhook && webhook.verify.length === 0)
      return [{pointer: `${pointer}/webhook/verify`, facts: {problem: 'the webhook says no way to verify deliveries'}}];
    return [];
  });
}
