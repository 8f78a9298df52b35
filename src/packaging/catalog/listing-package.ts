/** What is said of an entry as a whole: how it is installed, its versions, its templates, whose bytes it is. */
import type {Criterion, Template} from '../../generated/types.ts';
import type {Json} from '../../values/json.ts';
import {connectorsUsed} from './entries.ts';
import type {Entry, TemplateFacts} from './entry.ts';
import {type Html, heading, html, type Part} from './html.ts';
import type {ListingContext} from './listing-page.ts';
import {renderMarkdown} from './markdown.ts';
import {toRoot} from './shell.ts';
import {states} from './states.ts';
import {code, codes, definitions, jsonBlock, table} from './tables.ts';

/** A line to copy; the button comes with the script. */
function command(text: string): Html {
  return html`<div class="command"><pre tabindex="0"><code>${text}</code></pre></div>`;
}

export function installSection(entry: Entry): Part {
  const {origin, connectors} = entry;
  const refused = origin.state === 'modified' || origin.state === 'invalid';
  return [
    html`<p>${states[origin.state].means}</p>`,
    refused ? undefined : origin.install !== undefined && command(origin.install),
    !refused &&
      connectors.length > 0 &&
      html`<p>A connection file names it:</p>${connectors.map(({manifest}) => command(`"connector": "${manifest.id}@^${manifest.version.split('.')[0]}"`))}`,
  ];
}

export function signatureSection({origin, package: described}: Entry): Part {
  const {state, signer, problems, integrity} = origin;
  return [
    definitions([
      ['State', `${states[state].word}: ${states[state].means}`],
      ['Key', signer ?? 'none'],
      ...(integrity === undefined ? [] : [['Archive', code(integrity)] as const]),
      ...(described?.files
        ? [['Files', `${Object.keys(described.files).length}, each with its digest in the package`] as const]
        : []),
    ]),
    problems.length > 0 && html`<ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`,
  ];
}

export function changesSection({version, changelog, origin}: Entry): Part {
  const releases = origin.releases ?? [{version}];
  return [
    table(
      'Versions',
      ['Version', 'Published'],
      releases.map((release) => [
        code(release.version),
        release.publishedAt?.slice(0, 10) ?? html`<span class="quiet">not stated</span>`,
      ]),
    ),
    changelog === undefined
      ? html`<p class="quiet">The publisher gives no list of changes.</p>`
      : html`<div class="prose">${renderMarkdown(changelog, {level: 3, prefix: 'changes-', title: 'Changelog'})}</div>`,
  ];
}

export function templatesSection(entry: Entry, {templates, pages}: ListingContext): Part {
  if (templates.length === 0) return undefined;
  const root = toRoot(entry.page);
  return [
    html`<p>A template is never active by itself: it is copied into a project, where the operator names the connections.</p>`,
    templates.map((template) => {
      const {manifest, readme} = template;
      return html`<details class="item" id="template-${manifest.id}">
<summary>${heading(3, manifest.title)}</summary>
${manifest.summary !== undefined && html`<p>${manifest.summary}</p>`}${wiring(manifest)}
<p>Uses ${connectorsUsed(template).map((id, i) => [i > 0 && ', ', pageLink(id, pages, root)])}.</p>
${command(copyCommand(template))}
${readme !== undefined && html`<div class="prose">${renderMarkdown(readme, {level: 4, prefix: `template-${manifest.id}-`, title: manifest.title})}</div>`}
<p class="label">Manifest</p>${jsonBlock(manifest as unknown as Json)}
</details>
`;
    }),
  ];
}

function copyCommand({manifest, from}: TemplateFacts): string {
  return from === undefined
    ? `jobwire init . --template ${manifest.id}`
    : `jobwire templates copy ${from}:${manifest.id}`;
}

function pageLink(id: string, pages: ReadonlyMap<string, string>, root: string): Part {
  const page = pages.get(id);
  return page === undefined ? code(id) : html`<a href="${root}${page}">${code(id)}</a>`;
}

/** When this, and only if that, then those: a template as one row. */
function wiring({on, criteria = [], do: targets}: Template): Html {
  return html`<dl class="wiring"><div><dt>When</dt><dd>${trigger(on)}</dd></div>${
    criteria.length > 0 &&
    html`<div><dt>If</dt><dd>${criteria.map((row, i) => [i > 0 && ' and ', criterion(row)])}</dd></div>`
  }<div><dt>Do</dt><dd>${codes([targets].flat().map(({connector, action}) => `${connector.split('@')[0]} ${action}`))}</dd></div></dl>`;
}

function trigger(on: Template['on']): Part {
  if ('event' in on) return code(`${on.connector.split('@')[0]} ${on.event}`);
  return 'schedule' in on ? ['at ', code(`${on.schedule.cron} ${on.schedule.timezone}`)] : 'started by hand';
}

function criterion(row: Criterion): Part {
  if ('any' in row) return ['any of (', row.any.map((one, i) => [i > 0 && ' or ', criterion(one)]), ')'];
  if ('test' in row) return row.label ?? code(String(row.test));
  return code([row.path, row.op, ...(row.value === undefined ? [] : [JSON.stringify(row.value)])].join(' '));
}
