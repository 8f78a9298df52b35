/** Overlays of the good package, each of which breaks one rule: descriptions, and what must not leave a company. */
import {connector, drop, type Failing, readme, set, swap, template, write} from './overlay.ts';

export const wordRows: readonly Failing[] = [
  {rule: 'PC401', changes: [drop(connector, '/actions/setPriority/summary')], at: `${connector}#/actions/setPriority`},
  {
    rule: 'PC402',
    changes: [set(connector, '/actions/setPriority/input/properties/ticket', {type: 'string'})],
    at: `${connector}#/actions/setPriority/input/properties/ticket`,
  },
  {
    rule: 'PC403',
    changes: [set(connector, '/actions/addNote/input/properties/text', {title: 'Text'})],
    at: `${connector}#/actions/addNote/input/properties/text`,
  },
  {
    rule: 'PC404',
    changes: [set(connector, '/jobs/export/stop/input/properties/reason', {type: 'string'})],
    at: `${connector}#/jobs/export/stop/input/properties/reason`,
  },
  {
    rule: 'PC405',
    changes: [drop(connector, '/connection/variants/cloud/config/properties/site/title')],
    at: `${connector}#/connection/variants/cloud/config/properties/site`,
  },
  {
    rule: 'PC406',
    changes: [drop(connector, '/connection/variants/cloud/config/properties/site/description')],
    at: `${connector}#/connection/variants/cloud/config/properties/site`,
  },
  {
    rule: 'PC407',
    changes: [drop(connector, '/connection/secrets/token/summary')],
    at: `${connector}#/connection/secrets/token`,
  },
  {
    rule: 'PC408',
    changes: [drop(connector, '/connection/variants/own/summary')],
    at: `${connector}#/connection/variants/own`,
  },
  {
    rule: 'PC409',
    changes: [set(connector, '/schemas/ticket/properties/priority', {})],
    at: `${connector}#/schemas/ticket/properties/priority`,
  },
  {
    rule: 'PC411',
    changes: [set(connector, '/actions/setPriority/input/properties/ticket/description', 'The ticket')],
    at: `${connector}#/actions/setPriority/input/properties/ticket/description`,
  },
  {rule: 'PC412', changes: [drop(connector, '/http/errors/3/message')], at: `${connector}#/http/errors/3`},
  {rule: 'PC413', changes: [drop(connector, '/http/errors/0/hint')], at: `${connector}#/http/errors/0`},
  {
    rule: 'PC414',
    changes: [
      set(connector, '/connection/config', {
        type: 'object',
        properties: {mode: {type: 'string', title: 'Mode', enum: ['a', 'b', 'c'], default: 'a'}},
      }),
      set(connector, '/connection/headers', {'X-Desk': '{{connection.mode}}'}),
      swap(readme, 'Attachments', '`mode`: attachments'),
    ],
    at: `${connector}#/connection/config/properties/mode`,
  },
  {
    rule: 'PC415',
    changes: [set(connector, '/actions/addNote/summary', 'Writes an internal note')],
    at: `${connector}#/actions/addNote`,
  },
  {
    rule: 'PC416',
    changes: [
      set(template, '/on', {
        manual: {
          data: {
            type: 'object',
            required: ['id', 'subject', 'priority'],
            properties: {
              id: {type: 'string'},
              subject: {type: 'string', title: 'Subject'},
              priority: {type: 'string', title: 'Priority'},
            },
          },
          sample: {id: 't-1', subject: 'Scanner', priority: 'high'},
        },
      }),
    ],
    at: `${template}#/on/manual/data/properties/id`,
  },
  {
    rule: 'PC417',
    changes: [set(connector, '/actions/setPriority/input/properties/ticket/description', 'Words '.repeat(60).trim())],
    at: `${connector}#/actions/setPriority/input/properties/ticket/description`,
  },
  {
    rule: 'PC501',
    changes: [swap(readme, 'Attachments are not read.', `Use ${'ghp'}_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8.`)],
    at: `${readme}:49`,
  },
  {rule: 'PC502', changes: [swap(readme, 'Attachments are not read.', 'Ask jo@acme-desk.com.')], at: `${readme}:49`},
  {
    rule: 'PC503',
    changes: [swap(readme, 'Attachments are not read.', 'Try 10.1.2.3.4 and 10.1.2.3 once.')],
    at: `${readme}:49`,
  },
  {
    rule: 'PC504',
    changes: [swap(readme, 'Attachments are not read.', 'Try https://8.8.8.8/ once.')],
    at: `${readme}:49`,
  },
  {
    rule: 'PC505',
    changes: [swap(readme, 'Attachments are not read.', 'Try https://desk.internal/ once.')],
    at: `${readme}:49`,
  },
  {rule: 'PC506', changes: [swap(readme, 'Attachments are not read.', 'See /home/jo/desk/notes.')], at: `${readme}:49`},
  {rule: 'PC507', changes: [swap(readme, 'Attachments are not read.', 'Call +4915187654321.')], at: `${readme}:49`},
  {
    rule: 'PC508',
    changes: [swap(readme, 'Attachments are not read.', 'See https://globex.acme-desk.com/ for more.')],
    at: `${readme}:49`,
  },
  {
    rule: 'PC509',
    changes: [set(connector, '/operations/me/request/headers', {'X-App': '3f2504e0-4f89-41d3-9a0c-0305e82c3301'})],
    at: `${connector}#/operations/me/request/headers/X-App`,
  },
  {
    rule: 'PC510',
    changes: [
      set(connector, '/actions/startExport/input/properties/queueId', {
        type: 'string',
        title: 'Id',
        description: 'Not the name',
      }),
      set(template, '/do/input/queueId', '123456'),
    ],
    at: `${template}#/do/input/queueId`,
  },
  {
    rule: 'PC511',
    changes: [
      set(connector, '/connection/config', {
        type: 'object',
        properties: {siteId: {type: 'string', title: 'Site', description: 'Its number', default: '7'}},
      }),
      set(connector, '/connection/headers', {'X-Desk': '{{connection.siteId}}'}),
      swap(readme, 'Attachments', '`siteId`: attachments'),
    ],
    at: `${connector}#/connection/config/properties/siteId/default`,
  },
  {
    rule: 'PC512',
    changes: [set(connector, '/connection/auth/apply/query', {t: '{{secret.token}}'})],
    at: `${connector}#/connection/auth/apply/query/t`,
  },
  {
    rule: 'PC513',
    changes: [set(connector, '/http/errors/0/hint', 'see http://acme.example.com')],
    at: `${connector}#/http/errors/0/hint`,
  },
  {
    rule: 'PC514',
    changes: [set(connector, '/operations/createTicket/sample/password', 'x')],
    at: `${connector}#/operations/createTicket/sample/password`,
  },
  {
    rule: 'PC515',
    changes: [write('connectors/desk/connections/notes.md', '# Notes\n')],
    at: 'connectors/desk/connections/notes.md:1',
  },
];
