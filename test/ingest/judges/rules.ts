/** The one place that says where the judged rules come from: the shipped manifests. */
import {existsSync, readFileSync} from 'node:fs';
import type {Connector, Feed, VerifyRule} from '../../../src/generated/types.ts';

/** What a vendor's rule is while its connector is not there yet. */
const drafts: Readonly<Record<string, readonly VerifyRule[]>> = {
  'google-pubsub': [
    {
      scheme: 'jwt',
      jwt: {
        jwks: 'https://www.googleapis.com/oauth2/v3/certs',
        issuer: ['https://accounts.google.com', 'accounts.google.com'],
        audience: '{{connection.audience}}',
        claims: {email: '{{connection.serviceAccount}}', email_verified: true},
      },
    },
  ],
};

export function connectorOf(vendor: string): Connector | undefined {
  const path = `connectors/${vendor}/connector.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Connector) : undefined;
}

/** The feed of a connector that receives webhooks; the first one, unless named. */
export function feedOf(connector: Connector, name?: string): Feed {
  const found = Object.entries(connector.feeds ?? {}).find(
    ([feed, {webhook}]) => webhook && (name === undefined || feed === name),
  );
  if (!found) throw new Error(`${connector.id} has no webhook feed ${name ?? ''}`);
  return found[1];
}

export function rulesOf(vendor: string, feed?: string): readonly VerifyRule[] {
  const connector = connectorOf(vendor);
  const rules = connector ? feedOf(connector, feed).webhook?.verify : drafts[vendor];
  if (!rules) throw new Error(`there is no rule for ${vendor}`);
  return rules;
}

/** Vendors whose rules do not come from a manifest. */
export function drafted(): string[] {
  return Object.keys(drafts).filter((vendor) => !connectorOf(vendor));
}
