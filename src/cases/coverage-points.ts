/** The decisions of a manifest that cases should see: each with a way to spoil it. Must never change the manifest it is given. */
import type {Connector, ErrorRow, Template} from '../generated/types.ts';
import type {Unit} from '../manifest/library.ts';
import {escapePointer, isObject, type Json, type JsonObject} from '../values/json.ts';
import type {CaseOwner, CaseUnit} from './case-file.ts';

export type PointKind = 'criterion' | 'switch case' | 'error row';

export interface Point {
  readonly kind: PointKind;
  readonly pointer: string;
  /** `criteria[1] does not hold` */
  readonly label: string;
  /** The manifest with this decision spoilt: a case that depends on it fails. */
  spoil(): Json;
  /** False for cases that cannot come to it, so that they need not be run. */
  mayMatter(unit: CaseUnit): boolean;
}

export function pointsOf({kind, unit}: CaseOwner): Point[] {
  const manifest = unit.manifest as unknown as Json;
  const own = kind === 'template' ? criteriaPoints(unit, manifest) : errorPoints(unit.manifest, manifest);
  return [...own, ...switchPoints(manifest, manifest, '')];
}

/** Both answers of each row, and of the `when` of targets and follow-ups. */
function criteriaPoints({manifest}: Unit<Template>, whole: Json): Point[] {
  const rows = (manifest.criteria ?? []).map((_, i) => ({
    pointer: `/criteria/${i}`,
    label: `criteria[${i}]`,
    forced: (held: boolean): Json => ({test: held}),
  }));
  const isList = Array.isArray(manifest.do);
  const whens = [manifest.do].flat().flatMap((target, i) => {
    const at = isList ? `/do/${i}` : '/do';
    const name = target.id ?? 'do';
    return [
      ...(target.when === undefined ? [] : [{pointer: `${at}/when`, label: `when of ${name}`}]),
      ...(target.onComplete ?? []).flatMap(({when}, j) =>
        when === undefined
          ? []
          : [{pointer: `${at}/onComplete/${j}/when`, label: `when of follow-up ${j + 1} of ${name}`}],
      ),
    ].map((one) => ({...one, forced: (held: boolean): Json => held}));
  });
  return [...rows, ...whens].flatMap(({pointer, label, forced}) =>
    [true, false].map((held) => ({
      kind: 'criterion' as const,
      pointer,
      label: `${label} ${held ? 'holds' : 'does not hold'}`,
      spoil: () => replaceAt(whole, pointer, forced(!held)),
      mayMatter: () => true,
    })),
  );
}

/** A value that cannot be had, so that whoever needs it fails (JW2105). */
const spoilt: JsonObject = {$switch: 'spoilt', cases: {}};

/** Data, and schemas, whose members are names. */
const notValues: ReadonlySet<string> = new Set(['sample', 'schemas', 'types', 'evidence', '$literal', 'data']);

function switchPoints(value: Json, whole: Json, pointer: string): Point[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => switchPoints(item, whole, `${pointer}/${i}`));
  if (!isObject(value)) return [];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    notValues.has(key) ? [] : switchPoints(item, whole, `${pointer}/${escapePointer(key)}`),
  );
  if (!Object.hasOwn(value, '$switch') || !isObject(value['cases'])) return inner;
  const branches = [
    ...Object.keys(value['cases']).map((name) => ({name, at: `${pointer}/cases/${escapePointer(name)}`})),
    ...(Object.hasOwn(value, 'default') ? [{name: 'default', at: `${pointer}/default`}] : []),
  ];
  const points = branches.map(({name, at}) => ({
    kind: 'switch case' as const,
    pointer: at,
    label: `${pointer.slice(1).replaceAll('/', '.')}: ${name}`,
    spoil: () => replaceAt(whole, at, spoilt),
    mayMatter: () => true,
  }));
  return [...points, ...inner];
}

function errorPoints({operations, http}: Connector, whole: Json): Point[] {
  const places = [
    ...(http?.errors ?? []).map((row, i) => ({row, i, list: '/http/errors', name: 'http'})),
    ...Object.entries(operations).flatMap(([name, {errors = []}]) =>
      errors.map((row, i) => ({row, i, list: `/operations/${escapePointer(name)}/errors`, name})),
    ),
  ];
  return places.map(({row, i, list, name}) => ({
    kind: 'error row' as const,
    pointer: `${list}/${i}`,
    label: `${name}: ${row.code ?? `${row.action} ${JSON.stringify(row.when.status ?? row.when.network ?? 'others')}`}`,
    spoil: () => replaceAt(whole, `${list}/${i}`, {when: row.when as unknown as Json, action: 'fail', code: 'spoilt'}),
    mayMatter: ({manifest: {cassette, exchanges = []}}) =>
      cassette !== undefined || exchanges.some(({response, fault}) => mayFit(row, response?.status, fault)),
  }));
}

function mayFit({when}: ErrorRow, status: number | undefined, fault: string | undefined): boolean {
  if (status === undefined) return fault === 'parse' || when.network !== undefined;
  if (when.status === undefined) return true;
  return when.status.some((rule) => rule === status || rule === `${Math.floor(status / 100)}xx`);
}

/** A copy with another value at the pointer. */
function replaceAt(value: Json, pointer: string, by: Json): Json {
  const [step, ...rest] = pointer.split('/').slice(1);
  if (step === undefined) return by;
  const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
  const further = rest.length > 0 ? `/${rest.join('/')}` : '';
  if (Array.isArray(value)) {
    const index = Number(key);
    return value.with(index, replaceAt(value[index] as Json, further, by));
  }
  return isObject(value) ? {...value, [key]: replaceAt(value[key] as Json, further, by)} : value;
}
