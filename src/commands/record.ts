import {relative} from 'node:path';
import {type Recorded, record} from '../authoring/record.ts';
import type {Recordable} from '../authoring/record-case.ts';
import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {type Config, readConfig, readSecret} from '../config.ts';
import {targetsOf} from '../engine/task.ts';
import {openEngine} from '../engines/index.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Connection, Template} from '../generated/types.ts';
import type {Library, Unit} from '../manifest/library.ts';
import {refuseBroken} from '../manifest/refuse.ts';
import {readProject} from '../read-project.ts';
import {readEvent} from '../sample.ts';
import {readValue} from '../terminal/given.ts';
import {printIssue} from '../terminal/issues.ts';
import {isObject, type JsonObject} from '../values/json.ts';
import {durationMs, systemClock} from '../values/time.ts';
import {openVault} from '../vault.ts';

export default class Record extends JobwireCommand {
  static override summary =
    'Make one real run and keep its requests and answers as a cassette, with a case that replays it';
  static override description =
    'It calls what the connections point to, writes included: a simulator or a test system is a good choice. Secrets are replaced, and nothing is written when something still looks like one (JW7002). Exit code 1 when the case does not replay.';
  static override examples = [
    '<%= config.bin %> record incident-to-triage --event incident.json',
    '<%= config.bin %> record uipath-prod startJob --input \'{"process": "SupportTriage"}\' --name start-by-name',
    '<%= config.bin %> record uipath-prod release --input \'{"name": "SupportTriage"}\'',
  ];
  static override args = {
    subject: Args.string({description: 'Id of a template, or of a connection', required: true}),
    part: Args.string({description: 'Of a connection: an action, a lookup or an operation of its connector'}),
  };
  static override flags = {
    event: Flags.string({summary: 'File with an event for a template, - for standard input; else the sample'}),
    input: Flags.string({summary: 'Input or params of the part: JSON, @FILE, - for standard input', default: '{}'}),
    name: Flags.string({summary: 'Name of the cassette and the case'}),
    timeout: Flags.string({summary: 'How long to wait for jobs of a template', default: '5m'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Record);
    if (durationMs(flags.timeout) === undefined)
      throw fail('JW7101', {problem: `--timeout ${flags.timeout}: write a duration such as 90s or 5m`});
    const config = readConfig(flags);
    const library = readProject(config);
    refuseBroken(library);
    const subject =
      args.part === undefined
        ? templateOf(library, args.subject, flags.event)
        : partOf(library, {connection: args.subject, part: args.part, input: flags.input});
    const name = flags.name ?? `recorded-${slug(args.part ?? args.subject)}`;
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
      throw fail('JW7101', {problem: `--name ${name}: lower-case letters, digits and dashes`});
    const recorded = await withTokens(config, (refreshTokens) =>
      record({
        library,
        project: config.project,
        subject,
        name,
        timeout: flags.timeout,
        secret: readSecret,
        refreshTokens,
      }),
    );
    this.show(recorded);
    if (recorded.problems.length > 0) process.exitCode = exitCodes.failure;
    return recorded;
  }

  private show({cassette, case: file, keptCase, exchanges, problems}: Recorded): void {
    this.print(`${relative(process.cwd(), cassette)}  ${exchanges} ${exchanges === 1 ? 'exchange' : 'exchanges'}`);
    this.print(`${relative(process.cwd(), file)}  ${keptCase ? 'was there and is kept' : 'replays it'}`);
    for (const problem of problems) this.print(printIssue(problem));
    this.say(
      problems.length > 0 ? '\nThe case does not replay yet: edit it, then jobwire test' : '\nNext: jobwire test',
    );
  }
}

/** Rotated refresh tokens are kept where the next process finds them, or the connection would be lost. */
async function withTokens<T>(
  config: Config,
  work: (tokens: ReturnType<typeof openVault>['refreshTokens']) => Promise<T>,
): Promise<T> {
  const store = 'sqlite::memory:';
  const engine = await openEngine(store, {clock: systemClock, dir: config.project});
  const vault = openVault({...config, store}, {engine, clock: systemClock});
  try {
    return await work(vault.refreshTokens);
  } finally {
    await vault.close();
    await engine.close();
  }
}

function templateOf(library: Library, id: string, file: string | undefined): Recordable {
  const unit = library.template(id);
  if (!unit) {
    const isConnection = library.connections.has(id);
    throw isConnection
      ? fail('JW7101', {problem: `${id} is a connection: name an action, a lookup or an operation as well`})
      : fail('JW7102', {what: 'template', id}, {suggestions: nearest(id, library.templates.keys())});
  }
  const found = readEvent(library, unit.manifest, {now: systemClock.now(), ...(file !== undefined && {file})});
  const {id: event, type, time, subject, data} = found;
  return {
    kind: 'template',
    unit,
    event: {id: event, type, ...(time !== undefined && {time}), ...(subject !== undefined && {subject}), data},
    connections: connectionsOf(library, unit.manifest),
  };
}

function connectionsOf(library: Library, {on, do: targets}: Template): Unit<Connection>[] {
  const used = targetsOf(targets).flatMap(({target}) => [target, ...(target.onComplete ?? [])]);
  const ids = new Set([...('event' in on ? [on.connection] : []), ...used.map(({connection}) => connection)]);
  return [...ids].flatMap((id) => library.connection(id) ?? []);
}

function partOf(
  library: Library,
  {connection: id, part, input}: {connection: string; part: string; input: string},
): Recordable {
  const connection = library.connection(id);
  if (!connection)
    throw fail('JW7102', {what: 'connection', id}, {suggestions: nearest(id, library.connections.keys())});
  const {actions = {}, lookups = {}, operations} = library.connector(connection.manifest.connector).manifest;
  const kinds = {action: actions, lookup: lookups, operation: operations} as const;
  const kind = (Object.keys(kinds) as (keyof typeof kinds)[]).find((one) => Object.hasOwn(kinds[one], part));
  if (!kind)
    throw fail(
      'JW7102',
      {what: 'action, lookup or operation', id: part},
      {suggestions: nearest(part, Object.values(kinds).flatMap(Object.keys))},
    );
  return {kind, name: part, connection, input: objectOf(readValue(input, '--input'))};
}

function objectOf(value: unknown): JsonObject {
  if (isObject(value)) return value;
  throw fail('JW7101', {problem: '--input is a JSON object'});
}

function slug(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}
