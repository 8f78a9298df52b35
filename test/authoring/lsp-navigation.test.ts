/** Hover, definitions, references, renaming, links and corrections, as an editor asks for them. */
import assert from 'node:assert/strict';
import {join} from 'node:path';
import type {
  CodeAction,
  DocumentLink,
  DocumentSymbol,
  Hover,
  Location,
  Range,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {connectionFile, connectorFile, type DeskProject, makeDesk, templateFile} from './desk.ts';
import {type Editor, startEditor} from './lsp-editor.ts';

const caseFile = 'connectors/desk/cases/note.json';
const caseText = `{
  "jobwire": "1",
  "kind": "case",
  "title": "A note",
  "of": { "action": "addNote" },
  "event": "../samples/ticket.created.json",
  "expect": { "outcome": "succeeded" }
}
`;

const hovers: readonly [title: string, file: string, piece: string, at: number, expected: RegExp][] = [
  [
    'a path of the event',
    templateFile,
    'event.data.number}}"',
    14,
    /`event\.data\.number`: text\n\nNumber\n\nExample: `"T1"`/,
  ],
  ['a root', templateFile, 'event.data.number}}"', 2, /`event`: an object/],
  ['a helper', templateFile, 'truncate', 2, /`truncate\(t, n\) t`/],
  ['the path of a criterion', templateFile, 'event.data.priority"', 15, /"low" or "high"/],
  ['an action', templateFile, '"addNote"', 3, /\*\*action addNote\*\*: Add a note/],
  ['a connector', templateFile, '"desk@^1", "event"', 3, /\*\*connector desk\*\*: Desk/],
  ['a connection', templateFile, '"desk-main" }', 3, /\*\*connection desk-main\*\*: Desk/],
  ['a field of an action', templateFile, '"visibility"', 3, /\*\*input visibility\*\*: Visibility/],
  ['an operation', connectorFile, '"call": "addNote"', 12, /\*\*operation addNote\*\*[\s\S]*PUT \/tickets/],
  ['an input', connectorFile, '{{input.ticket}}', 9, /`input\.ticket`: text\n\nTicket/],
  ['a key of the format', connectorFile, '"effect"', 3, /./],
  ['a setting', connectionFile, '"url"', 2, /\*\*setting url\*\*: Address/],
];

const definitions: readonly [title: string, file: string, piece: string, at: number, target: string, name: string][] = [
  ['a path of the event', templateFile, 'event.data.number}}"', 14, connectorFile, '"number": {'],
  ['an action', templateFile, '"addNote"', 3, connectorFile, '"addNote": {\n      "title"'],
  ['an event', templateFile, '"ticket.created"', 3, connectorFile, '"ticket.created": {'],
  ['a connection', templateFile, '"desk-main" }', 3, connectionFile, '"id"'],
  ['a connector', templateFile, '"desk@^1", "event"', 3, connectorFile, '"id"'],
  ['an operation', connectorFile, '"call": "addNote"', 12, connectorFile, '"addNote": {\n      "effect"'],
  ['an input', connectorFile, '{{input.ticket}}', 9, connectorFile, '"ticket": { "type": "string", "title"'],
  ['a parameter', connectorFile, '{{params.text}}', 11, connectorFile, '"text": "string"'],
  ['a setting', connectorFile, '{{connection.url}}', 15, connectorFile, '"url": { "type"'],
  ['a secret', connectorFile, '{{secret.apiKey}}', 11, connectorFile, '"apiKey": { "title"'],
  ['a secret of a connection', connectionFile, '"apiKey"', 3, connectorFile, '"apiKey": { "title"'],
  ['a variant', connectionFile, '"cloud"', 3, connectorFile, '"cloud": {'],
  ['the subject of a case', caseFile, '"addNote"', 3, connectorFile, '"addNote": {\n      "title"'],
];

describe('navigation', function () {
  this.timeout(8_000);
  let desk: DeskProject;
  let editor: Editor;
  before(async () => {
    desk = makeDesk();
    desk.write(caseFile, caseText);
    editor = await startEditor(desk.dir);
    for (const file of [connectorFile, templateFile, connectionFile, caseFile]) await editor.opened(file);
  });
  after(async () => {
    assert.equal(editor.stderr(), '');
    await editor.end();
    desk.remove();
  });
  const restore = async (...files: string[]): Promise<void> => {
    for (const file of files) editor.type(file, desk.read(file));
    await editor.told(files[0] ?? templateFile);
  };
  const documentOf = (file: string): TextDocument =>
    TextDocument.create(editor.uri(file), 'json', 1, editor.text(file));
  const whole: Range = {start: {line: 0, character: 0}, end: {line: 999, character: 0}};

  for (const [title, file, piece, at, expected] of hovers)
    it(`explains ${title}`, async () => {
      const hover = await editor.ask<Hover | null>('hover', file, {position: editor.at(file, piece, at)});
      assert.match((hover?.contents as {value: string} | undefined)?.value ?? JSON.stringify(hover), expected);
    });

  for (const [title, file, piece, at, target, name] of definitions)
    it(`leads to ${title}`, async () => {
      const found = await editor.ask<Location | null>('definition', file, {position: editor.at(file, piece, at)});
      assert.equal(found?.uri, editor.uri(target));
      assert.deepEqual(found?.range.start, editor.at(target, name));
    });

  it('leads to a step from the path that reads it, and to the file of a sample', async () => {
    editor.edit(
      connectorFile,
      '"steps": [\n        {',
      '"steps": [\n        { "id": "who", "call": "whoAmI" },\n        {',
    );
    editor.edit(connectorFile, '"{{input.ticket}}"', '"{{string steps.who.name}}"');
    const step = await editor.ask<Location>('definition', connectorFile, {
      position: editor.at(connectorFile, 'steps.who', 7),
    });
    assert.deepEqual(step.range.start, editor.at(connectorFile, '{ "id": "who"'));
    const sample = await editor.ask<Location>('definition', connectorFile, {
      position: editor.at(connectorFile, 'samples/ticket', 4),
    });
    assert.equal(sample.uri, editor.uri('connectors/desk/samples/ticket.created.json'));
    await restore(connectorFile);
  });

  it('finds every use of an action in the project', async () => {
    const context = {includeDeclaration: true};
    const found = await editor.ask<Location[]>('references', templateFile, {
      position: editor.at(templateFile, '"addNote"', 3),
      context,
    });
    assert.deepEqual(found.map(({uri}) => uri).sort(), [connectorFile, caseFile, templateFile].map(editor.uri).sort());
    const uses = await editor.ask<Location[]>('references', templateFile, {
      position: editor.at(templateFile, '"addNote"', 3),
      context: {includeDeclaration: false},
    });
    assert.deepEqual(uses.map(({uri}) => uri).sort(), [caseFile, templateFile].map(editor.uri).sort());
  });

  it('renames an action and its operation apart, and the project stays sound', async () => {
    for (const [piece, newName] of [
      ['"addNote": {\n      "effect"', 'putNote'],
      ['"addNote": {\n      "title"', 'noteIt'],
    ] as const) {
      const edit = await editor.ask<WorkspaceEdit>('rename', connectorFile, {
        position: editor.at(connectorFile, piece, 3),
        newName,
      });
      editor.apply(edit);
    }
    const heard = editor.told(connectorFile);
    editor.edit(connectorFile, '"title": "Desk"', '"title": "Desk 2"');
    assert.deepEqual(await heard, []);
    assert.match(editor.text(connectorFile), /"call": "putNote"/);
    assert.match(editor.text(templateFile), /"action": "noteIt"/);
    assert.match(editor.text(caseFile), /"action": "noteIt"/);
    await restore(connectorFile, templateFile, caseFile);
  });

  it('renames a step with everything that reads it', async () => {
    editor.edit(
      connectorFile,
      '"steps": [\n        {',
      '"steps": [\n        { "id": "who", "call": "whoAmI" },\n        {',
    );
    editor.edit(
      connectorFile,
      '{{json input.extra}}',
      '{{json steps.who}} {{default steps.who.name (string input.extra)}}',
    );
    const edit = await editor.ask<WorkspaceEdit>('rename', connectorFile, {
      position: editor.at(connectorFile, '"id": "who"', 8),
      newName: 'me',
    });
    editor.apply(edit);
    assert.match(editor.text(connectorFile), /"id": "me"[\s\S]*\{\{json steps\.me\}\} \{\{default steps\.me\.name/);
    await restore(connectorFile);
  });

  it('refuses a name that is taken or is none, and renames no id', async () => {
    const at = (newName: string): Promise<unknown> =>
      editor.ask('rename', connectorFile, {
        position: editor.at(connectorFile, '"addNote": {\n      "effect"', 3),
        newName,
      });
    await assert.rejects(at('whoAmI'), /there is a operation whoAmI already|already/);
    await assert.rejects(at('Add-Note'), /is no name/);
    assert.equal(
      await editor.ask('prepareRename', templateFile, {position: editor.at(templateFile, '"desk-main" }', 3)}),
      null,
    );
  });

  it('links samples and addresses', async () => {
    editor.edit(
      connectorFile,
      '"title": "Desk",',
      '"title": "Desk", "evidence": [{ "at": "/http", "level": "documented", "from": "https://desk.example.com/docs, page 2" }],',
    );
    const links = await editor.ask<DocumentLink[]>('documentLink', connectorFile);
    assert.deepEqual(links.map(({target}) => target).sort(), [
      editor.uri('connectors/desk/samples/ticket.created.json'),
      'https://desk.example.com/docs',
    ]);
    await restore(connectorFile);
  });

  it('outlines, folds and formats', async () => {
    const symbols = await editor.ask<DocumentSymbol[]>('documentSymbol', connectorFile);
    assert.ok(symbols.some(({name}) => name === 'operations'));
    assert.ok((await editor.ask<object[]>('foldingRange', connectorFile)).length > 10);
    editor.edit(templateFile, '  "kind"', '        "kind"');
    const edits = await editor.ask<TextEdit[]>('formatting', templateFile, {options: {tabSize: 2, insertSpaces: true}});
    const formatted = TextDocument.applyEdits(documentOf(templateFile), edits);
    assert.deepEqual(JSON.parse(formatted), JSON.parse(desk.read(templateFile)));
    assert.match(formatted, /\n {2}"kind"/);
    await restore(templateFile);
  });

  const slips: readonly [title: string, file: string, from: string, to: string][] = [
    ['a key', templateFile, '"criteria":', '"critera":'],
    ['a path', templateFile, '[{{event.data.number', '[{{event.data.numbr'],
    ['a helper', templateFile, '{{truncate', '{{truncat'],
    ['an action', templateFile, '"addNote"', '"addNot"'],
    ['a setting', connectionFile, '"url":', '"urll":'],
    ['an operation', connectorFile, '"call": "whoAmI"', '"call": "whoAmi"'],
  ];
  for (const [title, file, from, to] of slips)
    it(`corrects ${title} by a quick fix`, async () => {
      const good = editor.text(file);
      editor.edit(file, from, to);
      const diagnostics = await editor.told(file);
      assert.ok(diagnostics.length > 0);
      const actions = await editor.ask<CodeAction[]>('codeAction', file, {
        range: whole,
        context: {diagnostics},
      });
      const fix = actions.find(({isPreferred}) => isPreferred);
      assert.ok(diagnostics.some(({code}) => code === fix?.diagnostics?.[0]?.code));
      editor.apply(fix?.edit ?? {});
      assert.equal(editor.text(file), good);
      assert.deepEqual(await editor.told(file), []);
    });

  it('corrects all slips of a file at once', async () => {
    const good = editor.text(templateFile);
    editor.edit(templateFile, '[{{event.data.number', '[{{event.data.numbr');
    editor.edit(templateFile, '{{truncate', '{{truncat');
    await editor.told(templateFile);
    const [all] = await editor.ask<CodeAction[]>('codeAction', templateFile, {
      range: whole,
      context: {diagnostics: [], only: ['source.fixAll']},
    });
    editor.apply(all?.edit ?? {});
    assert.equal(editor.text(templateFile), good);
    assert.deepEqual(await editor.told(templateFile), []);
  });

  it('offers every suggestion when none is near, and wraps what may be missing', async () => {
    const good = editor.text(templateFile);
    editor.edit(templateFile, '"addNote"', '"somethingElse"');
    await editor.told(templateFile);
    const actions = await editor.ask<CodeAction[]>('codeAction', templateFile, {
      range: whole,
      context: {diagnostics: [], only: ['quickfix']},
    });
    assert.deepEqual(
      actions.map(({title, isPreferred}) => [title, isPreferred]),
      [['Change to addNote', false]],
    );
    editor.type(templateFile, good);
    await editor.told(templateFile);
    editor.edit(templateFile, '"{{event.data.number}}"', '"{{event.data.summary}}"');
    await editor.told(templateFile);
    const wraps = await editor.ask<CodeAction[]>('codeAction', templateFile, {
      range: whole,
      context: {diagnostics: [], only: ['quickfix']},
    });
    editor.apply(wraps.find(({title}) => /empty text/.test(title))?.edit ?? {});
    assert.match(editor.text(templateFile), /\{\{default event\.data\.summary ''\}\}/);
    assert.deepEqual(await editor.told(templateFile), []);
    await restore(templateFile);
  });

  it('changes no file by itself', () => {
    assert.equal(desk.check().length, 0, join(desk.dir, templateFile));
  });
});
