/** The page of one entry: an ordered list of sections, each left out when there is nothing to say. */
import {abilitiesOf} from './abilities.ts';
import type {ConnectorFacts, Entry, TemplateFacts} from './entry.ts';
import {type Html, heading, html, type Part} from './html.ts';
import {actionsPart, eventsPart, jobsPart, lookupsPart} from './listing-connector.ts';
import {evidencePart} from './listing-evidence.ts';
import {changesSection, installSection, signatureSection, templatesSection} from './listing-package.ts';
import {connectPart, permissionsPart, referencePart} from './listing-permissions.ts';
import {renderMarkdown} from './markdown.ts';
import {categoryName} from './names.ts';
import {outLinkOf} from './out-link.ts';
import {type Page, toRoot} from './shell.ts';
import {badge} from './states.ts';
import {definitions} from './tables.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Part;
}

/** One connector's share of a section; headings inside begin at `level`. */
export type ConnectorPart = (facts: ConnectorFacts, level: number) => Part;

export interface ListingContext {
  readonly icon: string;
  readonly templates: readonly TemplateFacts[];
  /** Pages of connectors by id, for links between entries. */
  readonly pages: ReadonlyMap<string, string>;
}

export function listingPage(entry: Entry, context: ListingContext): Page {
  const root = toRoot(entry.page);
  const sections = sectionsOf(entry, context).filter(({body}) => body !== undefined && body !== false);
  return {
    path: entry.page,
    kind: 'listing',
    title: entry.title,
    description: entry.summary || `${entry.title} for Jobwire`,
    body: html`<article class="listing">
<header class="head">
<img class="icon" src="${root}assets/${context.icon}" alt="" width="72" height="72">
<div><h1>${entry.title}</h1>${entry.summary !== '' && html`<p class="lead">${entry.summary}</p>`}
<p class="marks">${badge(entry.origin.state)}${entry.roles.map((role) => html`<span class="role role-${role}">${role}</span>`)}<code>${entry.id}</code></p></div>
</header>
${facts(entry)}
<div class="columns">
<nav class="contents" aria-label="On this page"><ul>
${sections.map(
  ({id, title}) => html`<li><a href="#${id}">${title}</a></li>
`,
)}</ul></nav>
<div class="sections">
${sections.map(
  ({id, title, body}) => html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${body}
</section>
`,
)}</div></div></article>`,
  };
}

function sectionsOf(entry: Entry, context: ListingContext): Section[] {
  const each = (part: ConnectorPart): Part => perConnector(entry.connectors, part);
  return [
    {id: 'does', title: 'What it may do', body: each(sentences)},
    {id: 'install', title: entry.origin.state === 'built-in' ? 'Use it' : 'Install', body: installSection(entry)},
    {id: 'permissions', title: 'Permissions', body: each(permissionsPart)},
    {id: 'events', title: 'Events', body: each(eventsPart)},
    {id: 'actions', title: 'Actions', body: each(actionsPart)},
    {id: 'jobs', title: 'Jobs', body: each(jobsPart)},
    {id: 'lookups', title: 'Lookups', body: each(lookupsPart)},
    {id: 'connect', title: 'Ways to connect', body: each(connectPart)},
    {id: 'templates', title: 'Templates', body: templatesSection(entry, context)},
    {id: 'set-up', title: 'Set-up', body: setUp(entry)},
    {id: 'changes', title: 'Versions and changes', body: changesSection(entry)},
    {id: 'evidence', title: 'Evidence', body: each(evidencePart)},
    {id: 'reference', title: 'Requests', body: each(referencePart)},
    {id: 'signature', title: 'Signature', body: signatureSection(entry)},
  ];
}

/** With one connector its part stands alone; of several each has its name above. */
function perConnector(connectors: readonly ConnectorFacts[], part: ConnectorPart): Part {
  if (connectors.length === 1) return connectors.map((facts) => part(facts, 3))[0];
  const parts = connectors.flatMap((facts) => {
    const body = part(facts, 4);
    return body === undefined || body === false ? [] : [heading(3, facts.manifest.title), body];
  });
  return parts.length === 0 ? undefined : parts;
}

function sentences({manifest}: ConnectorFacts): Html {
  return html`<ul class="sentences">${abilitiesOf(manifest).sentences.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function facts(entry: Entry): Html {
  const {version, publisher, license, categories, homepage, support, package: described} = entry;
  return definitions([
    ['Version', version],
    ['Publisher', outLinkOf(publisher.url, publisher.name)],
    ['Licence', license],
    ...(categories.length > 0 ? [['Category', categories.map(categoryName).join(', ')] as const] : []),
    ...(described?.requires?.runtime ? [['Needs Jobwire', described.requires.runtime] as const] : []),
    ...(homepage === undefined ? [] : [['Homepage', outLinkOf(homepage, homepage)] as const]),
    ...(support === undefined ? [] : [['Support', outLinkOf(support, support)] as const]),
  ]);
}

function setUp({title, readme, connectors, package: described}: Entry): Part {
  const texts = [
    ...(readme === undefined ? [] : [{name: title, text: readme, prefix: 'readme-'}]),
    ...(described
      ? connectors.flatMap(({manifest, readme: text}) =>
          text === undefined ? [] : [{name: manifest.title, text, prefix: `readme-${manifest.id}-`}],
        )
      : []),
  ];
  if (texts.length === 0) return undefined;
  return texts.map(({name, text, prefix}, i) => [
    i > 0 && heading(3, name),
    html`<div class="prose">${renderMarkdown(text, {level: i > 0 ? 4 : 3, prefix, title: name})}</div>`,
  ]);
}
