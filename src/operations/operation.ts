/** An operation with everything that is the same for each of its calls, worked out once. Must never hold anything of one call. */
import {hasStatus} from '../auth/context.ts';
import type {Connector, ErrorRow, Operation, Page, Value} from '../generated/types.ts';
import type {Backoff} from '../http/retry.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {bytes, ms} from '../values/time.ts';
import {type ParamRules, readParams} from './params.ts';

export interface PreparedOperation {
  readonly name: string;
  readonly manifest: Operation;
  readonly write: boolean;
  /** Sending twice does what sending once does: reads, and writes that say so. */
  readonly repeatable: boolean;
  readonly params: ParamRules;
  readonly expects: (status: number) => boolean;
  /** Of the operation first, then those of the connector. */
  readonly errors: readonly ErrorRow[];
  readonly errorText: readonly Value[];
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly retry: Backoff & {readonly limit: number};
  readonly page?: Required<Pick<Page, 'size' | 'maxPages' | 'maxItems'>> & Page;
  /** Of the output, or of one item. */
  readonly schema?: object;
}

export function prepareOperation(name: string, manifest: Operation, connector: Connector): PreparedOperation {
  const {http = {}} = connector;
  const {response = {}, page} = manifest;
  const write = manifest.effect === 'write';
  const expect = response.expect ?? ['2xx'];
  return {
    name,
    manifest,
    write,
    repeatable: !write || manifest.repeat === 'safe',
    params: readParams(manifest.params, connector),
    expects: (status) => hasStatus(expect, status),
    errors: [...(manifest.errors ?? []), ...(http.errors ?? [])],
    errorText: http.errorText ?? [],
    timeoutMs: ms(manifest.timeout ?? http.timeout ?? '30s'),
    maxBytes: bytes(response.maxSize ?? http.maxSize ?? '5MB'),
    retry: readRetry(manifest, connector),
    ...(page && {page: {size: 100, maxPages: 50, maxItems: 10_000, ...page}}),
    ...(response.schema !== undefined && {schema: resolveSchema(response.schema, connector)}),
  };
}

function readRetry(operation: Operation, {http}: Connector): PreparedOperation['retry'] {
  const {limit = 4, base = '500ms', factor = 2, cap = '60s', jitter = 'full'} = {...http?.retry, ...operation.retry};
  return {limit, baseMs: ms(base), factor, capMs: ms(cap), jitter};
}
