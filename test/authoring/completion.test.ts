/** The language service of a real editor completes the files of a project with the schemas that are wired for it. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {wireEditor} from '../../src/authoring/editor.ts';
import type {SchemaEntry} from '../../src/authoring/editor-settings.ts';
import {connectorFile, type DeskProject, makeDesk, templateFile} from './desk.ts';

/** What this test uses of vscode-json-languageservice. */
interface Editor {
  getLanguageService(options: {schemaRequestService(uri: string): Promise<string>}): Service;
  readonly TextDocument: {create(uri: string, language: string, version: number, text: string): TextDocument};
}
interface TextDocument {
  positionAt(offset: number): object;
}
interface Service {
  configure(settings: {validate: boolean; schemas: {uri: string; fileMatch: string[]}[]}): void;
  parseJSONDocument(document: TextDocument): object;
  doComplete(document: TextDocument, position: object, json: object): Promise<{items: {label: string}[]} | null>;
  doValidation(document: TextDocument, json: object): Promise<{message: string}[]>;
}

const name = 'vscode-json-languageservice';

describe('an editor', () => {
  let project: DeskProject;
  let editor: Editor;
  let service: Service;

  before(async () => {
    const loaded = await import(name);
    editor = (loaded.default ?? loaded) as Editor;
    project = makeDesk();
    wireEditor(project.dir, project.library());
    const settings = JSON.parse(project.read('.vscode/settings.json')) as {'json.schemas': SchemaEntry[]};
    service = editor.getLanguageService({schemaRequestService: async (uri) => readFileSync(new URL(uri), 'utf8')});
    service.configure({
      validate: true,
      schemas: settings['json.schemas'].map(({fileMatch, url}) => ({
        uri: new URL(url, `file://${encodeURI(project.dir)}/`).href,
        fileMatch: fileMatch.map((pattern) => `**${pattern}`),
      })),
    });
  });
  after(() => project?.remove());

  /** What is offered where ¦ stands in the changed file. */
  async function complete(file: string, from: string, to: string): Promise<string[]> {
    const text = project.read(file);
    assert.ok(text.includes(from), from);
    const marked = text.replace(from, to);
    const document = documentOf(file, marked.replace('¦', ''));
    const position = document.positionAt(marked.indexOf('¦'));
    const list = await service.doComplete(document, position, service.parseJSONDocument(document));
    return (list?.items ?? []).map(({label}) => label);
  }

  function documentOf(file: string, text: string): TextDocument {
    return editor.TextDocument.create(`file://${encodeURI(join(project.dir, file))}`, 'json', 1, text);
  }

  it('finds nothing wrong with files that check lets pass', async () => {
    for (const file of [templateFile, connectorFile]) {
      const document = documentOf(file, project.read(file));
      const problems = await service.doValidation(document, service.parseJSONDocument(document));
      assert.deepEqual(
        problems.map(({message}) => message),
        [],
      );
    }
  });

  it('completes {{event.data.…}} in an input', async () => {
    const labels = await complete(templateFile, '"{{event.data.number}}"', '"{{event.data.¦"');
    assert.ok(labels.includes('"{{event.data.number}}"') && labels.includes('"{{event.data.requester.name}}"'));
  });

  it('completes the names of an input that are not there yet', async () => {
    const labels = await complete(templateFile, '"visibility": "public",', '"¦"');
    assert.ok(labels.includes('visibility') && labels.includes('queue') && !labels.includes('ticket'));
  });

  it('completes paths in a new criterion, questions in a test, and names of events', async () => {
    const row = await complete(templateFile, '"value": ["high"] }]', '"value": ["high"] }, { "path": "¦" }]');
    assert.ok(row.includes('"event.data.priority"'));
    const when = await complete(templateFile, `"{{eq event.data.priority 'high'}}"`, '"¦"');
    assert.ok(when.includes(`"{{eq event.data.priority 'low'}}"`));
    assert.deepEqual(await complete(templateFile, '"ticket.created"', '"¦"'), ['"ticket.created"']);
  });

  it('completes the parameters of an operation in its request', async () => {
    const labels = await complete(connectorFile, '"X-Ticket": "{{params.ticket}}"', '"X-Ticket": "¦"');
    assert.ok(labels.includes('"{{params.ticket}}"') && labels.includes('"{{params.text}}"'));
  });
});
