/** Runs the publish check over a package source or one unit. Must never change a file, nor reach out. */
import type {Place} from '../../errors/jobwire-error.ts';
import type {Library} from '../../manifest/library.ts';
import {type Edit, levelOf, type Profile, type Theme} from './rule.ts';
import {rules} from './rules.ts';
import {type Reason, scoreOf} from './score.ts';
import {readSubject, type Subject, type Surroundings} from './subject.ts';

export interface CheckFinding {
  /** PCnnn. */
  readonly rule: string;
  readonly theme: Theme;
  readonly severity: 'error' | 'warning' | 'info';
  /** What must hold. */
  readonly title: string;
  /** What is wrong here. */
  readonly problem: string;
  readonly fix: string;
  readonly at: Place;
  /** What `--fix` would replace. */
  readonly edits?: readonly Edit[];
}

export interface CheckReport {
  readonly kind: Subject['kind'];
  readonly id: string;
  readonly dir: string;
  readonly profile: Profile;
  /** In the order of rules, then of places. */
  readonly findings: readonly CheckFinding[];
  /** 0 to 100. */
  readonly score: number;
  readonly reasons: readonly Reason[];
}

export interface CheckOptions extends Surroundings {
  readonly profile: Profile;
}

/** A folder with jobwire-package.json, connector.json or template.json. JW7101 when it is none of them. */
export function runChecks(source: {readonly dir: string}, options: CheckOptions, known?: Library): CheckReport {
  const {profile, ...around} = options;
  const subject = readSubject(source.dir, around, known);
  const broken = new Set<string>();
  const findings = rules.flatMap((rule): CheckFinding[] => {
    const found = rule.check(subject);
    if (found.length > 0) broken.add(rule.id);
    const severity = levelOf(rule, profile);
    if (severity === 'off') return [];
    const {id, theme, title, fix} = rule;
    return found.map(({at, problem, edits}) => ({
      rule: id,
      theme,
      severity,
      title,
      problem,
      fix,
      at,
      ...(edits && edits.length > 0 && {edits}),
    }));
  });
  const {kind, id, dir} = subject;
  return {kind, id, dir, profile, findings, ...scoreOf(rules, broken, subject)};
}

export function hasErrors({findings}: CheckReport): boolean {
  return findings.some(({severity}) => severity === 'error');
}
