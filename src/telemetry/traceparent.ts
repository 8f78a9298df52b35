/** Trace ids as HTTP carries them (W3C Trace Context): read from a sender, or made. Must never keep more of a header than the ids in it. */
import {randomHex} from '../values/time.ts';

/** Version 00: `00-<trace>-<parent>-<flags>`, 55 characters. */
export type Traceparent = string;

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

/** As version 00, of which later versions are an extension; undefined for anything that names no trace. */
export function readTraceparent(header: unknown): Traceparent | undefined {
  if (typeof header !== 'string') return undefined;
  const [, version, trace = '', parent = '', flags = '', more] = shape.exec(header) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== '')) return undefined;
  if (isZero(trace) || isZero(parent)) return undefined;
  return writeTraceparent({trace, parent, sampled: (Number.parseInt(flags, 16) & 1) === 1});
}

export interface TraceIds {
  readonly trace: string;
  readonly parent: string;
  readonly sampled: boolean;
}

export function writeTraceparent({trace, parent, sampled}: TraceIds): Traceparent {
  return `00-${trace}-${parent}-${sampled ? '01' : '00'}`;
}

/** Of a text that `writeTraceparent` made. */
export function idsOf(traceparent: Traceparent): TraceIds {
  return {trace: traceparent.slice(3, 35), parent: traceparent.slice(36, 52), sampled: traceparent.endsWith('1')};
}

/** For what comes without a trace. Nobody recorded its beginning, so it is not said to be sampled. */
export function freshTraceparent(): Traceparent {
  const ids = randomHex(24);
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-00`;
}

/** The id people look for; undefined for what was stored before there were traces. */
export function traceIdOf(traceparent: Traceparent | undefined): string | undefined {
  return traceparent?.slice(3, 35);
}

function isZero(id: string): boolean {
  return !/[1-9a-f]/.test(id);
}
