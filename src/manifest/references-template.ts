/** Every name in a template leads somewhere: connectors, events, connections, actions (JW1004, JW1017, JW7004). */
import type {Connector, Template} from '../generated/types.ts';
import {findConnector} from './check-connection.ts';
import type {Finding} from './issues.ts';
import type {Library} from './library.ts';
import {parseReference} from './reference.ts';
import {requireName} from './references.ts';
import type {Unit} from './unit.ts';

export interface Call {
  readonly connector: string;
  readonly connection: string;
  readonly action: string;
}

export interface CallPart {
  readonly call: Call;
  readonly pointer: string;
}

/** Targets and their follow-ups. */
export function callsOf({do: targets}: Template): CallPart[] {
  return targetsOf(targets).flatMap(({target, pointer}) => [
    {call: target, pointer},
    ...(target.onComplete ?? []).map((follow, i) => ({call: follow, pointer: `${pointer}/onComplete/${i}`})),
  ]);
}

export function targetsOf(targets: Template['do']) {
  return Array.isArray(targets)
    ? targets.map((target, i) => ({target, pointer: `/do/${i}`}))
    : [{target: targets, pointer: '/do'}];
}

export function checkTemplateReferences(template: Template, library: Library): Finding[] {
  const {on} = template;
  const source = 'connector' in on ? sourceFindings(on, library) : [];
  return [
    ...source,
    ...callsOf(template).flatMap(({call, pointer}) => callFindings(call, pointer, library)),
    ...repeatedIds(template),
  ];
}

function sourceFindings(on: {connector: string; event: string; connection: string}, library: Library): Finding[] {
  const {connector, findings} = findConnector(on.connector, '/on/connector', library);
  return [
    ...findings,
    ...(connector
      ? requireName({what: 'event', name: on.event, pointer: '/on/event'}, Object.keys(connector.manifest.events ?? {}))
      : []),
    ...connectionFindings(on, '/on', library),
  ];
}

function callFindings(call: Call, pointer: string, library: Library): Finding[] {
  const {connector, findings} = findConnector(call.connector, `${pointer}/connector`, library);
  if (!connector) return [...findings, ...connectionFindings(call, pointer, library)];
  const actions = connector.manifest.actions ?? {};
  return [
    ...requireName({what: 'action', name: call.action, pointer: `${pointer}/action`}, Object.keys(actions)),
    ...connectionFindings(call, pointer, library),
    ...variantFindings(call, pointer, {connector, library}),
  ];
}

/** The connection exists and is one of the same connector. */
function connectionFindings(
  {connector, connection}: {connector: string; connection: string},
  pointer: string,
  library: Library,
): Finding[] {
  const at = `${pointer}/connection`;
  const unit = library.connection(connection);
  const {id} = parseReference(connector);
  if (unit) {
    const own = parseReference(unit.manifest.connector).id;
    if (own === id) return [];
    return [
      {
        code: 'JW1004',
        pointer: at,
        facts: {what: `connection of ${id}`, name: connection},
        detail: `the connection ${connection} is one of ${own}, not of ${id}`,
        suggestions: connectionsOf(id, library),
      },
    ];
  }
  const names = connectionsOf(id, library);
  return requireName(
    {what: 'connection', name: connection, pointer: at},
    names.length > 0 ? names : library.connections.keys(),
  );
}

function connectionsOf(connector: string, library: Library): string[] {
  return [...library.connections.values()]
    .filter(({manifest}) => parseReference(manifest.connector).id === connector)
    .map(({id}) => id);
}

function variantFindings(
  call: Call,
  pointer: string,
  {connector, library}: {connector: Unit<Connector>; library: Library},
): Finding[] {
  const variants = connector.manifest.actions?.[call.action]?.variants;
  const variant = library.connection(call.connection)?.manifest.variant;
  if (!variants || variant === undefined || variants.includes(variant)) return [];
  return [
    {
      code: 'JW7004',
      pointer: `${pointer}/action`,
      facts: {variant, problem: 'does not fit', variants: variants.join(', ')},
      detail: `the action ${call.action} does not work with variant ${variant} of connection ${call.connection}`,
      suggestions: variants,
    },
  ];
}

/** Targets of a list are told apart by their ids. */
function repeatedIds({do: targets}: Template): Finding[] {
  if (!Array.isArray(targets)) return [];
  const seen = new Set<string>();
  return targets.flatMap(({id}, i): Finding[] => {
    if (id === undefined)
      return [
        {code: 'JW1002', pointer: `/do/${i}`, facts: {problem: `do[${i}] lacks "id": targets in a list need one`}},
      ];
    if (seen.has(id)) return [{code: 'JW1002', pointer: `/do/${i}/id`, facts: {problem: `the id ${id} is used twice`}}];
    seen.add(id);
    return [];
  });
}
