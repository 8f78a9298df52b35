/** One real run as a cassette and a case that replays it. Must never write when anything looks like a secret. */
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {runLookup, runOperation} from '../cases/call-case.ts';
import type {CaseOwner, CaseUnit, Outcome} from '../cases/case-file.ts';
import {connectionId} from '../cases/connections.ts';
import {readCase} from '../cases/discover.ts';
import {runAction, runTemplate} from '../cases/run-case.ts';
import {fail, type Issue} from '../errors/jobwire-error.ts';
import type {Case, Cassette, Exchange} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import type {Json} from '../values/json.ts';
import {iso} from '../values/time.ts';
import {caseOf, expectationOf, type Recordable} from './record-case.ts';
import {Disguise, mapTexts, valuesIn} from './record-disguise.ts';
import {answerOf, expectedOf, type Taken} from './record-exchange.ts';
import {normaliser} from './record-normalise.ts';
import {replay} from './record-replay.ts';
import {openScene, type SceneOptions} from './record-scene.ts';
import {findSecrets} from './record-secrets.ts';
import {sensitiveOf} from './record-sensitive.ts';

export interface RecordOptions extends Pick<SceneOptions, 'library' | 'timeout' | 'secret' | 'refreshTokens'> {
  /** Nothing is written outside. */
  readonly project: string;
  readonly subject: Recordable;
  /** Of the files. */
  readonly name: string;
}

export interface Recorded {
  /** Absolute paths. */
  readonly cassette: string;
  readonly case: string;
  /** A case of this name was there before and is kept. */
  readonly keptCase: boolean;
  readonly exchanges: number;
  readonly expect: Case['expect'];
  /** Why the case does not replay; empty when it does. */
  readonly problems: readonly Issue[];
}

/** The moment every recording plays at, so that recording again changes nothing but what has changed. */
const begin = Date.UTC(2026, 0, 12, 8, 0, 0);

/**
 * Errors before anything is sent: JW7101, JW7001 to JW7004. After it: JW5005 when waiting takes too long; JW7002 for what looks like a
 * secret; JW3005 for bytes. What the target refuses is recorded like anything else.
 */
export async function record(options: RecordOptions): Promise<Recorded> {
  const {library, subject, name} = options;
  const place = placeOf(options);
  const disguise = new Disguise();
  for (const text of sensitiveOf(subject, library)) disguise.add(text);
  const title = place.known?.manifest.title ?? `Recorded: ${name}`;
  const manifest = caseOf(subject, {title, now: iso(begin)});
  const unit = unitOf(place, {...manifest, expect: {}});
  const played = await play(unit, options, disguise);
  requireExchange(played);
  const made = make(played, unit.manifest, disguise);
  refuseSecrets(made, disguise);
  const {exchanges, problems} = await replay(place.known ?? unitOf(place, made.case), made.exchanges, library);
  const cassette: Cassette = {
    jobwire: '1',
    kind: 'cassette',
    title,
    exchanges: [...exchanges],
    recordedAt: iso(played.from),
    connector: place.connector,
  };
  write(place.cassette, cassette);
  if (!place.known) write(place.case, {...made.case, cassette: `../cassettes/${name}.json`});
  return {
    cassette: place.cassette,
    case: place.case,
    keptCase: place.known !== undefined,
    exchanges: exchanges.length,
    expect: made.case.expect,
    problems,
  };
}

interface Place {
  readonly owner: CaseOwner;
  /** `id@version` */
  readonly connector: string;
  readonly cassette: string;
  readonly case: string;
  readonly known?: CaseUnit;
}

function placeOf({library, subject, name, project}: RecordOptions): Place {
  const {owner, connector} = ownerOf(subject, library);
  const {dir, id} = owner.unit;
  if (relative(project, dir).startsWith('..'))
    throw fail(
      'JW7101',
      {problem: `the connector ${id} lies outside this project, in ${dir}`},
      {
        hint: `copy it to connectors/${id}, where cassettes can be written`,
      },
    );
  const file = join(dir, 'cases', `${name}.json`);
  const known = existsSync(file) ? readCase(file, owner) : undefined;
  if (known && !('manifest' in known))
    throw fail('JW7101', {problem: `${file} is no case: ${known.issues[0]?.detail ?? 'it cannot be read'}`});
  return {owner, connector, cassette: join(dir, 'cassettes', `${name}.json`), case: file, ...(known && {known})};
}

function ownerOf(subject: Recordable, library: Library): {owner: CaseOwner; connector: string} {
  const reference =
    subject.kind === 'template'
      ? ([subject.unit.manifest.do].flat()[0]?.connector ?? '')
      : subject.connection.manifest.connector;
  const unit = library.connector(reference);
  const connector = `${unit.id}@${unit.manifest.version}`;
  const owner: CaseOwner =
    subject.kind === 'template' ? {kind: 'template', unit: subject.unit} : {kind: 'connector', unit};
  return {owner, connector};
}

function unitOf({owner, case: file}: Place, manifest: Case): CaseUnit {
  return {file, owner, manifest, locate: (pointer) => ({file, pointer, line: 1, column: 1})};
}

interface Played {
  readonly outcome: Outcome;
  readonly taken: readonly Taken[];
  readonly from: number;
}

/** As the case will be played, with the real wire in place of the script. */
async function play(unit: CaseUnit, options: RecordOptions, disguise: Disguise): Promise<Played> {
  const {subject} = options;
  const connections =
    subject.kind === 'template'
      ? new Map(subject.connections.map((connection) => [connection.id, connection]))
      : new Map([[connectionId, subject.connection]]);
  const scene = openScene({...options, connections, disguise});
  const from = scene.clock.now();
  try {
    for (const id of connections.keys()) scene.connection(id);
    const outcome = await (() => {
      if (subject.kind === 'template') return runTemplate(unit, {kind: 'template', unit: subject.unit}, scene);
      if (subject.kind === 'action') return runAction(subject.name, unit, scene);
      return subject.kind === 'lookup' ? runLookup(subject.name, unit, scene) : runOperation(subject.name, unit, scene);
    })();
    return {outcome, taken: scene.taken, from};
  } finally {
    await scene.close();
  }
}

/** What failed before anything was sent is a mistake of the caller, not a behaviour of the target. */
function requireExchange({outcome, taken}: Played): void {
  if (taken.length > 0) return;
  const errors = [outcome, ...(outcome.targets?.values() ?? [])].flatMap(({error}) => error ?? []);
  const [first] = errors;
  if (!first) throw fail('JW7101', {problem: 'nothing was sent, so there is nothing to record'});
  const {jobwireCode, detail, hint, suggestions, choices} = first;
  throw fail(jobwireCode, {}, {detail, hint, ...(suggestions && {suggestions}), ...(choices && {choices})});
}

interface Made {
  readonly exchanges: readonly Exchange[];
  readonly case: Case;
}

/** Secrets disguised, then ids, times and addresses as they are in every recording. */
function make({outcome, taken, from}: Played, manifest: Case, disguise: Disguise): Made {
  const hide = (value: Json): void => {
    for (const text of valuesIn(value)) if (text.length >= 6) disguise.add(text);
  };
  const answers = taken.map((one) => answerOf(one, hide));
  const exchanges = taken.map(({request}, i) => ({request: expectedOf(request), ...answers[i]}));
  const plain = {exchanges, case: {...manifest, expect: expectationOf(outcome)}} as unknown as Json;
  const disguised = disguise.json(plain) as unknown as Made;
  const normal = normaliser({
    exchanges: disguised.exchanges.map(({request, response = null}) => ({
      request: request as unknown as Json,
      response: response as unknown as Json,
    })),
    given: disguise.json({...manifest, expect: null} as unknown as Json),
    from,
    to: begin,
  });
  return mapTexts(disguised as unknown as Json, normal) as unknown as Made;
}

const mostShown = 5;

function refuseSecrets(made: Made, disguise: Disguise): void {
  const {connection, connections = {}} = made.case;
  const standing = [connection, ...Object.values(connections)].flatMap((one) =>
    Object.values(one?.secrets ?? {}).flat(),
  );
  const found = findSecrets(made as unknown as Json, {
    secrets: disguise.secrets,
    harmless: new Set([...disguise.stands, ...standing]),
  });
  if (found.length === 0) return;
  const places = found.slice(0, mostShown).map(({pointer, why}) => `${pointer} ${why}`);
  const more = found.length > mostShown ? `; and ${found.length - mostShown} more` : '';
  throw fail(
    'JW7002',
    {},
    {
      detail: `nothing was written, for the recording may hold a secret: ${places.join('; ')}${more}`,
      hint: 'name the place in response.redact of the operation, or mark the field x-jobwire-sensitive, and record again',
    },
  );
}

function write(path: string, content: object): void {
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
}
