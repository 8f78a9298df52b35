/** Block JW4xxx of the catalogue: ingest. Rows only. */
import type {Row} from './row.ts';

export const ingestCodes = {
  JW4001: [
    'not authentic',
    'sender',
    '{problem}',
    'check the secret on both sides, and that nothing alters the body',
    'error',
    401,
  ],
  JW4002: [
    'outside the time window',
    'sender',
    'the delivery was signed at {at}, {skew} away from now',
    'check the clocks; resend the delivery',
    'error',
    401,
  ],
  JW4003: ['body unreadable', 'sender', '{problem}', 'send the body in the declared format', 'error', 400],
  JW4004: ['event does not fit', 'author', '{problem}', 'change the mapping or the schema of the event'],
  JW4005: ['event mapping failed', 'author', '{problem}', 'correct the event mapping of the feed'],
  JW4006: ['event not emitted', 'author', '{problem}', 'list the event in emits if it should start something', 'info'],
  JW4007: ['handshake refused', 'sender', '{problem}', 'check the handshake of the feed', 'error', 400],
  JW4008: ['confirmation refused', 'sender', '{problem}', 'check the hosts of the handshake', 'error', 400],
  JW4009: ['subscription failed', 'operator', '{problem}', 'create the subscription again: jobwire hooks create'],
  JW4010: [
    'cursor does not move',
    'target',
    'rows came three times without a later cursor',
    'check cursor.from of the poll',
  ],
  JW4011: [
    'body too large or type refused',
    'sender',
    '{problem}',
    'send less, in the declared content type',
    'error',
    413,
  ],
  JW4012: [
    'no key configured',
    'operator',
    'feed {feed} of connection {connection} has no signing key',
    'set the secret {secret} of the connection',
    'error',
    503,
  ],
  JW4013: [
    'method not taken',
    'sender',
    '{method} is not taken here',
    'send the delivery with {methods}',
    'error',
    405,
  ],
} as const satisfies Record<string, Row>;
