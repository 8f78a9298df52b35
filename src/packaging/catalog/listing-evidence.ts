/** How sure the facts of a connector are: documented, read in source, observed, or inferred. Says also what is not known. */
import type {Evidence} from '../../generated/types.ts';
import {counted, listed} from './abilities.ts';
import type {ConnectorFacts} from './entry.ts';
import {html, type Part} from './html.ts';
import {code, table} from './tables.ts';

type Level = Evidence['level'];

const levels: Readonly<Record<Level, {readonly mark: string; readonly means: string}>> = {
  observed: {mark: '◆', means: 'seen in captured traffic or in published payloads'},
  documented: {mark: '■', means: 'stated by the vendor'},
  source: {mark: '▣', means: 'read in source code'},
  inferred: {mark: '◇', means: 'concluded, not confirmed'},
};

const order = Object.keys(levels) as Level[];

export function evidencePart({manifest}: ConnectorFacts): Part {
  const entries = manifest.evidence ?? [];
  if (entries.length === 0) return html`<p>The publisher does not say where the facts in this connector come from.</p>`;
  const counts = order
    .map((level) => ({level, count: entries.filter((entry) => entry.level === level).length}))
    .filter(({count}) => count > 0);
  const sorted = [...entries].sort((a, b) => order.indexOf(b.level) - order.indexOf(a.level));
  const inferred = entries.filter(({level}) => level === 'inferred').length;
  return [
    html`<p>${counted(entries.length, 'statement')}: ${listed(counts.map(({level, count}) => `${count} ${level}`))}. ${
      inferred > 0 && 'What is inferred has not been seen to work; try it before you rely on it. '
    }What no row names, the publisher makes no statement about.</p>`,
    html`<ul class="levels" aria-label="Levels">${counts.map(({level}) => html`<li>${mark(level)} <span class="quiet">${levels[level].means}</span></li>`)}</ul>`,
    table(
      'Evidence',
      ['Part', 'Level', 'Where from'],
      sorted.map(({at, level, from, note}) => [
        code(at === '' ? 'everything' : at),
        mark(level),
        [from, note !== undefined && html`${from !== undefined && html`<br>`}<span class="quiet">${note}</span>`],
      ]),
    ),
  ];
}

function mark(level: Level): Part {
  return html`<span class="level level-${level}"><span aria-hidden="true">${levels[level].mark}</span> ${level}</span>`;
}
