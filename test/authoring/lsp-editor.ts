/** A real client of a real `jobwire lsp`: it opens, types, asks, and hears what is said about its files. */
import {type ChildProcess, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {CompletionItem, Diagnostic, Position, Range, TextEdit, WorkspaceEdit} from 'vscode-languageserver';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {packageRoot} from '../../src/values/package-root.ts';

export interface Editor {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  readonly stderr: () => string;
  uri(file: string): string;
  /** Opens a file of the project, or a text that is not saved. */
  open(file: string, text?: string): void;
  /** Opens a file of the project and gives what is said about it. */
  opened(file: string): Promise<Diagnostic[]>;
  /** Replaces the whole text, as one change. */
  type(file: string, text: string): void;
  /** Replaces a part of it, as an editor sends it. */
  edit(file: string, from: string, to: string): void;
  close(file: string): void;
  text(file: string): string;
  /** What is said next about a file as it is now, or as it will be. */
  told(file: string): Promise<Diagnostic[]>;
  ask<R>(method: string, file: string, more?: object): Promise<R>;
  /** Completion at the caret `|` that stands for nothing in the text. */
  complete(file: string, marked: string): Promise<CompletionItem[]>;
  /** The position of a piece of text, `at` characters into it. */
  at(file: string, piece: string, at?: number): Position;
  apply(edit: WorkspaceEdit): void;
  end(): Promise<number | null>;
}

export async function startEditor(dir: string): Promise<Editor> {
  const child = spawn(process.execPath, [join(packageRoot, 'bin/jobwire.js'), 'lsp', '--stdio'], {cwd: dir});
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const texts = new Map<string, TextDocument>();
  let waiting: {readonly uri: string; readonly version: number; tell(diagnostics: Diagnostic[]): void}[] = [];
  const told = ({uri, version, diagnostics}: {uri: string; version: number; diagnostics: Diagnostic[]}): void => {
    const heard = waiting.filter((one) => one.uri === uri && one.version <= version);
    waiting = waiting.filter((one) => !heard.includes(one));
    for (const {tell} of heard) tell(diagnostics);
  };
  connection.onNotification('textDocument/publishDiagnostics', told);
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(dir).href,
    capabilities: {workspace: {didChangeWatchedFiles: {dynamicRegistration: true}}},
  });
  await connection.sendNotification('initialized', {});
  const uri = (file: string): string => (file.includes(':') ? file : pathToFileURL(join(dir, file)).href);
  const documentOf = (file: string): TextDocument => {
    const document = texts.get(uri(file));
    if (!document) throw new Error(`${file} is not open`);
    return document;
  };
  const send = (method: string, params: object): void => {
    connection.sendNotification(method, params).catch(() => undefined);
  };
  const change = (document: TextDocument, change: {range?: Range; text: string}): void => {
    const next = TextDocument.create(document.uri, 'json', document.version + 1, document.getText());
    TextDocument.update(next, [change], next.version);
    texts.set(document.uri, next);
    send('textDocument/didChange', {textDocument: {uri: next.uri, version: next.version}, contentChanges: [change]});
  };
  const editor: Editor = {
    child,
    connection,
    stderr: () => stderr,
    uri,
    open(file, text = readFileSync(join(dir, file), 'utf8')) {
      const document = TextDocument.create(uri(file), 'json', 1, text);
      texts.set(document.uri, document);
      send('textDocument/didOpen', {textDocument: {uri: document.uri, languageId: 'json', version: 1, text}});
    },
    opened(file) {
      const heard = editor.told(file);
      editor.open(file);
      return heard;
    },
    type: (file, text) => change(documentOf(file), {text}),
    edit(file, from, to) {
      const document = documentOf(file);
      const at = document.getText().indexOf(from);
      if (at < 0) throw new Error(`${file} has no ${from}`);
      const range = {start: document.positionAt(at), end: document.positionAt(at + from.length)};
      change(document, {range, text: to});
    },
    close(file) {
      texts.delete(uri(file));
      send('textDocument/didClose', {textDocument: {uri: uri(file)}});
    },
    text: (file) => documentOf(file).getText(),
    told: (file) =>
      new Promise((tell) => {
        waiting.push({uri: uri(file), version: texts.get(uri(file))?.version ?? 0, tell});
      }),
    ask: (method, file, more = {}) =>
      connection.sendRequest(`textDocument/${method}`, {textDocument: {uri: uri(file)}, ...more}),
    async complete(file, marked) {
      const caret = marked.indexOf('|');
      if (caret < 0) throw new Error('no caret');
      editor.type(file, marked.slice(0, caret) + marked.slice(caret + 1));
      const position = documentOf(file).positionAt(caret);
      return editor.ask<CompletionItem[]>('completion', file, {position});
    },
    at(file, piece, at = 0) {
      const document = documentOf(file);
      const start = document.getText().indexOf(piece);
      if (start < 0) throw new Error(`${file} has no ${piece}`);
      return document.positionAt(start + at);
    },
    apply(edit) {
      for (const [address, edits] of Object.entries(edit.changes ?? {})) {
        const document = texts.get(address);
        if (!document) throw new Error(`${address} is not open`);
        change(document, {text: TextDocument.applyEdits(document, edits as TextEdit[])});
      }
    },
    async end() {
      const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      const code = await closed;
      connection.dispose();
      return code;
    },
  };
  return editor;
}
