/** Overlays of the good package, each of which breaks one rule: cases and samples. */

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {connector, drop, type Failing, remove, set, template} from './overlay.ts';

type Tree = {[key: string]: Tree};

function read(dir: string, file: string): Tree {
  return JSON.parse(readFileSync(join(dir, file), 'utf8')) as Tree;
}

function lookupOf(dir: string): unknown {
  return read(dir, connector)['lookups']?.['queue'];
}

function twoTargets(dir: string): unknown {
  const target = read(dir, template)['do'];
  return [target, {...target, id: 'second', when: "{{eq event.data.priority 'low'}}"}];
}

export const caseRows: readonly Failing[] = [
  {
    rule: 'PC301',
    changes: [drop(connector, '/events/ticket.created/delivery')],
    at: `${connector}#/events/ticket.created`,
  },
  {
    rule: 'PC302',
    changes: [drop('connectors/desk/cases/changed.json', '/expect/events')],
    at: `${connector}#/events/ticket.changed`,
  },
  {
    rule: 'PC303',
    changes: [set('connectors/desk/cases/note.json', '/expect', {outcome: 'failed', error: {code: 'desk-refused'}})],
    at: `${connector}#/actions/addNote`,
  },
  {
    rule: 'PC304',
    changes: [set('connectors/desk/cases/note-forbidden.json', '/expect', {outcome: 'succeeded', output: {}})],
    at: `${connector}#/actions/addNote`,
  },
  {
    rule: 'PC305',
    changes: [
      set('connectors/desk/cases/note-lost.json', '/exchanges/0', {
        request: {method: 'POST', url: 'https://acme.acme-desk.com/api/tickets/t-1/notes'},
        response: {status: 201},
      }),
      set('connectors/desk/cases/note-lost.json', '/expect', {outcome: 'succeeded', output: {}}),
    ],
    at: `${connector}#/actions/addNote`,
  },
  {
    rule: 'PC306',
    changes: [set('connectors/desk/cases/create-unknown-queue.json', '/expect/error/code', 'desk-refused')],
    at: `${connector}#/actions/createTicket`,
  },
  {
    rule: 'PC307',
    changes: [
      (dir) => set(connector, '/lookups/hookQueue', lookupOf(dir))(dir),
      set(connector, '/feeds/webhooks/webhook/subscribe/steps/1', {
        id: 'queue',
        lookup: 'hookQueue',
        with: {name: 'Support'},
      }),
    ],
    at: `${connector}#/lookups/hookQueue`,
  },
  {rule: 'PC308', changes: [remove('connectors/desk/cases/export-stop.json')], at: `${connector}#/jobs/export/stop`},
  {
    rule: 'PC309',
    changes: [remove('connectors/desk/cases/bad-signature.json')],
    at: `${connector}#/feeds/webhooks/webhook/verify`,
  },
  {
    rule: 'PC310',
    changes: [remove('connectors/desk/cases/stale-delivery.json')],
    at: `${connector}#/feeds/webhooks/webhook/verify`,
  },
  {
    rule: 'PC311',
    changes: [remove('connectors/desk/cases/changed.json')],
    at: `${connector}#/feeds/changes`,
    also: ['PC302'],
  },
  {
    rule: 'PC312',
    changes: [set('connectors/desk/cases/note.json', '/connection/variant', 'cloud')],
    at: `${connector}#/connection/variants/own`,
  },
  {
    rule: 'PC313',
    changes: [set('connectors/desk/cases/handshake.json', '/expect', {events: []})],
    at: `${connector}#/feeds/webhooks/webhook/handshake`,
  },
  {
    rule: 'PC314',
    changes: [
      set(connector, '/http/errors/3/when', {status: [503], test: '{{has response.headers.[retry-after]}}'}),
      set('connectors/desk/cases/priority-busy.json', '/exchanges/0/response', {status: 503}),
    ],
    at: `${connector}#/http/errors/3`,
  },
  {
    rule: 'PC315',
    changes: [drop(connector, '/operations/createTicket/sample')],
    at: `${connector}#/operations/createTicket`,
  },
  {
    rule: 'PC316',
    changes: [set('connectors/desk/cases/create-lost.json', '/title', 'A ticket is created')],
    at: 'connectors/desk/cases/create.json#/title',
  },
  {
    rule: 'PC317',
    changes: [set('connectors/desk/cases/priority.json', '/expect', {outcome: 'succeeded'})],
    at: 'connectors/desk/cases/priority.json#/expect',
  },
  {
    rule: 'PC318',
    changes: [
      (dir) => set(template, '/do', twoTargets(dir))(dir),
      set('templates/urgent-ticket/cases/urgent.json', '/expect', {targets: {export: {outcome: 'succeeded'}}}),
    ],
    at: `${template}#/do/1`,
  },
  {
    rule: 'PC319',
    changes: [set('templates/urgent-ticket/cases/not-urgent.json', '/expect', {outcome: 'succeeded', writes: 0})],
    at: `${template}#/criteria`,
  },
  {
    rule: 'PC320',
    changes: [set('templates/urgent-ticket/cases/export-broken.json', '/expect/outcome', 'succeeded')],
    at: `${template}#/do`,
  },
  {
    rule: 'PC321',
    changes: [
      remove(
        'templates/urgent-ticket/cases/urgent.json',
        'templates/urgent-ticket/cases/not-urgent.json',
        'templates/urgent-ticket/cases/export-broken.json',
      ),
    ],
    at: 'templates/urgent-ticket/cases:1',
    also: ['PC318', 'PC319', 'PC320'],
  },
];
