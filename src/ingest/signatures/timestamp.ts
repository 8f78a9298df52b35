/** Times that are part of a signature: read strictly, written as the sender writes them, and held against now on both sides. */
import {fail} from '../../errors/jobwire-error.ts';
import {evaluateText} from '../../expressions/evaluate.ts';
import type {VerifyRule} from '../../generated/types.ts';
import {isDateTime} from '../../operations/date-times.ts';
import {iso, ms} from '../../values/time.ts';
import {absent} from './absent.ts';
import {type Extracted, single} from './extract.ts';
import type {Proof} from './proof.ts';

type Rule = NonNullable<VerifyRule['timestamp']>;
type Format = NonNullable<Rule['format']>;

interface Notation {
  read(text: string): number;
  write(time: number): string;
}

const digits = /^\d{1,15}$/;
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

const notations: {readonly [F in Format]: Notation} = {
  unix: {
    read: (text) => (digits.test(text) ? Number(text) * 1000 : Number.NaN),
    write: (time) => String(Math.floor(time / 1000)),
  },
  'unix-ms': {read: (text) => (digits.test(text) ? Number(text) : Number.NaN), write: String},
  iso: {read: (text) => (isDateTime(text) ? Date.parse(text) : Number.NaN), write: iso},
  http: {
    read: (text) => (httpDate.test(text) ? Date.parse(text) : Number.NaN),
    write: (time) => new Date(time).toUTCString(),
  },
};

export interface Stamp {
  /** As received: this text is what was signed. */
  readonly text: string;
  readonly time: number;
}

/** JW4001 when it is missing or not a time: a check that could be skipped by sending nonsense would be none. */
export function readTimestamp(rule: Rule, extracted: Extracted, proof: Proof): Stamp {
  const format = rule.format ?? 'unix';
  const text = textOf(rule, extracted, proof);
  if (text === undefined) throw fail('JW4001', {problem: `there is no timestamp in ${placeOf(rule)}`});
  const time = notations[format].read(text);
  if (Number.isNaN(time))
    throw fail('JW4001', {problem: `the timestamp in ${placeOf(rule)} is not a time in format ${format}`});
  return {text, time};
}

function textOf(rule: Rule, {fields}: Extracted, {request, scope}: Proof): string | undefined {
  if (rule.header !== undefined)
    return single(request.delivery.headers[rule.header.toLowerCase()], `header ${rule.header}`);
  if (rule.field !== undefined) return fields.get(rule.field);
  return absent(() => evaluateText(rule.from, scope()));
}

export function placeOf(rule: Rule): string {
  if (rule.header !== undefined) return `header ${rule.header}`;
  return rule.field === undefined ? 'the request' : `field ${rule.field} of the signature header`;
}

/** JW4002 when the time is further from now than the rule allows: 5 minutes into the past and the future unless it says otherwise. */
export function checkWindow(rule: Rule, {time}: Stamp, now: number): void {
  const tolerance = ms(rule.tolerance ?? '5m');
  const age = now - time;
  if (age > tolerance || -age > (rule.future === undefined ? tolerance : ms(rule.future)))
    throw fail('JW4002', {at: describeTime(time), skew: `${Math.round(Math.abs(age) / 1000)} s`});
}

/** Senders may send any number; only years a calendar has can be printed. */
function describeTime(time: number): string {
  return Math.abs(time) <= 8.64e15 ? iso(time) : `${time} ms`;
}

export function writeTimestamp(rule: Rule, time: number): string {
  return notations[rule.format ?? 'unix'].write(time);
}
