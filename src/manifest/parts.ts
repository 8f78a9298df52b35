/** Lists the parts of a connector with their JSON pointers, so that each rule can be a sentence over a list. Must never judge. */
import type {
  ConnectionPart,
  Connector,
  JobKind,
  JobVerb,
  Procedure,
  SchemaValue,
  Step,
  Value,
} from '../generated/types.ts';
import {escapePointer} from '../values/json.ts';

/** Members of a map with the pointer of each. */
export function members<T>(
  map: {readonly [name: string]: T} | undefined,
  pointer: string,
): {name: string; value: T; pointer: string}[] {
  return Object.entries(map ?? {}).map(([name, value]) => ({
    name,
    value,
    pointer: `${pointer}/${escapePointer(name)}`,
  }));
}

export type Role =
  | 'prepare'
  | 'probe'
  | 'action'
  | 'preflight'
  | 'status'
  | 'list'
  | 'verb'
  | 'subscribe'
  | 'unsubscribe'
  | 'renew'
  | 'check';

export interface ProcedurePart {
  readonly pointer: string;
  readonly role: Role;
  /** Of the action, the verb or the variant. */
  readonly name: string;
  readonly procedure: Procedure;
  /** Job kind or feed it belongs to. */
  readonly owner?: string;
}

/** May the procedure write? */
export const readOnly: ReadonlySet<Role> = new Set<Role>(['prepare', 'probe', 'preflight', 'status', 'list', 'check']);

export const verbNames = [
  'status',
  'list',
  'stop',
  'restart',
  'resume',
  'payload',
  'output',
  'log',
  'attachments',
  'attach',
  'download',
] as const satisfies (keyof JobKind)[];

export interface ConnectionPlace {
  readonly pointer: string;
  readonly part: ConnectionPart;
  readonly variant?: string;
}

/** The connection of a connector and each of its variants. */
export function connectionParts({connection}: Connector): ConnectionPlace[] {
  const variants = members(connection.variants, '/connection/variants');
  return [
    {pointer: '/connection', part: connection},
    ...variants.map(({name, value, pointer}) => ({pointer, part: value, variant: name})),
  ];
}

export interface VerbPart {
  readonly kind: string;
  readonly job: JobKind;
  readonly name: (typeof verbNames)[number];
  readonly verb: JobVerb;
  readonly pointer: string;
}

export function jobVerbs(connector: Connector): VerbPart[] {
  return members(connector.jobs, '/jobs').flatMap(({name: kind, value: job, pointer}) =>
    verbNames.flatMap((name) => {
      const verb = job[name];
      return verb ? [{kind, job, name, verb, pointer: `${pointer}/${name}`}] : [];
    }),
  );
}

export function procedures(connector: Connector): ProcedurePart[] {
  return [
    ...connectionProcedures(connector),
    ...actionProcedures(connector),
    ...verbProcedures(connector),
    ...feedProcedures(connector),
  ];
}

function connectionProcedures(connector: Connector): ProcedurePart[] {
  return connectionParts(connector).flatMap(({pointer, part, variant}) =>
    (['prepare', 'probe'] as const).flatMap((role) => {
      const procedure = part[role];
      return procedure ? [{pointer: `${pointer}/${role}`, role, name: variant ?? '', procedure}] : [];
    }),
  );
}

function actionProcedures(connector: Connector): ProcedurePart[] {
  return members(connector.actions, '/actions').flatMap(({name, value, pointer}): ProcedurePart[] => [
    {pointer, role: 'action', name, procedure: value},
    ...(value.preflight
      ? [{pointer: `${pointer}/preflight`, role: 'preflight' as const, name, procedure: value.preflight}]
      : []),
  ]);
}

function verbProcedures(connector: Connector): ProcedurePart[] {
  return jobVerbs(connector).map(({kind, name, verb, pointer}) => ({
    pointer,
    role: name === 'status' || name === 'list' ? name : 'verb',
    name,
    procedure: verb,
    owner: kind,
  }));
}

function feedProcedures(connector: Connector): ProcedurePart[] {
  return members(connector.feeds, '/feeds').flatMap(({name: owner, value: {webhook}, pointer}) =>
    (['subscribe', 'unsubscribe', 'renew', 'check'] as const).flatMap((role) => {
      const procedure = webhook?.[role];
      return procedure ? [{pointer: `${pointer}/webhook/${role}`, role, name: role, procedure, owner}] : [];
    }),
  );
}

export interface StepPart {
  readonly pointer: string;
  readonly step: Step;
  /** The procedure is this one step; its output is the procedure's. */
  readonly inline: boolean;
}

export function stepsOf({procedure, pointer}: Pick<ProcedurePart, 'procedure' | 'pointer'>): StepPart[] {
  if (procedure.steps)
    return procedure.steps.map((step, i) => ({pointer: `${pointer}/steps/${i}`, step, inline: false}));
  const {call, lookup, with: params} = procedure;
  const step: Step = {
    ...(call !== undefined && {call}),
    ...(lookup !== undefined && {lookup}),
    ...(params && {with: params}),
  };
  return call === undefined && lookup === undefined ? [] : [{pointer, step, inline: true}];
}

/** Something that calls an operation or a lookup by name. */
export interface CallSite {
  /** Of the object that holds `call` or `lookup`, and `with`. */
  readonly pointer: string;
  readonly call?: string;
  readonly lookup?: string;
  readonly with?: {readonly [param: string]: Value};
  /** Why only reads may be called here; undefined where a write may be. */
  readonly onlyReads?: string;
  /** Rows are wanted: the operation must be a list. */
  readonly list?: boolean;
}

const becauseOf: Partial<Record<Role, string>> = {
  prepare: 'prepare only reads',
  probe: 'a probe only reads',
  preflight: 'a preflight only reads',
  status: 'a status only reads',
  list: 'a list only reads',
  check: 'a check only reads',
};

export function callSites(connector: Connector): CallSite[] {
  const steps = procedures(connector).flatMap((part) =>
    stepsOf(part).map(({step, pointer}) =>
      site(step, pointer, step.each === undefined ? becauseOf[part.role] : 'a step with each only reads'),
    ),
  );
  const lookups = members(connector.lookups, '/lookups').map(({value, pointer}) => ({
    ...site(value, pointer, 'a lookup only reads'),
    list: true,
  }));
  const settles = members(connector.operations, '/operations').flatMap(({value, pointer}) =>
    value.settle ? [site(value.settle, `${pointer}/settle`, 'settle only looks')] : [],
  );
  const polls = members(connector.feeds, '/feeds').flatMap(({value, pointer}) =>
    value.poll ? [{...site(value.poll, `${pointer}/poll`, 'a poll only reads'), list: true}] : [],
  );
  const correlations = members(connector.actions, '/actions').flatMap(({value, pointer}) =>
    value.correlate ? [site(value.correlate, `${pointer}/correlate`, 'correlate only looks')] : [],
  );
  return [...steps, ...lookups, ...settles, ...polls, ...correlations].filter(
    ({call, lookup}) => call !== undefined || lookup !== undefined,
  );
}

interface Calling {
  readonly call?: string;
  readonly lookup?: string;
  readonly with?: {readonly [param: string]: Value};
}

function site({call, lookup, with: params}: Calling, pointer: string, onlyReads: string | undefined): CallSite {
  return {
    pointer,
    ...(call !== undefined && {call}),
    ...(lookup !== undefined && {lookup}),
    ...(params && {with: params}),
    ...(onlyReads !== undefined && {onlyReads}),
  };
}

export interface SchemaPart {
  readonly pointer: string;
  readonly schema: SchemaValue;
  readonly use: 'config' | 'input' | 'verb-input' | 'event' | 'other';
}

/** Every schema an author wrote into a connector. */
export function embeddedSchemas(connector: Connector): SchemaPart[] {
  const other = (pointer: string, schema: SchemaValue | undefined): SchemaPart[] =>
    schema === undefined ? [] : [{pointer, schema, use: 'other'}];
  const params = (map: {[name: string]: string | SchemaValue} | undefined, pointer: string): SchemaPart[] =>
    members(map, pointer).flatMap(({value, pointer: at}) => (typeof value === 'string' ? [] : other(at, value)));
  return [
    ...connectionParts(connector).flatMap(({pointer, part}) =>
      part.config === undefined ? [] : [{pointer: `${pointer}/config`, schema: part.config, use: 'config' as const}],
    ),
    ...members(connector.schemas, '/schemas')
      .filter(({name}) => !name.startsWith('./'))
      .flatMap(({value, pointer}) => other(pointer, value)),
    ...members(connector.types, '/types').flatMap(({value, pointer}) =>
      members(value, pointer).flatMap((row) => other(row.pointer, row.value)),
    ),
    ...members(connector.operations, '/operations').flatMap(({value, pointer}) => [
      ...params(value.params, `${pointer}/params`),
      ...other(`${pointer}/response/schema`, value.response?.schema),
    ]),
    ...members(connector.lookups, '/lookups').flatMap(({value, pointer}) => params(value.params, `${pointer}/params`)),
    ...members(connector.actions, '/actions').map(({value, pointer}) => ({
      pointer: `${pointer}/input`,
      schema: value.input,
      use: 'input' as const,
    })),
    ...members(connector.jobs, '/jobs').flatMap(({value, pointer}) => other(`${pointer}/ref`, value.ref)),
    ...jobVerbs(connector).flatMap(({verb, pointer}) =>
      verb.input === undefined ? [] : [{pointer: `${pointer}/input`, schema: verb.input, use: 'verb-input' as const}],
    ),
    ...members(connector.events, '/events').map(({value, pointer}) => ({
      pointer: `${pointer}/data`,
      schema: value.data,
      use: 'event' as const,
    })),
  ];
}
