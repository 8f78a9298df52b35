/** The verdict of trials as text. */
import Table from 'cli-table3';
import {points} from './points.ts';
import type {Trial} from './trial.ts';

export function report(trials: readonly Trial[]): string {
  return [...trials.map(aboutTrial), tableOf(trials), ...trials.map(heldBecause), ...trials.flatMap(complaints)].join(
    '\n\n',
  );
}

function aboutTrial({engine, deaths, requests, faults, sent, again, looks}: Trial): string {
  const at = new Map<string, number>();
  for (const death of deaths) {
    const name = death.how === 'point' ? death.at : death.how;
    at.set(name, (at.get(name) ?? 0) + 1);
  }
  const clock = deaths.filter(({how}) => how === 'clock');
  const young = clock.filter((death) => death.how === 'clock' && !death.listened).length;
  const missed = clock.filter((death) => death.how === 'clock' && death.missed !== undefined).length;
  const named = points.filter((point) => at.has(point));
  const unseen = points.filter((point) => !at.has(point));
  const troubled = [...faults].sort(([a], [b]) => a.localeCompare(b));
  const total = troubled.reduce((sum, [, count]) => sum + count, 0);
  return [
    `${engine}: ${deaths.length} kills: ${deaths.length - clock.length} at ${named.length} named points, ${clock.length} by the clock (${young} before it listened, ${missed} because its point did not come)`,
    `  ${named.map((point) => `${point} ${at.get(point)}`).join(', ')}`,
    ...(unseen.length > 0 ? [`  not met: ${unseen.join(', ')}`] : []),
    `  ${requests} requests to the target, ${total} with a fault (${((100 * total) / Math.max(1, requests)).toFixed(1)} %): ${troubled.map(([name, count]) => `${name} ${count}`).join('; ')}`,
    `  ${sent} deliveries sent, ${again} of them again after their acknowledgement; the whole store was compared ${looks} times`,
  ].join('\n');
}

function tableOf(trials: readonly Trial[]): string {
  const table = new Table({
    head: ['engine', 'mode', 'events', 'acknowledged', 'jobs', 'duplicates', 'held', 'failed', 'lost'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: {head: [], border: []},
  });
  for (const {engine, rows} of trials)
    for (const {lane, events, acknowledged, jobs, duplicates, held, failed, lost} of rows)
      table.push([engine, lane, events, acknowledged, jobs, duplicates, held, failed, lost]);
  return table.toString();
}

function heldBecause({engine, held}: Trial): string {
  const lines = [...held].sort(([, a], [, b]) => b - a).map(([reason, count]) => `  ${count} × ${reason}`);
  return [`${engine}: held because`, ...lines].join('\n');
}

function complaints({engine, violations}: Trial): string[] {
  return violations.length === 0
    ? []
    : [`${engine}: ${violations.length} violations\n${violations.map((one) => `  ${one}`).join('\n')}`];
}
