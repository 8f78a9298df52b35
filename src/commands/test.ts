import {relative, resolve} from 'node:path';
import type {CaseResult, CaseUnit} from '../cases/case-file.ts';
import {type Coverage, coverageOf} from '../cases/coverage.ts';
import {discoverCases} from '../cases/discover.ts';
import {runCase} from '../cases/run.ts';
import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail} from '../errors/jobwire-error.ts';
import {readProject} from '../read-project.ts';
import {printIssue} from '../terminal/issues.ts';
import {howLong, indent} from '../terminal/text.ts';

export default class TestCommand extends JobwireCommand {
  static override summary = 'Run the cases beside templates and connectors: everything real but the wire and the clock';
  static override description =
    'Without paths the cases of the project. Nothing leaves this machine, and time passes at once. Exit code 1 when a case fails.';
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test templates/incident-to-triage',
    '<%= config.bin %> test --coverage',
    '<%= config.bin %> test --shipped --json',
  ];
  static override strict = false;
  static override args = {paths: Args.string({description: 'Only cases in these files or folders'})};
  static override flags = {
    shipped: Flags.boolean({summary: 'The cases of every shipped connector as well'}),
    coverage: Flags.boolean({
      summary: 'List the criteria, $switch cases and error rows that no case would miss if they were wrong',
    }),
  };

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(TestCommand);
    const config = readConfig(flags);
    const library = readProject(config, flags.shipped ? 'all' : 'used');
    const {cases, broken} = discoverCases(library);
    const paths = (argv as string[]).map((path) => resolve(path));
    const places = paths.length > 0 ? paths : flags.shipped ? [''] : [resolve(config.project)];
    const isWanted = ({file}: {file: string}): boolean => places.some((place) => file.startsWith(place));
    const results: CaseResult[] = broken
      .filter(isWanted)
      .map(({file, issues}) => ({file, title: 'cannot be read', ok: false, problems: [...issues], ms: 0}));
    const passing: CaseUnit[] = [];
    for (const unit of cases.filter(isWanted)) {
      const result = await runCase(unit, library);
      results.push(result);
      if (result.ok) passing.push(unit);
    }
    if (results.length === 0)
      throw fail(
        'JW7102',
        {what: 'case in', id: places.join(', ')},
        {hint: 'cases are files in cases/ beside a template or connector'},
      );
    for (const result of results) this.print(printResult(result));
    const failed = results.filter(({ok}) => !ok).length;
    this.say(
      `\n${results.length - failed} passed, ${failed} failed, ${howLong(results.reduce((sum, {ms}) => sum + ms, 0))}`,
    );
    if (failed > 0) process.exitCode = exitCodes.failure;
    const coverage = flags.coverage ? await coverageOf(passing, library) : undefined;
    for (const one of coverage ?? []) this.print(showCoverage(one));
    return {passed: results.length - failed, failed, cases: results, ...(coverage && {coverage})};
  }
}

function printResult({file, title, ok, problems}: CaseResult): string {
  const head = `${ok ? 'ok    ' : 'FAILED'}  ${relative(process.cwd(), file)}  ${title}`;
  return [head, ...problems.map((problem) => indent(printIssue(problem), 8))].join('\n');
}

function showCoverage({kind, id, points}: Coverage): string {
  const kinds = [...new Set(points.map((point) => point.kind))];
  const counts = kinds.map((one) => {
    const all = points.filter((point) => point.kind === one);
    return `${plural[one]} ${all.filter(({by}) => by !== undefined).length}/${all.length}`;
  });
  return [
    `\ncoverage of ${kind} ${id}: ${counts.join(', ') || 'nothing to decide'}`,
    ...points
      .filter(({by}) => by === undefined)
      .map(({label, at}) => `  not covered  ${label}  (${relative(process.cwd(), at.file)}:${at.line}:${at.column})`),
  ].join('\n');
}

const plural = {criterion: 'criteria', 'switch case': '$switch cases', 'error row': 'error rows'} as const;
