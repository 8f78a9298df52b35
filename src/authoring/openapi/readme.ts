/** The README of a draft, and an icon to begin with. */
import {isObject, type JsonObject} from '../../values/json.ts';
import type {Built} from './build.ts';
import type {Api, Note} from './model.ts';

export interface ReadmeFacts {
  readonly id: string;
  readonly api: Api;
  readonly built: Built;
  readonly notes: readonly Note[];
}

export function readmeOf({id, api, built, notes}: ReadmeFacts): string {
  const {operations, events, ways} = built;
  const reads = operations.filter(({operation}) => operation['effect'] === 'read').length;
  return `${[
    `# ${line(api.title)}`,
    `Drafted from an OpenAPI ${line(api.version)} definition (${line(api.title)} ${line(api.release)}). A draft says what the definition says: read it, keep what you need, and give your actions names of their own.`,
    table([
      ['', ''],
      ['Operations', `${operations.length}, of which ${reads} read; each has an action of the same name`],
      ['Events', events.hooks.map(({event}) => `\`${event}\``).join(', ') || 'none in the definition'],
      [
        'Ways to connect',
        ways.map(({id: way, title}) => (ways.length > 1 ? `\`${way}\` (${line(title)})` : line(title))).join(', '),
      ],
      ['Hosts', 'the host of the setting `url`'],
    ]),
    '## Set-up',
    `\`connections/${id}-main.json\`:`,
    `\`\`\`json\n${JSON.stringify(connectionFile(id, built), null, 2)}\n\`\`\``,
    'Then `jobwire connections test` says whether it answers.',
    '## Limits',
    limits(notes),
    '## Operations',
    table([
      ['name', 'request', 'what it does'],
      ...operations.map(({name, api: {method, path}, operation}) => [
        `\`${name}\``,
        `\`${method} ${line(path)}\``,
        line(String(operation['title'])),
      ]),
    ]),
  ].join('\n\n')}\n`;
}

function limits(notes: readonly Note[]): string {
  const count = (kind: Note['kind']) => notes.filter((note) => note.kind === kind).length;
  const sentences = [
    'What an answer holds is described, not judged: fields may be missing or null, and formats are not checked.',
    `Left out: ${count('left-out')}; changed: ${count('changed')}; taken for granted: ${count('inferred')}. \`jobwire import openapi <file> --dry-run\` lists them with their places.`,
    'Nothing says which writes may be sent twice, so none is: an unclear outcome is held until a person decides (`settle` and `idempotency` mend that).',
  ];
  return sentences.map((one) => `- ${one}`).join('\n');
}

function connectionFile(id: string, {connector, address, ways}: Built): JsonObject {
  const [way] = ways;
  const connection = connector['connection'] as JsonObject;
  const secrets = {...(isObject(connection['secrets']) ? connection['secrets'] : {}), ...way?.secrets};
  return {
    jobwire: '1',
    kind: 'connection',
    id: `${id}-main`,
    title: String(connector['title']),
    connector: `${id}@~0.1`,
    ...(ways.length > 1 && way && {variant: way.id}),
    config: {...address.sample, ...way?.sample},
    ...(Object.keys(secrets).length > 0 && {
      secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, `env:${variable(id, name)}`])),
    }),
  };
}

function variable(id: string, name: string): string {
  return `${id}_${name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')}`.replaceAll('-', '_').toUpperCase();
}

/** Outside text in one line of Markdown, with nothing that ends a cell or begins markup. */
function line(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[|`<>[\]]/g, (c) => (c === '|' ? '\\|' : c === '`' ? "'" : `\\${c}`))
    .trim()
    .slice(0, 200);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** A square with the first letter. */
export function iconOf(title: string): string {
  const letter = /[A-Za-z0-9]/.exec(title)?.[0]?.toUpperCase() ?? 'A';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64" role="img" aria-label="${letter}">
  <rect width="64" height="64" rx="12" fill="#334155"/>
  <text x="32" y="44" font-family="sans-serif" font-size="36" text-anchor="middle" fill="#ffffff">${letter}</text>
</svg>
`;
}
