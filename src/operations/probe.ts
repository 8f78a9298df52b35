/** Whether a connection works, and as whom: asked of the target by reads alone. Must never show a secret. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import type {Library} from '../manifest/library.ts';
import type {Json, JsonObject} from '../values/json.ts';
import type {LiveConnection} from './connection.ts';
import {runProcedure} from './procedure.ts';
import type {Log} from './trace.ts';

export interface ConnectionInfo {
  readonly id: string;
  readonly title: string;
  readonly connector: string;
  /** Of the connector; absent when the project has no such connector. */
  readonly version?: string;
  readonly variant?: string;
  readonly jobKinds: readonly string[];
  readonly actions: readonly string[];
}

/** The connections of a project by id, as their files say; nothing is opened. */
export function describeConnections(library: Library): ConnectionInfo[] {
  return [...library.connections.values()]
    .map(({manifest: {id, title, connector: ref, variant}}): ConnectionInfo => {
      const name = ref.split('@')[0] ?? ref;
      const connector = library.connectors.get(name)?.manifest;
      return {
        id,
        title,
        connector: name,
        ...(connector && {version: connector.version}),
        ...(variant !== undefined && {variant}),
        jobKinds: Object.keys(connector?.jobs ?? {}),
        actions: Object.entries(connector?.actions ?? {}).flatMap(([action, {variants}]) =>
          variants && !variants.includes(variant ?? '') ? [] : [action],
        ),
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export interface Probed {
  /** What the connector's probe gives: who we are there, which folder or project. */
  readonly label: string;
  readonly baseUrl: string;
  /** What the connection has found out about itself, for example the id of its folder. */
  readonly prepared: JsonObject;
}

/** Errors: JW7001 naming every secret that is not there; then those of `prepare` and of the probe. */
export async function probe(connection: LiveConnection, log?: Log): Promise<Probed> {
  const missing = missingSecrets(connection);
  const [first] = missing;
  if (first) throw missing.length === 1 ? first : all(missing, first);
  const prepared = await connection.prepared(log);
  const output = await runProcedure(connection.part.probe, {}, {connection, log});
  const {redactor} = connection;
  return {label: redactor.text(textOf(output ?? null)), baseUrl: redactor.text(connection.baseUrl(prepared)), prepared};
}

/** What each secret that cannot be read says; nothing is sent. */
export function missingSecrets({secrets}: LiveConnection): JobwireError[] {
  return Object.values(secrets).flatMap((read) => {
    try {
      read();
      return [];
    } catch (error) {
      return [asJobwireError(error)];
    }
  });
}

function all(missing: readonly JobwireError[], first: JobwireError): JobwireError {
  const hints = [...new Set(missing.map(({extra}) => extra.hint ?? ''))].filter(Boolean);
  return fail(
    first.jobwireCode,
    {},
    {...first.extra, detail: missing.map(({message}) => message).join('; '), hint: hints.join('; ')},
  );
}

function textOf(output: Json): string {
  return output === null ? 'answers' : typeof output === 'object' ? JSON.stringify(output) : String(output);
}
