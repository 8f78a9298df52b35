/** What the publish check must not find fault with: each row is near something that a rule refuses. */
import assert from 'node:assert/strict';
import {type Change, check, connector, drop, manifest, readme, set, swap, write} from './overlay.ts';

const say = (text: string): Change => swap(readme, 'Attachments are not read.', text);
const verify = '/feeds/webhooks/webhook/verify';

const rows: readonly (readonly [what: string, changes: readonly Change[]])[] = [
  [
    'an expression of licences',
    [connector, manifest].map((file) =>
      set(file, file === manifest ? '/license' : '/listing/license', '(MIT OR Apache-2.0)'),
    ),
  ],
  [
    'mail addresses of nobody',
    [say('Ask jo@example.com, bot@desk.example, git@acme-desk.com or noreply@acme-desk.com.')],
  ],
  ['addresses for documents', [say('Try https://192.0.2.7/, https://127.0.0.1:8080/ and version 10.1.2.')]],
  ['hosts that stand for anybody', [say('See https://acme.acme-desk.com/ and https://your-site.acme-desk.com/.')]],
  ['made-up credentials', [say(`Such as ${'ghp'}_${'x'.repeat(36)} or ${'AKIA'}IOSFODNN7EXAMPLE.`)]],
  ['telephone numbers of stories', [say('Call +15555550123 or +447700900123.')]],
  ['a weak hash that the vendor documents', [set(connector, `${verify}/0/algorithm`, 'sha1')]],
  ['a long tolerance that the vendor documents', [set(connector, `${verify}/0/timestamp/tolerance`, '1h')]],
  [
    'a long tolerance with evidence at its very place',
    [
      set(connector, `${verify}/0/timestamp/tolerance`, '1h'),
      set(connector, '/evidence/0/at', `${verify}/0/timestamp/tolerance`),
    ],
  ],
  ['a second alternative without proof that the vendor documents', [set(connector, `${verify}/1`, {scheme: 'none'})]],
  [
    'no trademark where there is no vendor',
    [
      set(connector, '/listing/categories', ['generic']),
      swap(readme, 'Acme Desk is a trademark of Acme. This connector is not made by Acme.', ''),
    ],
  ],
  ['an input that may be anything and says so', [drop(connector, '/actions/addNote/input/properties/text/type')]],
  [
    'a read that is paged by items',
    [set(connector, '/operations/findQueues/page', {style: 'number', size: 50, stop: 'short', maxItems: 500})],
  ],
  [
    'a lookup that uses something else when it finds nothing',
    [
      set(connector, '/lookups/queue/none', {action: 'use', use: {id: 'q-0'}}),
      set('connectors/desk/cases/create-unknown-queue.json', '/expect/error/code', 'desk-not-found'),
    ],
  ],
  [
    'a request to wait that comes with another status than 429, where a row says so',
    [
      set(connector, '/http/errors/3/when', {status: [503], test: '{{has response.headers.[retry-after]}}'}),
      set('connectors/desk/cases/priority-busy.json', '/exchanges/0/response', {
        status: 503,
        headers: {'Retry-After': '30'},
      }),
    ],
  ],
  [
    'a lookup that reads the one thing a path names',
    [
      set(connector, '/operations/findQueues/response/items', ['{{response.body}}']),
      drop(connector, '/operations/findQueues/page'),
      set(connector, '/operations/findQueues/params', {name: 'string'}),
      set(connector, '/operations/findQueues/request', {method: 'GET', path: '/queues/{{params.name}}'}),
      set(connector, '/lookups/queue/with', {name: '{{params.name}}'}),
      drop(connector, '/lookups/queue/where'),
      drop(connector, '/lookups/queue/none'),
      drop(connector, '/lookups/queue/many'),
      set('connectors/desk/cases/create-unknown-queue.json', '/expect/error/code', 'desk-not-found'),
    ],
  ],
  [
    'a signed body without a line break at its end, and with blanks and returns',
    [
      write(
        'connectors/desk/samples/payloads/created.json',
        '{"delivery": "d-1", "at": "2026-01-12T08:00:00Z", \r\n"ticket": {"id": "t-1", "subject": "x", "priority": "high"}}',
      ),
      drop('connectors/desk/samples/deliveries/ticket.created.json', '/body'),
      set('connectors/desk/samples/deliveries/ticket.created.json', '/bodyFile', '../payloads/created.json'),
    ],
  ],
  [
    'code words, quoted tasks and capital abbreviations',
    [say('Set `DESK_TOKEN`; a "to do" and the HTTP API are fine.')],
  ],
];

describe('the publish check does not mind', () => {
  for (const [what, changes] of rows)
    it(what, () => {
      assert.deepEqual(
        check(changes).findings.map(({rule, problem}) => `${rule} ${problem}`),
        [],
      );
    });
});
