/** The case that a recording is replayed by: who is asked for what, with which settings, and what came of it. Must never hold a secret of its own. */
import type {Observed, Outcome} from '../cases/case-file.ts';
import type {Case, Connection, Template} from '../generated/types.ts';
import type {Unit} from '../manifest/library.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import {standFor} from './record-scene.ts';

/** What is recorded: an event for a template, or an input for a part of a connector. */
export type Recordable =
  | {
      readonly kind: 'template';
      readonly unit: Unit<Template>;
      readonly event: JsonObject;
      readonly connections: readonly Unit<Connection>[];
    }
  | {
      readonly kind: 'action' | 'lookup' | 'operation';
      readonly name: string;
      readonly connection: Unit<Connection>;
      readonly input: JsonObject;
    };

type Manifest = Omit<Case, 'expect'>;

/** Everything but the exchanges and what is expected. */
export function caseOf(subject: Recordable, {title, now}: {title: string; now: string}): Manifest {
  const head = {jobwire: '1', kind: 'case', title, now} as const;
  if (subject.kind === 'template') {
    const connections = Object.fromEntries(subject.connections.map(({id, manifest}) => [id, settingsOf(manifest)]));
    return {...head, of: {template: subject.unit.id}, connections, event: subject.event};
  }
  const {kind, name, connection, input} = subject;
  const of = {[kind]: name} as Case['of'];
  return {...head, of, connection: settingsOf(connection.manifest), [kind === 'action' ? 'input' : 'params']: input};
}

type Settings = NonNullable<Case['connection']>;

function settingsOf({variant, config, secrets = {}}: Connection): Settings {
  const names = Object.keys(secrets);
  return {
    ...(variant !== undefined && {variant}),
    config,
    ...(names.length > 0 && {secrets: Object.fromEntries(names.map((name) => [name, standFor(name, 0)]))}),
  };
}

export function expectationOf({targets, ...whole}: Outcome): Case['expect'] {
  if (!targets) return expectedOf(whole);
  return {targets: Object.fromEntries([...targets].map(([id, observed]) => [id, expectedOf(observed)]))};
}

function expectedOf({outcome, because, output, jobs, error, writes}: Partial<Observed>): Case['expect'] {
  return {
    ...(outcome !== undefined && {outcome}),
    ...(because !== undefined && {because}),
    ...(output !== undefined && {output}),
    ...(jobs && {jobs: jobs.map(jobOf)}),
    ...(error && {error: {code: error.code, owner: error.owner}}),
    ...(writes !== undefined && {writes}),
  };
}

/** Which job, and how it ended where it was followed: what else is known of it may change with the connector. */
function jobOf(job: Json): Json {
  if (!isObject(job)) return job;
  return Object.fromEntries(
    Object.entries(job).filter(([key, value]) => key === 'id' || (key === 'state' && value !== 'unknown')),
  );
}
