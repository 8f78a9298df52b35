/** Arguments that must be written out, checked once when the expression is parsed. Must never look at data. */
import {fail} from '../errors/jobwire-error.ts';
import {dateFormat} from './dates.ts';
import {type Helper, paramType} from './helper.ts';
import type {Node} from './node.ts';
import {compilePattern, requireGroup} from './pattern.ts';

/** Errors: JW2010 for a pattern that is not literal or not RE2, JW2008 for a date format that does not exist. */
export function requireLiterals(name: string, helper: Helper, args: readonly Node[]): void {
  args.forEach((arg, i) => {
    const type = paramType(helper, i);
    if (type === 'pattern') requirePattern(name, arg);
    if (type === 'date-format' && arg.kind === 'literal' && typeof arg.value === 'string')
      requireFormat(name, helper, arg.value);
  });
}

function requirePattern(name: string, arg: Node): void {
  if (arg.kind !== 'literal' || typeof arg.value !== 'string')
    throw fail('JW2010', {pattern: `of ${name}`, problem: 'it is not a literal text'});
  if (name === 'matches') compilePattern(arg.value);
  else requireGroup(arg.value);
}

function requireFormat(name: string, {signature}: Helper, format: string): void {
  if (dateFormat(format) === undefined)
    throw fail('JW2008', {
      helper: name,
      problem: `"${format.slice(0, 40)}" is not iso, unix, unix-ms, http, date or a pattern of yyyy MM dd HH mm ss SSS`,
      signature,
    });
}
