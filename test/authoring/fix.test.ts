/** `check --fix`: one word is replaced where exactly one near correction exists; nothing else in the file moves. */
import assert from 'node:assert/strict';
import {applyFixes, type Fix, fixAll} from '../../src/authoring/fix.ts';
import {
  connectionFile as connection,
  connectorFile as connector,
  type DeskProject,
  makeDesk,
  templateFile as template,
} from './desk.ts';

interface Slip {
  readonly what: string;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

const slips: readonly Slip[] = [
  {what: 'an unknown key', file: template, right: '"criteria":', wrong: '"critera":'},
  {what: 'a word of an enumeration', file: template, right: '"op": "in"', wrong: '"op": "inn"'},
  {what: 'the kind', file: template, right: '"kind": "template"', wrong: '"kind": "tempalte"'},
  {what: 'an event', file: template, right: '"event": "ticket.created"', wrong: '"event": "ticket.craeted"'},
  {what: 'the name of an action', file: template, right: '"action": "addNote"', wrong: '"action": "addNotes"'},
  {
    what: 'a connector before its range',
    file: template,
    right: '"connector": "desk@^1",',
    wrong: '"connector": "dsk@^1",',
  },
  {what: 'a connection', file: template, right: '"connection": "desk-main"', wrong: '"connection": "desk-mian"'},
  {what: 'a path', file: template, right: '"{{event.data.number}}"', wrong: '"{{event.data.numbr}}"'},
  {what: 'a path in brackets', file: template, right: '"{{event.data.number}}"', wrong: '"{{event.data.[numbr]}}"'},
  {what: 'a path inside text and a call', file: template, right: 'requester.name 200', wrong: 'requester.nam 200'},
  {what: 'a middle part of a path', file: template, right: 'data.requester.name 200', wrong: 'data.requestr.name 200'},
  {what: 'a path without braces', file: template, right: '"event.data.priority"', wrong: '"event.data.prioritty"'},
  {what: 'a root', file: template, right: '"{{event.data.number}}"', wrong: '"{{evnt.data.number}}"'},
  {what: 'a helper', file: template, right: '{{truncate event', wrong: '{{truncat event'},
  {what: 'a helper inside a call', file: connector, right: '(nonEmpty', wrong: '(nonEmty'},
  {what: 'the name of an input', file: template, right: '"visibility":', wrong: '"visiblity":'},
  {what: 'a choice of an input', file: template, right: '"visibility": "public"', wrong: '"visibility": "publc"'},
  {what: 'a secret of a connection', file: connection, right: '"apiKey":', wrong: '"apiKy":'},
  {what: 'a setting of a connection', file: connection, right: '"url":', wrong: '"urll":'},
  {what: 'a variant', file: connection, right: '"variant": "cloud"', wrong: '"variant": "clod"'},
  {what: 'an operation', file: connector, right: '"call": "whoAmI"', wrong: '"call": "whoAmi2"'},
  {what: 'a setting in permissions', file: connector, right: '"connection:url"', wrong: '"connection:ur"'},
  {what: 'a keyword of a schema', file: connector, right: '"required": ["url"]', wrong: '"requird": ["url"]'},
  {
    what: 'a type of a schema',
    file: connector,
    right: '"type": "string", "format"',
    wrong: '"type": "strng", "format"',
  },
  {what: 'a secret in an expression', file: connector, right: '{{secret.apiKey}}', wrong: '{{secret.apiKy}}'},
];

describe('check --fix', () => {
  let project: DeskProject;
  beforeEach(() => {
    project = makeDesk();
  });
  afterEach(() => project.remove());

  const nameOf = (file: string): string => file.slice(project.dir.length + 1);

  function fix(mayChange: (file: string) => boolean = (file) => file.startsWith(project.dir)): Fix[] {
    return fixAll({
      check: project.check,
      mayChange,
      read: (file) => project.read(nameOf(file)),
      write: (file, text) => project.write(nameOf(file), text),
    });
  }

  it('has nothing to mend in a project without slips', () => {
    assert.deepEqual(project.check(), []);
    assert.deepEqual(fix(), []);
  });

  for (const {what, file, right, wrong} of slips)
    it(`mends ${what}: ${wrong}`, () => {
      const before = project.read(file);
      project.replace(file, right, wrong);
      assert.equal(fix().length, 1);
      assert.equal(project.read(file), before);
      assert.deepEqual(project.check(), []);
      assert.deepEqual(fix(), []);
    });

  it('goes on where a mended name lets more be checked, and says each change with its place', () => {
    const text = project.read(template);
    project.replace(template, '"criteria":', '"critera":');
    project.replace(template, '"op": "in"', '"op": "inn"');
    project.replace(template, '[{{event.data.number', '[{{event.data.numbr');
    const changes = fix().map(({file, line, column, from, to}) => `${nameOf(file)}:${line}:${column} ${from} → ${to}`);
    assert.deepEqual(changes, [
      `${template}:8:4 critera → criteria`,
      `${template}:8:56 inn → in`,
      `${template}:17:30 numbr → number`,
    ]);
    assert.equal(project.read(template), text);
  });

  it('keeps line ends, indentation, escapes and characters of several bytes as they are', () => {
    project.replace(template, '"title": "Route tickets"', '"title":\t"R\\u00fcte  \\"ürgent\\" 🚑"');
    project.replace(template, '"text": "[{{', '"text": "\\u005b\\t🚑 {{');
    project.write(template, project.read(template).replaceAll('\n', '\r\n'));
    const text = project.read(template);
    project.replace(template, '🚑 {{event.data.number', '🚑 {{event.data.numbr');
    assert.equal(fix().length, 1);
    assert.equal(project.read(template), text);
  });

  it('writes a name that is no plain word in brackets', () => {
    project.replace(template, '"{{event.data.number}}"', '"{{default event.data.xtag \'none\'}}"');
    fix();
    assert.match(project.read(template), /"\{\{default event\.data\.\[x tag\] 'none'\}\}"/);
    assert.deepEqual(project.check(), []);
  });

  for (const [what, right, wrong] of [
    ['that is near to nothing', '"action": "addNote"', '"action": "somethingElse"'],
    ['whose only candidate is far', '"connection": "desk-main"', '"connection": "elsewhere"'],
    [
      'that would become a key which is there',
      '"visibility": "public"',
      '"visibility": "public", "visiblity": "public"',
    ],
    [
      'that would become the same key as another',
      '"visibility": "public"',
      '"visiblity": "public", "visibilty": "public"',
    ],
  ] as const)
    it(`leaves a word alone ${what}`, () => {
      project.replace(template, right, wrong);
      const text = project.read(template);
      assert.deepEqual(fix(), []);
      assert.ok(project.check().length > 0);
      assert.equal(project.read(template), text);
    });

  it('leaves a word alone that is near to two', () => {
    project.replace(connector, '"visibility": {', '"texts": { "type": "string" }, "visibility": {');
    project.replace(connector, '{{json input.extra}}', '{{json input.extra}} {{default input.texts 0}}');
    project.replace(template, '"text": "[', '"textss": "[');
    assert.deepEqual(fix(), []);
    assert.match(JSON.stringify(project.check()), /"suggestions":\["texts","text"\]/);
  });

  it('touches no file it may not change', () => {
    const text = project.read(template).replace('"criteria":', '"critera":');
    project.write(template, text);
    assert.deepEqual(
      fix(() => false),
      [],
    );
    assert.equal(project.read(template), text);
  });

  it('stops when a change does not help', () => {
    project.replace(template, '"criteria":', '"critera":');
    const [issue] = project.check();
    assert.ok(issue);
    let writes = 0;
    const fixes = fixAll({
      check: () => [issue],
      mayChange: () => true,
      read: () => project.read(template),
      write: () => writes++,
    });
    assert.deepEqual([fixes.length, writes], [1, 1]);
  });

  it('replaces from the end, so that earlier places stay right', () => {
    const at = {code: 'JW1003', file: 'f', pointer: '', line: 1, column: 1, isKey: false};
    const fixes = [
      {...at, start: 0, end: 1, from: 'a', to: 'xyz'},
      {...at, start: 4, end: 5, from: 'c', to: ''},
    ];
    assert.equal(applyFixes('a b c', fixes), 'xyz b ');
  });
});
