/** Overlays of the good package, each of which breaks one rule: packages, changelogs and versions. */
import {connector, drop, type Failing, manifest, remove, set, swap, template, write} from './overlay.ts';

export const packageRows: readonly Failing[] = [
  {rule: 'PC951', changes: [drop(manifest, '/contents/templates')], at: `${manifest}#/contents`},
  {rule: 'PC952', changes: [write('connectors/desk/run.sh', 'echo\n')], at: 'connectors/desk/run.sh:1'},
  {
    rule: 'PC953',
    changes: [write('connectors/desk/samples/big.json', `"${'x'.repeat(1024 * 1024)}"\n`)],
    at: 'connectors/desk/samples/big.json:1',
  },
  {
    rule: 'PC954',
    changes: [write('connectors/desk/samples/Ticket.created.json', '{}\n')],
    at: 'connectors/desk/samples/ticket.created.json:1',
  },
  {rule: 'PC955', changes: [drop(manifest, '/requires')], at: `${manifest}#/requires`},
  {rule: 'PC956', changes: [set(manifest, '/requires/runtime', '^9.0.0')], at: `${manifest}#/requires/runtime`},
  {rule: 'PC957', changes: [set(template, '/version', '0.9.0')], at: `${template}#/version`},
  {rule: 'PC958', changes: [remove('CHANGELOG.md')], at: 'CHANGELOG.md:1'},
  {rule: 'PC959', changes: [swap('CHANGELOG.md', '# Changelog', '# History')], at: 'CHANGELOG.md:1'},
  {rule: 'PC960', changes: [swap('CHANGELOG.md', '[1.2.0]', '[1.2.1]')], at: 'CHANGELOG.md:1'},
  {rule: 'PC961', changes: [swap('CHANGELOG.md', '2026-01-20', '2026-02-30')], at: 'CHANGELOG.md:3'},
  {rule: 'PC962', changes: [swap('CHANGELOG.md', '### Added', '### New')], at: 'CHANGELOG.md:3'},
  {
    rule: 'PC963',
    changes: [
      set(connector, '/jobs/export/stop/input/required', ['reason']),
      set(manifest, '/version', '2.0.0'),
      swap('CHANGELOG.md', '## [1.2.0]', '## [2.0.0] - 2026-01-30\n\n### Changed\n\n- More.\n\n## [1.2.0]'),
    ],
    at: `${connector}#/version`,
    published: true,
  },
  {
    rule: 'PC964',
    changes: [set(connector, '/http/errors/0/message', 'The token may not'), set(connector, '/version', '1.2.1')],
    at: `${manifest}#/version`,
    published: true,
  },
  {
    rule: 'PC965',
    changes: [
      set(connector, '/actions/addNote/input/properties/colour', {
        type: 'string',
        title: 'More',
        description: 'For tests',
      }),
      set(connector, '/version', '1.3.0'),
      set(manifest, '/version', '1.2.1'),
      swap('CHANGELOG.md', '## [1.2.0]', '## [1.2.1] - 2026-01-30\n\n### Added\n\n- More.\n\n## [1.2.0]'),
    ],
    at: `${manifest}#/version`,
    published: true,
  },
  {
    rule: 'PC966',
    changes: [
      set(connector, '/jobs/export/stop/input/required', ['reason']),
      set(connector, '/version', '2.0.0'),
      set(template, '/version', '2.0.0'),
      set(template, '/on/connector', 'desk@^2'),
      set(template, '/do/connector', 'desk@^2'),
      set(template, '/do/onComplete/0/connector', 'desk@^2'),
      set(manifest, '/version', '2.0.0'),
      swap('CHANGELOG.md', '## [1.2.0]', '## [2.0.0] - 2026-01-30\n\n### Added\n\n- More.\n\n## [1.2.0]'),
    ],
    at: 'CHANGELOG.md:3',
    published: true,
  },
];
