import {globSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {isWithin, openProjectFiles, writeText} from '../authoring/project-files.ts';
import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {loadLibrary} from '../manifest/library.ts';
import {type Mended, mendAll} from '../packaging/checks/mend.ts';
import {openPublished} from '../packaging/checks/published.ts';
import type {Profile} from '../packaging/checks/rule.ts';
import {rules} from '../packaging/checks/rules.ts';
import {type CheckOptions, type CheckReport, hasErrors, runChecks} from '../packaging/checks/run.ts';
import {runtimeVersion} from '../packaging/runtime-version.ts';
import {
  countFindings,
  markdownReport,
  prettyReport,
  type ReportContext,
  sarifReport,
  workflowReport,
} from '../terminal/publish-check.ts';
import {packageRoot} from '../values/package-root.ts';
import {systemClock} from '../values/time.ts';

/** A marketplace asks for what operators need before they know anybody to ask. */
const profiles = {default: 'default', 'uipath-marketplace': 'marketplace', strict: 'strict'} as const satisfies Record<
  string,
  Profile
>;

const formats = {
  pretty: (reports, context) => reports.map((report) => `${prettyReport(report, context)}\n`),
  json: (reports) => [JSON.stringify(reports.map(withoutEdits), null, 2)],
  sarif: (reports, context) => [JSON.stringify(sarifReport(reports, context), null, 2)],
  github: (reports, context) => reports.map((report) => workflowReport(report, context)).filter((text) => text !== ''),
  markdown: (reports, context) => reports.map((report) => markdownReport(report, context)),
} as const satisfies Record<string, (reports: readonly CheckReport[], context: ReportContext) => string[]>;

export default class PublishCheck extends JobwireCommand {
  static override summary = 'Check what others will need before a package, connector or template is published';
  static override description =
    'Beyond jobwire check: listing, README, cases, descriptions, private data, retries, names, changelog. Every rule has a number; docs/reference/publish-check.md says why it is there. Exit code 3 when there are errors. --against compares with what is published, and judges the step between the versions.';
  static override examples = [
    '<%= config.bin %> publish-check packages/incident-automation --profile uipath-marketplace',
    '<%= config.bin %> publish-check connectors/github --profile strict --fix',
    '<%= config.bin %> publish-check . --against acme-incident-automation-1.2.0.tgz',
    '<%= config.bin %> publish-check --shipped --format markdown',
  ];
  static override strict = false;
  static override args = {
    paths: Args.string({description: 'Folders of a package, a connector or a template; the project folder by default'}),
  };
  static override flags = {
    profile: Flags.string({
      summary: 'How much is asked for: everyday work, an entry in a marketplace, or everything',
      options: Object.keys(profiles),
      default: 'default',
    }),
    format: Flags.string({
      summary: 'How findings are written: for people, programs, code scanning, a workflow run or a page',
      options: Object.keys(formats),
      default: 'pretty',
    }),
    fix: Flags.boolean({summary: 'Mend what needs no judgement, and nothing else'}),
    against: Flags.string({summary: 'Archive or folder of the published version'}),
    shipped: Flags.boolean({
      summary: 'Check all connectors and templates that come with Jobwire',
      exclusive: ['fix', 'against'],
    }),
  };

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(PublishCheck);
    const {project} = readConfig(flags);
    const dirs = flags.shipped ? shippedUnits() : argv.length > 0 ? (argv as string[]) : [project];
    using published = flags.against === undefined ? undefined : await openPublished(flags.against);
    const options: CheckOptions = {
      profile: profiles[flags.profile as keyof typeof profiles],
      shipped: packageRoot,
      runtime: runtimeVersion(),
      now: systemClock.now(),
      ...(published && {published: published.dir}),
    };
    const known = flags.shipped ? loadLibrary({project: packageRoot, shipped: packageRoot}) : undefined;
    const fixed = flags.fix ? dirs.flatMap((dir) => mend(dir, options)) : [];
    const reports = dirs.map((dir) => runChecks({dir}, options, known));
    const context = {version: runtimeVersion(), root: process.cwd(), rules};
    for (const text of formats[flags.format as keyof typeof formats](reports, context)) this.print(text);
    for (const {rule, file, line, problem} of fixed) this.say(`fixed  ${rule}  ${file}:${line}  ${problem}`);
    this.say(`${reports.length} checked: ${countFindings(reports)}`);
    if (reports.some(hasErrors)) process.exitCode = exitCodes.validation;
    return {reports: reports.map(withoutEdits), ...(flags.fix && {fixed})};
  }
}

function shippedUnits(): string[] {
  return globSync('{connectors/*/connector,templates/*/template}.json', {cwd: packageRoot})
    .sort()
    .map((file) => join(packageRoot, dirname(file)));
}

/** Only files below the folder, and none that come with Jobwire. */
function mend(dir: string, options: CheckOptions): Mended[] {
  const place = resolve(dir);
  const files = openProjectFiles({project: place, shipped: packageRoot});
  return mendAll({
    check: () => runChecks({dir}, options),
    mayChange: (file) => isWithin(place, file) && files.mayChange(file),
    read: files.read,
    write: writeText,
  });
}

function withoutEdits({findings, ...report}: CheckReport) {
  return {...report, findings: findings.map(({edits, ...finding}) => ({...finding, mends: edits !== undefined}))};
}
