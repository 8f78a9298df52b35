/** Overlays of the good package, each of which breaks one rule: calls and feeds. */
import {type Change, connector, drop, type Failing, readme, set, swap} from './overlay.ts';

const withoutBudgets: Change = (dir) => {
  drop(connector, '/http/budgets', ...operations.map((name) => `/operations/${name}/budget`))(dir);
};

const operations: readonly string[] = [
  'me',
  'findQueues',
  'findTickets',
  'createTicket',
  'addNote',
  'setPriority',
  'startExport',
  'getExport',
  'stopExport',
  'createHook',
  'renewHook',
  'deleteHook',
  'getHook',
];

export const behaviourRows: readonly Failing[] = [
  {
    rule: 'PC601',
    changes: [set(connector, '/operations/me/errors', [{when: {status: [401]}, action: 'retry'}])],
    at: `${connector}#/operations/me/errors/0`,
  },
  {rule: 'PC602', changes: [set(connector, '/http/errors/0/when/status', [405])], at: `${connector}#/operations`},
  {rule: 'PC603', changes: [set(connector, '/http/errors/1/when/status', [405])], at: `${connector}#/operations`},
  {rule: 'PC604', changes: [set(connector, '/http/errors/2/when/status', [405])], at: `${connector}#/operations`},
  {rule: 'PC605', changes: [drop(connector, '/http/errorText')], at: `${connector}#/http`},
  {
    rule: 'PC606',
    changes: [set(connector, '/operations/me/errors', [{when: {status: [429]}, action: 'fail'}])],
    at: `${connector}#/operations/me/errors/0`,
  },
  {
    rule: 'PC607',
    changes: [set(connector, '/http/errors/4', {when: {status: [503]}, action: 'retry'})],
    at: `${connector}#/http/errors/4`,
  },
  {
    rule: 'PC608',
    changes: [set(connector, '/http/errors/4', {when: {network: ['timeout']}, action: 'retry'})],
    at: `${connector}#/http/errors/4`,
  },
  {
    rule: 'PC609',
    changes: [set(connector, '/operations/setPriority/request/method', 'POST')],
    at: `${connector}#/operations/setPriority/repeat`,
  },
  {rule: 'PC610', changes: [drop(connector, '/lookups/queue/none/message')], at: `${connector}#/lookups/queue`},
  {rule: 'PC611', changes: [drop(connector, '/lookups/queue/many')], at: `${connector}#/lookups/queue`},
  {
    rule: 'PC613',
    changes: [drop(connector, '/operations/findQueues/page/maxPages')],
    at: `${connector}#/operations/findQueues/page`,
  },
  {rule: 'PC614', changes: [set(connector, '/http/timeout', '10m')], at: `${connector}#/http/timeout`},
  {rule: 'PC615', changes: [withoutBudgets], at: `${connector}#/http`},
  {rule: 'PC616', changes: [drop(connector, '/operations/addNote/budget')], at: `${connector}#/operations/addNote`},
  {rule: 'PC617', changes: [drop(connector, '/jobs/export/states/done')], at: `${connector}#/jobs/export/states`},
  {
    rule: 'PC619',
    changes: [set(connector, '/operations/createTicket/settle/delays', ['1s', '2s'])],
    at: `${connector}#/operations/createTicket/settle/delays`,
  },
  {
    rule: 'PC620',
    changes: [set(connector, '/http/errors/3/code', 'busy'), swap(readme, '`desk-busy`', '`busy`')],
    at: `${connector}#/http/errors/3/code`,
  },
  {
    rule: 'PC801',
    changes: [
      set(connector, '/evidence/0/level', 'inferred'),
      swap(readme, 'Attachments are not read.', 'Attachments are not read. Inferred: the signature.'),
      set(connector, '/feeds/webhooks/webhook/verify/1', {scheme: 'none'}),
    ],
    at: `${connector}#/feeds/webhooks/webhook/verify/1/scheme`,
    also: ['PC016'],
  },
  {
    rule: 'PC802',
    changes: [
      set(connector, '/evidence/0/level', 'inferred'),
      swap(readme, 'Attachments are not read.', 'Attachments are not read. Inferred: the signature.'),
      set(connector, '/feeds/webhooks/webhook/verify/0/algorithm', 'sha1'),
    ],
    at: `${connector}#/feeds/webhooks/webhook/verify/0/algorithm`,
    also: ['PC016'],
  },
  {
    rule: 'PC803',
    changes: [
      set(connector, '/evidence/0/level', 'inferred'),
      swap(readme, 'Attachments are not read.', 'Attachments are not read. Inferred: the signature.'),
      set(connector, '/feeds/webhooks/webhook/verify/0/timestamp/tolerance', '1h'),
    ],
    at: `${connector}#/feeds/webhooks/webhook/verify/0/timestamp/tolerance`,
    also: ['PC016'],
  },
  {
    rule: 'PC804',
    changes: [set(connector, '/feeds/changes/event/id', 'one')],
    at: `${connector}#/feeds/changes/event/id`,
  },
  {
    rule: 'PC805',
    changes: [set(connector, '/feeds/webhooks/dedupe/window', '1h')],
    at: `${connector}#/feeds/webhooks/dedupe/window`,
  },
  {
    rule: 'PC806',
    changes: [
      set(connector, '/evidence/0/level', 'inferred'),
      swap(readme, 'Attachments are not read.', 'Attachments are not read. Inferred: the signature.'),
      set(connector, '/feeds/webhooks/webhook/verify/1', {
        scheme: 'token',
        token: {from: '{{request.query.t}}', equals: '{{secret.webhookSecret}}'},
      }),
    ],
    at: `${connector}#/feeds/webhooks/webhook/verify/1/token/from`,
    also: ['PC016'],
  },
  {
    rule: 'PC807',
    changes: [drop(connector, '/feeds/webhooks/webhook/renew', '/operations/renewHook')],
    at: `${connector}#/feeds/webhooks/webhook/subscribe`,
  },
  {
    rule: 'PC808',
    changes: [drop(connector, '/feeds/webhooks/webhook/unsubscribe', '/operations/deleteHook')],
    at: `${connector}#/feeds/webhooks/webhook/subscribe`,
  },
  {
    rule: 'PC809',
    changes: [drop(connector, '/feeds/webhooks/webhook/check', '/operations/getHook')],
    at: `${connector}#/feeds/webhooks/webhook/subscribe`,
  },
  {
    rule: 'PC810',
    changes: [set(connector, '/feeds/changes/poll/every', '5s')],
    at: `${connector}#/feeds/changes/poll/every`,
  },
  {rule: 'PC811', changes: [drop(connector, '/feeds/changes/poll/overlap')], at: `${connector}#/feeds/changes/poll`},
  {
    rule: 'PC812',
    changes: [drop(connector, '/operations/findTickets/page', '/operations/findTickets/request/query/page')],
    at: `${connector}#/feeds/changes/poll/call`,
  },
  {rule: 'PC813', changes: [drop(connector, '/feeds/changes/event/time')], at: `${connector}#/feeds/changes/event`},
  {
    rule: 'PC814',
    changes: [
      set(connector, '/events/ticket.changed/data', {type: 'object'}),
      set(connector, '/feeds/changes/event/data', {id: '{{item.id}}'}),
    ],
    at: `${connector}#/events/ticket.changed/data`,
  },
  {
    rule: 'PC815',
    changes: [set(connector, '/feeds/webhooks/webhook/handshake/0/when', true)],
    at: `${connector}#/feeds/webhooks/webhook/handshake/0/when`,
  },
];
