/** One connection file against its connector: variant, settings, secret references, feeds, budgets. Must never read a secret. */
import {asJobwireError, type Issue, nearest} from '../errors/jobwire-error.ts';
import type {Connection, Connector} from '../generated/types.ts';
import type {JsonObject} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {type Finding, toIssues} from './issues.ts';
import type {Neighbours} from './neighbours.ts';
import {members} from './parts.ts';
import {isRange, parseReference} from './reference.ts';
import {requireName} from './references.ts';
import {pathOf} from './sentences.ts';
import type {Unit} from './unit.ts';
import {validateAgainst, withDefaults} from './validate.ts';
import {type EffectiveConnection, effectiveConnection} from './variant.ts';

export function checkConnection(unit: Unit<Connection>, neighbours: Neighbours): Issue[] {
  return toIssues(unit.document, [...fileReferences(unit), ...againstConnector(unit, neighbours)]);
}

function againstConnector({manifest}: Unit<Connection>, neighbours: Neighbours): Finding[] {
  const {connector: found, findings} = findConnector(manifest.connector, '/connector', neighbours);
  if (!found || !neighbours.sound.has(found.id)) return findings;
  const connector = found.manifest;
  try {
    const effective = effectiveConnection(connector, manifest.variant);
    return [
      ...findings,
      ...settings(manifest, effective),
      ...secrets(manifest, effective),
      ...feeds(manifest, connector),
      ...budgets(manifest, connector),
    ];
  } catch (thrown) {
    const {jobwireCode, message, extra} = asJobwireError(thrown);
    const at = manifest.variant === undefined ? {pointer: '/connector'} : {pointer: '/variant'};
    return [
      ...findings,
      {
        code: jobwireCode,
        facts: {},
        detail: message,
        ...at,
        ...(extra.suggestions && {suggestions: extra.suggestions}),
        ...(extra.hint !== undefined && {hint: extra.hint}),
      },
    ];
  }
}

/** The connector a reference means: JW1004, JW1017. */
export function findConnector(
  ref: string,
  pointer: string,
  {library, unreadable}: Neighbours,
): {connector?: Unit<Connector>; findings: Finding[]} {
  const {id, range} = parseReference(ref);
  if (!library.connectors.has(id) && unreadable.connectors.has(id)) return {findings: []};
  const findings = requireName({what: 'connector', name: id, pointer}, library.connectors.keys());
  if (findings.length > 0) return {findings};
  if (range !== undefined && !isRange(range))
    return {
      findings: [
        {
          code: 'JW1017',
          pointer,
          facts: {problem: `${JSON.stringify(range)} is not a range such as 1.2.3, ~1.2 or ^1`},
        },
      ],
    };
  try {
    return {connector: library.connector(ref), findings: []};
  } catch (thrown) {
    const {jobwireCode, message} = asJobwireError(thrown);
    return {findings: [{code: jobwireCode, pointer, facts: {}, detail: message}]};
  }
}

const reference = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\s].*)$/;

/** References have their form, and files stay below the connection's folder. The text of a wrong one is never repeated. */
function fileReferences({manifest}: Unit<Connection>): Finding[] {
  const listed = members(manifest.secrets, '/secrets').flatMap(({value, pointer}) =>
    Array.isArray(value) ? value.map((text, i) => ({text, pointer: `${pointer}/${i}`})) : [{text: value, pointer}],
  );
  const malformed = listed
    .filter(({text}) => !reference.test(text))
    .map(({pointer}): Finding => ({code: 'JW7002', pointer, facts: {}}));
  const ca = manifest.network?.ca;
  const files = [...listed, ...(ca === undefined ? [] : [{text: ca, pointer: '/network/ca'}])].filter(({text}) =>
    text.startsWith('file:'),
  );
  return [...malformed, ...files.flatMap(({text, pointer}) => leaving(text.slice('file:'.length), pointer))];
}

function leaving(path: string, pointer: string): Finding[] {
  const outside = /^([/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..');
  return outside ? [{code: 'JW1006', pointer, facts: {path, problem: 'leaves the folder of the connection'}}] : [];
}

function settings({config}: Connection, effective: EffectiveConnection): Finding[] {
  const given = withDefaults(effective.config, config as JsonObject);
  const misfits = validateAgainst(effective.config, given, {all: true}).map(({pointer, message, property}): Finding => {
    const unknown = property !== undefined && message.startsWith('has no key');
    const where = pointer === '' ? 'config' : `config.${pathOf(pointer)}`;
    return {
      code: 'JW7003',
      pointer: `/config${pointer}${unknown ? `/${property}` : ''}`,
      key: unknown,
      facts: {problem: `${where} ${message}`},
      ...(unknown && pointer === '' && {suggestions: nearest(property, settingNames(effective))}),
    };
  });
  return misfits.length > 0 ? misfits : insecure(given, effective);
}

function settingNames({config}: EffectiveConnection): string[] {
  return Object.keys((config as {properties?: object}).properties ?? {});
}

/** An address an operator gives begins with https, except on loopback. */
function insecure(config: JsonObject, {config: schema}: EffectiveConnection): Finding[] {
  const properties = (schema as {properties?: {[name: string]: {format?: string}}}).properties ?? {};
  return Object.entries(config).flatMap(([name, value]): Finding[] => {
    if (properties[name]?.format !== 'uri' || typeof value !== 'string' || !URL.canParse(value)) return [];
    const {protocol, hostname} = new URL(value);
    const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
    if (protocol === 'https:' || (protocol === 'http:' && loopback)) return [];
    return [
      {
        code: 'JW7003',
        pointer: `/config/${name}`,
        facts: {problem: `config.${name} must begin with https:// (http is for loopback only)`},
      },
    ];
  });
}

function secrets(manifest: Connection, effective: EffectiveConnection): Finding[] {
  const given = manifest.secrets ?? {};
  const unknown = members(given, '/secrets').flatMap(({name, pointer}) =>
    requireName({what: 'secret', name, pointer}, Object.keys(effective.secrets)).map((finding) => ({
      ...finding,
      key: true,
    })),
  );
  const missing = Object.entries(effective.secrets)
    .filter(([name, {optional}]) => !optional && !Object.hasOwn(given, name))
    .map(
      ([name, {title}]): Finding => ({
        code: 'JW7003',
        pointer: manifest.secrets ? '/secrets' : '',
        key: true,
        facts: {problem: `secrets lacks ${JSON.stringify(name)} (${title})`},
      }),
    );
  return [...unknown, ...missing];
}

function feeds(manifest: Connection, connector: Connector): Finding[] {
  const names = Object.keys(connector.feeds ?? {});
  return members(manifest.feeds, '/feeds').flatMap(({name, value, pointer}): Finding[] => {
    const unknown = requireName({what: 'feed', name, pointer}, names);
    if (unknown.length > 0) return unknown.map((finding) => ({...finding, key: true}));
    return value.every !== undefined && !connector.feeds?.[name]?.poll
      ? [
          {
            code: 'JW7003',
            pointer: `${pointer}/every`,
            key: true,
            facts: {problem: `feeds.${name} is a webhook and has no interval`},
          },
        ]
      : [];
  });
}

/** An operator may only tighten what the author allows. */
function budgets(manifest: Connection, connector: Connector): Finding[] {
  const declared = connector.http?.budgets ?? {};
  return members(manifest.budgets, '/budgets').flatMap(({name, value, pointer}): Finding[] => {
    const own = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (!own)
      return requireName({what: 'budget', name, pointer}, Object.keys(declared)).map((finding) => ({
        ...finding,
        key: true,
      }));
    const {limit = own.limit, per = own.per, concurrency} = value;
    const looser = (key: string, problem: string): Finding => ({
      code: 'JW7003',
      pointer: `${pointer}/${key}`,
      facts: {problem: `budgets.${name}.${key} ${problem}`},
    });
    const findings: Finding[] = [];
    if (limit / ms(per) > own.limit / ms(own.per))
      findings.push(looser(value.limit === undefined ? 'per' : 'limit', `allows more than ${own.limit} in ${own.per}`));
    if (concurrency !== undefined && own.concurrency !== undefined && concurrency > own.concurrency)
      findings.push(looser('concurrency', `allows more than ${own.concurrency}`));
    return findings;
  });
}
