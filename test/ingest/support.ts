/** Deliveries, hooks and libraries as plain values, for the tests of this folder and of the server. */
import type {Connection, Connector, Feed, Template, VerifyRule} from '../../src/generated/types.ts';
import type {Hook} from '../../src/ingest/hook.ts';
import {type Delivery, readRequest} from '../../src/ingest/request.ts';
import {createProof, type Proof} from '../../src/ingest/signatures/proof.ts';
import {parseDocument} from '../../src/manifest/document.ts';
import type {Library, Unit} from '../../src/manifest/library.ts';
import {createUnit} from '../../src/manifest/unit.ts';
import type {JsonObject} from '../../src/values/json.ts';

export interface Sent {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

export function delivery({
  method = 'POST',
  url = 'https://jobwire.example/hooks/app',
  headers = {},
  body = '',
}: Sent): Delivery {
  const {pathname, searchParams} = new URL(url);
  const query: Record<string, string | string[]> = {};
  for (const name of searchParams.keys()) {
    const values = searchParams.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return {
    method,
    url,
    path: pathname,
    query,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? [value] : value]),
    ),
    raw: typeof body === 'string' ? Buffer.from(body, 'utf8') : body,
  };
}

export const emptyConnector: Connector = {
  jobwire: '1',
  kind: 'connector',
  id: 'app',
  version: '1.0.0',
  title: 'App',
  permissions: {hosts: []},
  connection: {},
  operations: {},
};

export interface HookParts {
  readonly feed?: Partial<Feed>;
  readonly connector?: Partial<Connector>;
  readonly secrets?: Readonly<Record<string, string | readonly string[]>>;
  readonly config?: JsonObject;
  readonly subscription?: JsonObject;
}

export function hookOf({feed = {}, connector = {}, secrets = {}, config = {}, subscription}: HookParts = {}): Hook {
  return {
    connection: 'app-main',
    feedName: 'webhooks',
    feed: {
      title: 'Webhooks',
      emits: ['thing.made'],
      event: {type: 'thing.made', id: '{{item.id}}', data: '{{item}}'},
      ...feed,
    },
    connector: {...emptyConnector, ...connector},
    config,
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, texts]) => [name, () => (typeof texts === 'string' ? [texts] : texts)]),
    ),
    ...(subscription && {subscription}),
  };
}

/** What `verify` looks at, for rules without a whole feed around them. */
export function proofOf(sent: Delivery, parts: HookParts, now: number): Proof {
  return createProof(readRequest(sent, {parse: 'auto'}), hookOf(parts), now);
}

export const hmacRule: VerifyRule = {
  scheme: 'hmac',
  signature: {header: 'x-signature'},
  key: '{{secret.key}}',
};

function unitOf<M extends {readonly id: string}>(manifest: M): Unit<M> {
  const reading = parseDocument(`${manifest.id}.json`, Buffer.from(JSON.stringify(manifest)));
  if (!reading.document) throw new Error(`${manifest.id} is no JSON`);
  return createUnit('.', reading.document, manifest);
}

export interface Manifests {
  readonly connectors?: readonly Connector[];
  readonly templates?: readonly Template[];
  readonly connections?: readonly Connection[];
}

/** A library held in memory: manifests as a test wrote them. */
export function libraryOf({connectors = [], templates = [], connections = []}: Manifests): Library {
  const units = <M extends {readonly id: string}>(manifests: readonly M[]): Map<string, Unit<M>> =>
    new Map(manifests.map((manifest) => [manifest.id, unitOf(manifest)]));
  const [byConnector, byTemplate, byConnection] = [units(connectors), units(templates), units(connections)];
  return {
    connectors: byConnector,
    templates: byTemplate,
    connections: byConnection,
    connector(ref) {
      const unit = byConnector.get(ref.split('@')[0] ?? '');
      if (!unit) throw new Error(`no connector ${ref}`);
      return unit;
    },
    template: (id) => byTemplate.get(id),
    connection: (id) => byConnection.get(id),
    issues: [],
  };
}
