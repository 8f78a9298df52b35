/** What a person reads about a path, a helper, a name or a code, as Markdown. Must never print a secret. */
import {join} from 'node:path';
import {catalog, isCode} from '../../errors/catalog.ts';
import type {Place, Type} from '../../expressions/check.ts';
import {type Helper, helperOf} from '../../expressions/helpers.ts';
import {writePath} from '../../expressions/node.ts';
import {alternativesOf, describe, memberOf} from '../../expressions/types.ts';
import {isObject, type Json, own} from '../../values/json.ts';
import {type Declaration, type Files, lastOf} from './declarations.ts';
import {connectorFileOf, type What} from './names.ts';
import {type Source, valueAt, written} from './source.ts';

/** The type below the roots of a place. */
export function typeOfPath(names: readonly string[], {roots, resolve}: Place): Type | undefined {
  const [root = '', ...rest] = names;
  let type: Type | undefined = Object.hasOwn(roots, root) ? roots[root] : undefined;
  for (const name of rest) {
    if (type === undefined) return undefined;
    const member = memberOf(type, name, resolve);
    type = member.found ? member.type : undefined;
  }
  return type;
}

export interface PathWords {
  readonly names: readonly string[];
  readonly place: Place;
  readonly sample?: Json | undefined;
}

/** Type, title, description and a sample value of a path. */
export function pathWords({names, place, sample}: PathWords): string | undefined {
  const type = typeOfPath(names, place);
  if (type === undefined) return undefined;
  const {title, description} = wordsOf(type, place);
  const value = names[0] === 'secret' ? undefined : (sample ?? exampleOf(type, place));
  return [
    `\`${writePath(names)}\`: ${describe(type, place.resolve)}`,
    title,
    description,
    value === undefined ? undefined : `Example: \`${short(value)}\``,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n');
}

function wordsOf(type: Type, {resolve}: Place): {title?: string; description?: string} {
  const schemas = type === true ? [] : [type, ...alternativesOf(type, resolve).map(({schema}) => schema)];
  const text = (key: string): string | undefined =>
    schemas.map((schema) => schema[key]).find((value): value is string => typeof value === 'string');
  const [title, description] = [text('title'), text('description')];
  return {...(title !== undefined && {title}), ...(description !== undefined && {description})};
}

function exampleOf(type: Type, {resolve}: Place): Json | undefined {
  if (type === true) return undefined;
  for (const schema of [type, ...alternativesOf(type, resolve).map((one) => one.schema)]) {
    const [example] = Array.isArray(schema['examples']) ? (schema['examples'] as Json[]) : [];
    const found = example ?? (schema['const'] as Json | undefined) ?? (schema['default'] as Json | undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function short(value: Json): string {
  const text = JSON.stringify(value) ?? '';
  return (text.length > 120 ? `${text.slice(0, 120)}…` : text).replaceAll('`', "'");
}

/** The value that the sample of an event, or of the operation around the place, has under a path. */
export function sampleOf(
  names: readonly string[],
  {source, pointer, files}: {source: Source; pointer: string; files: Files},
): Json | undefined {
  const [root, ...rest] = names;
  if (source.kind === 'template' && root === 'event') return reach(eventSample(source, files), rest);
  const operation = /^\/operations\/[^/]+/.exec(pointer)?.[0];
  if (root === 'response' && rest[0] === 'body' && operation !== undefined && source.kind === 'connector')
    return reach(valueAt(source, `${operation}/sample`), rest.slice(1));
  return undefined;
}

/** The event as it would come: its sample, and what the template says of it. */
function eventSample(source: Source, files: Files): Json | undefined {
  const file = connectorFileOf(source, '/on/event', files.libraryOf(source.file));
  const connector = file === undefined ? undefined : files.source(file);
  const event = valueAt(source, '/on/event');
  if (!connector || typeof event !== 'string') return undefined;
  const path = valueAt(connector, `/events/${event.replaceAll('~', '~0').replaceAll('/', '~1')}/sample`);
  const sample = typeof path === 'string' ? files.source(join(connector.file, '..', path)) : undefined;
  const value = written(sample?.tree.root);
  if (!isObject(value)) return undefined;
  const connection = valueAt(source, '/on/connection');
  return {...value, ...(typeof connection === 'string' && {connection})};
}

function reach(value: Json | undefined, names: readonly string[]): Json | undefined {
  return names.reduce<Json | undefined>(
    (here, name) => (Array.isArray(here) ? here[Number(name)] : own(here, name)),
    value,
  );
}

/** Signature, what it does and two examples. */
export function helperWords(name: string): string | undefined {
  const helper = helperOf(name);
  if (!helper) return undefined;
  const examples = helper.examples
    .slice(0, 2)
    .map(([expression, result]) => `\`{{${expression}}}\` ${resultWords(result)}`);
  return [`\`${helper.signature}\``, helper.summary, examples.join('  \n')].filter(Boolean).join('\n\n');
}

function resultWords(result: Helper['examples'][number][1]): string {
  if (typeof result === 'symbol') return 'is left out';
  if (isObject(result) && typeof result['code'] === 'string' && isCode(result['code']))
    return `is refused: ${result['code']}`;
  return `= \`${short(result as Json)}\``;
}

export function codeWords(code: string): string | undefined {
  if (!isCode(code)) return undefined;
  const {title, detail, fix, owner} = catalog[code];
  return `**${code}** ${title}\n\n${detail}\n\nFor the ${owner}: ${fix}`;
}

/** Title, summary and the key facts of what is declared at a place. */
export function declarationWords(what: What | 'step' | 'value', {source, pointer, found}: Declaration): string {
  const value = found ? written(found.node) : written(source.tree.root);
  const whole =
    what === 'connector' || what === 'connection' || what === 'template' ? written(source.tree.root) : value;
  const text = (key: string): string | undefined => {
    const words = own(whole, key);
    return typeof words === 'string' ? words : undefined;
  };
  const name =
    what === 'connector' || what === 'connection' || what === 'template' ? (text('id') ?? '') : lastOf(pointer);
  return [
    `**${what} ${what === 'step' ? (text('id') ?? name) : name}**${text('title') === undefined ? '' : `: ${text('title')}`}`,
    text('summary') ?? text('description'),
    factsOf(what, whole),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n');
}

function factsOf(what: What | 'step' | 'value', value: Json | undefined): string | undefined {
  const fact = (key: string, from: Json | undefined = value): string | undefined => {
    const found = own(from, key);
    return typeof found === 'string' ? found : undefined;
  };
  if (what === 'operation') {
    const request = own(value, 'request');
    return [
      `\`${fact('method', request) ?? ''} ${fact('path', request) ?? fact('url', request) ?? ''}\``,
      [fact('effect'), fact('repeat') && `repeat ${fact('repeat')}`].filter(Boolean).join(', '),
    ].join('  \n');
  }
  if (what === 'lookup') return `looks in \`${fact('call') ?? ''}\``;
  if (what === 'step')
    return ['call', 'lookup'].flatMap((key) => (fact(key) === undefined ? [] : [`${key} \`${fact(key)}\``])).join('');
  if (what === 'connector') return `version ${fact('version') ?? '?'}`;
  if (what === 'connection') return `connector \`${fact('connector') ?? ''}\``;
  if (what === 'schema' || what === 'setting' || what === 'input' || what === 'value')
    return fact('type') && `type \`${fact('type')}\``;
  return undefined;
}
