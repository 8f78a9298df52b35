/** Block JW9xxx of the catalogue: jobwire itself. Rows only. */
import type {Row} from './row.ts';

export const jobwireCodes = {
  JW9001: ['fault in Jobwire', 'jobwire', '{problem}', 'please report it with the run or request id', 'error', 500],
} as const satisfies Record<string, Row>;
