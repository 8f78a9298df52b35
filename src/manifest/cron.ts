/** What is wrong with a schedule's five cron fields, also that they never come true. Must never accept what the scheduler cannot run. */

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Longest step: once around. */
  readonly step: number;
  readonly words?: readonly string[];
}

const fields: readonly Field[] = [
  {name: 'minute', least: 0, most: 59, step: 60},
  {name: 'hour', least: 0, most: 23, step: 24},
  {name: 'day', least: 1, most: 31, step: 31},
  {
    name: 'month',
    least: 1,
    most: 12,
    step: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  {name: 'weekday', least: 0, most: 7, step: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']},
];

/** Undefined when the schedule comes true some time. */
export function cronProblem(cron: string): string | undefined {
  const texts = cron.trim().split(/\s+/);
  if (texts.length !== 5)
    return `the schedule has ${texts.length} fields, five are needed: minute hour day month weekday`;
  for (const [i, field] of fields.entries()) {
    const problem = fieldProblem(texts[i] ?? '', field);
    if (problem !== undefined) return `${JSON.stringify(texts[i])} is no ${field.name}: ${problem}`;
  }
  return neverComes(texts) ? `the schedule never comes true: day ${texts[2]} is in no month ${texts[3]}` : undefined;
}

function fieldProblem(text: string, field: Field): string | undefined {
  for (const part of text.split(',')) {
    const problem = partProblem(part, field);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function partProblem(part: string, field: Field): string | undefined {
  const match = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/.exec(part.toLowerCase());
  if (!match) return 'write *, a value, a range a-b, or a list of them, with a step /n';
  const [, star, first, last, step] = match;
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.step)) return `a step is from 1 to ${field.step}`;
  if (star !== undefined) return undefined;
  if (step !== undefined && last === undefined) return 'a step needs * or a range before it';
  const from = valueIn(first, field);
  const to = last === undefined ? from : valueIn(last, field, true);
  if (from === undefined || to === undefined) return `values are from ${field.least} to ${field.most}`;
  return from > to ? 'the range runs backwards' : undefined;
}

/** At the end of a range sunday is the seventh day. */
function valueIn(text: string | undefined, {least, most, words = []}: Field, isEnd = false): number | undefined {
  const word = words.indexOf(text ?? '');
  if (word >= 0) return isEnd && word === 0 && least === 0 ? most : word + least;
  if (!/^\d{1,2}$/.test(text ?? '')) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A weekday beside a day is another way to come true. */
function neverComes([, , day = '', month = '', weekday = '']: readonly string[]): boolean {
  if (weekday !== '*') return false;
  const most = Math.max(...valuesIn(month, fields[3] as Field).map((one) => longest[one - 1] ?? 31));
  return Math.min(...valuesIn(day, fields[2] as Field)) > most;
}

/** All values of a field that is well-formed. */
function valuesIn(text: string, field: Field): number[] {
  return text.split(',').flatMap((part) => {
    const [range = '', step = '1'] = part.toLowerCase().split('/');
    const [first, last] = range.split('-');
    const from = range === '*' ? field.least : (valueIn(first, field) ?? field.least);
    const to = range === '*' ? field.most : last === undefined ? from : (valueIn(last, field, true) ?? field.most);
    return Array.from({length: Math.floor((to - from) / Number(step)) + 1}, (_, i) => from + i * Number(step));
  });
}
