/** Overlays of the good package, each of which breaks one rule: what lists show, licences and icons. */
import {connector, drop, type Failing, manifest, readme, remove, set, swap, template, write} from './overlay.ts';

export const listingRows: readonly Failing[] = [
  {
    rule: 'PC101',
    changes: [set(connector, '/title', 'D'), swap(readme, '# Acme Desk', '# D')],
    at: `${connector}#/title`,
  },
  {rule: 'PC102', changes: [set(manifest, '/title', 'Desk automation.')], at: `${manifest}#/title`},
  {rule: 'PC103', changes: [drop(manifest, '/summary')], at: `${manifest}#/summary`},
  {rule: 'PC104', changes: [set(manifest, '/summary', 'Tickets as events')], at: `${manifest}#/summary`},
  {
    rule: 'PC105',
    changes: [set(manifest, '/summary', 'Tickets of the Acme desk as events, notes as actions.')],
    at: `${manifest}#/summary`,
  },
  {
    rule: 'PC106',
    changes: [set(connector, '/summary', 'This is the Acme Desk connector for Acme Desk')],
    at: `${connector}#/summary`,
  },
  {
    rule: 'PC107',
    changes: [set(connector, '/listing/categories', ['ci', 'cloud', 'data', 'security'])],
    at: `${connector}#/listing/categories`,
  },
  {rule: 'PC108', changes: [set(connector, '/listing/categories', ['crm'])], at: `${connector}#/listing/categories/0`},
  {
    rule: 'PC109',
    changes: [set(connector, '/listing/license', 'Apache 2'), set(manifest, '/license', 'Apache 2')],
    at: [`${manifest}#/license`, `${connector}#/listing/license`],
  },
  {rule: 'PC110', changes: [remove('LICENSE')], at: 'LICENSE:1'},
  {rule: 'PC111', changes: [write('LICENSE', 'Apache License Version 2.0\n')], at: 'LICENSE:1'},
  {rule: 'PC112', changes: [set(connector, '/listing/license', 'Apache-2.0')], at: `${connector}#/listing/license`},
  {rule: 'PC113', changes: [drop(connector, '/listing/support')], at: `${connector}#/listing`},
  {rule: 'PC114', changes: [set(connector, '/listing/support', 'ask us')], at: `${connector}#/listing/support`},
  {rule: 'PC115', changes: [drop(connector, '/listing/homepage')], at: `${connector}#/listing`},
  {
    rule: 'PC116',
    changes: [set(connector, '/listing/homepage', 'http://acme.example.com')],
    at: `${connector}#/listing/homepage`,
  },
  {rule: 'PC117', changes: [drop(manifest, '/author/url')], at: `${manifest}#/author`},
  {
    rule: 'PC118',
    changes: [
      set(template, '/title', 'Acme Desk'),
      swap('templates/urgent-ticket/README.md', '# Export the queue of an urgent ticket', '# Acme Desk'),
    ],
    at: `${template}#/title`,
  },
  {rule: 'PC119', changes: [set(manifest, '/contents', {})], at: `${manifest}#/contents`, also: ['PC951']},
  {rule: 'PC131', changes: [remove('connectors/desk/icon.svg')], at: 'connectors/desk/icon.svg:1'},
  {
    rule: 'PC132',
    changes: [remove('connectors/desk/icon.svg'), write('connectors/desk/icon.png', 'no picture')],
    at: 'connectors/desk/icon.png:1',
  },
  {
    rule: 'PC133',
    changes: [swap('connectors/desk/icon.svg', 'width="24"', 'width="30"')],
    at: 'connectors/desk/icon.svg:1',
  },
  {
    rule: 'PC134',
    changes: [swap('connectors/desk/icon.svg', '</svg>', `<!--${'x'.repeat(17 * 1024)}--></svg>`)],
    at: 'connectors/desk/icon.svg:1',
  },
  {
    rule: 'PC135',
    changes: [swap('connectors/desk/icon.svg', '</svg>', '<script>1</script></svg>')],
    at: 'connectors/desk/icon.svg:5',
  },
  {
    rule: 'PC136',
    changes: [swap('connectors/desk/icon.svg', '<title>Acme Desk</title>', '<g/>')],
    at: 'connectors/desk/icon.svg:1',
  },
  {rule: 'PC137', changes: [swap('connectors/desk/icon.svg', '#1f4f8b', '#eeeeee')], at: 'connectors/desk/icon.svg:1'},
];
