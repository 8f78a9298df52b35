/** Overlays of the good package, each of which breaks one rule: READMEs. */
import {connector, type Failing, readme, remove, set, swap} from './overlay.ts';

export const documentationRows: readonly Failing[] = [
  {rule: 'PC201', changes: [remove('templates/urgent-ticket/README.md')], at: 'templates/urgent-ticket/README.md:1'},
  {rule: 'PC202', changes: [swap(readme, '# Acme Desk', '# Desk')], at: `${readme}:1`},
  {rule: 'PC203', changes: [swap(readme, '## Set-up', '## Beginning')], at: `${readme}:1`},
  {rule: 'PC204', changes: [swap(readme, ', `ticket.changed`', '')], at: `${readme}:1`},
  {rule: 'PC205', changes: [swap(readme, '`addNote`, ', '')], at: `${readme}:1`},
  {rule: 'PC206', changes: [swap(readme, '`export`: status', 'Status')], at: `${readme}:1`},
  {rule: 'PC207', changes: [swap(readme, '`<site>.acme-desk.com`', '`<site>`')], at: `${readme}:1`},
  {rule: 'PC208', changes: [swap(readme, '## When something fails', '## Codes')], at: `${readme}:1`},
  {rule: 'PC209', changes: [swap(readme, '`desk-busy`', '`busy`')], at: `${readme}:1`},
  {
    rule: 'PC210',
    changes: [swap(readme, 'Acme Desk is a trademark of Acme. This connector is not made by Acme.', '')],
    at: `${readme}:1`,
  },
  {rule: 'PC211', changes: [swap(readme, '## Limits', '## Attachments')], at: `${readme}:1`},
  {
    rule: 'PC212',
    changes: [swap('README.md', 'What Jobwire', '```json\n{ queue: 1 }\n```\n\nWhat Jobwire')],
    at: 'README.md:3',
  },
  {rule: 'PC213', changes: [swap(readme, '"kind": "connection",', '"kind": "other",')], at: `${readme}:1`},
  {rule: 'PC214', changes: [swap(readme, '{ "site": "acme" }', '{ "place": "acme" }')], at: `${readme}:19`},
  {rule: 'PC215', changes: [swap(readme, '(samples/README.md)', '(samples/READ.md)')], at: `${readme}:17`},
  {rule: 'PC216', changes: [swap(readme, '<https://acme', '<http://acme')], at: `${readme}:45`},
  {
    rule: 'PC217',
    changes: [swap('templates/urgent-ticket/README.md', '`desk-main`', '`desk`')],
    at: 'templates/urgent-ticket/README.md:1',
  },
  {rule: 'PC218', changes: [set(connector, '/evidence/0/level', 'inferred')], at: `${readme}:1`, also: ['PC016']},
  {rule: 'PC219', changes: [swap('README.md', '`urgent-ticket`: a', 'a')], at: 'README.md:1'},
  {
    rule: 'PC220',
    changes: [
      remove('connectors/desk/samples/README.md'),
      swap(readme, '; see the [samples](samples/README.md) for events', ''),
    ],
    at: 'connectors/desk/samples/README.md:1',
  },
  {
    rule: 'PC221',
    changes: [
      swap(readme, '```json\n{ "queue": "Support", "subject": "Scanner is dead" }\n```', 'A queue and a subject.'),
    ],
    at: `${readme}:1`,
  },
];
