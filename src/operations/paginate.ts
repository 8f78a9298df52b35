/** Lists page by page (language reference, section 4.3): where the next page is, and when there is none. Must never leave the origin. */
import {fail, JobwireError} from '../errors/jobwire-error.ts';
import {evaluate, evaluateTest, OMIT} from '../expressions/evaluate.ts';
import type {Page} from '../generated/types.ts';
import type {Json, JsonObject} from '../values/json.ts';
import type {Answer} from './interpret.ts';
import type {PreparedOperation} from './operation.ts';
import type {PagePosition} from './request.ts';

type PageRules = NonNullable<PreparedOperation['page']>;
type Ask = (position: PagePosition) => Promise<Answer>;

/** One page that was read, and the one after it. */
interface Turn {
  readonly rules: PageRules;
  readonly answer: Answer;
  readonly here: PagePosition;
  /** Rows of this page, and of all pages so far. */
  readonly rows: number;
  readonly total: number;
}

/** JW3018 with the first page that was not given: a later reading may go on there. */
export class PagesCut extends JobwireError {
  readonly next: PagePosition;
  constructor(limit: number, what: 'pages' | 'items', next: PagePosition) {
    super('JW3018', {limit, what}, {outcome: 'fail'});
    this.next = next;
  }
}

/** Pages as they come, so that a caller may stop early. Errors: JW3017, PagesCut, JW3010, and those of `ask`. */
export async function* readPages(
  rules: PageRules,
  ask: Ask,
  from: PagePosition = firstPage(rules),
): AsyncGenerator<Answer & {value: Json[]}> {
  const seen = new Set<string>();
  let here: PagePosition | undefined = from;
  let total = 0;
  for (let count = 1; here !== undefined; count++) {
    if (count > rules.maxPages) throw new PagesCut(rules.maxPages, 'pages', here);
    const answer: Answer = await ask(here);
    const value = answer.value as Json[];
    total += value.length;
    if (total > rules.maxItems) throw new PagesCut(rules.maxItems, 'items', here);
    yield {...answer, value};
    here = nextPage({rules, answer, here, rows: value.length, total});
    const mark = here && (here.url ?? markOf(here.page));
    if (mark !== undefined && seen.has(mark)) throw fail('JW3017', {page: mark.slice(0, 200)}, {outcome: 'fail'});
    if (mark !== undefined) seen.add(mark);
  }
}

export async function readAllPages(rules: PageRules, ask: Ask): Promise<Json[]> {
  const all: Json[] = [];
  for await (const {value} of readPages(rules, ask)) for (const row of value) all.push(row);
  return all;
}

function firstPage({style, size, start}: PageRules): PagePosition {
  if (style === 'offset') return {page: {size, offset: start ?? 0}};
  if (style === 'number') return {page: {size, number: start ?? 1}};
  return {page: {size}};
}

/** Only what the target chooses can repeat; offsets and numbers grow by themselves. */
function markOf({cursor}: JsonObject): string | undefined {
  return cursor === undefined ? undefined : `cursor ${JSON.stringify(cursor)}`;
}

const styles: {readonly [S in Page['style']]: (turn: Turn) => PagePosition | undefined} = {
  cursor(turn) {
    const cursor = nextValue(turn);
    return cursor === undefined ? undefined : {page: {size: turn.rules.size, cursor}};
  },
  url(turn) {
    const next = nextValue(turn);
    return next === undefined ? undefined : followed(turn, String(next));
  },
  link(turn) {
    const next = nextLink(turn.answer.response?.headers['link'] ?? '');
    return next === undefined ? undefined : followed(turn, next);
  },
  offset: ({rules: {size}, here}) => ({page: {size, offset: Number(here.page['offset']) + size}}),
  number: ({rules: {size}, here}) => ({page: {size, number: Number(here.page['number']) + 1}}),
};

function nextPage(turn: Turn): PagePosition | undefined {
  const {rules, answer} = turn;
  if (rules.done !== undefined && evaluateTest(rules.done, answer.scope)) return undefined;
  return hasStopped(turn) || reached(turn) ? undefined : styles[rules.style](turn);
}

/** Where the target says what comes next, an empty page need not be the last; counting can only end by what it sees. */
function hasStopped({rules: {style, stop, size}, rows}: Turn): boolean {
  const rule = stop ?? (style === 'offset' || style === 'number' ? 'empty' : undefined);
  return rule === 'short' ? rows < size : rule === 'empty' && rows === 0;
}

function reached({rules, answer: {scope}, here, total}: Turn): boolean {
  const whole = (value: unknown) => (value === undefined ? undefined : evaluate(value, scope));
  const all = whole(rules.total);
  const covered = rules.style === 'offset' ? Number(here.page['offset']) - (rules.start ?? 0) + rules.size : total;
  if (typeof all === 'number' && Math.max(total, covered) >= all) return true;
  const pages = whole(rules.pages);
  const read = Number(here.page['number'] ?? 1) - (rules.style === 'number' ? (rules.start ?? 1) : 1) + 1;
  return typeof pages === 'number' && read >= pages;
}

function nextValue({rules, answer}: Turn): Json | undefined {
  const next = evaluate(rules.next, answer.scope);
  return next === OMIT || next === null || next === '' ? undefined : (next as Json);
}

function followed({rules, answer}: Turn, text: string): PagePosition {
  const from = answer.response?.url ?? '';
  const next = URL.parse(text, from);
  if (next === null || next.origin !== URL.parse(from)?.origin)
    throw fail(
      'JW3010',
      {host: next?.host ?? 'the next page', problem: 'the next page leaves the origin'},
      {outcome: 'fail', owner: 'target'},
    );
  return {page: {size: rules.size}, url: next.href};
}

/** RFC 8288: `<address>; rel="next"`, several separated by commas. */
function nextLink(header: string): string | undefined {
  for (const [, address, parameters = ''] of header.matchAll(
    /<([^>]*)>((?:\s*;\s*[^;,="]+(?:\s*=\s*(?:"[^"]*"|[^;,"]*))?)*)/g,
  )) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^;,\s"]+))/i.exec(parameters);
    const names = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/);
    if (names.includes('next')) return address;
  }
  return undefined;
}
