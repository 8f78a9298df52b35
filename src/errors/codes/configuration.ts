/** Block JW7xxx of the catalogue: configuration and cases. Rows only. */
import type {Row} from './row.ts';

export const configurationCodes = {
  JW7001: [
    'secret not found',
    'operator',
    'secret {secret}: {reference} {problem}',
    'set the variable or write the file',
  ],
  JW7002: ['literal secret', 'author', 'a credential is written literally', 'use a reference: env:NAME or file:path'],
  JW7003: ['configuration does not fit', 'operator', '{problem}', 'correct config of the connection'],
  JW7004: ['variant missing or unknown', 'operator', 'variant {variant} {problem}', 'use one of: {variants}'],
  JW7010: ['unexpected request', 'author', '{problem}', 'add the exchange, or correct the mapping'],
  JW7011: ['exchange not used', 'author', '{problem}', 'remove the exchange, or correct the mapping'],
  JW7012: ['expectation not met', 'author', '{problem}', 'correct the mapping or the expectation'],
  JW7101: ['wrong usage', 'operator', '{problem}', 'see --help', 'error', 400],
  JW7102: ['nothing here', 'operator', 'there is no {what} {id}', 'list what there is', 'error', 404],
  JW7103: ['store not usable', 'operator', '{problem}', 'check JOBWIRE_STORE and the disk', 'error', 503],
  JW7104: [
    'queue full',
    'operator',
    '{depth} runs wait, the bound is {limit}',
    'the sender should try again later',
    'error',
    503,
  ],
  JW7105: [
    'access refused',
    'operator',
    '{problem}',
    'send the API token as Authorization: Bearer, or call from the machine Jobwire runs on',
    'error',
    401,
  ],
  JW7106: [
    'too many requests',
    'sender',
    'more than {limit} requests within {window}',
    'send more slowly; try again after {after} s',
    'error',
    429,
  ],
  JW7107: [
    'sealed value does not open',
    'operator',
    '{what} cannot be opened: {problem}',
    'set JOBWIRE_SECRET_KEY (or .jobwire/secret.key) to the key it was sealed with, or create it again',
    'error',
    503,
  ],
} as const satisfies Record<string, Row>;
