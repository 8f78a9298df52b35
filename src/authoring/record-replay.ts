/** Replays a recording before it is written, and loosens what cannot be the same twice. Must never loosen method or address. */
import type {CaseUnit} from '../cases/case-file.ts';
import {runCase} from '../cases/run.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import type {Exchange} from '../generated/types.ts';
import type {WireRequest} from '../http/send.ts';
import type {Library} from '../manifest/library.ts';
import {isObject, type Json, type JsonObject, sameJson} from '../values/json.ts';
import {expectedOf} from './record-exchange.ts';

export interface Replayed {
  readonly exchanges: readonly Exchange[];
  /** Empty when the case passes. */
  readonly problems: readonly Issue[];
}

/** First with requests that are only told apart by method and address: what they are then is compared with what was recorded. */
export async function replay(unit: CaseUnit, exchanges: readonly Exchange[], library: Library): Promise<Replayed> {
  const sent: WireRequest[] = [];
  const bare = exchanges.map(({request: {method, url = ''}, ...rest}) => ({...rest, request: {method, url}}));
  await runCase(withExchanges(unit, bare), library, (request) => sent.push(request));
  const loosened = exchanges.map((exchange, i) => {
    const again = sent[i];
    return again ? {...exchange, request: loosen(exchange.request, expectedOf(again))} : exchange;
  });
  const {problems} = await runCase(withExchanges(unit, loosened), library);
  return {exchanges: loosened, problems};
}

function withExchanges(unit: CaseUnit, exchanges: readonly Exchange[]): CaseUnit {
  const {cassette: _cassette, ...manifest} = unit.manifest;
  return {...unit, manifest: {...manifest, exchanges: [...exchanges]}};
}

function loosen(recorded: Exchange['request'], again: Exchange['request']): Exchange['request'] {
  const parts = (['query', 'headers', 'body', 'form', 'text'] as const).flatMap((part) =>
    Object.hasOwn(recorded, part)
      ? [[part, merge(recorded[part] as Json, again[part] as Json | undefined)] as const]
      : [],
  );
  return {...recorded, ...(Object.fromEntries(parts) as JsonObject)};
}

/** The run's own reference is told by its form, so that a case can be given another title; anything else that differs is anything. */
function merge(recorded: Json, again: Json | undefined): Json {
  if (typeof recorded === 'string' && again !== undefined) return recorded === again ? byForm(recorded) : {$any: true};
  if (again === undefined) return recorded;
  if (Array.isArray(recorded) && Array.isArray(again) && recorded.length === again.length)
    return recorded.map((item, i) => merge(item, again[i]));
  if (isObject(recorded) && isObject(again) && !Object.hasOwn(recorded, '$any'))
    return Object.fromEntries(
      Object.entries(recorded).map(([key, item]) => [
        key,
        merge(item, Object.hasOwn(again, key) ? again[key] : undefined),
      ]),
    );
  return sameJson(recorded, again) || isObject(recorded) ? recorded : {$any: true};
}

const runKey = /jw-[a-z2-7]{26}/;
const longestPattern = 900;

function byForm(text: string): Json {
  if (!runKey.test(text)) return text;
  const pattern = text
    .split(new RegExp(runKey, 'g'))
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join(runKey.source);
  return pattern.length > longestPattern ? {$any: true} : {$matches: `^${pattern}$`};
}
