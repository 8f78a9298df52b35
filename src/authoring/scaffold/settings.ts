/** Settings of a connection as a case has them: what the project says, with stand-ins for secrets and for addresses of this machine. */
import type {Connection} from '../../generated/types.ts';
import type {Library} from '../../manifest/library.ts';
import {effectiveConnection} from '../../manifest/variant.ts';
import type {Json, JsonObject} from '../../values/json.ts';

export function settingsFor({connector, variant, config, secrets = {}}: Connection, library: Library): JsonObject {
  const declared = effectiveConnection(library.connector(connector).manifest, variant).secrets ?? {};
  const needed = Object.entries(declared)
    .filter(([name, {optional}]) => optional !== true || Object.hasOwn(secrets, name))
    .map(([name]) => name);
  return {
    ...(variant !== undefined && {variant}),
    config: Object.fromEntries(Object.entries(config as JsonObject).map(([name, value]) => [name, elsewhere(value)])),
    ...(needed.length > 0 && {secrets: Object.fromEntries(needed.map((name) => [name, `test-${name.toLowerCase()}`]))}),
  };
}

/** A case reaches nothing, but the guard of the wire holds: it has no leave for this machine. */
function elsewhere(value: Json): Json {
  if (typeof value !== 'string') return value;
  return value.replace(/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?/, 'https://target.example.com');
}
