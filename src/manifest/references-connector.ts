/** Every name inside a connector leads somewhere (JW1004, JW1006). Must never look outside the connector's folder. */
import {isCode} from '../errors/catalog.ts';
import type {Connector, ErrorRow, Lookup} from '../generated/types.ts';
import {atPointer} from '../values/json.ts';
import type {Finding} from './issues.ts';
import {callSites, connectionParts, members, procedures, stepsOf} from './parts.ts';
import {requireFile, requireName} from './references.ts';
import type {Unit} from './unit.ts';

type Look = (connector: Connector, unit: Unit<Connector>) => Finding[];

export function checkConnectorReferences(unit: Unit<Connector>): Finding[] {
  return looks.flatMap((look) => look(unit.manifest, unit));
}

const looks: readonly Look[] = [
  calledNames,
  budgets,
  signatureTypes,
  jobKinds,
  feedEvents,
  hints,
  callbacks,
  actionVariants,
  permissionFields,
  reactedCodes,
  evidencePlaces,
  sampleFiles,
];

function calledNames(connector: Connector): Finding[] {
  return callSites(connector).flatMap(({pointer, call, lookup}) => [
    ...(call === undefined
      ? []
      : requireName({what: 'operation', name: call, pointer: `${pointer}/call`}, Object.keys(connector.operations))),
    ...(lookup === undefined
      ? []
      : requireName(
          {what: 'lookup', name: lookup, pointer: `${pointer}/lookup`},
          Object.keys(connector.lookups ?? {}),
        )),
  ]);
}

function budgets({operations, http}: Connector): Finding[] {
  return members(operations, '/operations').flatMap(({value: {budget}, pointer}) =>
    budget === undefined
      ? []
      : requireName({what: 'budget', name: budget, pointer: `${pointer}/budget`}, Object.keys(http?.budgets ?? {})),
  );
}

function signatureTypes({lookups, types}: Connector): Finding[] {
  return members(lookups, '/lookups').flatMap(({value: {signature}, pointer}) =>
    signature && 'types' in signature
      ? requireName({what: 'type table', name: signature.types, pointer: `${pointer}/signature/types`}, [
          'dotnet',
          ...Object.keys(types ?? {}),
        ])
      : [],
  );
}

function jobKinds({actions, jobs}: Connector): Finding[] {
  return members(actions, '/actions').flatMap(({value: {starts}, pointer}) =>
    starts === undefined
      ? []
      : requireName({what: 'job kind', name: starts, pointer: `${pointer}/starts`}, Object.keys(jobs ?? {})),
  );
}

/** `emits`, the values of `types`, and a `type` that is written out. */
function feedEvents({feeds, events}: Connector): Finding[] {
  const names = Object.keys(events ?? {});
  return members(feeds, '/feeds').flatMap(({value: {emits, event}, pointer}) => [
    ...emits.flatMap((name, i) => requireName({what: 'event', name, pointer: `${pointer}/emits/${i}`}, names)),
    ...members(event.types, `${pointer}/event/types`).flatMap(({value: name, pointer: at}) =>
      requireName({what: 'event', name, pointer: at}, emits),
    ),
    ...(typeof event.type === 'string' && !event.type.includes('{{') && !event.types
      ? requireName({what: 'event', name: event.type, pointer: `${pointer}/event/type`}, emits)
      : []),
  ]);
}

function hints({jobs, events}: Connector): Finding[] {
  return members(jobs, '/jobs').flatMap(({value, pointer}) =>
    (value.hints ?? []).flatMap(({event}, i) =>
      requireName({what: 'event', name: event, pointer: `${pointer}/hints/${i}/event`}, Object.keys(events ?? {})),
    ),
  );
}

function callbacks({jobs, feeds}: Connector): Finding[] {
  return members(jobs, '/jobs').flatMap(({value: {callback}, pointer}) =>
    callback === undefined
      ? []
      : requireName({what: 'feed', name: callback, pointer: `${pointer}/callback`}, Object.keys(feeds ?? {})),
  );
}

function actionVariants({actions, connection}: Connector): Finding[] {
  return members(actions, '/actions').flatMap(({value: {variants}, pointer}) =>
    (variants ?? []).flatMap((name, i) =>
      requireName({what: 'variant', name, pointer: `${pointer}/variants/${i}`}, Object.keys(connection.variants ?? {})),
    ),
  );
}

function permissionFields(connector: Connector): Finding[] {
  const settings = connectionParts(connector).flatMap(({part}) => Object.keys(propertiesOf(part.config)));
  return connector.permissions.hosts.flatMap((host, i) =>
    host.startsWith('connection:')
      ? requireName(
          {what: 'setting', name: host.slice('connection:'.length), pointer: `/permissions/hosts/${i}`},
          settings,
        )
      : [],
  );
}

function propertiesOf(schema: unknown): object {
  const properties =
    typeof schema === 'object' && schema !== null ? (schema as {properties?: unknown}).properties : undefined;
  return typeof properties === 'object' && properties !== null ? properties : {};
}

/** Codes a `stale`, `onError` or `reset` waits for must be ones that something can fail with. */
function reactedCodes(connector: Connector): Finding[] {
  const known = [...authorCodes(connector)];
  const need = (codes: readonly string[] | undefined, pointer: string): Finding[] =>
    (codes ?? []).flatMap((name, i) =>
      isCode(name) ? [] : requireName({what: 'error code', name, pointer: `${pointer}/${i}`}, known),
    );
  return [
    ...members(connector.lookups, '/lookups').flatMap(({value, pointer}) =>
      need(value.stale?.codes, `${pointer}/stale/codes`),
    ),
    ...procedures(connector).flatMap((part) =>
      stepsOf(part).flatMap(({step, pointer}) => need(step.onError?.codes, `${pointer}/onError/codes`)),
    ),
    ...members(connector.feeds, '/feeds').flatMap(({value, pointer}) =>
      need(value.poll?.reset?.codes, `${pointer}/poll/reset/codes`),
    ),
  ];
}

function authorCodes(connector: Connector): Set<string> {
  const ofRows = (rows: readonly ErrorRow[] | undefined) => (rows ?? []).map(({code}) => code);
  const ofLookup = ({none, many}: Lookup) => [none?.code, many?.code];
  const codes = [
    ...ofRows(connector.http?.errors),
    ...Object.values(connector.operations).flatMap(({errors}) => ofRows(errors)),
    ...Object.values(connector.lookups ?? {}).flatMap(ofLookup),
    ...procedures(connector).flatMap((part) => stepsOf(part).map(({step}) => step.fail?.code)),
  ];
  return new Set(codes.filter((code) => code !== undefined));
}

function evidencePlaces(connector: Connector, {document}: Unit<Connector>): Finding[] {
  return (connector.evidence ?? []).flatMap(({at}, i): Finding[] =>
    atPointer(document.value, at) === undefined
      ? [{code: 'JW1004', pointer: `/evidence/${i}/at`, facts: {what: 'place', name: at}}]
      : [],
  );
}

function sampleFiles({events}: Connector, {dir}: Unit<Connector>): Finding[] {
  return members(events, '/events').flatMap(({value: {sample}, pointer}) =>
    requireFile(dir, sample, `${pointer}/sample`),
  );
}
