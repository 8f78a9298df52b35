/** Which strings and keys of a file are names of something, and where that is declared. One table; must never guess by content. */
import {dirname, join, resolve} from 'node:path';
import type {ASTNode, StringASTNode} from 'vscode-json-languageservice';
import type {Kind} from '../../manifest/kinds.ts';
import type {Library} from '../../manifest/library.ts';
import {parseReference} from '../../manifest/reference.ts';
import {isKey, outside, pointerOf, type Source, valueAt} from './source.ts';

export type What =
  | 'operation'
  | 'lookup'
  | 'action'
  | 'event'
  | 'feed'
  | 'job kind'
  | 'schema'
  | 'budget'
  | 'type table'
  | 'variant'
  | 'setting'
  | 'secret'
  | 'input'
  | 'parameter'
  | 'connector'
  | 'connection'
  | 'template'
  | 'collection'
  | 'limit'
  | 'sender'
  | 'part'
  | 'file'
  | 'place';

/** Where something is declared: a file, and the pointers to look at, the likeliest first. */
export interface Home {
  readonly file: string;
  readonly pointers: readonly string[];
}

export interface Name {
  readonly what: What;
  readonly name: string;
  readonly home: Home;
  readonly pointer: string;
  /** Characters of the file. */
  readonly start: number;
  readonly end: number;
  readonly declares: boolean;
}

interface Rule {
  readonly kind: Kind;
  readonly at: RegExp;
  readonly what: What;
  /** Names are the keys of members here; with `declares` this is where they come from. */
  readonly key?: true;
  readonly declares?: true;
  /** The part of the text that is the name, as its first group. */
  readonly text?: RegExp;
}

const caller =
  /^\/(?:(?:.*\/)?steps\/\d+|.*\/(?:settle|poll|probe|prepare|preflight|correlate|subscribe|unsubscribe|renew|check|x-jobwire-options|x-jobwire-schema)|(?:lookups|actions)\/[^/]+|jobs\/[^/]+\/[^/]+)/;
const calling = (key: string): RegExp => new RegExp(`${caller.source}/${key}$`);
const target = String.raw`^/do(?:/\d+)?(?:/onComplete/\d+)?`;

export const rules: readonly Rule[] = [
  ...(['operation', 'lookup', 'action', 'event', 'feed', 'schema'] as const).map(
    (what): Rule => ({kind: 'connector', at: new RegExp(`^/${what}s/[^/]+$`), what, key: true, declares: true}),
  ),
  {kind: 'connector', at: /^\/jobs\/[^/]+$/, what: 'job kind', key: true, declares: true},
  {kind: 'connector', at: /^\/types\/[^/]+$/, what: 'type table', key: true, declares: true},
  {kind: 'connector', at: /^\/http\/budgets\/[^/]+$/, what: 'budget', key: true, declares: true},
  {kind: 'connector', at: /^\/connection\/variants\/[^/]+$/, what: 'variant', key: true, declares: true},
  {
    kind: 'connector',
    at: /^\/connection(\/variants\/[^/]+)?\/config\/properties\/[^/]+$/,
    what: 'setting',
    key: true,
    declares: true,
  },
  {
    kind: 'connector',
    at: /^\/connection(\/variants\/[^/]+)?\/secrets\/[^/]+$/,
    what: 'secret',
    key: true,
    declares: true,
  },
  {kind: 'connector', at: calling('call'), what: 'operation'},
  {kind: 'connector', at: calling('lookup'), what: 'lookup'},
  {kind: 'connector', at: /^\/actions\/[^/]+\/starts$/, what: 'job kind'},
  {kind: 'connector', at: /^\/actions\/[^/]+\/variants\/\d+$/, what: 'variant'},
  {kind: 'connector', at: /^\/feeds\/[^/]+\/(emits\/\d+|event\/type|event\/types\/[^/]+)$/, what: 'event'},
  {kind: 'connector', at: /^\/jobs\/[^/]+\/hints\/\d+\/event$/, what: 'event'},
  {kind: 'connector', at: /^\/jobs\/[^/]+\/callback$/, what: 'feed'},
  {kind: 'connector', at: /^\/operations\/[^/]+\/budget$/, what: 'budget'},
  {kind: 'connector', at: /^\/lookups\/[^/]+\/signature\/types$/, what: 'type table'},
  {kind: 'connector', at: /\/\$ref$/, what: 'schema', text: /^#\/schemas\/([^/]*)$/},
  {kind: 'connector', at: /\/\$ref$/, what: 'file', text: /^(\.\/schemas\/[^/]*)$/},
  {kind: 'connector', at: /^\/events\/[^/]+\/sample$/, what: 'file'},
  {kind: 'connector', at: /^\/evidence\/\d+\/at$/, what: 'place'},
  {kind: 'connector', at: /^\/permissions\/hosts\/\d+$/, what: 'setting', text: /^connection:(.*)$/},
  {kind: 'template', at: /^\/on\/connector$/, what: 'connector', text: /^([^@]*)/},
  {kind: 'template', at: /^\/on\/event$/, what: 'event'},
  {kind: 'template', at: /^\/on\/connection$/, what: 'connection'},
  {kind: 'template', at: new RegExp(`${target}/connector$`), what: 'connector', text: /^([^@]*)/},
  {kind: 'template', at: new RegExp(`${target}/connection$`), what: 'connection'},
  {kind: 'template', at: new RegExp(`${target}/action$`), what: 'action'},
  {kind: 'template', at: new RegExp(`${target}/input/[^/]+$`), what: 'input', key: true},
  {kind: 'connection', at: /^\/connector$/, what: 'connector', text: /^([^@]*)/},
  {kind: 'connection', at: /^\/variant$/, what: 'variant'},
  {kind: 'connection', at: /^\/config\/[^/]+$/, what: 'setting', key: true},
  {kind: 'connection', at: /^\/secrets\/[^/]+$/, what: 'secret', key: true},
  {kind: 'connection', at: /^\/feeds\/[^/]+$/, what: 'feed', key: true},
  {kind: 'connection', at: /^\/budgets\/[^/]+$/, what: 'budget', key: true},
  ...(['action', 'lookup', 'operation', 'feed', 'template'] as const).map(
    (what): Rule => ({kind: 'case', at: new RegExp(`^/of/${what}$`), what}),
  ),
  {kind: 'case', at: /^\/of\/job$/, what: 'job kind'},
  {kind: 'case', at: /^\/(connection|connections\/[^/]+)\/variant$/, what: 'variant'},
  {kind: 'case', at: /^\/(event|cassette)$/, what: 'file'},
  {kind: 'simulator', at: /^\/operations\/[^/]+$/, what: 'operation', key: true},
  {kind: 'simulator', at: /^\/faults\/[^/]+\/operation$/, what: 'operation'},
  {kind: 'simulator', at: /^\/timelines\/[^/]+$/, what: 'collection', key: true},
  ...(['collection', 'limit', 'sender', 'part'] as const).map(
    (what): Rule => ({kind: 'simulator', at: new RegExp(`^/${what}s/[^/]+$`), what, key: true, declares: true}),
  ),
  {kind: 'simulator', at: /^\/(operations|parts|routes)\/.*\/limit$/, what: 'limit'},
  {kind: 'simulator', at: /^\/(operations|parts|routes|timelines)\/.*\/sender$/, what: 'sender'},
  {kind: 'simulator', at: /^\/(operations|parts|routes)\/[^/]+\/uses\/\d+$/, what: 'part'},
  {kind: 'simulator', at: /^\/(operations|parts|routes)\/[^/]+\/from$/, what: 'collection'},
  {
    kind: 'simulator',
    at: /\/(remove\/from|let\/\d+\/in|insert\/into|insert\/\d+\/into|update\/in|update\/\d+\/in)$/,
    what: 'collection',
  },
  {kind: 'simulator', at: /^\/senders\/[^/]+\/to$/, what: 'collection'},
  {kind: 'simulator', at: /^\/senders\/[^/]+\/sign\/feed$/, what: 'feed'},
  {kind: 'package', at: /^\/contents\/connectors\/\d+$/, what: 'connector'},
  {kind: 'package', at: /^\/contents\/templates\/\d+$/, what: 'template'},
];

/** What a value, or the key of a member, at this place would name. */
export function rulesFor(kind: Kind | undefined, pointer: string, key: boolean): Rule[] {
  return rules.filter((rule) => rule.kind === kind && (rule.key === true) === key && rule.at.test(pointer));
}

/** The name that a string or key is. */
export function nameOf(source: Source, node: ASTNode | undefined, library: Library | undefined): Name | undefined {
  if (node?.type !== 'string') return undefined;
  const pointer = pointerOf(node);
  for (const {what, text, declares} of rulesFor(source.kind, pointer, isKey(node))) {
    const [, name] = text ? (text.exec(node.value) ?? []) : ['', node.value];
    if (name === undefined || node.value.includes('{{')) continue;
    const home = homeOf({what, name, pointer}, source, library);
    if (!home) continue;
    const at = node.value.length - node.value.slice(node.value.indexOf(name)).length;
    return {what, name, home, pointer, ...spanOfName(source, node, at, name), declares: declares === true};
  }
  return undefined;
}

function spanOfName(source: Source, node: StringASTNode, at: number, name: string): {start: number; end: number} {
  return {start: outside(source, node, at), end: outside(source, node, at + name.length)};
}

interface Asked {
  readonly what: What;
  readonly name: string;
  readonly pointer: string;
}

function homeOf({what, name, pointer}: Asked, source: Source, library: Library | undefined): Home | undefined {
  const at = (file: string | undefined, ...pointers: string[]): Home | undefined =>
    file === undefined ? undefined : {file, pointers};
  const own = unitFile(source);
  switch (what) {
    case 'connector':
      return at(library?.connectors.get(name)?.file, '/id', '');
    case 'connection':
      return at(library?.connections.get(name)?.file, '/id', '');
    case 'template':
      return at(library?.templates.get(name)?.file ?? (own.endsWith('template.json') ? own : undefined), '/id', '');
    case 'file':
      return at(resolve(dirname(source.file), name), '');
    case 'place':
      return at(source.file, name);
    case 'collection':
    case 'limit':
    case 'sender':
    case 'part':
      return at(source.file, `/${what}s/${escaped(name)}`);
    default:
      return at(connectorFileOf(source, pointer, library), ...declaredAt(what, name, {source, pointer}));
  }
}

const sections: Partial<Record<What, string>> = {
  'job kind': '/jobs',
  'type table': '/types',
  budget: '/http/budgets',
  variant: '/connection/variants',
};

function declaredAt(what: What, name: string, {source, pointer}: {source: Source; pointer: string}): string[] {
  const key = escaped(name);
  if (what === 'setting' || what === 'secret') {
    const below = what === 'setting' ? 'config/properties' : 'secrets';
    const said = source.kind === 'connector' ? /^\/connection\/variants\/([^/]+)/.exec(pointer)?.[1] : undefined;
    const variant = said ?? valueAt(source, '/variant');
    const ofVariant = typeof variant === 'string' ? [`/connection/variants/${variant}/${below}/${key}`] : [];
    return [...ofVariant, `/connection/${below}/${key}`, `/connection/variants/*/${below}/${key}`];
  }
  if (what === 'input') {
    const action = valueAt(source, pointer.replace(/\/input\/.*$/, '/action'));
    return [`/actions/${escaped(String(action))}/input/properties/${key}`];
  }
  return [`${sections[what] ?? `/${what}s`}/${key}`];
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The manifest a companion belongs to; of a manifest the file itself. */
export function unitFile({file, kind}: Source): string {
  const dir = dirname(file);
  if (kind === 'simulator') return join(dir, 'connector.json');
  if (kind !== 'case' && kind !== 'cassette') return file;
  const unit = dirname(dir);
  return join(unit, /[/\\]templates$/.test(dirname(unit)) ? 'template.json' : 'connector.json');
}

/** The connector whose names may stand at a place. */
export function connectorFileOf(source: Source, pointer: string, library: Library | undefined): string | undefined {
  const {kind} = source;
  if (kind === 'connector') return source.file;
  if (kind === 'template' || kind === 'connection') {
    const holder =
      kind === 'connection' ? '' : (/^\/on|^\/do(?:\/\d+)?(?:\/onComplete\/\d+)?/.exec(pointer)?.[0] ?? '');
    const reference = valueAt(source, `${holder}/connector`);
    return typeof reference === 'string' ? library?.connectors.get(parseReference(reference).id)?.file : undefined;
  }
  const unit = unitFile(source);
  return unit.endsWith('connector.json') ? unit : undefined;
}
