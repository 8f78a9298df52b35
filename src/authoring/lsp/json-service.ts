/** What any JSON editor gives, with our schemas: keys, choices, hover, outline, folding, formatting. Asks nobody for a schema. */
import {
  getLanguageService,
  type JSONDocument,
  type JSONSchema,
  type LanguageService,
  type PropertyASTNode,
} from 'vscode-json-languageservice';
import type {
  CompletionItem,
  DocumentSymbol,
  FoldingRange,
  FormattingOptions,
  Hover,
  Position,
  Range,
  SelectionRange,
  TextEdit,
} from 'vscode-languageserver';
import {bundledSchema} from '../../manifest/bundle.ts';
import type {Kind} from '../../manifest/kinds.ts';
import type {Library} from '../../manifest/library.ts';
import type {JsonObject} from '../../values/json.ts';
import {schemaForFile} from '../file-schema.ts';
import type {Source} from './source.ts';

/** Runs something with the open texts laid over the disk. */
export type See = <T>(act: () => T) => T;

const kindSchemas = new Map<Kind, JsonObject>();

function schemaOfKind(kind: Kind): JsonObject {
  const known = kindSchemas.get(kind);
  if (known) return known;
  const made = bundledSchema(kind);
  kindSchemas.set(kind, made);
  return made;
}

/** Templates and connections name what their connector has; expressions of connectors are completed without a schema. */
const ownSchemas: ReadonlySet<Kind> = new Set<Kind>(['template', 'connection']);

/** Above this length only the schema of the kind is used: a schema of its own would be made too often. */
const longest = 200_000;

export class JsonService {
  readonly #see: See;
  readonly #services = new Map<Kind, LanguageService>();
  readonly #own = new Map<string, {readonly library: Library; readonly service: LanguageService}>();

  constructor(see: See) {
    this.#see = see;
  }

  async complete(source: Source, position: Position, library: Library | undefined): Promise<CompletionItem[]> {
    const service = this.#serviceOf(source, library);
    const list = await service?.doComplete(source.document, position, withoutSchema(source.tree));
    return list?.items ?? [];
  }

  async hover(source: Source, position: Position): Promise<Hover | undefined> {
    const service = source.kind && this.#serviceOfKind(source.kind);
    return (await service?.doHover(source.document, position, withoutSchema(source.tree))) ?? undefined;
  }

  symbols({document, tree}: Source): DocumentSymbol[] {
    return plain.findDocumentSymbols2(document, tree, {resultLimit: 5000});
  }

  folding({document}: Source): FoldingRange[] {
    return plain.getFoldingRanges(document, {rangeLimit: 5000});
  }

  selections({document, tree}: Source, positions: Position[]): SelectionRange[] {
    return plain.getSelectionRanges(document, positions, tree);
  }

  format({document}: Source, range: Range | undefined, options: FormattingOptions): TextEdit[] {
    return plain.format(document, range, {...options, insertFinalNewline: options.insertFinalNewline ?? true});
  }

  forget(file: string): void {
    this.#own.delete(file);
  }

  #serviceOf(source: Source, library: Library | undefined): LanguageService | undefined {
    const {kind, file, text} = source;
    if (!kind) return undefined;
    if (!library || !ownSchemas.has(kind) || text.length > longest) return this.#serviceOfKind(kind);
    const known = this.#own.get(file);
    if (known?.library === library) return known.service;
    const {schema, problem} = this.#see(() => schemaForFile(file, library));
    if (problem !== undefined) return known?.service ?? this.#serviceOfKind(kind);
    const service = serviceWith(schema);
    this.#own.set(file, {library, service});
    return service;
  }

  #serviceOfKind(kind: Kind): LanguageService {
    const known = this.#services.get(kind);
    if (known) return known;
    const made = serviceWith(schemaOfKind(kind));
    this.#services.set(kind, made);
    return made;
  }
}

const plain = serviceWith({});

function serviceWith(schema: JsonObject): LanguageService {
  const service = getLanguageService({
    schemaRequestService: async () => '{}',
    clientCapabilities: {
      textDocument: {completion: {completionItem: {documentationFormat: ['markdown'], snippetSupport: true}}},
    } as never,
  });
  service.configure({schemas: [{uri: 'jobwire:schema', fileMatch: ['*'], schema: schema as JSONSchema}]});
  return service;
}

/** What a file says under `$schema` is for editors without this server. */
function withoutSchema(tree: JSONDocument): JSONDocument {
  const {root} = tree;
  if (root?.type !== 'object' || !root.properties.some(isSchema)) return tree;
  const properties = root.properties.filter((property) => !isSchema(property));
  return plain.newJSONDocument({...root, properties, children: properties});
}

function isSchema({keyNode}: PropertyASTNode): boolean {
  return keyNode.value === '$schema';
}
