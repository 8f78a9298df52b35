/** Reads .NET type names, assembly-qualified or as C# writes them, into a tree. Must never guess: what it cannot read is undefined. */

/** `T[]` has the name `[]`, `T[,]` the name `[,]`, `T?` is System.Nullable; the arity mark `` `1 `` is dropped, its count is checked. */
export interface TypeName {
  readonly name: string;
  readonly args: readonly TypeName[];
}

interface Cursor {
  readonly text: string;
  at: number;
  depth: number;
}

const longest = 4096;
const deepest = 16;

/**
 * Grammar of Type.AssemblyQualifiedName (learn.microsoft.com, "Specify fully qualified type names") and of C#:
 * `System.String, mscorlib, Version=…`, ``List`1[[System.String, mscorlib]]``, `List<String>`, `Int32[]`, `Int32?`.
 */
export function parseTypeName(text: string): TypeName | undefined {
  if (text.length > longest) return undefined;
  const cursor = {text, at: 0, depth: 0};
  const type = readType(cursor);
  skipBlanks(cursor);
  return type && (cursor.at === text.length || text[cursor.at] === ',') ? type : undefined;
}

/** As C# writes it, without assemblies: for messages. */
export function printTypeName({name, args}: TypeName): string {
  const [first] = args;
  if (name.startsWith('[') && first) return `${printTypeName(first)}${name}`;
  return args.length === 0 ? name : `${name}<${args.map(printTypeName).join(', ')}>`;
}

function readType(cursor: Cursor): TypeName | undefined {
  if (++cursor.depth > deepest) return undefined;
  skipBlanks(cursor);
  const [, name, arity] = take(cursor, /([\w.+$\\]+)(?:`(\d+))?/y) ?? [];
  if (name === undefined) return undefined;
  const args = readArguments(cursor);
  if (args === undefined || (arity !== undefined && Number(arity) !== args.length)) return undefined;
  const type = readSuffixes(cursor, {name, args});
  cursor.depth--;
  return type;
}

/** Arguments in `[…]` or `<…>`; none is an empty list; a bracket that does not close is undefined. */
function readArguments(cursor: Cursor): TypeName[] | undefined {
  if (take(cursor, /\s*</y)) return readList(cursor, '>');
  if (take(cursor, /\s*\[(?!\s*[\],*])/y)) return readList(cursor, ']');
  return [];
}

function readList(cursor: Cursor, close: '>' | ']'): TypeName[] | undefined {
  const args: TypeName[] = [];
  for (;;) {
    const arg = readArgument(cursor);
    if (arg === undefined) return undefined;
    args.push(arg);
    if (take(cursor, close === '>' ? /\s*>/y : /\s*\]/y)) return args;
    if (!take(cursor, /\s*,/y)) return undefined;
  }
}

/** An argument with its assembly stands in brackets of its own. */
function readArgument(cursor: Cursor): TypeName | undefined {
  if (!take(cursor, /\s*\[/y)) return readType(cursor);
  const type = readType(cursor);
  return type && take(cursor, /\s*(,[^[\]]*)?\]/y) ? type : undefined;
}

function readSuffixes(cursor: Cursor, type: TypeName): TypeName {
  const [, rank, nullable] = take(cursor, /\s*(?:\[([\s,*]*)\]|(\?))/y) ?? [];
  if (nullable !== undefined) return readSuffixes(cursor, {name: 'System.Nullable', args: [type]});
  if (rank === undefined) return type;
  return readSuffixes(cursor, {name: `[${rank.replace(/\s/g, '')}]`, args: [type]});
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match) cursor.at = pattern.lastIndex;
  return match ?? undefined;
}

function skipBlanks(cursor: Cursor): void {
  take(cursor, /\s*/y);
}
