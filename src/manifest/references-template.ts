/** Every name in a template leads somewhere: connectors, events, connections, actions (JW1004, JW1017, JW7004). */
import type {Connector, Template} from '../generated/types.ts';
import {findConnector} from './check-connection.ts';
import type {Finding} from './issues.ts';
import type {Neighbours} from './neighbours.ts';
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

export function checkTemplateReferences(template: Template, neighbours: Neighbours): Finding[] {
  const {on} = template;
  const source = 'connector' in on ? sourceFindings(on, neighbours) : [];
  return [
    ...source,
    ...callsOf(template).flatMap(({call, pointer}) => callFindings(call, pointer, neighbours)),
    ...repeatedIds(template),
  ];
}

function sourceFindings(on: {connector: string; event: string; connection: string}, neighbours: Neighbours): Finding[] {
  const {connector, findings} = findConnector(on.connector, '/on/connector', neighbours);
  return [
    ...findings,
    ...(connector
      ? requireName({what: 'event', name: on.event, pointer: '/on/event'}, Object.keys(connector.manifest.events ?? {}))
      : []),
    ...connectionFindings(on, '/on', neighbours),
  ];
}

function callFindings(call: Call, pointer: string, neighbours: Neighbours): Finding[] {
  const {connector, findings} = findConnector(call.connector, `${pointer}/connector`, neighbours);
  if (!connector) return [...findings, ...connectionFindings(call, pointer, neighbours)];
  const actions = connector.manifest.actions ?? {};
  return [
    ...requireName({what: 'action', name: call.action, pointer: `${pointer}/action`}, Object.keys(actions)),
    ...connectionFindings(call, pointer, neighbours),
    ...variantFindings(call, pointer, {connector, neighbours}),
  ];
}

/** The connection exists and is one of the same connector. */
function connectionFindings(
  {connector, connection}: {connector: string; connection: string},
  pointer: string,
  neighbours: Neighbours,
): Finding[] {
  const at = `${pointer}/connection`;
  const unit = neighbours.library.connection(connection);
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
        suggestions: connectionsOf(id, neighbours),
      },
    ];
  }
  if (neighbours.unreadable.connections.has(connection)) return [];
  const names = connectionsOf(id, neighbours);
  return requireName(
    {what: 'connection', name: connection, pointer: at},
    names.length > 0 ? names : neighbours.library.connections.keys(),
  );
}

function connectionsOf(connector: string, neighbours: Neighbours): string[] {
  return [...neighbours.library.connections.values()]
    .filter(({manifest}) => parseReference(manifest.connector).id === connector)
    .map(({id}) => id);
}

function variantFindings(
  call: Call,
  pointer: string,
  {connector, neighbours}: {connector: Unit<Connector>; neighbours: Neighbours},
): Finding[] {
  const variants = connector.manifest.actions?.[call.action]?.variants;
  const variant = neighbours.library.connection(call.connection)?.manifest.variant;
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
