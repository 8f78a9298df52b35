/** READMEs of scaffolds, with the sections a listing shows. */
import type {ConnectorPlan} from './connector.ts';

export function connectorReadme({id, title, url, auth}: ConnectorPlan): string {
  const secret = {bearer: 'token', 'api-key': 'apiKey', basic: 'password'}[auth];
  const file = {
    jobwire: '1',
    kind: 'connection',
    id: `${id}-main`,
    title: oneLine(title),
    connector: `${id}@~0.1`,
    config: auth === 'basic' ? {username: 'somebody'} : {},
    secrets: {[secret]: `env:${variable(id)}_${variable(secret)}`, webhookSecret: `env:${variable(id)}_WEBHOOK_SECRET`},
  };
  return `# ${oneLine(title)}

What the connector is for, in one or two sentences.

| | |
| --- | --- |
| Events | \`item.created\` |
| Actions | \`createItem\` |
| Hosts | \`${new URL(url).host}\` |
| Licence | Apache-2.0 |

## Set-up

1. Where a person gets the credentials, click by click, and which permissions they need.
2. \`connections/${id}-main.json\`:

\`\`\`json
${JSON.stringify(file, null, 2)}
\`\`\`

3. Where webhooks are switched on: the address is \`https://<your Jobwire>/hooks/${id}-main/webhooks\`, the key is the secret \`webhookSecret\`.

## Events

| event | when |
| --- | --- |
| \`item.created\` | an item was created |

## Actions

| action | does |
| --- | --- |
| \`createItem\` | creates an item |

## Limits

What the API does not say or cannot do: rate limits, order of events, what happens to lost deliveries.

## Errors

Which errors people meet, and what to do about them.
`;
}

export interface TemplateFacts {
  readonly title: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly action: string;
  readonly placeholders: readonly string[];
}

export function templateReadme({title, event, from, to, action, placeholders}: TemplateFacts): string {
  return `# ${oneLine(title)}

When \`${event}\` arrives from \`${from}\`, \`${action}\` runs on \`${to}\`.

## Set-up

Connections \`${from}\` and \`${to}\`. ${placeholders.length > 0 ? `Still to be said: ${placeholders.map((name) => `\`${name}\``).join(', ')}; \`jobwire check\` points at what is left.` : 'Everything the action needs comes from the event.'}

## Limits

Which events it leaves alone, and what it does not do.
`;
}

export function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[`<>|]/g, '')
    .trim();
}

function variable(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase();
}
