/** Tables and definition rows as the pages write them. */

import {type Json, stringifyJson} from '../../values/json.ts';
import {type Field, fieldsOf} from './fields.ts';
import {type Html, html, type Part} from './html.ts';
import {codeBlock} from './markdown.ts';

/** The first cell of a row names it. `label` is what a reader of the screen hears. */
export function table(label: string, head: readonly string[], rows: readonly (readonly Part[])[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="data">
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...more]) => html`<tr><th scope="row">${first}</th>${more.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

/** Rows under names that stand for several of them. */
export function groupedTable(
  label: string,
  head: readonly string[],
  groups: readonly (readonly [name: string, rows: readonly (readonly Part[])[]])[],
): Html {
  const cells = (row: readonly Part[]): Part => row.map((cell) => html`<td>${cell}</td>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="data grouped">
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
${groups.map(
  ([
    name,
    [first = [], ...more],
  ]) => html`<tbody><tr><th scope="rowgroup" rowspan="${more.length + 1}">${name}</th>${cells(first)}</tr>
${more.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
`,
)}</table></div>`;
}

export function fieldTable(label: string, schema: object): Html {
  const {fields, cut} = fieldsOf(schema);
  if (fields.length === 0) return html`<p class="quiet">No named fields.</p>`;
  return html`${table(
    label,
    ['Field', 'Type', 'Meaning'],
    fields.map((field) => [
      html`<code>${field.path}</code>${!field.required && html` <span class="optional">optional</span>`}`,
      html`<span class="type">${field.type}</span>`,
      meaning(field),
    ]),
  )}${cut && html`<p class="note">More fields than are shown here.</p>`}`;
}

function meaning({description, sensitive, fallback}: Field): Part {
  return [
    description,
    fallback !== undefined && html` <span class="quiet">Default <code>${fallback}</code>.</span>`,
    sensitive && html` <span class="quiet">Masked in logs.</span>`,
  ];
}

const longestSample = 20_000;

/** Data as text; what is too long is cut and says so. */
export function jsonBlock(value: Json): Html {
  const text = stringifyJson(value, 2);
  if (text.length <= longestSample) return codeBlock(text);
  return html`${codeBlock(text.slice(0, longestSample))}<p class="note">The rest is not shown.</p>`;
}

export function definitions(rows: readonly (readonly [string, Part])[]): Html {
  return html`<dl class="facts">${rows.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  )}</dl>`;
}

export function code(text: string): Html {
  return html`<code>${text}</code>`;
}

export function codes(list: readonly string[]): Part {
  return list.map((text, i) => [i > 0 && ', ', code(text)]);
}
