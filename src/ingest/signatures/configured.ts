/** Whether a rule has the secrets it needs. Must never read them. */
import {fail, type JobwireError} from '../../errors/jobwire-error.ts';
import type {VerifyRule} from '../../generated/types.ts';
import {own} from '../../values/json.ts';
import type {Keyring} from '../hook.ts';
import {pathsIn} from './paths.ts';

const needs = new WeakMap<VerifyRule, readonly (readonly string[])[]>();

/** Paths in the parts of a rule that hold its key: secrets, subscriptions, and the settings that say whose tokens count. */
function needsOf(rule: VerifyRule): readonly (readonly string[])[] {
  const known = needs.get(rule);
  if (known) return known;
  const {key, base, token, jwt} = rule;
  const paths = [
    ...pathsIn([key, base, token, jwt]).filter(([root]) => root === 'secret' || root === 'subscription'),
    ...pathsIn([jwt?.jwks, jwt?.issuer]).filter(([root]) => root === 'connection'),
  ];
  needs.set(rule, paths);
  return paths;
}

export function isConfigured(rule: VerifyRule, {secrets, subscription, config}: Keyring): boolean {
  return needsOf(rule).every(([root, name = '']) =>
    root === 'secret'
      ? Object.hasOwn(secrets, name)
      : own(root === 'connection' ? config : subscription, name) !== undefined,
  );
}

/** JW4012 for a rule whose key is missing or unusable; the detail replaces the catalogue's where more is known. */
export function keyProblem(rule: VerifyRule, {connection, feedName}: Keyring, detail?: string): JobwireError {
  const secret = [...new Set(needsOf(rule).map((path) => path.join('.')))].join(', ') || 'of the rule';
  const where = `feed ${feedName} of connection ${connection}`;
  const subscribed = needsOf(rule).some(([root]) => root === 'subscription');
  const isSetting = needsOf(rule).every(([root]) => root === 'connection');
  return fail(
    'JW4012',
    {feed: feedName, connection, secret},
    {
      ...(detail !== undefined && {detail: `${where}: ${detail}`}),
      ...(subscribed && {hint: `subscribe at the app: jobwire hooks create ${connection} ${feedName}`}),
      ...(isSetting && {hint: `set who issues the tokens: ${secret}`}),
    },
  );
}
