/** Block JW1xxx of the catalogue: manifest. Rows only. */
import type {Row} from './row.ts';

export const manifestCodes = {
  JW1001: [
    'not strict JSON',
    'author',
    '{problem}',
    'write strict JSON: UTF-8, no comments, no trailing commas, each key once',
  ],
  JW1002: ['does not fit the format', 'author', '{problem}', 'compare with the reference of this kind of file'],
  JW1003: ['unknown key', 'author', 'there is no key {key} here', 'remove the key or correct its name'],
  JW1004: [
    'nothing has this name',
    'author',
    'there is no {what} {name}',
    'use one of the names that exist, or add it',
  ],
  JW1005: [
    'id and place differ',
    'author',
    'the id is {id}, its place says {place}',
    'rename the folder or file, or change the id',
  ],
  JW1006: [
    'path leaves the folder or file missing',
    'author',
    'the file {path} {problem}',
    'name a file below the folder of this unit',
  ],
  JW1007: [
    'schema keyword not allowed',
    'author',
    '{problem}',
    'use the keywords listed in the language reference, section 1.3',
  ],
  JW1008: [
    'sample, default or literal does not fit',
    'author',
    '{problem}',
    'change the value or the schema it must fit',
  ],
  JW1009: ['part is never used', 'author', '{what} {name} is never used', 'remove it or refer to it', 'warning'],
  JW1010: [
    'read operation with a writing method',
    'author',
    '{method} cannot be a read',
    'say effect write, or use GET, HEAD or POST',
  ],
  JW1011: [
    'write not allowed in this place, or second unsafe write',
    'author',
    '{problem}',
    'call a read here, or mark the write repeat safe if sending it twice does no more than once',
  ],
  JW1012: [
    'job contract incomplete',
    'author',
    '{problem}',
    'give the action an output with jobs, and the job kind a status',
  ],
  JW1013: [
    'feed needs one transport and proof',
    'author',
    '{problem}',
    'give the feed exactly one of webhook and poll, and a webhook its verify list',
  ],
  JW1014: [
    'delivery mode not possible',
    'author',
    'delivery {mode} needs {need} on operation {operation}',
    'choose another delivery mode or declare what it needs',
  ],
  JW1015: [
    'variant incomplete',
    'author',
    'variant {variant} has no {missing}',
    'give the variant, or the connection above it, what is missing',
  ],
  JW1016: [
    'host not in permissions',
    'author',
    'host {host} is not listed in permissions.hosts',
    'add the host to permissions.hosts',
  ],
  JW1017: [
    'version or range not valid or not met',
    'author',
    '{problem}',
    'write a version such as 1.2.3, ~1.2 or ^1 that an installed unit meets',
  ],
  JW1018: [
    'webhook without proof',
    'author',
    'feed {feed} takes whatever is sent to its address',
    'use another scheme if the app offers one',
    'warning',
  ],
  JW1019: [
    'API definition not usable',
    'author',
    '{problem}',
    'correct the definition, or import a part of it with --operations',
  ],
  JW1020: [
    'reference leaves the definition',
    'author',
    'the reference {ref} {problem}',
    'bundle the definition into one file, or put the file it means beside it',
  ],
  JW1021: [
    'placeholder is left',
    'author',
    '{text} is still to be said',
    'write the value, or an expression that takes it from the event',
    'warning',
  ],
} as const satisfies Record<string, Row>;
