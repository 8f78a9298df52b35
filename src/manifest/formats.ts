/** The formats of texts, as the validator tests them. Must never know one that the validator does not. */
import {demand} from '../values/demand.ts';

/** Formats that schemas of authors may name. */
export const formatNames = [
  'date-time',
  'date',
  'time',
  'duration',
  'email',
  'hostname',
  'uri',
  'uuid',
  'ipv4',
  'ipv6',
] as const;

export type FormatTest = (text: string) => boolean;

/** Addresses as most people write them. The expression for all of them takes longer to compile than all else in a small project. */
const plainAddress = /^https?:\/\/[a-z0-9.-]+(:[0-9]+)?(\/[A-Za-z0-9._~-]+)*\/?$/;

/** undefined for a format that is not tested by the text alone. */
export function formatTest(name: string): FormatTest | undefined {
  const test = formatNames.some((known) => known === name) ? formatOf(name as (typeof formatNames)[number]) : undefined;
  return name === 'uri' && test ? (text) => plainAddress.test(text) || test(text) : test;
}

function formatOf(name: (typeof formatNames)[number]): FormatTest | undefined {
  const {fullFormats} = demand('ajv-formats/dist/formats.js') as typeof import('ajv-formats/dist/formats.js');
  const format: unknown = fullFormats[name];
  const test = typeof format === 'object' && format !== null && 'validate' in format ? format.validate : format;
  if (test instanceof RegExp) return (text) => test.test(text);
  return typeof test === 'function' ? (test as FormatTest) : undefined;
}
