/** What a connector offers to templates: events, actions, jobs, lookups. */
import type {Action, Connector, Params} from '../../generated/types.ts';
import {jobVerbs} from '../../manifest/parts.ts';
import {resolveSchema} from '../../manifest/schemas.ts';
import {isObject} from '../../values/json.ts';
import {transportOf} from './abilities.ts';
import type {ConnectorFacts} from './entry.ts';
import {type Html, heading, html, type Part} from './html.ts';
import {code, codes, fieldTable, jsonBlock, table} from './tables.ts';

export function eventsPart({manifest, samples}: ConnectorFacts, level: number): Part {
  const events = Object.entries(manifest.events ?? {});
  if (events.length === 0) return undefined;
  return [
    feeds(manifest),
    events.map(([name, {title, summary, data}]) => {
      const sample = samples.get(name);
      return html`<details class="item" id="event-${manifest.id}-${name}">
<summary>${heading(level, [code(name), html` <span>${title}</span>`])}</summary>
${summary !== undefined && html`<p>${summary}</p>`}${fieldTable(`Fields of ${name}`, resolveSchema(data, manifest))}
${sample !== undefined && html`<p class="label">Sample data</p>${jsonBlock(sample)}`}
</details>
`;
    }),
  ];
}

function feeds({feeds: all = {}}: Connector): Html {
  return table(
    'How events arrive',
    ['Feed', 'Arrives by', 'Events'],
    Object.entries(all).map(([name, feed]) => [
      [code(name), html` <span class="quiet">${feed.title}</span>`],
      transportOf(feed),
      codes(feed.emits),
    ]),
  );
}

export function actionsPart({manifest}: ConnectorFacts, level: number): Part {
  const actions = Object.entries(manifest.actions ?? {});
  if (actions.length === 0) return undefined;
  return actions.map(
    ([name, action]) => html`<details class="item" id="action-${manifest.id}-${name}">
<summary>${heading(level, [code(name), html` <span>${action.title}</span>`])}</summary>
${action.summary !== undefined && html`<p>${action.summary}</p>`}${notes(action)}
<p class="label">Input</p>${fieldTable(`Input of ${name}`, resolveSchema(action.input, manifest))}
<p class="label">Output</p>${outputs(action, manifest)}
</details>
`,
  );
}

function notes({starts, variants, preflight}: Action): Part {
  const said = [
    starts !== undefined && html`Starts jobs of the kind ${code(starts)}, which are followed to their end. `,
    preflight && html`Can be asked beforehand whether it would go well. `,
    variants && html`Only with ${codes(variants)}.`,
  ].filter((note) => note !== false && note !== undefined);
  return said.length > 0 && html`<p>${said}</p>`;
}

/** The names an action gives back, as the manifest writes them; where each comes from is an expression of the language. */
function outputs(action: Action, {operations}: Connector): Html {
  const {output} = action;
  const operation = action.call === undefined ? undefined : operations[action.call];
  const shape = output ?? operation?.response?.output;
  if (isObject(shape) && !Object.keys(shape).some((key) => key.startsWith('$')))
    return html`<p>${codes(Object.keys(shape))}</p>`;
  if (action.starts !== undefined) return html`<p>${code('jobs')}</p>`;
  return html`<p class="quiet">What the target answers.</p>`;
}

export function jobsPart({manifest}: ConnectorFacts, level: number): Part {
  const kinds = Object.entries(manifest.jobs ?? {});
  if (kinds.length === 0) return undefined;
  return kinds.map(([name, {title, states}]) => [
    heading(level, [code(name), html` <span>${title}</span>`]),
    html`<p>Can be ${codes([
      'followed',
      ...jobVerbs(manifest)
        .filter(({kind, name: verb}) => kind === name && verb !== 'status')
        .map(({name: verb}) => verb),
    ])}.</p>`,
    table(
      `States of ${name}`,
      ['State there', 'State here'],
      Object.entries(states).map(([raw, state]) => [raw === '*' ? 'any other' : code(raw), state]),
    ),
  ]);
}

export function lookupsPart({manifest}: ConnectorFacts): Part {
  const lookups = Object.entries(manifest.lookups ?? {});
  if (lookups.length === 0) return undefined;
  return [
    html`<p>A lookup turns a name into exactly one thing, or into an error that lists the choices.</p>`,
    table(
      'Lookups',
      ['Lookup', 'Given', 'Errors'],
      lookups.map(([name, {title, params, none, many, call}]) => [
        [code(name), title !== undefined && html` <span class="quiet">${title}</span>`],
        [paramNames(params), call !== undefined && html` <span class="quiet">asks ${code(call)}</span>`],
        codes(
          [none, many].flatMap((rule) => (isObject(rule) && typeof rule['code'] === 'string' ? [rule['code']] : [])),
        ),
      ]),
    ),
  ];
}

function paramNames(params: Params | undefined): Part {
  return codes(Object.keys(params ?? {}));
}
