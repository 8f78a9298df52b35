/** The files beside connectors and templates that are not needed at run time: simulators and cases. For `jobwire check` only. */
import {dirname, join} from 'node:path';
import {type Issue, JobwireError} from '../errors/jobwire-error.ts';
import {ExpressionError, isExpression, parseExpression} from '../expressions/parse.ts';
import type {Case, Connector, Simulator} from '../generated/types.ts';
import {escapePointer, isObject, type Json} from '../values/json.ts';
import {isThere, listFiles} from './disk.ts';
import {type Finding, toIssues} from './issues.ts';
import type {Library} from './library.ts';
import {loadFile} from './load.ts';
import {members} from './parts.ts';
import {requireName} from './references.ts';

/** Errors of files that only tests and simulations read. */
export function checkCompanions(library: Library): Issue[] {
  return [
    ...[...library.connectors.values()].flatMap(({dir, manifest}) => [
      ...simulatorIssues(dir, manifest),
      ...caseFiles(dir).flatMap((file) => caseIssues(file, (subject) => connectorSubject(subject, manifest))),
    ]),
    ...[...library.templates.values()].flatMap(({dir, id}) =>
      caseFiles(dir).flatMap((file) =>
        caseIssues(file, (subject) =>
          'template' in subject
            ? requireName({what: 'template', name: subject.template, pointer: '/of/template'}, [id])
            : [],
        ),
      ),
    ),
  ];
}

function caseFiles(dir: string): string[] {
  return listFiles(join(dir, 'cases'), '*.json').map((name) => join(dir, 'cases', name));
}

function caseIssues(file: string, subject: (of: Case['of']) => Finding[]): Issue[] {
  const {manifest, document, issues} = loadFile<Case>(file, 'case');
  if (!manifest || !document) return [...issues];
  const {event, cassette} = manifest;
  return toIssues(document, [
    ...subject(manifest.of),
    ...(typeof event === 'string' ? requireSample(dirname(file), event, '/event') : []),
    ...(cassette === undefined ? [] : requireSample(dirname(file), cassette, '/cassette')),
  ]);
}

/** A case may also name a sample of a connector, so it may leave its own folder. */
function requireSample(dir: string, path: string, pointer: string): Finding[] {
  return isThere(join(dir, path)) ? [] : [{code: 'JW1006', pointer, facts: {path, problem: 'does not exist'}}];
}

function connectorSubject(of: Case['of'], connector: Connector): Finding[] {
  const sections: Readonly<Record<string, object | undefined>> = {
    action: connector.actions,
    lookup: connector.lookups,
    operation: connector.operations,
    feed: connector.feeds,
    job: connector.jobs,
  };
  return Object.entries(of).flatMap(([what, name]) =>
    Object.hasOwn(sections, what)
      ? requireName({what, name: String(name), pointer: `/of/${what}`}, Object.keys(sections[what] ?? {}))
      : [],
  );
}

function simulatorIssues(dir: string, connector: Connector): Issue[] {
  const file = join(dir, 'simulator.json');
  if (!isThere(file)) return [];
  const {manifest, document, issues} = loadFile<Simulator>(file, 'simulator');
  if (!manifest || !document) return [...issues];
  const operations = Object.keys(connector.operations);
  const collections = Object.keys(manifest.collections);
  return toIssues(document, [
    ...members(manifest.operations, '/operations').flatMap(({name, value, pointer}) => [
      ...requireName({what: 'operation', name, pointer}, operations).map((finding) => ({...finding, key: true})),
      ...(value.from === undefined
        ? []
        : requireName({what: 'collection', name: value.from, pointer: `${pointer}/from`}, collections)),
    ]),
    ...members(manifest.timelines, '/timelines').flatMap(({name, pointer}) =>
      requireName({what: 'collection', name, pointer}, collections).map((finding) => ({...finding, key: true})),
    ),
    ...limitNames(manifest),
    ...senderNames(manifest, connector),
    ...unparsable(document.value, ''),
  ]);
}

type SimulatedRule = NonNullable<Simulator['operations']>[string];

function simulatedRules({parts, operations, routes = []}: Simulator): {value: SimulatedRule; pointer: string}[] {
  return [
    ...members(parts, '/parts'),
    ...members(operations, '/operations'),
    ...routes.map((value, i) => ({value, pointer: `/routes/${i}`})),
  ];
}

function limitNames(manifest: Simulator): Finding[] {
  const limits = Object.keys(manifest.limits ?? {});
  return simulatedRules(manifest).flatMap(({value: {limit}, pointer}) =>
    limit === undefined ? [] : requireName({what: 'limit', name: limit, pointer: `${pointer}/limit`}, limits),
  );
}

/** Notices name their sender, senders their collection of receivers and the feed they sign for. */
function senderNames(manifest: Simulator, connector: Connector): Finding[] {
  const senders = Object.keys(manifest.senders ?? {});
  const byRule = simulatedRules(manifest).flatMap(({value: {notify}, pointer}) =>
    Array.isArray(notify)
      ? notify.map(({sender}, i) => ({sender, pointer: `${pointer}/notify/${i}/sender`}))
      : notify
        ? [{sender: notify.sender, pointer: `${pointer}/notify/sender`}]
        : [],
  );
  const byTime = members(manifest.timelines, '/timelines').flatMap(({value, pointer}) =>
    members(value.notify, `${pointer}/notify`).map(({value: {sender}, pointer: at}) => ({
      sender,
      pointer: `${at}/sender`,
    })),
  );
  return [
    ...[...byRule, ...byTime].flatMap(({sender: name, pointer}) =>
      requireName({what: 'sender', name, pointer}, senders),
    ),
    ...members(manifest.senders, '/senders').flatMap(({value: {to, sign}, pointer}) => [
      ...requireName({what: 'collection', name: to, pointer: `${pointer}/to`}, Object.keys(manifest.collections)),
      ...(sign
        ? requireName(
            {what: 'feed', name: sign.feed, pointer: `${pointer}/sign/feed`},
            Object.keys(connector.feeds ?? {}),
          )
        : []),
    ]),
  ];
}

/** Expressions that do not parse. Their roots come and go with directives and requests; the simulation itself tells the rest. */
function unparsable(value: Json, pointer: string): Finding[] {
  if (typeof value === 'string') return isExpression(value) ? parseFault(value, pointer) : [];
  if (Array.isArray(value)) return value.flatMap((item, i) => unparsable(item, `${pointer}/${i}`));
  if (!isObject(value) || value['$literal'] !== undefined) return [];
  return Object.entries(value).flatMap(([key, item]) => unparsable(item, `${pointer}/${escapePointer(key)}`));
}

function parseFault(source: string, pointer: string): Finding[] {
  try {
    parseExpression(source);
    return [];
  } catch (error) {
    if (!(error instanceof JobwireError)) throw error;
    const {suggestions} = error.extra;
    return [
      {
        code: error.jobwireCode,
        pointer,
        facts: {},
        detail: error.message,
        ...(error instanceof ExpressionError && {offset: error.offset}),
        ...(suggestions && {suggestions}),
      },
    ];
  }
}
