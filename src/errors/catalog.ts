/** Every JW code once: what it says, whose fault it is, how HTTP answers it and what to do next. Codes are never reused. */
import {configurationCodes} from './codes/configuration.ts';
import {engineCodes} from './codes/engine.ts';
import {expressionsCodes} from './codes/expressions.ts';
import {ingestCodes} from './codes/ingest.ts';
import {jobwireCodes} from './codes/jobwire.ts';
import {manifestCodes} from './codes/manifest.ts';
import {operationsCodes} from './codes/operations.ts';
import {packagesCodes} from './codes/packages.ts';
import type {Owner, Row, Severity} from './codes/row.ts';

export type {Owner, Severity};

export interface CatalogEntry {
  readonly title: string;
  readonly owner: Owner;
  /** Sentence with {facts}; a thrower must give each fact. */
  readonly detail: string;
  readonly fix: string;
  readonly severity: Severity;
  /** HTTP status where the error answers a request. */
  readonly status: number;
}

const rows = {
  ...manifestCodes,
  ...expressionsCodes,
  ...operationsCodes,
  ...ingestCodes,
  ...engineCodes,
  ...packagesCodes,
  ...configurationCodes,
  ...jobwireCodes,
} as const satisfies Record<string, Row>;

export type Code = keyof typeof rows;

export const catalog: Readonly<Record<Code, CatalogEntry>> = Object.fromEntries(
  Object.entries(rows as Record<string, Row>).map(
    ([code, [title, owner, detail, fix, severity = 'error', status = 422]]) => [
      code,
      {title, owner, detail, fix, severity, status},
    ],
  ),
) as Record<Code, CatalogEntry>;

export function isCode(text: string): text is Code {
  return Object.hasOwn(rows, text);
}
