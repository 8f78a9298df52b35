/** Makes two recordings of the same thing look alike: addresses of this machine, ids the target made up, times. Must never touch what the author gave. */
import {isIP} from 'node:net';
import type {Json} from '../values/json.ts';
import {textsOf} from './record-disguise.ts';

export interface Seen {
  /** What was sent and what came back, in order. */
  readonly exchanges: readonly {readonly request: Json; readonly response: Json}[];
  /** Settings, event, input: they stay as they are. */
  readonly given: Json;
  /** When it began; becomes `begin` of the case. */
  readonly from: number;
  readonly to: number;
}

/** One function for every text of the recording. */
export function normaliser(seen: Seen): (text: string) => string {
  const origins = originNames(seen.given);
  const ids = idNames(seen);
  const kept = new Set(textsOf(seen.given).flatMap(({text}) => instantsIn(text)));
  return (text) => {
    let out = text;
    for (const [address, name] of origins) out = out.replaceAll(address, name);
    out = out.replace(uuid, (id) => ids.get(id.toLowerCase()) ?? id);
    return out.replace(instant, (time) => {
      const at = Date.parse(time);
      const near = Math.abs(at - seen.from) < mostShifted;
      return Number.isNaN(at) || kept.has(at) || !near ? time : shifted(time, seen.to - seen.from);
    });
  };
}

/** An address that means nothing elsewhere, and that a case may not call. Settings hold it; it is changed there as well. */
function originNames(given: Json): Map<string, string> {
  const names = new Map<string, string>();
  for (const {text} of textsOf(given)) {
    const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
    if (url === null || !isLocal(url.hostname) || names.has(url.origin)) continue;
    const host = `target-${names.size + 1}.example.com`;
    names.set(url.origin, `https://${host}`);
  }
  for (const [origin, name] of [...names]) names.set(new URL(origin).host, new URL(name).host);
  return names;
}

function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** Ids that the target gave first get names by their order; those that we sent first can be computed again. */
function idNames({exchanges, given}: Seen): Map<string, string> {
  const names = new Map<string, string>();
  const read = (value: Json): string[] =>
    textsOf(value).flatMap(({text}) => [...text.matchAll(uuid)].map(([id]) => id.toLowerCase()));
  const ours = new Set(read(given));
  for (const {request, response} of exchanges) {
    for (const id of read(request)) if (!names.has(id)) ours.add(id);
    for (const id of read(response)) {
      if (ours.has(id) || names.has(id)) continue;
      names.set(id, `00000000-0000-4000-8000-${String(names.size + 1).padStart(12, '0')}`);
    }
  }
  return names;
}

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/g;
/** Times of another year are facts of the record, not of the recording. */
const mostShifted = 400 * 86_400_000;

function instantsIn(text: string): number[] {
  return [...text.matchAll(instant)].map(([time]) => Date.parse(time)).filter((at) => !Number.isNaN(at));
}

/** Moved, with its own offset and as many digits as before; parts of a second differ each time and say nothing. */
function shifted(time: string, byMs: number): string {
  const [, fraction = '', offset = 'Z'] = /(\.\d+)?(Z|[+-]\d\d:?\d\d)$/.exec(time) ?? [];
  const local = Date.parse(`${time.slice(0, 19)}Z`);
  const moved = new Date(local + byMs).toISOString().slice(0, 19);
  return `${moved}${fraction.replace(/\d/g, '0')}${offset}`;
}
