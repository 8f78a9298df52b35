/** What the language server offers at a cursor: a text with a caret, and labels that are, or are not, among the offers. */
import assert from 'node:assert/strict';
import type {CompletionItem, TextEdit} from 'vscode-languageserver';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {helpers} from '../../src/expressions/helpers.ts';
import {connectionFile, connectorFile, type DeskProject, makeDesk, templateFile} from './desk.ts';
import {type Editor, startEditor} from './lsp-editor.ts';

const simulatorFile = 'connectors/desk/simulator.json';
const caseFile = 'connectors/desk/cases/note.json';

const simulator = `{
  "jobwire": "1",
  "kind": "simulator",
  "collections": { "tickets": [{ "id": 1 }], "queues": [] },
  "operations": { "listQueues": { "from": "queues", "reply": { "body": { "queues": "{{rows}}" } } } }
}
`;
const caseText = `{
  "jobwire": "1",
  "kind": "case",
  "title": "A note",
  "of": { "action": "addNote" },
  "input": { "ticket": "T1", "text": "x" },
  "expect": { "outcome": "succeeded" }
}
`;

interface Row {
  readonly title: string;
  readonly file: string;
  /** What is replaced, and by what, with the caret in it. */
  readonly from: string;
  readonly to: string;
  readonly has: readonly string[];
  readonly lacks?: readonly string[];
}

const number = '"{{event.data.number}}"';
const rows: readonly Row[] = [
  {
    title: 'roots and paths after {{',
    file: templateFile,
    from: number,
    to: '"{{|"',
    has: ['event', 'run', 'event.data.number', 'run.key'],
    lacks: ['result', 'result.state'],
  },
  {
    title: 'paths after a dot',
    file: templateFile,
    from: number,
    to: '"{{event.data.|}}"',
    has: ['event.data.number', 'event.data.requester.name', 'event.data.[x tag]'],
  },
  {title: 'every helper after {{', file: templateFile, from: number, to: '"{{|}}"', has: Object.keys(helpers)},
  {
    title: 'paths as arguments',
    file: templateFile,
    from: number,
    to: '"{{upper ev|}}"',
    has: ['event.data.number', 'lower'],
  },
  {
    title: 'helpers alone after a parenthesis',
    file: templateFile,
    from: number,
    to: '"{{upper (|)}}"',
    has: ['lower'],
    lacks: ['event.data.number'],
  },
  {
    title: 'nothing inside a text literal',
    file: templateFile,
    from: number,
    to: `"{{eq event.id 'a|'}}"`,
    has: [],
    lacks: ['event', 'upper'],
  },
  {
    title: 'expressions in a text that has several',
    file: templateFile,
    from: number,
    to: '"{{event.id}} and {{r|}} and {{run.id}}"',
    has: ['run.key'],
  },
  {
    title: 'whole expressions for an empty text',
    file: templateFile,
    from: number,
    to: '"|"',
    has: ['{{event.data.number}}', '$if', '$switch'],
  },
  {
    title: 'questions for a test',
    file: templateFile,
    from: `"{{eq event.data.priority 'high'}}"`,
    to: '"|"',
    has: ["{{eq event.data.priority 'low'}}", '{{has event.data.summary}}'],
    lacks: ['{{event.data.number}}'],
  },
  {
    title: 'bare paths in a criterion',
    file: templateFile,
    from: '"event.data.priority"',
    to: '"|"',
    has: ['event.data.priority', 'event.data.summary'],
    lacks: ['{{event.data.priority}}', 'upper'],
  },
  {
    title: 'the item inside $each',
    file: templateFile,
    from: number,
    to: '{ "$each": "{{event.data.labels}}", "as": "one", "do": "{{|}}" }',
    has: ['one', 'event.data.number'],
  },
  {
    title: 'the rest of a directive',
    file: templateFile,
    from: number,
    to: '{ "$if": "{{has event.data.summary}}", "|" }',
    has: ['then', 'else'],
    lacks: ['$switch', 'cases'],
  },
  {
    title: 'actions of the connector',
    file: templateFile,
    from: '"addNote"',
    to: '"|"',
    has: ['addNote'],
    lacks: ['listQueues'],
  },
  {
    title: 'actions without quotes',
    file: templateFile,
    from: '"action": "addNote",',
    to: '"action": |,',
    has: ['addNote'],
  },
  {title: 'events of the connector', file: templateFile, from: '"ticket.created"', to: '"|"', has: ['ticket.created']},
  {
    title: 'connections of the connector',
    file: templateFile,
    from: '"connection": "desk-main" }',
    to: '"connection": "|" }',
    has: ['desk-main'],
  },
  {
    title: 'connectors with their range',
    file: templateFile,
    from: '"connector": "desk@^1", "event"',
    to: '"connector": "|", "event"',
    has: ['desk@^1'],
  },
  {
    title: 'fields of the action as keys',
    file: templateFile,
    from: '"visibility": "public",',
    to: '"|",',
    has: ['visibility', 'queue'],
    lacks: ['ticket', 'text'],
  },
  {
    title: 'keys of the format',
    file: templateFile,
    from: '"title": "Route tickets",',
    to: '"title": "Route tickets", "|",',
    has: ['summary', 'policy'],
    lacks: ['title'],
  },
  {title: 'choices of a field', file: templateFile, from: '"public"', to: '"|"', has: ['"internal"']},
  {
    title: 'inputs and steps in an action',
    file: connectorFile,
    from: '"{{input.ticket}}"',
    to: '"{{|}}"',
    has: ['input.ticket', 'run.key', 'connection.url'],
    lacks: ['params', 'event'],
  },
  {
    title: 'parameters in a request',
    file: connectorFile,
    from: '/tickets/{{params.ticket}}',
    to: '/tickets/{{p|}}',
    has: ['params.ticket', 'params.text'],
    lacks: ['input.ticket', 'response'],
  },
  {
    title: 'secrets where they may stand',
    file: connectorFile,
    from: '"{{secret.apiKey}}"',
    to: '"{{|}}"',
    has: ['secret.apiKey', 'connection.url'],
  },
  {
    title: 'operations to call',
    file: connectorFile,
    from: '"call": "addNote"',
    to: '"call": "|"',
    has: ['whoAmI', 'listQueues', 'addNote'],
  },
  {
    title: 'operations for choices',
    file: connectorFile,
    from: '"call": "listQueues"',
    to: '"call": "|"',
    has: ['listQueues'],
  },
  {
    title: 'events that a feed emits',
    file: connectorFile,
    from: '["ticket.created"]',
    to: '["|"]',
    has: ['ticket.created'],
  },
  {
    title: 'samples',
    file: connectorFile,
    from: '"samples/ticket.created.json"',
    to: '"|"',
    has: ['samples/ticket.created.json'],
  },
  {
    title: 'settings whose host is permitted',
    file: connectorFile,
    from: '"connection:url"',
    to: '"|"',
    has: ['connection:url'],
  },
  {title: 'connectors', file: connectionFile, from: '"desk@^1"', to: '"|"', has: ['desk@^1']},
  {title: 'variants', file: connectionFile, from: '"cloud"', to: '"|"', has: ['cloud', 'on-site']},
  {title: 'settings as keys', file: connectionFile, from: '"url": "https://desk.example.com"', to: '"|"', has: ['url']},
  {
    title: 'secrets as keys',
    file: connectionFile,
    from: '"apiKey": "env:DESK_KEY", ',
    to: '"|", ',
    has: ['apiKey'],
    lacks: ['signingKey'],
  },
  {title: 'subjects of a case', file: caseFile, from: '"addNote"', to: '"|"', has: ['addNote']},
  {title: 'outcomes of a case', file: caseFile, from: '"succeeded"', to: '"|"', has: ['"failed"']},
  {
    title: 'collections of a simulation',
    file: simulatorFile,
    from: '"from": "queues"',
    to: '"from": "|"',
    has: ['tickets', 'queues'],
  },
  {
    title: 'roots of a simulation',
    file: simulatorFile,
    from: '"{{rows}}"',
    to: '"{{|}}"',
    has: ['rows', 'request', 'params', 'default'],
  },
];

describe('completion', function () {
  this.timeout(8_000);
  let desk: DeskProject;
  let editor: Editor;
  before(async () => {
    desk = makeDesk();
    desk.write(simulatorFile, simulator);
    desk.write(caseFile, caseText);
    editor = await startEditor(desk.dir);
    for (const file of [connectorFile, templateFile, connectionFile, simulatorFile, caseFile]) {
      const heard = editor.told(file);
      editor.open(file);
      assert.deepEqual(await heard, [], file);
    }
  });
  after(async () => {
    assert.equal(editor.stderr(), '');
    await editor.end();
    desk.remove();
  });

  const marked = (file: string, from: string, to: string): string => {
    const text = desk.read(file);
    assert.ok(text.includes(from), from);
    return text.replace(from, () => to);
  };
  const pick = async (file: string, text: string, label: string): Promise<CompletionItem> => {
    const items = await editor.complete(file, text);
    const item = items.find((one) => one.label === label);
    assert.ok(item, `${label} in ${items.map((one) => one.label).join(' ')}`);
    return item;
  };
  const applied = (file: string, item: CompletionItem): string =>
    TextDocument.applyEdits(TextDocument.create('x:', 'json', 1, editor.text(file)), [item.textEdit as TextEdit]);

  for (const {title, file, from, to, has, lacks = []} of rows)
    it(`offers ${title}`, async () => {
      const labels = (await editor.complete(file, marked(file, from, to))).map(({label}) => label);
      for (const label of has) assert.ok(labels.includes(label), `${label} is not among ${labels.join(' ')}`);
      for (const label of lacks) assert.ok(!labels.includes(label), `${label} is among ${labels.join(' ')}`);
      assert.equal(new Set(labels).size, labels.length, 'each once');
      editor.type(file, desk.read(file));
    });

  it('replaces the whole path, and closes a mustache that is open', async () => {
    const inside = await pick(templateFile, marked(templateFile, number, '"{{event.da|ta.x}}"'), 'event.data.number');
    assert.match(applied(templateFile, inside), /"ticket": "\{\{event\.data\.number\}\}"/);
    const open = await pick(templateFile, marked(templateFile, number, '"{{ev|"'), 'event.data.number');
    assert.match(applied(templateFile, open), /"ticket": "\{\{event\.data\.number\}\}"/);
  });

  it('puts something in the place of a path that may be missing, and parentheses around an inner call', async () => {
    const missing = await pick(templateFile, marked(templateFile, number, '"{{|}}"'), 'event.data.summary');
    assert.match(applied(templateFile, missing), /"ticket": "\{\{(optional|default) event\.data\.summary/);
    const inner = await pick(templateFile, marked(templateFile, number, '"{{upper |}}"'), 'truncate');
    assert.match(applied(templateFile, inner), /\{\{upper \(truncate \$\{1:text\} \$\{2:1\}\)\}\}/);
  });

  it('says type, title and a sample value of a path, and signature and examples of a helper', async () => {
    const text = marked(templateFile, number, '"{{|}}"');
    const path = await pick(templateFile, text, 'event.data.number');
    assert.equal(path.detail, 'text');
    assert.match(JSON.stringify(path.documentation), /Number.*Example: `\\"T1\\"`/);
    const helper = await pick(templateFile, text, 'truncate');
    assert.equal(helper.detail, 'truncate(t, n) t');
    assert.match(JSON.stringify(helper.documentation), /truncate 'abcdef' 3/);
  });

  it('writes references as JSON, with the title of what they mean', async () => {
    const action = await pick(templateFile, marked(templateFile, '"addNote"', '"a|"'), 'addNote');
    assert.match(applied(templateFile, action), /"action": "addNote",/);
    assert.match(JSON.stringify(action.documentation), /Add a note/);
  });

  it('knows the paths of a file that is broken elsewhere', async () => {
    const text = marked(templateFile, number, '"{{|}}"').replace('"visibility": "public",', '"visibility": ');
    assert.ok((await editor.complete(templateFile, text)).some(({label}) => label === 'event.data.number'));
  });

  it('knows a step that was added just now', async () => {
    const text = marked(
      connectorFile,
      '"steps": [\n        {',
      '"steps": [\n        { "id": "who", "call": "whoAmI" },\n        {',
    ).replace('"{{input.ticket}}"', '"{{steps.|}}"');
    assert.ok((await editor.complete(connectorFile, text)).some(({label}) => label === 'steps.who'));
    editor.type(connectorFile, desk.read(connectorFile));
  });
});
