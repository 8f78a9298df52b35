/** The language server: who asks what, and who answers. Must never write to stdout itself, nor end because of one question. */
import {inspect} from 'node:util';
import {
  type CancellationToken,
  CodeActionKind,
  type Connection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import {createConnection} from 'vscode-languageserver/node';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {JobwireError} from '../../errors/jobwire-error.ts';
import {soon} from '../../values/time.ts';
import {actionsFor, fixAllKind, mendedAction} from './actions.ts';
import {completeAt} from './complete.ts';
import {declarationAt} from './declarations.ts';
import {locationOf, toDiagnostic} from './diagnostics.ts';
import {hoverAt} from './hover.ts';
import {JsonService} from './json-service.ts';
import {linksOf} from './links.ts';
import type {Source} from './source.ts';
import {referencesAt, renamableAt, renameAt} from './uses.ts';
import {type LoadProject, Workspace} from './workspace.ts';

export interface LanguageServer {
  readonly load: LoadProject;
  /** Folder of the installed package. */
  readonly shipped: string;
  readonly version: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** For people; never on the output. */
  log(message: string): void;
}

/** Serves one editor until it says exit. */
export function serveEditor(options: LanguageServer): Promise<void> {
  const connection = createConnection(options.input, options.output);
  const documents = new TextDocuments(TextDocument);
  const onFault = (error: unknown): void => options.log(inspect(error));
  const workspace: Workspace = new Workspace({
    load: options.load,
    shipped: options.shipped,
    onFault,
    onChecked: (source, issues) => {
      const diagnostics = issues.map((issue) => toDiagnostic(issue, source, workspace.files));
      const {uri, version} = source.document;
      connection.sendDiagnostics({uri, version, diagnostics}).catch(onFault);
    },
  });
  documents.onDidChangeContent(({document}) => workspace.changed(document));
  documents.onDidClose(({document}) => workspace.closed(document.uri));
  documents.onDidSave(() => workspace.refresh());
  initialise(connection, options, workspace);
  answer(connection, {workspace, onFault});
  documents.listen(connection);
  const {promise, resolve} = Promise.withResolvers<void>();
  connection.onExit(() => resolve());
  connection.listen();
  return promise;
}

function initialise(connection: Connection, {version}: LanguageServer, workspace: Workspace): void {
  let watches = false;
  connection.onInitialize(({capabilities}: InitializeParams): InitializeResult => {
    watches = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    return {
      serverInfo: {name: 'jobwire', version},
      capabilities: {
        textDocumentSync: {openClose: true, change: TextDocumentSyncKind.Incremental, save: true},
        completionProvider: {triggerCharacters: ['"', '{', '.', ' ', '(', '/', '$', ':']},
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        renameProvider: {prepareProvider: true},
        documentSymbolProvider: true,
        documentLinkProvider: {},
        documentFormattingProvider: true,
        documentRangeFormattingProvider: true,
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        codeActionProvider: {codeActionKinds: [CodeActionKind.QuickFix, fixAllKind]},
        workspace: {workspaceFolders: {supported: true, changeNotifications: false}},
      },
    };
  });
  connection.onInitialized(() => {
    if (watches)
      connection.client
        .register(DidChangeWatchedFilesNotification.type, {watchers: [{globPattern: '**/*.json'}]})
        .catch(() => undefined);
  });
  connection.onDidChangeWatchedFiles(() => workspace.refresh());
}

interface Answering {
  readonly workspace: Workspace;
  onFault(error: unknown): void;
}

function answer(connection: Connection, {workspace, onFault}: Answering): void {
  const json = new JsonService((act) => workspace.see(act));
  const {files} = workspace;
  const tools = {files, json};
  /** What was asked waits until the messages that are there were read, so that it can be called back. */
  const ask =
    <P extends {readonly textDocument: {readonly uri: string}}, R>(
      find: (source: Source, params: P) => R | Promise<R>,
    ) =>
    async (params: P, token: CancellationToken): Promise<R | null> => {
      await new Promise<void>(soon);
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'canceled');
      try {
        const source = workspace.at(params.textDocument.uri);
        return source ? await workspace.see(() => find(source, params)) : null;
      } catch (error) {
        if (error instanceof JobwireError) throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
        onFault(error);
        return null;
      }
    };
  const offset = ({document}: Source, position: {line: number; character: number}): number =>
    document.offsetAt(position);

  connection.onCompletion(ask((source, {position}) => completeAt(source, position, tools)));
  connection.onHover(ask(async (source, {position}) => (await hoverAt(source, position, tools)) ?? null));
  connection.onDefinition(
    ask((source, {position}) => {
      const found = declarationAt(source, offset(source, position), files);
      return found ? locationOf(found) : null;
    }),
  );
  connection.onReferences(
    ask((source, {position, context}) =>
      referencesAt(source, offset(source, position), {files, withDeclaration: context.includeDeclaration}),
    ),
  );
  connection.onPrepareRename(ask((source, {position}) => renamableAt(source, offset(source, position), files) ?? null));
  connection.onRenameRequest(
    ask((source, {position, newName}) => renameAt(source, offset(source, position), {to: newName, files}) ?? null),
  );
  connection.onCodeAction(
    ask((source, {range, context}) => {
      if (context.only?.length === 1 && fixAllKind.startsWith(context.only[0] ?? ' '))
        return mendedAction(source, workspace.mended(source.file));
      return actionsFor(source, workspace.issuesOf(source.file), {
        range,
        diagnostics: context.diagnostics,
        only: context.only,
      });
    }),
  );
  connection.onDocumentSymbol(ask((source) => json.symbols(source)));
  connection.onFoldingRanges(ask((source) => json.folding(source)));
  connection.onSelectionRanges(ask((source, {positions}) => json.selections(source, positions)));
  connection.onDocumentFormatting(ask((source, params) => json.format(source, undefined, params.options)));
  connection.onDocumentRangeFormatting(ask((source, params) => json.format(source, params.range, params.options)));
  connection.onDocumentLinks(ask((source) => linksOf(source, workspace.libraryOf(source.file))));
}
