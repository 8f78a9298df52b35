/** Reports of the publish check in each form they are written in. Pure but for the line of the file under a finding. */
import {relative} from 'node:path';
import type {Issue} from '../errors/jobwire-error.ts';
import type {Rule} from '../packaging/checks/rule.ts';
import {levelOf} from '../packaging/checks/rule.ts';
import type {CheckFinding, CheckReport} from '../packaging/checks/run.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {printIssue} from './issues.ts';
import {sarifLog} from './sarif.ts';
import {workflowCommand} from './workflow-commands.ts';

export interface ReportContext {
  readonly version: string;
  /** Absolute folder that shown paths start from. */
  readonly root: string;
  readonly rules: readonly Rule[];
}

/** A finding as the other writers know it. */
export function issueOf({rule, severity, title, problem, fix, at}: CheckFinding, root?: string): Issue {
  const file = root === undefined ? at.file : shortPath(at.file, root);
  return {
    code: rule,
    jobwireCode: 'JW6040',
    severity,
    title,
    detail: problem,
    owner: 'author',
    hint: fix,
    at: {...at, file},
  };
}

export function prettyReport(report: CheckReport, {root}: ReportContext): string {
  return [
    ...report.findings.map((finding) => `${printIssue(issueOf(finding, root))}\n`),
    `${report.kind} ${report.id}: ${report.score} of 100 points, ${countFindings([report])}`,
    ...lost(report).map(
      ({theme, points, of, rules}) => `  ${theme.padEnd(14)} ${points} of ${of}   ${rules.join(', ')}`,
    ),
  ].join('\n');
}

/** What costs points. */
function lost({reasons}: CheckReport): CheckReport['reasons'] {
  return reasons.filter(({rules}) => rules.length > 0);
}

export function workflowReport(report: CheckReport, {root}: ReportContext): string {
  return report.findings.map((finding) => workflowCommand(issueOf(finding, root))).join('\n');
}

export function markdownReport(report: CheckReport, {root}: ReportContext): string {
  const cell = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = report.findings.map(
    ({rule, severity, problem, fix, at}) =>
      `| ${rule} | ${severity} | ${cell(shortPath(at.file, root))}:${at.line} | ${cell(problem)} | ${cell(fix)} |`,
  );
  const points = lost(report).map(
    ({theme, points: had, of, rules}) => `| ${theme} | ${had} of ${of} | ${rules.join(', ')} |`,
  );
  return [
    `## ${report.kind} ${report.id}: ${report.score} of 100`,
    '',
    `Profile ${report.profile}: ${countFindings([report])}.`,
    ...(rows.length > 0
      ? ['', '| rule | severity | place | what | do |', '| --- | --- | --- | --- | --- |', ...rows]
      : []),
    ...(points.length > 0 ? ['', '| theme | points | not met |', '| --- | --- | --- |', ...points] : []),
    '',
  ].join('\n');
}

/** One log of all reports; rules are those of the publish check. */
export function sarifReport(reports: readonly CheckReport[], {version, root, rules}: ReportContext): JsonObject {
  const findings = reports.flatMap((report) => report.findings);
  const ids = [...new Set(findings.map(({rule}) => rule))].sort();
  const log = sarifLog(
    findings.map((finding) => issueOf(finding)),
    {version, root},
  ) as JsonObject & {runs: [{tool: {driver: JsonObject}; results: JsonObject[]}]};
  const [run] = log.runs;
  run.tool.driver['rules'] = ids.map((id) => ruleOf(id, rules));
  run.results.forEach((result, i) => {
    const rule = findings[i]?.rule ?? '';
    result['ruleId'] = rule;
    result['ruleIndex'] = ids.indexOf(rule);
  });
  return log;
}

const levels = {error: 'error', warning: 'warning', info: 'note', off: 'none'} as const;

function ruleOf(id: string, rules: readonly Rule[]): Json {
  const rule = rules.find((one) => one.id === id);
  if (!rule) return {id};
  return {
    id,
    shortDescription: {text: rule.title},
    fullDescription: {text: rule.why},
    help: {text: rule.fix},
    defaultConfiguration: {level: levels[levelOf(rule, 'default')]},
    properties: {theme: rule.theme},
  };
}

export function countFindings(reports: readonly CheckReport[]): string {
  const all = reports.flatMap(({findings}) => findings);
  const count = (severity: CheckFinding['severity'], one: string, many: string): string => {
    const number = all.filter((finding) => finding.severity === severity).length;
    return `${number} ${number === 1 ? one : many}`;
  };
  return [
    count('error', 'error', 'errors'),
    count('warning', 'warning', 'warnings'),
    count('info', 'note', 'notes'),
  ].join(', ');
}

function shortPath(file: string, root: string): string {
  const path = relative(root, file);
  return path === '' || path.startsWith('..') ? file : path;
}
