/** Jobwire for programs: open a project, work with the jobs behind its connections, start actions, serve. Must decide nothing itself. */
import {randomUUID} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {inProject, readConfig} from './config.ts';
import {runRoot} from './engine/roots.ts';
import {jobsOf} from './engine/started.ts';
import {fail} from './errors/jobwire-error.ts';
import type {Library} from './manifest/library.ts';
import {actionInput, actionOf, type FieldOptions, readOptions} from './operations/choices.ts';
import {prepareInput} from './operations/input.ts';
import {type ConnectionInfo, describeConnections, type Probed, probe} from './operations/probe.ts';
import {runProcedure} from './operations/procedure.ts';
import type {Log} from './operations/trace.ts';
import {createJobs, type Jobs} from './operations/verbs-jobs.ts';
import type {JobRef} from './operations/verbs-refs.ts';
import {openRuntime, type Runtime} from './runtime.ts';
import {serve as serveProject} from './serve.ts';
import {openLog} from './telemetry/log.ts';
import {type Json, type JsonObject, own} from './values/json.ts';
import type {Redactor} from './values/secret.ts';
import {randomId} from './values/time.ts';

export {type CatalogEntry, type Code, catalog, isCode, type Owner, type Severity} from './errors/catalog.ts';
export {type Issue, JobwireError, type Outcome, type Place} from './errors/jobwire-error.ts';
export type {Action, Connection, Connector, JobKind, Operation, Template} from './generated/types.ts';
export type {Library, Unit} from './manifest/library.ts';
export type {Argument, Choice, FieldOptions} from './operations/choices.ts';
export type {ConnectionInfo, Probed} from './operations/probe.ts';
export type {Log, StepRecord} from './operations/trace.ts';
export type {VerbName} from './operations/verbs.ts';
export type {Job} from './operations/verbs-get.ts';
export type {Attaching, Attachment, Jobs} from './operations/verbs-jobs.ts';
export type {JobList, ListedJob} from './operations/verbs-list.ts';
export type {LogOptions} from './operations/verbs-log.ts';
export type {JobName, JobRef} from './operations/verbs-refs.ts';
export type {JobState} from './operations/verbs-states.ts';
export type {StoppedJob} from './operations/verbs-stop.ts';
export type {WaitOptions} from './operations/verbs-wait.ts';
export {ExactNumber, type Json, type JsonObject} from './values/json.ts';

export interface StartOptions {
  /**
   * Root `run.key`: names the start at the target, where the connector sends a reference. Without it, one is made: `jw-` and 26
   * characters.
   */
  readonly key?: string;
  /** Told of every step and request, masked. */
  readonly log?: Log;
}

export interface Started {
  readonly key: string;
  /** What the action gives. */
  readonly output?: Json;
  /** For an action that starts jobs: their kind. */
  readonly kind?: string;
  /** Absent where the action starts no jobs, or the target does not say which. */
  readonly jobs?: readonly JobRef[];
}

/** The connections of a project, opened when they are first used. Nothing is stored, and nothing runs after `close`. */
export interface Project {
  /** Absolute. */
  readonly dir: string;
  /** Connectors, templates and connections, checked. */
  readonly library: Library;
  /** Masks the secrets that were read so far, for what you print or store. */
  readonly redactor: Redactor;
  /** By id, without asking anything. */
  connections(): ConnectionInfo[];
  /** Asks the target whether the connection works, and as whom. JW7001 naming every missing secret; JW3001 to JW3016. */
  probe(connection: string, log?: Log): Promise<Probed>;
  /** JW7102 no such connection, JW1004 no such job kind, JW7101 several job kinds and none is named, JW7003, JW7004. */
  jobs(connection: string, kind?: string, log?: Log): Jobs;
  /** JSON Schema of what an action takes. JW1004. */
  inputSchema(connection: string, action: string): object;
  /** What may stand in a field of an action: choices or arguments. See `readOptions` for the errors. */
  options(connection: string, action: string, field: string, input?: JsonObject): Promise<FieldOptions>;
  /**
   * Runs an action once, here and now, without the engine: at most once, and without waiting for the jobs it starts. Errors: JW1004,
   * JW2005 to JW2007, JW7004 and refusals of the connector, before anything was sent; JW3001 to JW3007, JW3010 to JW3016 when nothing
   * was executed; **JW3009 when the write may have happened**: look at the target, never simply repeat it.
   */
  startAction(connection: string, action: string, input: JsonObject, options?: StartOptions): Promise<Started>;
  /** Keeps content in `.jobwire/attachments` while there is no job to attach it to. */
  keepAttachment(name: string, content: string | Uint8Array): {readonly id: string; readonly path: string};
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens the project in a folder (JOBWIRE_PROJECT, else the current one). Errors: the first finding of a project that `jobwire check`
 * refuses, JW7101 for a JOBWIRE_ variable that is not what it must be.
 */
export async function openProject(dir?: string): Promise<Project> {
  const config = readConfig({project: dir});
  const runtime = await openRuntime({...config, store: 'sqlite::memory:'});
  const {library, redactor} = runtime;
  return {
    dir: config.project,
    library,
    redactor,
    connections: () => describeConnections(library),
    probe: async (connection, log) => probe(runtime.connection(connection), log),
    jobs: (connection, kind, log) => createJobs({connection: runtime.connection(connection), log}, kind),
    inputSchema: (connection, action) => actionInput(runtime.connection(connection), action),
    options: async (connection, action, field, input) =>
      readOptions({connection: runtime.connection(connection), action, field, input}),
    startAction: async (connection, action, input, options = {}) =>
      startAction(runtime, {...options, connection, action, input}),
    keepAttachment: (name, content) => keepFile(inProject(config, '.jobwire', 'attachments'), name, content),
    close: () => runtime.close(),
    [Symbol.asyncDispose]: () => runtime.close(),
  };
}

interface Starting extends StartOptions {
  readonly connection: string;
  readonly action: string;
  readonly input: JsonObject;
}

async function startAction({connection: open, clock}: Runtime, starting: Starting): Promise<Started> {
  const {action: name, key = `jw-${randomId()}`, log} = starting;
  if (key.trim() === '') throw fail('JW7101', {problem: 'the key of a start may not be empty'});
  const connection = open(starting.connection);
  const action = actionOf(connection, name);
  const input = prepareInput(action, starting.input, connection);
  const facts = {id: key, template: 'program', target: name, delivery: 'at-most-once', attempt: 1} as const;
  const output = await runProcedure(action, {input, run: runRoot(facts, clock.now())}, {connection, log});
  const jobs = action.starts === undefined ? undefined : own(output, 'jobs');
  return {
    key,
    ...(output !== undefined && {output}),
    ...(action.starts !== undefined && {kind: action.starts}),
    ...(jobs !== undefined && {jobs: jobsOf(jobs)}),
  };
}

function keepFile(folder: string, name: string, content: string | Uint8Array): {id: string; path: string} {
  const id = randomUUID();
  const plain = name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').slice(-100);
  const path = join(folder, `${id}-${plain}`);
  mkdirSync(folder, {recursive: true});
  writeFileSync(path, content, {mode: 0o600, flag: 'wx'});
  return {id, path};
}

export interface ServeOptions {
  readonly dir?: string;
  /** `sqlite:<path>`, relative to the project (JOBWIRE_STORE). */
  readonly store?: string;
  readonly host?: string;
  /** 0 for any. */
  readonly port?: number;
  /** Of the log on stderr (JOBWIRE_LOG_LEVEL; `info`). */
  readonly logLevel?: string;
}

export interface Serving {
  readonly url: string;
  /** Addresses of the webhook feeds. */
  readonly hooks: readonly string[];
  /** Stops accepting, lets requests and runs under way finish, closes the store. */
  close(): Promise<void>;
}

/**
 * Receives events, starts and follows runs, as `jobwire serve`. Errors: those of openProject, JW7101 when the address cannot be
 * listened on, JW7103 when the store cannot be used.
 */
export async function serve({dir, logLevel, ...overrides}: ServeOptions = {}): Promise<Serving> {
  const config = readConfig({...overrides, project: dir});
  const {url, hooks, close} = await serveProject(config, openLog(logLevel ?? config.logLevel));
  return {url, hooks, close};
}
