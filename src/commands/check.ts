import {relative, resolve} from 'node:path';
import {Args, Flags} from '@oclif/core';
import {exitCodes, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import {checkCompanions} from '../manifest/check-companions.ts';
import type {Library} from '../manifest/library.ts';
import {readProject} from '../runtime.ts';
import {countIssues, printIssue} from '../terminal/issues.ts';

export default class Check extends JobwireCommand {
  static override summary = 'Validate connectors, templates and connections without calling anything';
  static override description =
    'Exit code 3 when there are errors. Simulators and cases are checked as well, and with --shipped, or where there is no project, every connector that comes with Jobwire.';
  static override examples = [
    '<%= config.bin %> check',
    '<%= config.bin %> check templates/incident-to-triage',
    '<%= config.bin %> check --evidence --json',
  ];
  static override strict = false;
  static override args = {paths: Args.string({description: 'Only findings in these files or folders'})};
  static override flags = {
    shipped: Flags.boolean({summary: 'Check all shipped connectors, not only those in use'}),
    evidence: Flags.boolean({summary: 'List what the connectors in use take for granted without documentation'}),
  };

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(Check);
    const config = readConfig(flags);
    const used = readProject(config);
    const isEmpty = used.templates.size + used.connections.size + used.connectors.size === 0;
    const library = flags.shipped || isEmpty ? readProject(config, 'all') : used;
    const paths = (argv as string[]).map((path) => resolve(path));
    const issues = [...library.issues, ...checkCompanions(library)].filter(
      ({at}) => paths.length === 0 || paths.some((path) => at && resolve(at.file).startsWith(path)),
    );
    for (const issue of issues) this.print(`${printIssue(shortened(issue))}\n`);
    const evidence = flags.evidence ? inferred(library) : [];
    for (const line of evidence)
      this.print(`${line.connector} ${line.at}: ${line.level}${line.note ? `: ${line.note}` : ''}`);
    const {connectors, templates, connections} = library;
    this.say(
      `${connectors.size} connectors, ${templates.size} templates, ${connections.size} connections: ${countIssues(issues)}`,
    );
    if (issues.some(({severity}) => severity === 'error')) process.exitCode = exitCodes.validation;
    return {issues, ...(flags.evidence && {evidence})};
  }
}

/** Paths as the person would type them. */
function shortened(issue: Issue): Issue {
  const {at} = issue;
  if (!at) return issue;
  const file = relative(process.cwd(), at.file);
  return {...issue, at: {...at, file: file.startsWith('..') ? at.file : file}};
}

function inferred({connectors}: Library): {connector: string; at: string; level: string; note?: string}[] {
  return [...connectors.values()].flatMap(({manifest}) =>
    (manifest.evidence ?? [])
      .filter(({level}) => level === 'inferred' || level === 'observed')
      .map(({at, level, note}) => ({connector: manifest.id, at, level, ...(note !== undefined && {note})})),
  );
}
