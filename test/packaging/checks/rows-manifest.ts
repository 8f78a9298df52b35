/** Overlays of the good package, each of which breaks one rule: the files themselves, permissions and evidence. */
import {connector, drop, type Failing, readme, set, swap, template} from './overlay.ts';

export const manifestRows: readonly Failing[] = [
  {
    rule: 'PC001',
    changes: [set(connector, '/actions/addNote/call', 'addNot')],
    at: `${connector}#/actions/addNote/call`,
  },
  {
    rule: 'PC002',
    changes: [set(connector, '/operations/me/params', {'x?': 'string'})],
    at: `${connector}#/operations/me/params/x?`,
  },
  {rule: 'PC003', changes: [drop(connector, '/$schema')], at: `${connector}:1`},
  {
    rule: 'PC004',
    changes: [swap(template, '"jobwire": "1",\n  "kind": "template",', '"kind": "template",\n  "jobwire": "1",')],
    at: `${template}:1`,
  },
  {
    rule: 'PC005',
    changes: [swap(readme, 'Attachments are not read.', 'Attachments are not read.  ')],
    at: `${readme}:49`,
  },
  {rule: 'PC006', changes: [swap('CHANGELOG.md', 'line breaks.', 'line breaks.\n\n')], at: 'CHANGELOG.md:13'},
  {rule: 'PC007', changes: [swap('CHANGELOG.md', '# Changelog\n', '# Changelog\r\n')], at: 'CHANGELOG.md:1'},
  {rule: 'PC008', changes: [swap(readme, 'Attachments are not read.', `${'TO'}DO: attachments.`)], at: `${readme}:49`},
  {
    rule: 'PC009',
    changes: [set(connector, '/permissions/hosts', ['connection:url', '*.acme-desk.com'])],
    at: `${connector}#/permissions/hosts`,
  },
  {
    rule: 'PC010',
    changes: [
      set(connector, '/permissions/hosts', ['*.acme-desk.com', 'acme-desk.net', 'connection:url']),
      swap(readme, 'Attachments', '`acme-desk.net`: attachments'),
    ],
    at: `${connector}#/permissions/hosts/1`,
  },
  {
    rule: 'PC011',
    changes: [
      set(connector, '/permissions/hosts/0', '*.herokuapp.com'),
      set(connector, '/connection/variants/cloud/baseUrl', 'https://{{connection.site}}.herokuapp.com/api'),
      swap(readme, 'acme-desk.com', 'herokuapp.com'),
    ],
    at: `${connector}#/permissions/hosts/0`,
  },
  {
    rule: 'PC012',
    changes: [
      set(connector, '/connection/secrets/spare', {title: 'Spare', summary: 'Nobody needs it'}),
      swap(readme, 'Attachments', '`spare`: attachments'),
    ],
    at: `${connector}#/connection/secrets/spare`,
  },
  {rule: 'PC013', changes: [drop(connector, '/evidence')], at: `${connector}#/evidence`, also: ['PC017']},
  {rule: 'PC014', changes: [drop(connector, '/evidence/0/from')], at: `${connector}#/evidence/0`},
  {
    rule: 'PC015',
    changes: [
      set(connector, '/evidence/0/level', 'inferred'),
      swap(readme, 'Attachments are not read.', 'Attachments are not read. Inferred: the signature.'),
      drop(connector, '/evidence/0/note'),
    ],
    at: `${connector}#/evidence/0`,
    also: ['PC016'],
  },
  {
    rule: 'PC016',
    changes: [
      set(connector, '/evidence/0/level', 'inferred'),
      swap(readme, 'Attachments are not read.', 'Attachments are not read. Inferred: the signature.'),
    ],
    at: `${connector}#/evidence/0`,
  },
  {rule: 'PC017', changes: [drop(connector, '/evidence/2')], at: `${connector}#/operations/addNote`},
];
