/** The connection part of a connector as one variant makes it (language reference, section 3.1). A pure merge. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {
  Auth,
  ConnectionPart,
  Connector,
  Prepare,
  Procedure,
  SecretDeclaration,
  Value,
} from '../generated/types.ts';
import {isObject, type Json} from '../values/json.ts';
import {remembered} from './memo.ts';
import {resolveSchema} from './schemas.ts';
import {closeSchema} from './validate.ts';

export interface EffectiveConnection {
  readonly variant?: string;
  /** Closed object schema, standing alone. */
  readonly config: object;
  readonly secrets: Readonly<Record<string, SecretDeclaration>>;
  readonly baseUrl: Value;
  readonly headers: Readonly<Record<string, Value>>;
  readonly auth: Auth;
  readonly prepare?: Prepare;
  readonly probe: Procedure;
  readonly import?: ConnectionPart['import'];
}

const effective = new WeakMap<Connector, Map<string, EffectiveConnection>>();

/** Errors: JW7004 variant missing or unknown, JW1015 variant incomplete. The same object for the same question. */
export function effectiveConnection(connector: Connector, variant?: string): EffectiveConnection {
  const known = remembered(effective, connector, () => new Map<string, EffectiveConnection>());
  const before = known.get(variant ?? '');
  if (before) return before;
  const result = complete(mergedPart(connector, variant), connector, variant);
  known.set(variant ?? '', result);
  return result;
}

/** The merged part, which may still lack what every variant must end with. JW7004. */
export function mergedPart(connector: Connector, variant?: string): ConnectionPart {
  const {variants = {}, ...base} = connector.connection;
  const names = Object.keys(variants);
  if (variant === undefined) {
    if (names.length === 0) return base;
    throw fail(
      'JW7004',
      {variant: '', problem: 'is not given', variants: names.join(', ')},
      {
        detail: 'the connector has variants, and none is given',
        suggestions: names,
      },
    );
  }
  const chosen = Object.hasOwn(variants, variant) ? variants[variant] : undefined;
  if (!chosen)
    throw fail(
      'JW7004',
      {variant, problem: 'does not exist', variants: names.join(', ') || 'none'},
      {suggestions: nearest(variant, names)},
    );
  const {title: _title, summary: _summary, ...part} = chosen;
  return {
    ...base,
    ...part,
    config: mergedConfig(base.config, part.config),
    secrets: {...base.secrets, ...part.secrets},
    headers: mergedHeaders(base.headers, part.headers),
  };
}

/** Parts that every variant must end with. */
export function missingParts(part: ConnectionPart): string[] {
  return (['baseUrl', 'auth', 'probe'] as const).filter((key) => part[key] === undefined);
}

function complete(part: ConnectionPart, connector: Connector, variant: string | undefined): EffectiveConnection {
  const {baseUrl, auth, probe, prepare} = part;
  const [missing] = missingParts(part);
  if (missing !== undefined || auth === undefined || probe === undefined)
    throw fail('JW1015', {variant: variant ?? connector.id, missing: missing ?? 'probe'});
  return {
    ...(variant !== undefined && {variant}),
    config: closeSchema(resolveSchema(part.config ?? {type: 'object'}, connector)),
    secrets: part.secrets ?? {},
    baseUrl,
    headers: part.headers ?? {},
    auth,
    ...(prepare && {prepare}),
    probe,
    ...(part.import && {import: part.import}),
  };
}

/** A variant adds properties and required names; its other schema keywords replace. */
function mergedConfig(
  base: ConnectionPart['config'],
  own: ConnectionPart['config'],
): NonNullable<ConnectionPart['config']> {
  if (!isObject(own)) return base ?? {type: 'object'};
  if (!isObject(base)) return own;
  const required = [...new Set([...names(base['required']), ...names(own['required'])])];
  return {
    ...base,
    ...own,
    properties: {...record(base['properties']), ...record(own['properties'])},
    ...(required.length > 0 && {required}),
  };
}

/** Header names are the same in any case. */
function mergedHeaders(
  base: ConnectionPart['headers'] = {},
  own: ConnectionPart['headers'] = {},
): Record<string, Value> {
  const replaced = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return {...Object.fromEntries(Object.entries(base).filter(([name]) => !replaced.has(name.toLowerCase()))), ...own};
}

function record(value: unknown): Record<string, Json> {
  return isObject(value) ? value : {};
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
