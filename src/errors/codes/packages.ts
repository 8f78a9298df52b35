/** Block JW6xxx of the catalogue: packages. Rows only. */
import type {Row} from './row.ts';

export const packagesCodes = {
  JW6001: ['file not allowed', 'author', '{path}: {problem}', 'pack data files only'],
  JW6002: ['digest or signature wrong', 'operator', '{problem}', 'install the package again from a source you trust'],
  JW6003: ['needs a newer runtime', 'operator', 'needs Jobwire {range}, this is {version}', 'upgrade Jobwire'],
  JW6004: ['new permission needs consent', 'operator', '{problem}', 'review and accept the new permissions'],
  JW6005: ['breaking change without major version', 'author', '{problem}', 'raise the major version'],
} as const satisfies Record<string, Row>;
