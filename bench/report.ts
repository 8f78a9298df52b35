/** The figures of a bench run as a table. Ratios are medians of rounds: each round is held against its own neighbours. */
import type {Subject} from './subjects.ts';

export interface Measured {
  /** Events whose job was started, per second of wall clock. */
  readonly perSecond: number;
  /** Milliseconds to the acknowledgement. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU per event, all threads of all processes of the subject. */
  readonly cpu: number;
}

type Results = ReadonlyMap<string, readonly Measured[]>;

export function report(subjects: readonly Subject[], results: Results): string {
  const rows = subjects.map(({name, title}) => {
    const list = results.get(name) ?? [];
    const figure = (key: keyof Measured, digits: number) => median(list.map((one) => one[key])).toFixed(digits);
    const over = (other: string) => ratio(list, results.get(other));
    return [
      title,
      figure('perSecond', 0),
      figure('p50', 1),
      figure('p99', 1),
      figure('cpu', 0),
      over('tuned'),
      over('node-red'),
    ];
  });
  const head = ['', 'jobs/s', 'ack p50 ms', 'ack p99 ms', 'CPU µs/event', '÷ tuned', '÷ Node-RED'];
  return table(head, rows);
}

/** In the form of the README; all columns but the first are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function ratio(list: readonly Measured[], others: readonly Measured[] | undefined): string {
  if (!others) return '';
  return median(list.map(({perSecond}, round) => perSecond / (others[round]?.perSecond ?? Number.NaN))).toFixed(2);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
