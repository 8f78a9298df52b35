/** What an operator consents to, the settings and secrets of each way to connect, and every request that can be sent. */
import type {Connector, Operation, SecretDeclaration} from '../../generated/types.ts';
import {resolveSchema} from '../../manifest/schemas.ts';
import {mergedPart} from '../../manifest/variant.ts';
import {type Json, stringifyJson} from '../../values/json.ts';
import {abilitiesOf} from './abilities.ts';
import type {ConnectorFacts} from './entry.ts';
import {heading, html, type Part} from './html.ts';
import {code, codes, fieldTable, groupedTable, table} from './tables.ts';

export function permissionsPart({manifest}: ConnectorFacts): Part {
  const {hosts, secrets, events, writes} = abilitiesOf(manifest);
  const otherwise = (text: string): readonly Part[][] => [[html`<span class="quiet">none</span>`, text]];
  const group = (name: string, rows: readonly (readonly Part[])[], without: string) =>
    [name, rows.length > 0 ? rows : otherwise(without)] as const;
  return groupedTable(
    'Permissions',
    ['Permission', 'Which', 'Means'],
    [
      group(
        'Hosts',
        hosts.map(({host, methods, means}) => [
          code(host),
          [methods.length > 0 ? codes(methods) : 'no request of its own', `; ${means}`],
        ]),
        'No request is sent.',
      ),
      group(
        'Secrets',
        secrets.map(({name, title, summary}) => [code(name), [title, summary && `: ${summary}`]]),
        'Nothing secret is asked for.',
      ),
      group(
        'Events',
        events.map((name) => [code(name), manifest.events?.[name]?.title]),
        'Nothing is received.',
      ),
      group(
        'Writes',
        writes.map(({name, title, method, unsafe}) => [
          code(name),
          `${title === name ? '' : `${title}; `}${method}, ${unsafe ? 'never blindly repeated' : 'safe to repeat'}`,
        ]),
        'Nothing is changed in the other system.',
      ),
    ],
  );
}

export function connectPart({manifest}: ConnectorFacts, level: number): Part {
  const variants = Object.entries(manifest.connection.variants ?? {});
  if (variants.length === 0) return settings(manifest, undefined);
  return variants.map(
    ([name, {title, summary}]) => html`<details class="item">
<summary>${heading(level, [code(name), html` <span>${title}</span>`])}</summary>
${summary !== undefined && html`<p>${summary}</p>`}${settings(manifest, name)}
</details>
`,
  );
}

function settings(connector: Connector, variant: string | undefined): Part {
  const {config, secrets = {}, baseUrl} = mergedPart(connector, variant);
  const of = variant === undefined ? '' : ` of ${variant}`;
  const list = Object.entries(secrets);
  return [
    baseUrl !== undefined &&
      html`<p>Requests begin with ${code(typeof baseUrl === 'string' ? baseUrl : stringifyJson(baseUrl as Json))}</p>`,
    html`<p class="label">Settings</p>`,
    fieldTable(`Settings${of}`, resolveSchema(config ?? {type: 'object'}, connector)),
    html`<p class="label">Secrets</p>`,
    list.length === 0
      ? html`<p class="quiet">None.</p>`
      : table(
          `Secrets${of}`,
          ['Secret', 'Meaning'],
          list.map(([name, secret]) => [code(name), secretMeaning(secret)]),
        ),
  ];
}

function secretMeaning({title, summary}: SecretDeclaration): string {
  return [title, summary].filter((text) => text !== undefined).join('. ');
}

/** Every operation: nothing else is ever sent, but for the requests by which a token is obtained. */
export function referencePart({manifest}: ConnectorFacts): Part {
  const operations = Object.entries(manifest.operations);
  if (operations.length === 0) return undefined;
  return html`<details class="item"><summary>${operations.length} requests</summary>${table(
    'Requests',
    ['Operation', 'Request', 'Effect'],
    operations.map(([name, operation]) => [
      [code(name), operation.title !== undefined && html` <span class="quiet">${operation.title}</span>`],
      html`<code class="request"><b>${operation.request.method}</b> ${address(operation)}</code>`,
      effect(operation),
    ]),
  )}</details>`;
}

function address({request: {path, url}}: Operation): string {
  const given = path ?? url ?? '';
  return typeof given === 'string' ? given : 'one of several addresses';
}

function effect({effect: word, repeat, settle, idempotency}: Operation): string {
  if (word === 'read') return 'reads';
  if (repeat === 'safe') return 'writes; safe to repeat';
  if (idempotency) return 'writes; the target refuses a second one';
  return settle ? 'writes; looked up when the answer is lost' : 'writes; held for a person when the answer is lost';
}
