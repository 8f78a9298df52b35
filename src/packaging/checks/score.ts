/** One number for how much of what can be asked for is met, with the reasons. The same for every profile; must never depend on how often a rule is broken. */
import {concerns, levelOf, type Rule, type Theme, themes} from './rule.ts';
import type {Subject} from './subject.ts';

/** Points of each theme, of 100. A theme with nothing to look at gives its points to the others. */
export const weights: Readonly<Record<Theme, number>> = {
  manifest: 15,
  listing: 8,
  documentation: 12,
  cases: 15,
  descriptions: 8,
  disclosure: 12,
  operations: 10,
  language: 5,
  feeds: 8,
  templates: 3,
  package: 4,
};

/** What a rule counts within its theme, by its level under the profile strict. What is only told costs nothing. */
const counts = {error: 3, warning: 1, info: 0, off: 0} as const;

export interface Reason {
  readonly theme: Theme;
  /** Points that are had, and could be had. */
  readonly points: number;
  readonly of: number;
  /** Rules that are not met. */
  readonly rules: readonly string[];
}

export interface Score {
  /** 0 to 100. */
  readonly score: number;
  readonly reasons: readonly Reason[];
}

export function scoreOf(rules: readonly Rule[], broken: ReadonlySet<string>, subject: Subject): Score {
  const rows = themes.flatMap((theme) => {
    const own = rules.filter((rule) => rule.theme === theme && concerns(rule, subject));
    const sum = (some: readonly Rule[]): number =>
      some.reduce((total, rule) => total + counts[levelOf(rule, 'strict')], 0);
    const whole = sum(own);
    const missed = own.filter(({id}) => broken.has(id));
    return whole === 0 ? [] : [{theme, share: 1 - sum(missed) / whole, missed}];
  });
  const available = rows.reduce((total, {theme}) => total + weights[theme], 0);
  const reasons = rows.map(({theme, share, missed}) => {
    const of = (weights[theme] * 100) / available;
    return {
      theme,
      points: rounded(of * share),
      of: rounded(of),
      rules: missed.filter((rule) => counts[levelOf(rule, 'strict')] > 0).map(({id}) => id),
    };
  });
  const total = rows.reduce((sum, {theme, share}) => sum + weights[theme] * share, 0);
  return {score: available === 0 ? 0 : Math.floor((total * 100) / available), reasons};
}

function rounded(points: number): number {
  return Math.round(points * 10) / 10;
}
