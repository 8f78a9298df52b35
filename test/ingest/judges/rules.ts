/** The one place that says where the judged rules come from: the shipped manifests. */
import {readFileSync} from 'node:fs';
import type {Connector, Feed, VerifyRule} from '../../../src/generated/types.ts';

export function connectorOf(vendor: string): Connector {
  return JSON.parse(readFileSync(`connectors/${vendor}/connector.json`, 'utf8')) as Connector;
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
  return feedOf(connectorOf(vendor), feed).webhook?.verify ?? [];
}
