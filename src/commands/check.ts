import {join, relative, resolve} from 'node:path';
import {type Fix, fixAll, planFixes} from '../authoring/fix.ts';
import {isWithin, openProjectFiles} from '../authoring/project-files.ts';
import {interruption, onEveryChange} from '../authoring/watch.ts';
import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import {checkCompanions} from '../manifest/check-companions.ts';
import type {Library} from '../manifest/library.ts';
import {runtimeVersion} from '../packaging/runtime-version.ts';
import {readProject} from '../read-project.ts';
import {countIssues, printIssue} from '../terminal/issues.ts';
import {sarifLog} from '../terminal/sarif.ts';
import {workflowCommand} from '../terminal/workflow-commands.ts';
import {packageRoot} from '../values/package-root.ts';
import {systemClock} from '../values/time.ts';

/** One look at the project; files are absolute. */
interface Look {
  readonly library: Library;
  readonly issues: readonly Issue[];
  readonly fixed: readonly Fix[];
}

interface Writing {
  readonly version: string;
  readonly project: string;
  /** One line per look. */
  readonly compact: boolean;
}

type Format = (look: Look, writing: Writing) => readonly string[];

const formats = {
  pretty: ({issues}) => issues.map((issue) => `${printIssue(shortened(issue))}\n`),
  json: ({issues, fixed}, {compact}) => [JSON.stringify({issues, fixed: fixed.map(described)}, null, compact ? 0 : 2)],
  sarif: ({issues}, {version, project, compact}) => {
    const fixes = planFixes(issues, openProjectFiles({project, shipped: packageRoot}));
    return [JSON.stringify(sarifLog(issues, {version, root: process.cwd(), fixes}), null, compact ? 0 : 2)];
  },
  github: ({issues}) => issues.map((issue) => workflowCommand(shortened(issue))),
} as const satisfies Record<string, Format>;

type FormatName = keyof typeof formats;

interface Showing {
  readonly format: FormatName;
  readonly project: string;
  readonly notes?: readonly string[];
  readonly compact?: boolean;
}

export default class Check extends JobwireCommand {
  static override summary = 'Validate connectors, templates and connections without calling anything';
  static override description =
    'Exit code 3 when there are errors. Simulators and cases of the project are checked as well, and with --shipped, or where there is no project, every connector that comes with Jobwire and what lies beside it. --fix replaces a word that has exactly one near correction, and nothing else.';
  static override examples = [
    '<%= config.bin %> check',
    '<%= config.bin %> check templates/incident-to-triage --fix',
    '<%= config.bin %> check --watch',
    '<%= config.bin %> check --format sarif > jobwire.sarif',
    '<%= config.bin %> check --evidence --json',
  ];
  static override strict = false;
  static override args = {paths: Args.string({description: 'Only findings in these files or folders'})};
  static override flags = {
    shipped: Flags.boolean({summary: 'Check all shipped connectors, not only those in use'}),
    evidence: Flags.boolean({summary: 'List what the connectors in use take for granted without documentation'}),
    format: Flags.string({
      summary: 'How findings are written: for people, programs, code scanning or the notes of a workflow run',
      options: Object.keys(formats),
      default: 'pretty',
    }),
    fix: Flags.boolean({summary: 'Correct misspelt keys, names, paths and words in the files of the project'}),
    watch: Flags.boolean({summary: 'Check again whenever a file changes, until Ctrl-C', exclusive: ['fix', 'json']}),
  };

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(Check);
    const {project} = readConfig(flags);
    const paths = (argv as string[]).map((path) => resolve(path));
    const look = (): Look => ({...checkProject(flags, paths), fixed: []});
    if (flags.watch) return this.#watch(project, look, flags.format as FormatName);
    const fixed = flags.fix
      ? fixAll({...openProjectFiles({project, shipped: packageRoot}), check: () => look().issues})
      : [];
    const seen = {...look(), fixed};
    const evidence = flags.evidence ? inferred(seen.library) : [];
    const notes = evidence.map(
      ({connector, at, level, note}) => `${connector} ${at}: ${level}${note ? `: ${note}` : ''}`,
    );
    this.#show(seen, {format: flags.format as FormatName, project, notes});
    if (seen.issues.some(({severity}) => severity === 'error')) process.exitCode = exitCodes.validation;
    return {
      issues: seen.issues,
      ...(flags.fix && {fixed: fixed.map(described)}),
      ...(flags.evidence && {evidence}),
    };
  }

  /** Only the pretty form has room for more than findings on stdout. */
  #show(look: Look, {format, project, notes = [], compact = false}: Showing): void {
    const {connectors, templates, connections} = look.library;
    const writing = {version: runtimeVersion(), project, compact};
    for (const line of formats[format](look, writing)) this.print(line);
    const changes = look.fixed.map(
      ({file, line, column, from, to}) => `fixed  ${shortPath(file)}:${line}:${column}  ${from} → ${to}`,
    );
    for (const line of [...changes, ...notes])
      if (format === 'pretty') this.print(line);
      else this.say(line);
    this.say(
      `${connectors.size} connectors, ${templates.size} templates, ${connections.size} connections: ${countIssues(look.issues)}`,
    );
  }

  async #watch(project: string, look: () => Look, format: FormatName): Promise<void> {
    process.exitCode = exitCodes.interrupted;
    await onEveryChange(project, {clock: systemClock, signal: interruption()}, () => {
      this.#show(look(), {format, project, compact: true});
      this.say('watching for changes; Ctrl-C ends\n');
    });
  }
}

function checkProject(
  flags: {readonly project?: string | undefined; readonly shipped: boolean},
  paths: readonly string[],
): Omit<Look, 'fixed'> {
  const config = readConfig(flags);
  const used = readProject(config);
  const isEmpty = used.templates.size + used.connections.size + used.connectors.size === 0;
  const library = flags.shipped || isEmpty ? readProject(config, 'all') : used;
  const looked = library === used ? withoutShipped(used, config.project) : library;
  const issues = [...library.issues, ...checkCompanions(looked)].filter(
    ({at}) => paths.length === 0 || paths.some((path) => at && isWithin(path, resolve(at.file))),
  );
  return {library, issues};
}

/** Simulators and cases of shipped connectors were checked when Jobwire was made: they take longer than all else together. */
function withoutShipped(library: Library, project: string): Library {
  if (resolve(project) === resolve(packageRoot)) return library;
  const connectors = [...library.connectors].filter(([, {dir}]) => !isWithin(join(packageRoot, 'connectors'), dir));
  return {...library, connectors: new Map(connectors)};
}

/** Paths as the person would type them. */
function shortened(issue: Issue): Issue {
  const {at} = issue;
  return at ? {...issue, at: {...at, file: shortPath(at.file)}} : issue;
}

function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

function described({file, line, column, pointer, code, from, to}: Fix) {
  return {file, line, column, pointer, code, from, to};
}

function inferred({connectors}: Library): {connector: string; at: string; level: string; note?: string}[] {
  return [...connectors.values()].flatMap(({manifest}) =>
    (manifest.evidence ?? [])
      .filter(({level}) => level === 'inferred' || level === 'observed')
      .map(({at, level, note}) => ({connector: manifest.id, at, level, ...(note !== undefined && {note})})),
  );
}
