/** The open connections of one process: each opened when first needed, once. */
import {readFileSync} from 'node:fs';
import type {RefreshTokens} from './auth/context.ts';
import {createHolder} from './auth/held.ts';
import {readSecret} from './config.ts';
import {fail, type JobwireError, nearest} from './errors/jobwire-error.ts';
import type {Connector} from './generated/types.ts';
import type {EgressPolicy} from './http/egress.ts';
import {createTransport, type Transport} from './http/send.ts';
import type {Library} from './manifest/library.ts';
import {type ConnectionTools, type LiveConnection, openConnection} from './operations/connection.ts';
import type {Redactor} from './values/secret.ts';
import {type Chance, type Clock, chance as systemChance} from './values/time.ts';

export interface Connections {
  /** JW7102 when the project has none of this id. With a connector: as that version of it speaks, beside the one in use. */
  get(id: string, connector?: Connector): LiveConnection;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly library: Library;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly chance?: Chance;
  /** Where rotated refresh tokens are kept; without it in memory. */
  readonly refreshTokens?: RefreshTokens;
  /** Listens to the exchanges of a connection. */
  readonly watch?: (connection: string, transport: Transport) => Transport;
}

export function openConnections(surroundings: Surroundings): Connections {
  const {library, clock, redactor, chance = systemChance, refreshTokens, watch} = surroundings;
  const open = new Map<string, Map<Connector, LiveConnection>>();
  const tools: ConnectionTools = {
    clock,
    chance,
    redactor,
    tokens: createHolder<string>(clock),
    secret: readSecret,
    readFile: (path) => readFileSync(path, 'utf8'),
    sharedBudgets: new Map(),
    ...(refreshTokens && {refreshTokens}),
  };
  return {
    get(id, kept) {
      const unit = library.connection(id);
      if (!unit) throw unknownConnection(library, id);
      const connector = kept ?? library.connector(unit.manifest.connector).manifest;
      const ofId = open.get(id) ?? new Map<Connector, LiveConnection>();
      const known = ofId.get(connector);
      if (known) return known;
      const watched = watch && {openTransport: (policy: EgressPolicy) => watch(id, createTransport(policy))};
      const live = openConnection(unit, connector, {...tools, ...watched});
      open.set(id, ofId.set(connector, live));
      return live;
    },
    async close() {
      await Promise.all([...open.values()].flatMap((ofId) => [...ofId.values()]).map((live) => live.close()));
    },
  };
}

function unknownConnection({connections}: Library, id: string): JobwireError {
  return fail('JW7102', {what: 'connection', id}, {suggestions: nearest(id, connections.keys())});
}
