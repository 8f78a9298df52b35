/** Carries out the edits of findings until none is left. Must never touch a character outside an edit, nor a file it was not given. */
import type {Edit} from './rule.ts';
import type {CheckFinding, CheckReport} from './run.ts';

export interface MendTools {
  check(): CheckReport;
  /** Whether the file may be changed. */
  mayChange(file: string): boolean;
  read(file: string): string;
  write(file: string, text: string): void;
}

export interface Mended {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

/** A mended text may let another rule see more; this many rounds there are not. */
const mostRounds = 10;

/** Two findings about the same characters are mended one after the other. The same call again changes nothing. */
export function mendAll(tools: MendTools): Mended[] {
  const done: Mended[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const chosen = choose(tools.check().findings, tools);
    if (chosen.length === 0) break;
    for (const [file, edits] of Map.groupBy(
      chosen.flatMap(({edits = []}) => edits),
      (edit) => edit.file,
    ))
      tools.write(file, applyEdits(tools.read(file), edits));
    done.push(...chosen.map(({rule, at: {file, line}, problem}) => ({rule, file, line, problem})));
  }
  return done;
}

/** Findings whose edits do not meet those of one before. */
function choose(findings: readonly CheckFinding[], {mayChange}: MendTools): CheckFinding[] {
  const taken: Edit[] = [];
  return findings.filter(({edits = []}) => {
    if (edits.length === 0 || !edits.every(({file}) => mayChange(file))) return false;
    if (edits.some((edit) => taken.some((other) => meet(edit, other)))) return false;
    taken.push(...edits);
    return true;
  });
}

function meet(a: Edit, b: Edit): boolean {
  return a.file === b.file && a.start <= b.end && b.start <= a.end;
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((whole, {start, end, to}) => whole.slice(0, start) + to + whole.slice(end), text);
}
