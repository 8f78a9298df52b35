/** Everything that can be done with jobs of one kind behind one connection, the same for every target. Must never know a vendor. */
import {fail} from '../errors/jobwire-error.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import type {FileValue} from './file.ts';
import {chooseKind, hasVerb, type JobTarget, kindOf, runVerb, type VerbName, verbOf} from './verbs.ts';
import {findJobs, getJobs, type Job} from './verbs-get.ts';
import {inputSchema} from './verbs-input.ts';
import {type JobList, listJobs} from './verbs-list.ts';
import {type LogOptions, readLog} from './verbs-log.ts';
import {type JobName, type JobRef, readRefs} from './verbs-refs.ts';
import {type StoppedJob, stopJobs} from './verbs-stop.ts';
import {type WaitOptions, waitForJobs} from './verbs-wait.ts';

export interface Attachment {
  readonly id: string;
  readonly name?: string;
  readonly category?: string;
}

/** What to attach: content of ours (text as UTF-8), or something that lies at the target already. */
export type Attaching =
  | {readonly name: string; readonly content: string | Uint8Array; readonly type?: string | undefined}
  | {readonly id: string};

/**
 * Jobs are named by their id or by a whole reference; a UUID in any of its forms, and a job named twice is one job. Input is what the
 * connector's verb declares. Every method may reject with JW2007 (no such id, nothing was sent), JW3202 (the kind has no such verb),
 * JW2005 to JW2007 (the input, nothing was sent), JW3001 to JW3016 (the target), JW7001 (a secret), and the connector's own codes.
 */
export interface Jobs {
  /** Name of the job kind. */
  readonly kind: string;
  /** JSON Schema of what a verb takes as input. JW3202. */
  inputSchema(verb: VerbName): object;
  /** At most `limit` jobs (100 unless the verb says otherwise), newest first where the target can. */
  list(input?: JsonObject, limit?: number): Promise<JobList>;
  /** JW3016 when the target does not know it. */
  get(job: JobName): Promise<Job>;
  /** In the order given, each once. JW3016 naming all that are not known. */
  getAll(jobs: readonly JobName[]): Promise<Job[]>;
  exists(job: JobName): Promise<boolean>;
  /** Resolves when all are over, in success or not. JW3203, JW3205, JW3002: see waitForJobs. */
  wait(jobs: readonly JobName[], options?: WaitOptions): Promise<Job[]>;
  /** All or none: JW3016 when one is not known, and then nothing was stopped. Jobs that are over are left alone. */
  stop(jobs: readonly JobName[], input?: JsonObject): Promise<StoppedJob[]>;
  /** The new jobs. JW3009 when a job may have been started: look before repeating it. */
  restart(job: JobName, input?: JsonObject): Promise<JobRef[]>;
  /** Delivers a payload to a job that waits for one; undefined for the job where the input says which is meant. */
  resume(job: JobName | undefined, payload: Json, input?: JsonObject): Promise<void>;
  /** What a job was started or resumed with. */
  payload(input?: JsonObject): Promise<Json>;
  /** What the job gave, JSON or bytes; null when it gave nothing. */
  output(job: JobName): Promise<Json | Uint8Array>;
  /** Pieces of what the job writes. */
  log(job: JobName, options?: LogOptions): AsyncGenerator<string>;
  attachments(job: JobName): Promise<Attachment[]>;
  /** Uploads and links a file, or links what is there. Its id. */
  attach(job: JobName, what: Attaching, input?: JsonObject): Promise<string>;
  download(job: JobName, attachment: string): Promise<Uint8Array>;
}

/** Errors: JW1004 no such job kind, JW7101 several and none is named. Asks nothing. */
export function createJobs(open: Omit<JobTarget, 'kind'>, kindName?: string): Jobs {
  const {connector} = open.connection;
  const target: JobTarget = {...open, kind: chooseKind(connector, kindName)};
  const kind = kindOf(connector.jobs, target.kind);
  const refs = (names: readonly JobName[]): JobRef[] => readRefs(names, kind, connector);
  const ref = (name: JobName): JobRef => refs([name])[0] as JobRef;
  const run = async (verb: VerbName, jobs: readonly JobRef[], input: JsonObject = {}): Promise<Json | undefined> =>
    (await runVerb({...target, verb, jobs, input}))[0]?.output;
  return {
    kind: target.kind,
    inputSchema: (verb) =>
      inputSchema(verbOf(kind, verb, {kind: target.kind, connector: connector.id}), verb, connector),
    list: async (input, limit) => listJobs(target, input, limit),
    get: async (job) => (await getJobs(target, [ref(job)]))[0] as Job,
    getAll: async (jobs) => getJobs(target, refs(jobs)),
    exists: async (job) => (await findJobs(target, [ref(job)]))[0] !== undefined,
    wait: async (jobs, options) => waitForJobs(target, refs(jobs), options),
    stop: async (jobs, input) => stopJobs(target, refs(jobs), input),
    restart: async (job, input) => newJobs(await run('restart', [ref(job)], input)),
    async resume(job, payload, input) {
      await run('resume', job === undefined ? [] : [ref(job)], {...input, payload});
    },
    payload: async (input) => (await run('payload', [], input)) ?? null,
    output: async (job) => readOutput(target, ref(job)),
    async *log(job, options) {
      yield* readLog(target, ref(job), options);
    },
    attachments: async (job) => readAttachments(await run('attachments', [ref(job)])),
    attach: async (job, what, input) => idOf(await run('attach', [ref(job)], {...input, ...attaching(what)})),
    download: async (job, id) => bytesIn(await run('download', [ref(job)], {id})),
  };
}

/** Where the kind has no verb for it, the status may hold the output. */
async function readOutput(target: JobTarget, ref: JobRef): Promise<Json | Uint8Array> {
  if (!hasVerb(target, 'output')) {
    const [job] = await getJobs(target, [ref]);
    if (job?.output !== undefined) return job.output;
  }
  const [answer] = await runVerb({...target, verb: 'output', jobs: [ref]});
  return answer?.output ?? null;
}

function attaching(what: Attaching): JsonObject {
  if ('id' in what) return {id: what.id};
  const {name, content, type = 'application/octet-stream'} = what;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const file: FileValue = {name, type, size: bytes.byteLength, bytes};
  // Typed as JSON because only expressions and request bodies, which know files, look at it.
  return {file: file as unknown as Json};
}

function newJobs(output: Json | undefined): JobRef[] {
  const jobs = own(output, 'jobs');
  const refs = (Array.isArray(jobs) ? jobs : []).filter((job): job is JobRef => own(job, 'id') !== undefined);
  if (refs.length === 0) throw unusable('restart gives no list jobs');
  return refs;
}

function readAttachments(output: Json | undefined): Attachment[] {
  if (!Array.isArray(output)) throw unusable('attachments gives no list');
  return output.map((row) => {
    const [id, name, category] = ['id', 'name', 'category'].map((key) => own(row, key));
    if (!isObject(row) || id === undefined || id === null) throw unusable('attachments gives a row without id');
    return {
      id: String(id),
      ...(typeof name === 'string' && {name}),
      ...(typeof category === 'string' && {category}),
    };
  });
}

function idOf(output: Json | undefined): string {
  const id = own(output, 'id');
  if (id === undefined || id === null) throw unusable('attach gives no id');
  return String(id);
}

function bytesIn(output: unknown): Uint8Array {
  if (output instanceof Uint8Array) return output;
  if (typeof output === 'string') return new TextEncoder().encode(output);
  if (output === undefined || output === null) return new Uint8Array();
  throw unusable('download gives no bytes');
}

function unusable(problem: string): Error {
  return fail('JW1012', {problem: `the verb ${problem}`}, {outcome: 'fail'});
}
