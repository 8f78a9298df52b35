/** What one connection may reach: the connector's permissions with the operator's settings put in. Must never permit more than both say. */
import {isAbsolute, relative, resolve} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import type {Connection, Connector} from '../generated/types.ts';
import type {EgressPolicy} from '../http/egress.ts';
import {type JsonObject, own} from '../values/json.ts';

interface Reach {
  readonly connector: Connector;
  readonly config: JsonObject;
  readonly network: Connection['network'];
  /** Folder of the connection file. */
  readonly dir: string;
  readonly readFile: (path: string) => string;
}

/** `connection:<field>` becomes host and port of that setting; a setting of another variant permits nothing. */
export function readPolicy({connector, config, network, dir, readFile}: Reach): EgressPolicy {
  return {
    hosts: connector.permissions.hosts.flatMap((entry) => {
      if (!entry.startsWith('connection:')) return [entry];
      const setting = own(config, entry.slice('connection:'.length));
      const host = typeof setting === 'string' ? URL.parse(setting)?.host : undefined;
      return host ? [host] : [];
    }),
    allowPrivate: network?.allowPrivate ?? [],
    ...(network?.ca !== undefined && {ca: readAuthority(network.ca, dir, readFile)}),
  };
}

function readAuthority(reference: string, dir: string, readFile: (path: string) => string): string {
  const path = resolve(dir, reference.replace(/^file:/, ''));
  const inside = relative(resolve(dir), path);
  if (!reference.startsWith('file:') || isAbsolute(inside) || inside.startsWith('..'))
    throw fail('JW1006', {path: reference, problem: 'is not a file below the folder of the connection'});
  try {
    return readFile(path);
  } catch (error) {
    throw fail(
      'JW1006',
      {path: reference, problem: `cannot be read: ${(error as Error).message}`},
      {owner: 'operator'},
    );
  }
}
