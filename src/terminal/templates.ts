/** Templates and their histories as text. Shows what is stored, nothing else. */
import type {History, TemplateView} from '../ingest/overview.ts';
import {howLong, shorten, table, when} from './text.ts';

export function listTemplates(views: readonly TemplateView[]): string {
  return table(
    ['template', 'version', 'state', 'source', 'next', 'since', 'by', 'problem'],
    views.map(({id, version, state, source, next, since, by = '', error}) => [
      id,
      version,
      state,
      shorten(source, 48),
      next === undefined ? '' : when(Date.parse(next)),
      since === undefined ? '' : when(Date.parse(since)),
      by,
      error ? shorten(`${error.code}: ${error.detail}`, 80) : '',
    ]),
  );
}

/** Totals in one line, then run by run. */
export function showHistory({total, counts, runs}: History): string {
  const parts = Object.entries(counts).flatMap(([state, n]) => (n > 0 ? [`${n} ${state}`] : []));
  const head = `${total} ${total === 1 ? 'run' : 'runs'}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
  if (runs.length === 0) return head;
  const rows = table(
    ['run', 'target', 'state', 'created', 'took', 'attempts', 'problem'],
    runs.map(({id, target, state, createdAt, durationMs, attempts, error}) => [
      id,
      target,
      state,
      when(Date.parse(createdAt)),
      durationMs === undefined ? '' : howLong(durationMs),
      String(attempts),
      error ? shorten(`${error.code}: ${error.message}`, 80) : '',
    ]),
  );
  return `${head}\n\n${rows}`;
}
