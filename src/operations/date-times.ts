/** Times as text: strict reading and moving to UTC without touching the fraction of a second. Must never ask for the present time. */

const grammar = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Days of the months of a leap year. */
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

interface Moment {
  /** Whole seconds, as milliseconds since 1970 in UTC. */
  readonly seconds: number;
  readonly fraction: string;
}

function readMoment(text: string): Moment | undefined {
  const match = grammar.exec(text);
  if (!match || !isReal(match)) return undefined;
  const seconds = Date.parse(`${text.slice(0, 19)}Z`);
  return {seconds: seconds - offsetOf(match[8] ?? 'Z'), fraction: match[7] ?? ''};
}

/** Whether the calendar has such a day, the day such a time, and the zone such an offset. */
function isReal(match: RegExpExecArray): boolean {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (day < 1 || day > (monthDays[month - 1] ?? 0)) return false;
  if (day === 29 && month === 2 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return false;
  if (Number(match[4]) > 23 || Number(match[5]) > 59 || Number(match[6]) > 59) return false;
  const zone = match[8] ?? 'Z';
  return zone === 'Z' || (Number(zone.slice(1, 3)) <= 23 && Number(zone.slice(4)) <= 59);
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))) * 60_000;
  return zone[0] === '-' ? -offset : offset;
}

/** ISO 8601 with an offset or Z (RFC 3339). */
export function isDateTime(text: string): boolean {
  const match = grammar.exec(text);
  return match !== null && isReal(match);
}

/** The same moment ending in Z; undefined when the text is none or the move leaves the years 0000 to 9999. */
export function toUtc(text: string): string | undefined {
  if (text.endsWith('Z')) return isDateTime(text) ? text : undefined;
  const moment = readMoment(text);
  const whole = moment && new Date(moment.seconds).toISOString();
  return moment && whole?.length === 24 ? `${whole.slice(0, 19)}${moment.fraction}Z` : undefined;
}
