/** The first finding that stops a project, as an error. */
import {fail} from '../errors/jobwire-error.ts';
import type {Library} from './library.ts';

/** Nothing runs on manifests that `jobwire check` refuses. */
export function refuseBroken({issues}: Library): void {
  const errors = issues.filter(({severity}) => severity === 'error');
  const [first] = errors;
  if (!first) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw fail(
    first.jobwireCode,
    {},
    {
      detail: `${first.detail}${more}`,
      hint: `${first.hint}; jobwire check lists everything`,
      ...(first.at && {at: first.at}),
      ...(first.suggestions && {suggestions: first.suggestions}),
    },
  );
}
