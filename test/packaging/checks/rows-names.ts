/** Overlays of the good package, each of which breaks one rule: names, words and templates. */
import {connector, drop, type Failing, manifest, move, readme, rename, set, swap, template} from './overlay.ts';

export const nameRows: readonly Failing[] = [
  {rule: 'PC701', changes: [rename('urgent-ticket', 'demo')], at: 'templates/demo/template.json#/id'},
  {rule: 'PC702', changes: [rename('desk', 'sentri')], at: 'connectors/sentri/connector.json#/id'},
  {rule: 'PC703', changes: [set(manifest, '/id', '@jobwire/desk')], at: `${manifest}#/id`},
  {
    rule: 'PC704',
    changes: [
      set(connector, '/actions/addNote/input/properties/Text', {
        type: 'string',
        title: 'More',
        description: 'For tests',
      }),
    ],
    at: `${connector}#/actions/addNote/input/properties/Text`,
  },
  {
    rule: 'PC705',
    changes: [
      set(connector, '/actions/addNote/input/properties/textl', {
        type: 'string',
        title: 'More',
        description: 'For tests',
      }),
      set(connector, '/actions/addNote/input/properties/text1', {
        type: 'string',
        title: 'More',
        description: 'For tests',
      }),
    ],
    at: `${connector}#/actions/addNote/input/properties/text1`,
  },
  {
    rule: 'PC706',
    changes: [
      set(connector, '/actions/addNote/input/properties/due_date', {
        type: 'string',
        title: 'More',
        description: 'For tests',
      }),
      set(connector, '/actions/addNote/input/properties/dueTime', {
        type: 'string',
        title: 'More',
        description: 'For tests',
      }),
    ],
    at: `${connector}#/actions/addNote/input/properties/dueTime`,
  },
  {rule: 'PC707', changes: [rename('addNote', 'deskNote')], at: `${connector}#/actions/deskNote`},
  {
    rule: 'PC708',
    changes: [swap(readme, 'Attachments are not read.', 'Attach\u200bments are not read.')],
    at: `${readme}:49`,
  },
  {
    rule: 'PC709',
    changes: [swap(readme, 'Attachments are not read.', '\u0410ttachments are not read.')],
    at: `${readme}:49`,
  },
  {
    rule: 'PC710',
    changes: [move('connectors/desk/cases/note.json', 'connectors/desk/cases/Note_1.json')],
    at: 'connectors/desk/cases/Note_1.json:1',
  },
  {
    rule: 'PC711',
    changes: [
      set(template, '/title', 'export a queue'),
      swap('templates/urgent-ticket/README.md', '# Export the queue of an urgent ticket', '# export a queue'),
    ],
    at: `${template}#/title`,
  },
  {
    rule: 'PC712',
    changes: [set(connector, '/actions/addNote/title', 'Add a note.')],
    at: `${connector}#/actions/addNote/title`,
  },
  {
    rule: 'PC713',
    changes: [set(connector, '/actions/setPriority/summary', 'Sets the priority of a ticket!')],
    at: `${connector}#/actions/setPriority/summary`,
  },
  {
    rule: 'PC714',
    changes: [set(manifest, '/summary', 'Powerful tickets of the Acme desk as events and actions')],
    at: `${manifest}#/summary`,
  },
  {
    rule: 'PC715',
    changes: [swap(readme, 'Attachments are not read.', 'Attachments are not recieved.')],
    at: `${readme}:49`,
  },
  {
    rule: 'PC716',
    changes: [set(connector, '/actions/setPriority/summary', 'Sets the the priority of a ticket')],
    at: `${connector}#/actions/setPriority/summary`,
  },
  {
    rule: 'PC717',
    changes: [set(connector, '/actions/setPriority/summary', 'Lorem ipsum dolor')],
    at: `${connector}#/actions/setPriority/summary`,
  },
  {
    rule: 'PC718',
    changes: [set(connector, '/actions/setPriority/summary', 'Sets  the priority of a ticket')],
    at: `${connector}#/actions/setPriority/summary`,
  },
  {rule: 'PC901', changes: [drop(template, '/criteria')], at: `${template}#/criteria`},
  {rule: 'PC902', changes: [drop(template, '/policy/delivery')], at: `${template}#/do`},
  {rule: 'PC903', changes: [drop(template, '/policy/deadline')], at: `${template}#/policy`},
  {rule: 'PC904', changes: [drop(template, '/policy/retry')], at: `${template}#/policy`},
  {rule: 'PC905', changes: [drop(template, '/policy/wait')], at: `${template}#/do`},
  {rule: 'PC906', changes: [drop(template, '/policy/concurrency')], at: `${template}#/policy`},
  {rule: 'PC907', changes: [set(template, '/on/connector', 'desk')], at: `${template}#/on/connector`},
  {
    rule: 'PC908',
    changes: [
      set(template, '/on', {schedule: {cron: '0 6 * * *', timezone: 'Europe/Berlin'}}),
      drop(template, '/criteria', '/do/onComplete'),
    ],
    at: `${template}#/on/schedule`,
  },
  {rule: 'PC909', changes: [drop(template, '/do/onComplete/0/delivery')], at: `${template}#/do/onComplete/0`},
  {rule: 'PC910', changes: [drop(template, '/criteria/1/label')], at: `${template}#/criteria/1`},
];
