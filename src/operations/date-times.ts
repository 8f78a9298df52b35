/** Times as text: strict reading and moving to UTC without touching the fraction of a second. Must never ask for the present time. */

const grammar = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

interface Moment {
  /** Whole seconds, as milliseconds since 1970 in UTC. */
  readonly seconds: number;
  readonly fraction: string;
}

function readMoment(text: string): Moment | undefined {
  const match = grammar.exec(text);
  if (!match) return undefined;
  const local = text.slice(0, 19);
  const seconds = Date.parse(`${local}Z`);
  const read = new Date(seconds);
  // Date.parse takes 24:00:00 for the next day, and the 30th of February for one of March.
  if (read.getUTCDate() !== Number(match[3]) || read.getUTCHours() !== Number(match[4])) return undefined;
  const [zone = 'Z', fraction = ''] = [match[8], match[7]];
  if (zone === 'Z') return {seconds, fraction};
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 23 || minutes > 59) return undefined;
  const offset = (hours * 60 + minutes) * 60_000;
  return {seconds: zone[0] === '-' ? seconds + offset : seconds - offset, fraction};
}

/** ISO 8601 with an offset or Z (RFC 3339). */
export function isDateTime(text: string): boolean {
  return readMoment(text) !== undefined;
}

/** The same moment ending in Z; undefined when the text is none or the move leaves the years 0000 to 9999. */
export function toUtc(text: string): string | undefined {
  if (text.endsWith('Z')) return isDateTime(text) ? text : undefined;
  const moment = readMoment(text);
  const whole = moment && new Date(moment.seconds).toISOString();
  return moment && whole?.length === 24 ? `${whole.slice(0, 19)}${moment.fraction}Z` : undefined;
}
