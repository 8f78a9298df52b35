import {relative, resolve} from 'node:path';
import {Args, Flags} from '@oclif/core';
import type {CaseResult} from '../cases/case-file.ts';
import {discoverCases} from '../cases/discover.ts';
import {runCase} from '../cases/run.ts';
import {exitCodes, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail} from '../errors/jobwire-error.ts';
import {readProject} from '../runtime.ts';
import {printIssue} from '../terminal/issues.ts';
import {howLong, indent} from '../terminal/text.ts';

export default class TestCommand extends JobwireCommand {
  static override summary = 'Run the cases beside templates and connectors: everything real but the wire and the clock';
  static override description =
    'Without paths the cases of the project. Nothing leaves this machine, and time passes at once. Exit code 1 when a case fails.';
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test templates/incident-to-triage',
    '<%= config.bin %> test --shipped --json',
  ];
  static override strict = false;
  static override args = {paths: Args.string({description: 'Only cases in these files or folders'})};
  static override flags = {
    shipped: Flags.boolean({summary: 'The cases of every shipped connector as well'}),
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
    for (const unit of cases.filter(isWanted)) results.push(await runCase(unit, library));
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
    return {passed: results.length - failed, failed, cases: results};
  }
}

function printResult({file, title, ok, problems}: CaseResult): string {
  const head = `${ok ? 'ok    ' : 'FAILED'}  ${relative(process.cwd(), file)}  ${title}`;
  return [head, ...problems.map((problem) => indent(printIssue(problem), 8))].join('\n');
}
