/** The first page: every entry as a row that can be read, filtered and opened. Complete without JavaScript. */

import type {State} from '../verify.ts';
import {counted} from './abilities.ts';
import type {Entry, Role} from './entry.ts';
import {type Html, html, type Part} from './html.ts';
import {categoryName} from './names.ts';
import type {Page, Site} from './shell.ts';
import {badge, states} from './states.ts';

export function indexPage(entries: readonly Entry[], icons: ReadonlyMap<Entry, string>, site: Site): Page {
  return {
    path: 'index.html',
    kind: 'index',
    title: site.title,
    description: `${counted(entries.length, 'connector')} and packages for Jobwire: what they do, what they may do, and how to set them up.`,
    body: html`<div class="intro">
<div><img src="assets/mark.svg" alt="" width="44" height="44"><h1>${site.title}</h1></div>
<p class="lead">Connectors turn what happens in one system into jobs on another. Each is data, not code, and says below what it reaches, which secrets it asks for and what it can change.</p>
</div>
<div class="finder" id="finder" hidden>
${searchBox()}
${filters(entries)}
</div>
<section class="results" aria-labelledby="results-title">
<h2 class="visually-hidden" id="results-title">Connectors and packages</h2>
<p class="count" id="count">${counted(entries.length, 'entry').replace('entrys', 'entries')}</p>
<ul class="entries" id="entries">
${entries.map((entry) => row(entry, icons.get(entry) ?? ''))}
</ul>
<p class="empty" id="empty" hidden>Nothing fits. <button type="button" id="reset">Show everything</button></p>
</section>`,
  };
}

function searchBox(): Html {
  return html`<search class="search">
<label for="search">Search</label>
<div class="box"><input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="name, event, action, host …" aria-describedby="search-help"><kbd aria-hidden="true">/</kbd></div>
<p class="hint" id="search-help"><kbd>/</kbd> search, <kbd>↓</kbd> <kbd>↑</kbd> move, <kbd>Enter</kbd> open, <kbd>Esc</kbd> clear</p>
</search>`;
}

const roleWords: Readonly<Record<Role, string>> = {source: 'Sources', target: 'Targets'};

function filters(entries: readonly Entry[]): Html {
  const count = (test: (entry: Entry) => boolean): number => entries.filter(test).length;
  const categories = [...new Set(entries.flatMap((entry) => entry.categories))].sort();
  const present = (Object.keys(states) as State[]).filter((state) => count((e) => e.origin.state === state) > 0);
  return html`<div class="filters">
<fieldset><legend>Kind</legend>
${radio('kind', '', 'All', entries.length)}${(['source', 'target'] as const).map((role) =>
  radio(
    'kind',
    role,
    roleWords[role],
    count((e) => e.roles.includes(role)),
  ),
)}
</fieldset>
<fieldset><legend>Category</legend>
${radio('category', '', 'All', entries.length)}${categories.map((name) =>
  radio(
    'category',
    name,
    categoryName(name),
    count((e) => e.categories.includes(name)),
  ),
)}
</fieldset>
${present.length > 1 && stateFilter(present, (state) => count((e) => e.origin.state === state))}
<p class="sort"><label for="sort">Sort by</label>
<select id="sort"><option value="name">name</option><option value="events">most events</option><option value="actions">most actions</option><option value="version">newest version number</option></select></p>
</div>`;
}

/** A choice of one is none. */
function stateFilter(present: readonly State[], count: (state: State) => number): Html {
  const all = present.reduce((sum, state) => sum + count(state), 0);
  return html`<fieldset><legend>Signature</legend>
${radio('state', '', 'All', all)}${present.map((state) => radio('state', state, states[state].word, count(state)))}
</fieldset>`;
}

function radio(group: string, value: string, label: string, count: number): Html {
  const id = `${group}-${value || 'all'}`;
  return html`<span class="choice"><input type="radio" name="${group}" id="${id}" value="${value}"${value === '' && html` checked`}><label for="${id}">${label} <span class="number">${count}</span></label></span>
`;
}

function row(entry: Entry, icon: string): Html {
  const {id, page, title, summary, version, origin, roles} = entry;
  const numbers = numbersOf(entry);
  return html`<li data-id="${id}">
<img class="icon" src="assets/${icon}" alt="" width="44" height="44" loading="lazy">
<div class="what"><h3><a href="${page}">${title}</a></h3><p>${summary || html`<span class="quiet">No summary.</span>`}</p>
<p class="tags"><code>${id}</code>${entry.categories.map((name) => html`<span>${categoryName(name)}</span>`)}</p></div>
<div class="pins">${roles.map((role) => html`<span class="role role-${role}">${role}</span>`)}<span>${numbers}</span></div>
<div class="mark">${badge(origin.state)}<span class="version">${version}</span></div>
</li>
`;
}

export function numbersOf({connectors, templates}: Entry): Part {
  const sum = (part: 'events' | 'actions' | 'jobs'): number =>
    connectors.reduce((total, {manifest}) => total + Object.keys(manifest[part] ?? {}).length, 0);
  return [
    [sum('events'), 'event'] as const,
    [sum('actions'), 'action'] as const,
    [sum('jobs'), 'job kind'] as const,
    [templates.length, 'template'] as const,
  ]
    .filter(([count]) => count > 0)
    .map(([count, noun]) => counted(count, noun))
    .join(', ');
}
