import {diff, type UnitDiff} from '../authoring/diff.ts';
import type {Broken} from '../authoring/diff-breaks.ts';
import type {Change, Level} from '../authoring/diff-change.ts';
import {Args, exitCodes, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {readProject} from '../read-project.ts';
import {printIssue} from '../terminal/issues.ts';
import {indent} from '../terminal/text.ts';

export default class DiffCommand extends JobwireCommand {
  static override summary = 'Compare two versions of a connector or template, and judge the step between their numbers';
  static override description =
    'Says what breaks, what is new and what is a detail, and which templates and connections of the project no longer work. Exit code 1 when the version step is too small (JW6005).';
  static override examples = [
    '<%= config.bin %> diff ../before/connectors/github connectors/github',
    'git show HEAD:connectors/github/connector.json > /tmp/old.json && <%= config.bin %> diff /tmp/old.json connectors/github',
    '<%= config.bin %> diff ../released . --json',
  ];
  static override args = {
    old: Args.string({description: 'File or folder of the old version', required: true}),
    new: Args.string({description: 'File or folder of the new version', required: true}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(DiffCommand);
    const found = diff(args.old, args.new, readProject(readConfig(flags)));
    for (const unit of found.units) this.print(showUnit(unit));
    for (const name of found.removed) this.print(`${name} is gone`);
    for (const name of found.added) this.print(`${name} is new`);
    if (found.units.some(({issue}) => issue)) process.exitCode = exitCodes.failure;
    return found;
  }
}

const heads: readonly (readonly [Level, string])[] = [
  ['major', 'breaks'],
  ['minor', 'adds'],
  ['patch', 'details'],
];

function showUnit({kind, id, from, to, step, changes, broken, issue}: UnitDiff): string {
  const versions = from === to ? from : `${from} → ${to}`;
  return [
    `${kind} ${id} ${versions}: ${step === undefined ? 'nothing differs' : `asks for a ${step} step`}`,
    ...heads.flatMap(([level, head]) => {
      const lines = changes.filter((one) => one.level === level);
      return lines.length === 0 ? [] : [`  ${head}`, ...lines.map(showChange)];
    }),
    ...(broken.length === 0 ? [] : ['  of this project', ...broken.map(showBroken)]),
    ...(issue ? [indent(printIssue(issue))] : []),
  ].join('\n');
}

function showChange({text, pointer}: Change): string {
  return `    ${text}${pointer === '' ? '' : `  (${pointer})`}`;
}

function showBroken({kind, id, issues, because, admitted}: Broken): string {
  const guard = admitted ? '' : ', while its range does not admit the new version';
  return [
    `    ${kind} ${id} ${issues.length > 0 ? 'no longer passes check' : 'is affected'}${guard}`,
    ...issues.map(({code, detail, at}) => `      ${code} ${detail}${at ? `  (${at.pointer})` : ''}`),
    ...because.map((text) => `      ${text}`),
  ].join('\n');
}
