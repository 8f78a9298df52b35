/** Names that are easily taken for others. Must never decide: it says what is alike, people look. */

export interface Likeness {
  readonly name: string;
  /** What it is like. */
  readonly to: string;
  readonly why: string;
}

export interface KnownNames {
  /** Ids of packages: installed ones, those of the registry. */
  readonly packages: Iterable<string>;
  /** Ids of connectors that come with Jobwire or are installed. */
  readonly connectors: Iterable<string>;
}

/** Shorter names are too often one edit apart for good reasons. */
const shortest = 5;

/** For a package that nobody here knows yet: its scope, its name and the connectors it brings. */
export function likenesses(id: string, connectors: readonly string[], known: KnownNames): Likeness[] {
  const packages = [...known.packages];
  if (packages.includes(id)) return [];
  const [scope, name] = split(id);
  const shipped = [...known.connectors];
  const found = [
    ...packages.flatMap((other): Likeness[] => {
      const [theirs, its] = split(other);
      if (theirs === scope) return [];
      if (isNear(scope, theirs)) return [{name: id, to: other, why: `the scope ${scope} is like ${theirs}`}];
      return isNear(name, its) ? [{name: id, to: other, why: `the name ${name} is like ${its}`}] : [];
    }),
    ...[name, ...connectors].flatMap((own) =>
      shipped
        .filter((other) => !shipped.includes(own) && isNear(own, other))
        .map((other) => ({name: own, to: other, why: `${own} is like the connector ${other}`})),
    ),
  ];
  return [...new Map(found.map((one) => [one.why, one])).values()];
}

function split(id: string): [scope: string, name: string] {
  const at = id.indexOf('/');
  return [id.slice(0, at), id.slice(at + 1)];
}

/** Not the same, but one letter more, less, different or swapped; or letters that look the same. */
export function isNear(a: string, b: string): boolean {
  if (a === b || Math.min(a.length, b.length) < shortest) return false;
  return looks(a) === looks(b) || isOneEdit(a, b);
}

/** As an eye reads it. */
function looks(text: string): string {
  return text
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd')
    .replace(/[1i]/g, 'l')
    .replaceAll('0', 'o');
}

function isOneEdit(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  if (short.slice(at + 1) === long.slice(at + 1)) return true;
  return short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2);
}
