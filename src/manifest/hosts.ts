/** Which hosts a connector may reach, judged from its text: no host from data, https, and every host listed (4.1, 3.1, 9.2). */
import type {Connector} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import type {Finding} from './issues.ts';
import {connectionParts, members} from './parts.ts';
import {addresses, cutUrl} from './urls.ts';

type Found = Omit<Finding, 'code'>;
type Settings = ReadonlyMap<string, readonly {readonly [keyword: string]: unknown}[]>;

const expression = /\{\{\s*(.*?)\s*\}\}/g;

export function safeHosts(connector: Connector): Found[] {
  const settings = settingsOf(connector);
  return addresses(connector).flatMap(({pointer, text, dynamic}): Found[] => {
    const cut = cutUrl(text);
    const whole = /^\{\{\s*([^{}]*?)\s*\}\}(.*)$/s.exec(text);
    if (cut)
      return [...cut.host.matchAll(expression)].flatMap(([, inner = '']) =>
        isHostLabel(original(text, inner), settings)
          ? []
          : [
              {
                pointer,
                facts: {
                  problem: `{{${original(text, inner)}}} stands in the host and may hold more than letters, digits and -`,
                },
              },
            ],
      );
    if (!whole) return [];
    const [, inner = '', rest = ''] = whole;
    if (dynamic && rest === '') return [];
    return isOrigin(inner, settings)
      ? []
      : [{pointer, facts: {problem: `{{${inner}}} gives the host and is not a setting of format uri`}}];
  });
}

/** The expression as it was written; the host was lowered. */
function original(text: string, lowered: string): string {
  const at = text.toLowerCase().indexOf(lowered);
  return at < 0 ? lowered : text.slice(at, at + lowered.length);
}

/** All schemas of each setting, over the connection and its variants. */
function settingsOf(connector: Connector): Settings {
  const settings = new Map<string, {readonly [keyword: string]: unknown}[]>();
  for (const {part} of connectionParts(connector)) {
    const properties = isObject(part.config) ? part.config['properties'] : undefined;
    for (const {name, value} of members(isObject(properties) ? properties : {}, ''))
      settings.set(name, [...(settings.get(name) ?? []), isObject(value) ? value : {}]);
  }
  return settings;
}

function settingOf(path: string, settings: Settings) {
  const name = /^connection\.([A-Za-z0-9]+)$/.exec(path)?.[1];
  return name === undefined ? undefined : settings.get(name);
}

function isOrigin(path: string, settings: Settings): boolean {
  const schemas = settingOf(path, settings);
  return schemas?.every(({format}) => format === 'uri') === true;
}

function isHostLabel(path: string, settings: Settings): boolean {
  const schemas = settingOf(path, settings);
  return (
    schemas?.every(({pattern, enum: values, const: only}) => {
      if (typeof pattern === 'string') return keepsHostLabels(pattern);
      const choices = Array.isArray(values) ? values : only === undefined ? [] : [only];
      return choices.length > 0 && choices.every((value) => typeof value === 'string' && /^[A-Za-z0-9-]+$/.test(value));
    }) === true
  );
}

const token = /\[((?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9]|-)+)\]|[A-Za-z0-9-]|\\d|\(\?:|[()|]|[?*+]|\{\d+(?:,\d*)?\}/y;

/** Whether an anchored pattern can only match letters, digits and `-`. Unknown syntax counts as no. */
export function keepsHostLabels(pattern: string): boolean {
  const inner = /^\^(.*)\$$/s.exec(pattern)?.[1];
  if (inner === undefined) return false;
  let depth = 0;
  token.lastIndex = 0;
  while (token.lastIndex < inner.length) {
    const match = token.exec(inner)?.[0];
    if (match === undefined) return false;
    if (match.startsWith('(')) depth++;
    else if (match === ')') depth--;
    else if (match === '|' && depth === 0) return false;
  }
  return depth === 0;
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

export function secureUrls(connector: Connector): Found[] {
  return addresses(connector).flatMap(({pointer, text}) => {
    const cut = cutUrl(text);
    if (!cut || cut.scheme === 'https' || (cut.scheme === 'http' && loopback.test(cut.host))) return [];
    return [{pointer, facts: {problem: `the address must begin with https://, not ${cut.scheme}://`}}];
  });
}

export function listedHosts(connector: Connector): Found[] {
  const {hosts} = connector.permissions;
  const unlisted = (host: string, pointer: string): Found[] =>
    hosts.some((entry) => admits(entry, host)) ? [] : [{pointer, facts: {host}, suggestions: [...hosts]}];
  const written = addresses(connector).flatMap(({pointer, text, dynamic}) => {
    const cut = cutUrl(text);
    if (cut) return loopback.test(cut.host) ? [] : unlisted(cut.host.replace(expression, '*'), pointer);
    const setting = /^\{\{\s*connection\.([A-Za-z0-9]+)\s*\}\}/.exec(text)?.[1];
    return setting === undefined || dynamic ? [] : unlisted(`connection:${setting}`, pointer);
  });
  const declared = members(connector.feeds, '/feeds').flatMap(({value: {webhook}, pointer}) => [
    ...(webhook?.handshake ?? []).flatMap(({confirm}, i) =>
      (confirm?.hosts ?? []).flatMap((host, j) =>
        unlisted(host, `${pointer}/webhook/handshake/${i}/confirm/hosts/${j}`),
      ),
    ),
    ...(webhook?.verify ?? []).flatMap(({x509}, i) =>
      (x509?.hosts ?? []).flatMap((host, j) => unlisted(host, `${pointer}/webhook/verify/${i}/x509/hosts/${j}`)),
    ),
  ]);
  return [...written, ...declared];
}

/** `*.example.com` admits one or more labels in front; an expression in a host counts as one label. */
export function admits(entry: string, host: string): boolean {
  const plain = host.replace(/:443$/, '');
  if (entry === plain || entry === host) return true;
  if (!entry.startsWith('*.')) return false;
  return plain.endsWith(entry.slice(1)) && plain.length > entry.length - 1;
}
